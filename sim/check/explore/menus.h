// What the menus of several systems share: shapes of operations, callers' errors, steps and runs.
#pragma once

#include <string>

#include "sim/check/explore/menu.h"

namespace kmemlab::sim::explore {

/// An operation of processes that makes no block.
inline Operation plain_operation(std::string name, std::string call, Operation::Kind kind = Operation::Kind::other) {
  Operation o;
  o.name = std::move(name);
  o.call = std::move(call);
  o.kind = kind;
  o.contexts = Operation::Contexts::process;
  return o;
}

// ---- errors of callers: `family` names whose blocks `$` stands for, and is empty if the calls need none ----

/// The last call returns this, and nothing has changed.
inline Misuse refused(std::string name, std::vector<std::string> calls, std::string family, std::string returns) {
  Misuse m;
  m.name = std::move(name);
  m.calls = std::move(calls);
  m.family = std::move(family);
  m.returns = std::move(returns);
  return m;
}
/// The last call fails for this reason.
inline Misuse fails(std::string name, std::vector<std::string> calls, std::string family, std::string reason) {
  Misuse m = refused(std::move(name), std::move(calls), std::move(family), "");
  m.reason = std::move(reason);
  return m;
}
/// The last call stops the machine with this panic, after memory was spoiled so.
inline Misuse stops(std::string name, std::vector<std::string> calls, std::string family, std::string panic,
                    std::vector<Misuse::Poke> pokes = {}) {
  Misuse m = refused(std::move(name), std::move(calls), std::move(family), "");
  m.panic = std::move(panic);
  m.pokes = std::move(pokes);
  return m;
}
inline Misuse in_interrupt(Misuse m) {
  m.interrupt = true;
  return m;
}
inline Misuse only_in(std::string run, Misuse m) {
  m.only_in = std::move(run);
  return m;
}
/// Of menu_beos.cpp.
std::vector<Misuse> beos_misuses();

// ---- steps to a root ----

inline RootStep step(std::string operation, unsigned task = 0) {
  RootStep s;
  s.text = std::move(operation);
  s.task = task;
  return s;
}
inline RootStep call_step(std::string text, std::string as = "", unsigned times = 1) {
  RootStep s;
  s.kind = RootStep::Kind::call;
  s.text = std::move(text);
  s.as = std::move(as);
  s.times = times;
  return s;
}

// ---- runs ----

/// A machine of 256-byte pages with so many frames, CPUs and callers.
inline Toy toy(std::uint64_t frames, unsigned cpus, unsigned tasks) {
  Toy t;
  t.profile = *find_profile("toy");
  t.frames = frames;
  t.cpus = cpus;
  t.tasks = tasks;
  return t;
}
/// One of 2,048-byte pages (sim/machine/toy_profiles.h says why there are two), a CPU for each caller.
inline Toy toy_2k(std::uint64_t frames = 8, unsigned tasks = 1) {
  Toy t = toy(frames, tasks, tasks);
  t.profile = *find_profile("toy-2k");
  return t;
}

/// From the booted machine, every interrupt and refusal in every state.
inline Run run_of(std::string name, std::string sentence, Toy toy, std::vector<std::string> operations, unsigned depth,
                  unsigned quick_depth) {
  Run r;
  r.name = std::move(name);
  r.sentence = std::move(sentence);
  r.toy = std::move(toy);
  r.operations = std::move(operations);
  r.depth = depth;
  r.quick_depth = quick_depth;
  return r;
}

}  // namespace kmemlab::sim::explore
