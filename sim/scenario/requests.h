// The requests of one driver: calls in progress that sleep, by handle. Calls that end at once are never kept.
#pragma once

#include <map>

#include "core/base/digest.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"
#include "sim/scenario/driver.h"

namespace kmemlab::scenario {

/// `Call` is a core's request: outcome in, result out (address, granted, reason, channel, cause).
template <class Call>
Answer answer_of(Outcome outcome, const Call& call) {
  Answer a;
  a.outcome = outcome;
  if (outcome == Outcome::done) {
    a.value = call.address.v;
    a.granted = call.granted;
  } else if (outcome == Outcome::failed) {
    a.reason = call.reason;
  } else {
    a.channel = call.channel;
    a.cause = call.cause;
  }
  return a;
}

/// How far kmem_alloc is with a request.
inline void structure_into(Digest& d, const KmemCall& c) {
  for (const std::uint64_t v : {c.bytes, static_cast<std::uint64_t>(c.wait), static_cast<std::uint64_t>(c.zero),
                                static_cast<std::uint64_t>(c.phase), c.va.v, c.pages_mapped}) {
    d.add(v);
  }
}

template <class Call>
class Requests {
 public:
  /// Runs `run(call)`, and keeps the call if it is blocked.
  template <class Run>
  Answer start(Driver::Handle handle, const Call& call, Run run) {
    Call mine = call;
    const Outcome outcome = run(mine);
    if (outcome == Outcome::blocked) asleep_[handle] = mine;
    return answer_of(outcome, mine);
  }
  template <class Run>
  Answer resume(Driver::Handle handle, Run run) {
    const Call call = asleep_.at(handle);
    asleep_.erase(handle);
    return start(handle, call, run);
  }
  /// f(handle, call) for each that sleeps, in the order of the handles.
  template <class F>
  void for_each(F f) const {
    for (const auto& [handle, call] : asleep_) f(handle, call);
  }
  bool has(Driver::Handle handle) const { return asleep_.count(handle) != 0; }

 private:
  std::map<Driver::Handle, Call> asleep_;
};

}  // namespace kmemlab::scenario
