// One line of what babeltrace prints of an LTTng trace (spec/trace_formats.md 5), taken apart. Both layouts:
//   [08:36:01.211260539] (+?.?????????) lager kmem_kmalloc: { cpu_id = 1 }, { call_site = 0xBF083A6C, ... }
//   timestamp = 1412670961.211260539, delta = ..., trace:hostname = lager, name = kmem_kmalloc,
//       stream.packet.context = { cpu_id = 1 }, event.fields = { call_site = 0xBF083A6C, ... }     (--names all)
// The time is one of a day, with or without date, or seconds. The last group is the payload; those before it are
// contexts, among which the packet's (cpu_id) comes first. Refuses lines whose groups are not closed: they were cut.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kmemlab::traces {

/// `key = value` pairs of a group, in order; a bounded number of them.
class BabelFields {
 public:
  void clear() { count_ = 0; }
  void add(std::string_view key, std::string_view value) {
    if (count_ < fields_.size()) fields_[count_++] = {key, value};
  }
  /// As printed, quotes taken off; nothing if there is no such field.
  std::optional<std::string_view> text(std::string_view key) const;
  /// A decimal or 0x number; of an array its first element.
  std::optional<std::uint64_t> number(std::string_view key) const;
  std::size_t size() const { return count_; }
  std::string_view key(std::size_t i) const { return fields_[i].key; }

 private:
  struct Field {
    std::string_view key, value;
  };
  std::array<Field, 48> fields_;
  std::size_t count_ = 0;
};

enum class BabelTime : std::uint8_t { of_day, whole };  ///< of_day: starts again at midnight

struct BabelLine {
  std::string_view name;      ///< "kmem_kmalloc", "lttng_ust_libc:malloc"
  std::string_view procname;  ///< from `host:procname:vpid`; empty if not shown
  std::optional<std::uint64_t> vpid;
  std::uint64_t tick = 0;  ///< nanoseconds
  BabelTime time = BabelTime::whole;
  BabelFields context, payload;
};

/// False if the line is no whole event line.
bool parse_babel_line(std::string_view text, BabelLine& out);

}  // namespace kmemlab::traces
