// Format files: see event_format.h. A field line reads
//   `field:unsigned long call_site;	offset:8;	size:8;	signed:0;`
#include "traces/readers/event_format.h"

#include <algorithm>
#include <array>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint32_t field_end_max = 1U << 20;  // no ring-buffer record is longer than its page

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Number after `key` in a field line, up to `;`.
std::optional<std::uint64_t> number_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + key.size());
  return parse_decimal(rest.substr(0, rest.find(';')));
}

/// "const void * ptr" -> "ptr"; "__data_loc char[] name" -> "name"; "unsigned long caller[8]" -> "caller".
std::string_view name_in(std::string_view declaration) {
  const std::size_t last = declaration.find_last_of(" *");
  std::string_view name = last == std::string_view::npos ? declaration : declaration.substr(last + 1);
  return name.substr(0, name.find('['));
}

std::optional<FormatField> parse_field(std::string_view line) {
  const std::size_t start = line.find("field:");
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(start + 6);
  const std::size_t semicolon = rest.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  const auto offset = number_after(rest, "offset:");
  const auto size = number_after(rest, "size:");
  if (!offset || !size || *offset > field_end_max || *size > field_end_max) return std::nullopt;
  FormatField f;
  f.declaration = rest.substr(0, semicolon);
  while (f.declaration.starts_with(' ')) f.declaration.remove_prefix(1);
  f.name = name_in(f.declaration);
  f.field = {static_cast<std::uint32_t>(*offset), static_cast<std::uint32_t>(*size),
             number_after(rest, "signed:").value_or(0) != 0};
  return f;
}

/// Takes "name:" and "ID:" lines; leaves `rest` after them.
std::optional<EventFormat> take_head(std::string_view& rest) {
  EventFormat format;
  std::optional<std::uint64_t> id;
  while (!rest.empty() && (format.name.empty() || !id)) {
    const std::string_view line = next_line(rest);
    if (line.starts_with("name: ")) format.name = line.substr(6);
    if (line.starts_with("ID: ")) id = parse_decimal(line.substr(4));
  }
  if (format.name.empty() || !id || *id > 0xffff) return std::nullopt;
  format.id = static_cast<std::uint32_t>(*id);
  return format;
}

bool is_integer_size(std::uint32_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

/// Fills the fields of a layout and writes down the first thing that is wrong.
class LayoutBuilder {
 public:
  LayoutBuilder(const EventFormat& format, EventLayout& layout) : format_(format), layout_(layout) {}

  void need(Field& to, std::string_view name) {
    if (!optional(to, name)) problem("field " + std::string(name) + " is missing");
  }
  bool optional(Field& to, std::string_view name) {
    const auto found = format_.find(name);
    if (!found) return false;
    if (!is_integer_size(found->size)) {
      problem("field " + std::string(name) + " has size " + std::to_string(found->size));
      return true;
    }
    to = *found;
    layout_.bytes_min = std::max(layout_.bytes_min, to.offset + to.size);
    return true;
  }
  void problem(std::string what) {
    if (layout_.problem.empty()) layout_.problem = "event " + std::string(format_.name) + ": " + what;
  }

 private:
  const EventFormat& format_;
  EventLayout& layout_;
};

}  // namespace

std::optional<Field> EventFormat::find(std::string_view field_name) const {
  for (const FormatField& f : fields) {
    if (f.name == field_name) return f.field;
  }
  return std::nullopt;
}

std::optional<EventFormat> parse_event_head(std::string_view text) {
  return take_head(text);
}

std::vector<FormatField> parse_fields(std::string_view text) {
  std::vector<FormatField> fields;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.starts_with("print fmt:")) break;
    if (auto f = parse_field(line)) fields.push_back(*f);
  }
  return fields;
}

std::optional<EventFormat> parse_event_format(std::string_view text) {
  auto format = take_head(text);
  if (!format) return std::nullopt;
  format->fields = parse_fields(text);
  const std::size_t print = text.find("print fmt:");
  if (print != std::string_view::npos) format->print_format = text.substr(print);
  return format;
}

EventLayout layout_of(const EventFormat& format) {
  EventLayout layout;
  layout.event = std::string(format.name);
  layout.kind = kind_of_event(format.name);
  LayoutBuilder build(format, layout);
  switch (layout.kind) {
    case RawKind::slab_alloc:
      build.need(layout.requested, "bytes_req");
      build.need(layout.granted, "bytes_alloc");
      build.need(layout.gfp, "gfp_flags");
      build.optional(layout.node, "node");
      build.optional(layout.accounted, "accounted");
      [[fallthrough]];
    case RawKind::slab_free:
      build.need(layout.pointer, "ptr");
      build.need(layout.call_site, "call_site");
      build.optional(layout.cache_name, "name");
      break;
    case RawKind::page_alloc:
      build.optional(layout.gfp, "gfp_flags");
      build.optional(layout.migratetype, "migratetype");
      [[fallthrough]];
    case RawKind::page_free:
      if (!build.optional(layout.pfn, "pfn")) build.need(layout.pfn, "page");  // before 4.0 only the page's address
      if (!build.optional(layout.order, "order") && format.name != "mm_page_free_batched" &&
          format.name != "mm_pagevec_free") {
        build.problem("field order is missing");
      }
      break;
    case RawKind::slab_realloc:  // the kernel has no such event
    case RawKind::mark:
    case RawKind::lost:
      break;
  }
  return layout;
}

std::optional<CommonLayout> common_layout_of(const EventFormat& format) {
  CommonLayout c;
  const std::array<std::pair<Field*, std::string_view>, 4> wanted = {{{&c.type, "common_type"},
                                                                      {&c.flags, "common_flags"},
                                                                      {&c.preempt_count, "common_preempt_count"},
                                                                      {&c.pid, "common_pid"}}};
  for (const auto& [to, name] : wanted) {
    if (const auto found = format.find(name)) {
      if (!is_integer_size(found->size)) return std::nullopt;
      *to = *found;
      c.bytes_min = std::max(c.bytes_min, found->offset + found->size);
    }
  }
  if (!c.type.present() || !c.pid.present()) return std::nullopt;
  return c;
}

}  // namespace kmemlab::traces
