// What is told of an event that came to its end: the completion, written field by field into one record that is used
// again for each, its share of the digest, and the call to the observer.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/digest.h"
#include "sim/replay/call_clock.h"
#include "sim/replay/events.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

class Booking {
 public:
  explicit Booking(Observer& observer) : observer_(observer) {}

  /// How an allocation ended that slept `sleeps` times for `slept_ticks` in all.
  struct AllocEnd {
    Ending ending = Ending::ok;
    Reason reason = Reason::none;
    std::uint64_t slept_ticks = 0;
    std::uint32_t sleeps = 0;
  };
  /// `block` has address and granted bytes if it was granted.
  void alloc_over(const CallContext& at, const Block& block, const AllocEnd& end, const CallClock& clock,
                  std::uint64_t tick, std::uint64_t metadata) {
    c_.action = Action::alloc;
    c_.implied = false;
    c_.ending = end.ending;
    c_.reason = end.reason;
    c_.slept_ticks = end.slept_ticks;
    c_.sleeps = end.sleeps;
    tell(at, block, clock, tick, metadata);
  }
  void free_over(const CallContext& at, const Block& block, Ending ending, bool implied, const CallClock& clock,
                 std::uint64_t tick, std::uint64_t metadata) {
    c_.action = Action::free;
    c_.implied = implied;
    c_.ending = ending;
    c_.reason = Reason::none;
    c_.slept_ticks = 0;
    c_.sleeps = 0;
    tell(at, block, clock, tick, metadata);
  }

  Digest& digest() { return digest_; }
  /// Tick of the last event told.
  std::uint64_t last_tick() const { return last_tick_; }

 private:
  void tell(const CallContext& at, const Block& block, const CallClock& clock, std::uint64_t tick,
            std::uint64_t metadata) {
    const bool done = c_.ending == Ending::ok;
    c_.event = at.event;
    c_.tick = tick;
    c_.id = block.id;
    c_.requested = block.requested;
    c_.address = done ? Addr{block.address} : null_addr;
    c_.granted = done ? block.granted : 0;
    c_.metadata = metadata;
    c_.lag_ticks = clock.start() - at.tick;
    digest_.add(c_.event << 8 | static_cast<unsigned>(c_.action) | static_cast<unsigned>(c_.ending) << 2 |
                static_cast<unsigned>(c_.reason) << 4);
    digest_.add(c_.id);
    digest_.add(c_.address.v);
    last_tick_ = std::max(last_tick_, tick);
    observer_.on_completion(c_);
  }

  Observer& observer_;
  Completion c_;
  Digest digest_;
  std::uint64_t last_tick_ = 0;
};

}  // namespace kmemlab::sim
