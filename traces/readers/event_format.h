// The `format` files inside a recording: where each field of an event stands. `offset`, `size` and `signed` of the
// recording are authoritative (they differ between kernels and word sizes); field names are what we know.
// Refuses, when the event occurs: a memory event without a field that it cannot do without, or with a field of a size
// that is no integer's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

struct Field {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< 0 = the event has no such field
  bool is_signed = false;
  bool present() const { return size != 0; }
};

struct FormatField {
  std::string_view declaration;  ///< "unsigned long call_site", as written
  std::string_view name;         ///< "call_site"
  Field field;
};

/// One format file, taken apart but not judged. Views into the text.
struct EventFormat {
  std::string_view name;
  std::uint32_t id = 0;
  std::vector<FormatField> fields;
  std::string_view print_format;

  std::optional<Field> find(std::string_view field_name) const;
};

/// Name and id alone: cheap, for the hundreds of events that a trace does not hold. Nothing if the text has neither.
std::optional<EventFormat> parse_event_head(std::string_view text);
/// Everything. Nothing if the text has no name or no id.
std::optional<EventFormat> parse_event_format(std::string_view text);
/// `field:` lines alone (header_page has no name).
std::vector<FormatField> parse_fields(std::string_view text);

/// What the reader needs of one event type.
struct EventLayout {
  std::string event;
  RawKind kind = RawKind::mark;
  Index name = no_index;        ///< interned when the event first occurs
  std::uint32_t bytes_min = 0;  ///< every field below ends inside this
  Field call_site, pointer, requested, granted, gfp, node, accounted, cache_name, pfn, order, migratetype;
  std::string problem;  ///< why records of this event cannot be read; empty if they can
};

EventLayout layout_of(const EventFormat& format);

/// The fields that every record starts with.
struct CommonLayout {
  Field type, flags, preempt_count, pid;
  std::uint32_t bytes_min = 0;
};
/// Nothing if common_type or common_pid is missing or absurd.
std::optional<CommonLayout> common_layout_of(const EventFormat& format);

}  // namespace kmemlab::traces
