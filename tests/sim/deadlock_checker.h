// Is it a deadlock? Decided from a trace and from what a run answered, event by event, and from nothing else: no code
// is shared with what stops a run (sim/replay/stuck_watch.h, frees_to_come.h). Knows no allocator. Says yes when
//   - a request that has arrived was not answered: its task sleeps, and so does everything that the task does later
//   - every event that is still to come belongs to such a task
//   - one of the frees that cannot run names a block that was granted
// Events of interrupts can run, unless the system does nothing in them (`interrupts_act`). Traces without realloc only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/replay/observer.h"
#include "traces/kmt/reader.h"

namespace kmemlab::test {

struct Judgement {
  bool deadlock = false;
  std::string why;  ///< in words: what can run, or that nothing is asleep, or that nothing would come free
  std::set<std::uint32_t> blocked;      ///< tasks
  std::set<std::uint64_t> stuck_frees;  ///< events of frees of granted blocks that cannot run
};

inline std::vector<traces::Event> all_events(traces::KmtReader& reader) {
  std::vector<traces::Event> events;
  const auto done = reader.for_each_block(traces::all_columns, [&](const traces::EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) events.push_back(b.event(i));
  });
  if (!done) events.clear();
  return events;
}

inline bool is_request(const traces::Event& e) {
  return e.op == traces::Op::alloc;
}
inline bool is_free(const traces::Event& e) {
  return e.op == traces::Op::free && e.free_kind == traces::FreeKind::matched;
}
inline bool in_interrupt(const traces::Event& e) {
  return e.context == traces::Context::softirq || e.context == traces::Context::hardirq ||
         e.context == traces::Context::nmi;
}

/// `arrived`: how many events of the trace the run has taken.
inline Judgement judge(const std::vector<traces::Event>& events, std::uint64_t arrived, std::uint32_t tasks,
                       const std::vector<sim::Completion>& log, bool interrupts_act = true) {
  Judgement j;
  std::set<std::uint64_t> answered;
  std::set<traces::BlockId> granted;
  for (const sim::Completion& c : log) {
    answered.insert(c.event);
    if (c.action == sim::Action::alloc && c.ending == sim::Ending::ok) granted.insert(c.id);
    if (c.action == sim::Action::free && c.ending == sim::Ending::ok) granted.erase(c.id);
  }
  for (std::uint64_t i = 0; i < arrived; ++i) {
    const traces::Event& e = events[i];
    if (!is_request(e) || answered.count(i) != 0 || in_interrupt(e) || e.task >= tasks) continue;
    j.blocked.insert(e.task);
  }
  if (j.blocked.empty()) {
    j.why = "nothing sleeps";
    return j;
  }
  for (std::uint64_t i = 0; i < events.size(); ++i) {
    const traces::Event& e = events[i];
    if ((!is_request(e) && !is_free(e)) || answered.count(i) != 0) continue;
    if (in_interrupt(e)) {
      if (i < arrived || !interrupts_act) continue;
      j.why = "event " + std::to_string(i) + " is an interrupt's";
      return j;
    }
    if (j.blocked.count(e.task) == 0) {
      if (i < arrived && is_free(e) && granted.count(e.id) == 0) continue;  // waits for its block's request
      j.why = "event " + std::to_string(i) + " belongs to a task that does not sleep";
      return j;
    }
    if (is_free(e) && granted.count(e.id) != 0) j.stuck_frees.insert(i);
  }
  j.deadlock = !j.stuck_frees.empty();
  j.why = j.deadlock ? "nothing can run" : "the trace ends: no free of a granted block is left";
  return j;
}

}  // namespace kmemlab::test
