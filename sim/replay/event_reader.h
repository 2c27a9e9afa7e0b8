// What an event says about the call that it becomes: when, where, in which environment, how much, whether it may sleep.
// Resolves a trace's gfp table once, so that an event costs array look-ups.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/replay/events.h"
#include "sim/replay/policy.h"
#include "traces/event.h"
#include "traces/kmt/columns.h"
#include "traces/meta.h"

namespace kmemlab::sim {

class EventReader {
 public:
  EventReader(const traces::Tables& tables, const ReplayPolicy& policy, unsigned cpus) : policy_(policy), cpus_(cpus) {
    for (const traces::Gfp& gfp : tables.gfps) {
      gfp_may_sleep_.push_back(gfp.may_sleep);
      gfp_zero_.push_back(gfp.zero == traces::Tri::yes);
    }
  }

  /// may_sleep is left as it is: frees do not ask.
  CallContext context_of(const traces::EventBlock& b, std::uint32_t i) const {
    CallContext at;
    at.event = b.first_event + i;
    at.tick = b.tick[i];
    at.task = b.task[i];
    at.cpu = b.cpu[i] < cpus_ ? b.cpu[i] : 0;
    const traces::Context context = traces::context_of(b.context[i]);
    at.interrupt = context >= traces::Context::softirq;
    at.hardirq = context >= traces::Context::hardirq;
    return at;
  }
  bool may_sleep(const traces::EventBlock& b, std::uint32_t i) const {
    const traces::Tri known = b.gfp[i] < gfp_may_sleep_.size() ? gfp_may_sleep_[b.gfp[i]] : traces::Tri::unknown;
    if (known != traces::Tri::unknown) return known == traces::Tri::yes;
    return policy_.unknown_may_sleep(traces::context_of(b.context[i]), traces::cpu_state_of(b.context[i]));
  }
  static Birth birth_of(const traces::EventBlock& b, std::uint32_t i) {
    return {b.first_event + i, b.call_site[i], b.task[i]};
  }
  Request request_of(const traces::EventBlock& b, std::uint32_t i) const {
    return {b.requested[i], b.cache[i], b.call_site[i], b.gfp[i] < gfp_zero_.size() && gfp_zero_[b.gfp[i]]};
  }

 private:
  ReplayPolicy policy_;
  unsigned cpus_;
  std::vector<traces::Tri> gfp_may_sleep_;
  std::vector<std::uint8_t> gfp_zero_;
};

}  // namespace kmemlab::sim
