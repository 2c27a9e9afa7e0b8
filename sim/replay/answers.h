// How requests and frees are answered: the outcome of a call becomes the block of its slot, and is booked with the
// tick, the rule or reason, and the bytes of the system's tables.
#pragma once

#include <cstdint>

#include "sim/replay/booking.h"
#include "sim/replay/call_clock.h"
#include "sim/replay/events.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

/// A system with tables in its arena: where they lie.
template <class A>
concept HasMetadata = requires(const A a) {
  a.for_each_metadata([](AddrRange) {});
};

/// `Clock` tells when the present call began (start), when it ended (now), and when an event without a call is over.
template <class Adapter, class Clock = CallClock>
class Answers {
 public:
  using Call = typename Adapter::Call;
  Answers(Adapter& adapter, Clock& clock) : adapter_(&adapter), clock_(&clock) {}
  /// A copy answers for other objects.
  void rebind(Adapter& adapter, Clock& clock) {
    adapter_ = &adapter;
    clock_ = &clock;
  }
  void watch(Observer& observer) {
    observer_ = &observer;
    booking_.watch(observer);
  }

  /// How long a request slept before it was answered, and whether a rule kept it from being made at all.
  struct Before {
    std::uint64_t slept_ticks = 0;
    std::uint32_t sleeps = 0;
    bool forbidden = false;
  };
  /// A request is answered: books it and fills the block of its slot (or of its parked record).
  void alloc_over(Block& to, const Block& asked, const Call& call, Outcome outcome, const CallContext& at,
                  const Before& before) {
    to = asked;
    Booking::AllocEnd end{Ending::ok, call.reason, before.slept_ticks, before.sleeps};
    if (outcome == Outcome::done) {
      to.state = Block::State::live;
      to.address = call.address.v;
      to.granted = call.granted;
      to.tag = adapter_->tag_of(call);
    } else {
      to.state = Block::State::absent;
      end.ending = before.forbidden || adapter_->is_refusal(call.reason) ? Ending::refused : Ending::failed;
    }
    const std::uint64_t tick = before.forbidden ? clock_->no_call(at) : clock_->now();
    booking_.alloc_over(at, to, end, {clock_->start(), tick}, metadata());
  }

  void free_over(const CallContext& at, const Block& block, const Booking::FreeEnd& end) {
    const std::uint64_t tick = end.ending == Ending::ok ? clock_->now() : clock_->no_call(at);
    booking_.free_over(at, block, end, {clock_->start(), tick}, metadata());
  }

  /// A call that a device's handler made, inside or beside the call of event at.event.
  void device_call_over(const CallContext& at, const Block& block, bool freed, Ending ending, Reason reason,
                        std::uint64_t tick) {
    booking_.of_device(true);
    if (freed) {
      booking_.free_over(at, block, {ending, reason, false}, {tick, tick}, metadata());
    } else {
      booking_.alloc_over(at, block, {ending, reason, 0, 0}, {tick, tick}, metadata());
    }
    booking_.of_device(false);
  }

  const Digest& digest() const { return booking_.digest(); }
  std::uint64_t last_tick() const { return booking_.last_tick(); }

 private:
  /// Bytes of tables inside held pages; who watches is told where they lie when there are more of them.
  std::uint64_t metadata() {
    const std::uint64_t bytes = adapter_->metadata_bytes();
    if constexpr (HasMetadata<Adapter>) {
      if (bytes != metadata_) [[unlikely]]
        adapter_->for_each_metadata([&](AddrRange range) { observer_->on_metadata(range); });
      metadata_ = bytes;
    }
    return bytes;
  }

  Adapter* adapter_;
  Clock* clock_;
  Observer* observer_ = nullptr;
  Booking booking_;
  std::uint64_t metadata_ = 0;
};

}  // namespace kmemlab::sim
