#include "sim/cli/recorded_part.h"

#include <algorithm>
#include <vector>

namespace kmemlab::cli {

namespace {

class PartCounter {
 public:
  PartCounter(const traces::Totals& whole, const sim::MetricsWindow& window, std::uint64_t slots)
      : totals_(whole), window_(window), live_(slots) {
    totals_.allocs = totals_.alloc_nulls = totals_.refused = totals_.matched = 0;
    totals_.bytes = {};
    totals_.peak_requested = totals_.peak_granted = 0;
  }

  void add(std::uint64_t event, const traces::EventBlock& b, std::uint32_t i) {
    const bool inside = window_.has(event);
    if (inside && event == window_.from) peaks();  // what lives when it opens
    switch (b.op[i]) {
      case traces::Op::alloc_null:
        totals_.allocs += inside;
        totals_.alloc_nulls += inside;
        totals_.refused += inside && b.requested[i] != 0;
        return;
      case traces::Op::alloc:
      case traces::Op::realloc:
        totals_.allocs += inside && b.op[i] == traces::Op::alloc;
        totals_.bytes.requested += inside ? b.requested[i] : 0;
        totals_.bytes.granted += inside ? b.granted[i] : 0;
        close(b.slot[i]);
        open(b.slot[i], {b.requested[i], b.granted[i]});
        if (inside) peaks();
        return;
      case traces::Op::free:
        if (b.slot[i] >= live_.size()) return;
        totals_.matched += inside;
        totals_.bytes.freed += inside ? live_[b.slot[i]].granted : 0;
        return close(b.slot[i]);
      default:
        return;
    }
  }
  const traces::Totals& totals() const { return totals_; }

 private:
  struct Sizes {
    std::uint64_t requested = 0, granted = 0;
  };
  void open(traces::Slot slot, const Sizes& sizes) {
    requested_ += sizes.requested;
    granted_ += sizes.granted;
    if (slot < live_.size()) live_[slot] = sizes;
  }
  void close(traces::Slot slot) {
    if (slot >= live_.size()) return;
    requested_ -= live_[slot].requested;
    granted_ -= live_[slot].granted;
    live_[slot] = {};
  }
  void peaks() {
    totals_.peak_requested = std::max(totals_.peak_requested, requested_);
    totals_.peak_granted = std::max(totals_.peak_granted, granted_);
  }

  traces::Totals totals_;
  sim::MetricsWindow window_;
  std::vector<Sizes> live_;  // by slot
  std::uint64_t requested_ = 0, granted_ = 0;
};

}  // namespace

Fallible<traces::Totals> recorded_part(traces::KmtReader& trace, const traces::Totals& whole,
                                       const sim::MetricsWindow& window) {
  PartCounter counter(whole, window, trace.max_slots());
  const auto done = trace.for_each_block(traces::all_columns, [&](const traces::EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) counter.add(b.first_event + i, b, i);
  });
  if (!done) return Failure<Error>{done.error()};
  return counter.totals();
}

}  // namespace kmemlab::cli
