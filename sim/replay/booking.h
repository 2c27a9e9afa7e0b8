// What is told of an event that came to its end: the completion, written field by field into one record that is used
// again for each, its share of the digest, and the call to the observer.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/digest.h"
#include "sim/replay/events.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

class Booking {
 public:
  /// Who is told; before the first call, and whenever it changes.
  void watch(Observer& observer) { observer_ = &observer; }

  /// When the call began, or would have begun, and when it was over.
  struct Times {
    std::uint64_t start = 0, over = 0;
  };
  /// How an allocation ended that slept `sleeps` times for `slept_ticks` in all.
  struct AllocEnd {
    Ending ending = Ending::ok;
    Reason reason = Reason::none;
    std::uint64_t slept_ticks = 0;
    std::uint32_t sleeps = 0;
  };
  /// `block` has address and granted bytes if it was granted.
  void alloc_over(const CallContext& at, const Block& block, const AllocEnd& end, const Times& times,
                  std::uint64_t metadata) {
    c_.action = Action::alloc;
    c_.nowait = !at.may_sleep;
    c_.implied = false;
    c_.ending = end.ending;
    c_.reason = end.reason;
    c_.slept_ticks = end.slept_ticks;
    c_.sleeps = end.sleeps;
    tell(at, block, times, metadata);
  }
  /// A free that ended; `rule` is set if it was refused.
  struct FreeEnd {
    Ending ending = Ending::ok;
    Reason rule = Reason::none;
    bool implied = false;
  };
  void free_over(const CallContext& at, const Block& block, const FreeEnd& end, const Times& times,
                 std::uint64_t metadata) {
    c_.action = Action::free;
    c_.nowait = false;
    c_.implied = end.implied;
    c_.ending = end.ending;
    c_.reason = end.rule;
    c_.slept_ticks = 0;
    c_.sleeps = 0;
    tell(at, block, times, metadata);
  }

  /// What is booked from here on was done by a device's handler, or not.
  void of_device(bool device) { c_.device = device; }

  const Digest& digest() const { return digest_; }
  /// Tick of the last event told.
  std::uint64_t last_tick() const { return last_tick_; }

 private:
  void tell(const CallContext& at, const Block& block, const Times& times, std::uint64_t metadata) {
    const bool exists = c_.ending == Ending::ok || (c_.ending == Ending::refused && c_.action == Action::free);
    c_.event = at.event;
    c_.tick = times.over;
    c_.id = block.id;
    c_.requested = block.requested;
    c_.address = exists ? Addr{block.address} : null_addr;
    c_.granted = exists ? block.granted : 0;
    c_.metadata = metadata;
    c_.lag_ticks = times.start - at.tick;
    digest_.add(c_.event << 8 | static_cast<unsigned>(c_.action) | static_cast<unsigned>(c_.ending) << 2 |
                static_cast<unsigned>(c_.reason) << 4);
    digest_.add(c_.id);
    digest_.add(c_.address.v);
    last_tick_ = std::max(last_tick_, times.over);
    observer_->on_completion(c_);
  }

  Observer* observer_ = nullptr;
  Completion c_;
  Digest digest_;
  std::uint64_t last_tick_ = 0;
};

}  // namespace kmemlab::sim
