// Turns the bytes of one ring-buffer record (trace.dat, or the raw data of a perf sample) into a RawRecord, by the
// recording's own format files, names and symbols.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "traces/readers/cpu_flags.h"
#include "traces/readers/event_format.h"
#include "traces/readers/kallsyms.h"
#include "traces/readers/reader.h"
#include "traces/readers/trace_dat.h"

namespace kmemlab::traces {

/// Index by 64-bit key, for the few thousand distinct keys of a trace; open addressing.
class KeyIndex {
 public:
  /// The index of `key`; `make()` supplies one for a new key.
  template <class Make>
  Index find_or(std::uint64_t key, Make make) {
    for (std::size_t at = place(key);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& s = slots_[at];
      if (s.index != no_index && s.key == key) return s.index;
      if (s.index == no_index) {
        const Index index = make();
        s = {key, index};
        if (++used_ * 2 > slots_.size()) grow();
        return index;
      }
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Index index = no_index;
  };
  std::size_t place(std::uint64_t key) const;
  void grow();
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
};

class DatDecoder {
 public:
  DatDecoder(const TraceDat& dat, TableBuilder& tables);

  enum class Outcome : std::uint8_t { good, too_short, unknown_event, bad_layout };
  /// A task that the record has already (perf's samples name theirs) stays.
  Outcome decode(Bytes data, RawRecord& record);
  /// After bad_layout: what is wrong, naming event and field.
  const std::string& problem() const { return problem_; }
  bool usable() const { return common_.has_value(); }

 private:
  std::uint64_t load(const unsigned char* p, Field f) const {
    p += f.offset;
    switch (f.size) {
      case 8:
        return load_int<std::uint64_t>(p, order_);
      case 4:
        return load_int<std::uint32_t>(p, order_);
      case 2:
        return load_int<std::uint16_t>(p, order_);
      default:
        return *p;
    }
  }
  std::int64_t load_signed(const unsigned char* p, Field f) const;
  void read_formats(const TraceDat& dat);
  void read_command_lines(std::string_view text);
  Index task_of(std::int32_t pid);
  Index cache_of(Bytes data, Field location);
  void decode_slab(Bytes data, const EventLayout& layout, RawRecord& record);
  void decode_page(Bytes data, const EventLayout& layout, RawRecord& record);
  Index gfp_of(std::uint64_t value);

  TableBuilder& tables_;
  ByteOrder order_;
  Bit1 bit1_ = Bit1::irqs_nosupport;
  std::optional<CommonLayout> common_;
  std::vector<EventLayout> layouts_;
  std::vector<std::uint32_t> layout_of_id_;  // event id -> index + 1; 0 = no such event
  GfpTable gfp_table_;
  std::uint64_t account_mask_ = 0;  // where `accounted` is printed but not recorded: it is a flag (6.1 kmalloc)
  std::unordered_map<std::int32_t, std::string_view> comms_;
  Kallsyms symbols_;
  KeyIndex sites_, tasks_seen_, gfps_;
  Index last_cache_ = no_index;
  std::string problem_;
};

}  // namespace kmemlab::traces
