// `key=value` payloads of kernel event text: one parser for every dialect (ftrace, trace-cmd report, perf script).
// Values are not tokens: `call_site=sym+0x70/0xb0 [module]`, `ptr=          (null)`, `gfp_flags=` (empty). A value ends
// where the next ` key=` begins, or at a known key that follows without a blank (`bytes_req=56bytes_alloc=64`).
// Unknown keys are skipped (spec/trace_formats.md 0, items 3 to 5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/event.h"
#include "traces/readers/find_byte.h"
#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

enum class Key : std::uint8_t {
  call_site,
  ptr,
  bytes_req,
  bytes_alloc,
  gfp_flags,
  node,
  accounted,
  name,
  page,
  pfn,
  order,
  migratetype,
  count
};
inline constexpr std::size_t key_count = static_cast<std::size_t>(Key::count);

/// The known keys of one event's lines in the order of the first one: what the next line is expected to look like.
/// Only spares work; any other line is read as well.
struct KeyOrder {
  std::array<Key, 16> keys{};
  unsigned count = 0;
};

class KeyValues {
 public:
  void parse(std::string_view payload, KeyOrder& order);
  void parse(std::string_view payload);

  bool has(Key key) const { return present_ >> static_cast<unsigned>(key) & 1; }
  std::string_view get(Key key) const { return has(key) ? values_[static_cast<std::size_t>(key)] : std::string_view{}; }
  /// Which keys are there, as bits: two lines of one event have the same, unless one was cut.
  std::uint32_t mask() const { return present_; }

 private:
  void keep(Key key, std::string_view value) {
    const auto i = static_cast<unsigned>(key);
    if (present_ >> i & 1) return;  // the first one counts
    values_[i] = value;
    present_ |= 1U << i;
  }
  std::array<std::string_view, key_count> values_;
  std::uint32_t present_ = 0;
};

std::string_view key_name(Key key);

/// The first blank-delimited token of a value: options/fields prints `0xcc0 (3264)`.
inline std::string_view first_token(std::string_view value) {
  return value.substr(0, find_byte(value, ' '));
}

struct PointerText {
  std::uint64_t value = 0;
  RawPointer state = RawPointer::known;
  unsigned digits = 0;  ///< as printed, without 0x
};
/// Hex with or without 0x; (null) and (nil) are 0; any other (word) is unmatchable. Nothing if it is none of these.
std::optional<PointerText> parse_pointer(std::string_view value);

/// "sym+0x25/0x110 [module]" -> "sym+0x25", so that text and binary recordings of one kernel name a place alike.
std::string_view plain_call_site(std::string_view value);

Tri parse_truth(std::string_view value);  ///< true/false, 1/0, (1)/(0)

}  // namespace kmemlab::traces
