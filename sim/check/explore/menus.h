// What the menus of several systems share.
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

/// Of menu_beos.cpp.
std::vector<Misuse> beos_misuses();

/// A machine of 256-byte pages with so many frames, CPUs and callers.
inline Toy toy(std::uint64_t frames, unsigned cpus, unsigned tasks) {
  Toy t;
  t.profile = toy_profile();
  t.frames = frames;
  t.cpus = cpus;
  t.tasks = tasks;
  return t;
}

/// sim/machine/toy_profiles.h says why there are two.
inline Profile toy_profile_2k() {
  return *find_profile("toy-2k");
}

}  // namespace kmemlab::sim::explore
