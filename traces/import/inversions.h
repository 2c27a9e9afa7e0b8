// Pairs that clocks put the wrong way round. The kernel writes an allocation's event after the allocator gave the block
// out, and a free's event before it takes the block back; so at one address events alternate, unless two CPUs disagree
// about the time. Then the free of a block stands before its allocation (it seems to free nothing), or the next
// allocation at an address before the free of the block that was there. Within a window such a pair is put right: the
// record that came too late moves up in front of the other, takes its tick, and `Quality::inverted` counts it.
//   window        32 records and 10,000 ticks, between records of different CPUs at the same pointer
//   left alone    recordings whose clock runs in one order over all CPUs (global, mono, boot, ...): there such a pair
//                 is what it says, a free of an older block and a re-use of its address by another CPU. A text does not
//                 name its clock and is taken for one that may disagree.
// In the recordings that we know, re-use by another CPU comes after 13,981 ticks or 38 records at the earliest.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "traces/import/importer.h"
#include "traces/meta.h"
#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

/// True for clocks of ftrace that give one order over CPUs (Documentation/trace/ftrace.rst, trace_clock).
bool clock_orders_cpus(std::string_view clock);

class InversionWindow final : public RawSink {
 public:
  static constexpr std::size_t window_records = 32;
  static constexpr std::uint64_t window_ticks = 10'000;

  /// `source.clock` is looked at when the first record comes. All three outlive the window.
  InversionWindow(Importer& to, const Source& source, Quality& quality) : to_(to), source_(source), quality_(quality) {}

  void record(const RawRecord& record) override;
  /// Hands on what is held. Call once, after the last record.
  void flush();

 private:
  enum class Mode : std::uint8_t { undecided, holds, passes };
  struct Held {
    RawRecord record;
    bool odd = false;  ///< a free where nothing lives, or an allocation where something does
  };
  void hold(const RawRecord& record);
  bool live(std::uint64_t pointer) const;
  /// The newest held odd record of the other kind at this pointer, if the two are a pair; else held_.size().
  std::size_t partner_of(const RawRecord& record) const;
  void emit_oldest();

  Importer& to_;
  const Source& source_;
  Quality& quality_;
  Mode mode_ = Mode::undecided;
  std::vector<Held> held_;  // oldest first; at most window_records
  std::size_t first_ = 0;   // index of the oldest in held_
  // How many held records touch a pointer of this hash: most pointers need no search.
  std::array<std::uint8_t, 256> touched_{};
};

}  // namespace kmemlab::traces
