// trace.dat version 7: a chain of options sections that point at all other sections.
#include <algorithm>

#include "traces/readers/trace_dat_parts.h"

namespace kmemlab::traces {
namespace {

constexpr unsigned options_sections_max = 1024;  // a chain that is longer runs in a circle
constexpr std::uint16_t section_flag_packed = 1;

}  // namespace

std::optional<TraceDatParser::Section> TraceDatParser::section_at(std::uint64_t offset) const {
  if (offset == 0 || offset >= file_.size()) return std::nullopt;
  ByteReader r(file_.subspan(static_cast<std::size_t>(offset)), dat_.order, offset);
  Section s;
  s.id = r.u16();
  s.packed = (r.u16() & section_flag_packed) != 0;
  r.u32();  // its description, in the strings section
  s.size = r.u64();
  s.offset = r.offset();
  if (!r.ok()) return std::nullopt;
  return s;
}

Fallible<Bytes> TraceDatParser::section_data(const Section& section) {
  const std::uint64_t have = file_.size() - section.offset;
  if (section.size > have) return error_at(section.offset, "a section is longer than the file");
  ByteReader r(file_.subspan(static_cast<std::size_t>(section.offset), static_cast<std::size_t>(section.size)),
               dat_.order);
  if (!section.packed) return r.bytes(section.size);
  const std::uint32_t packed_bytes = r.u32();
  const std::uint32_t unpacked_bytes = r.u32();
  const Bytes packed = r.bytes(packed_bytes);
  if (!r.ok()) return error_at(section.offset, "a packed section is longer than its section");
  Unpacker unpacker(dat_.packing);
  auto data = unpacker.unpack(packed, unpacked_bytes);
  if (!data) return error_at(section.offset, data.error().what, data.error().expected);
  dat_.unpacked.push_back(unpacker.release());
  return data;
}

void TraceDatParser::read_section(std::uint16_t id, std::uint64_t offset) {
  const auto section = section_at(offset);
  if (!section || section->id != id) {
    damage_.at_byte(offset, 0, "no section " + std::to_string(id) + " where the options say");
    return;
  }
  auto data = section_data(*section);
  if (!data) {
    damage_.add(data.error(), section->size);
    return;
  }
  ByteReader r(*data, dat_.order);
  bool good = true;
  switch (id) {
    case section_headers:
      good = read_header_info(r);
      break;
    case section_ftrace_formats:
      good = read_formats(r, "ftrace", r.u32());
      break;
    case section_event_formats:
      good = read_systems(r);
      break;
    case section_kallsyms:
      dat_.kallsyms = r.bytes(r.u32());
      good = r.ok();
      break;
    case section_command_lines:
      dat_.command_lines = as_text(r.bytes(r.u64()));
      good = r.ok();
      break;
    default:
      break;
  }
  if (!good) damage_.at_byte(offset, r.left(), "section " + std::to_string(id) + " ends early");
}

void TraceDatParser::read_buffer_option(ByteReader r, std::uint64_t at) {
  Buffer b;
  const std::uint64_t section_offset = r.u64();
  b.name = r.c_string();
  b.clock = r.c_string();
  b.page_bytes = r.u32();
  const std::uint32_t cpus = r.u32();
  for (std::uint32_t i = 0; i < cpus && r.ok(); ++i) {
    CpuPages pages;
    pages.cpu = r.u32();
    pages.offset = r.u64();
    const std::uint64_t size = r.u64();
    if (!r.ok()) break;
    b.cpus.push_back(pages);
    b.sizes.push_back(size);
  }
  if (!r.ok()) damage_.at_byte(at, 0, "the description of a trace buffer ends early");
  const auto section = section_at(section_offset);
  b.packed = section ? section->packed : dat_.packing != Packing::none;
  buffers_.push_back(std::move(b));
}

/// False if the chain breaks off: an options section that the file does not hold.
bool TraceDatParser::read_options_chain(std::uint64_t first) {
  std::uint64_t offset = first;
  for (unsigned n = 0; offset != 0; ++n) {
    const auto section = section_at(offset);
    if (!section || section->id != option_done || n >= options_sections_max) {
      damage_.at_byte(offset, 0, "no options section where one should be", "an undamaged trace.dat");
      return false;
    }
    auto data = section_data(*section);
    if (!data) {
      damage_.add(data.error(), section->size);
      return false;
    }
    options_end_ = section->offset + section->size;
    const std::uint64_t base = section->offset;
    ByteReader r(*data, dat_.order, base);
    offset = 0;
    for (;;) {
      const std::uint16_t id = r.u16();
      const std::uint32_t size = r.u32();
      const std::uint64_t at = r.offset();
      const Bytes option = r.bytes(size);
      if (!r.ok()) {
        damage_.at_byte(base, 0, "an options section ends early");
        return false;
      }
      ByteReader o(option, dat_.order, at);
      if (id == option_done) {
        offset = o.u64();
        break;
      }
      if (id == option_buffer) {
        read_buffer_option(o, at);
      } else if (id == option_buffer_text) {
        damage_.at_byte(at, 0, "a latency buffer holds text and is not read", "flyrecord data");
      } else if (id >= section_headers && id <= section_command_lines) {
        if (const std::uint64_t where = o.u64(); o.ok()) read_section(id, where);
      } else {
        read_shared_option(id, option);
      }
    }
  }
  return true;
}

Fallible<void> TraceDatParser::read_v7(ByteReader& r) {
  const std::uint64_t name_at = r.offset();
  const std::string_view packing_name = r.c_string();
  r.c_string();  // version of the compressor
  const std::uint64_t options = r.u64();
  if (!r.ok()) return error_at(r.offset(), "the file ends in its first bytes", "a trace.dat header");
  auto packing = packing_named(packing_name);
  if (!packing) return error_at(name_at, packing.error().what, packing.error().expected);
  dat_.packing = *packing;
  if (!section_at(options)) {
    return error_at(file_.size(),
                    "the file ends before its first options section (byte " + std::to_string(options) + ")",
                    "a trace.dat that was written to its end");
  }
  const bool whole = read_options_chain(options);
  if (buffers_.empty() && !whole) recover_buffer();
  if (whole) check_tail();
  use_buffers();
  return {};
}

/// What stands behind the last options section (descriptions of the other sections) is not read, but it must be whole:
/// a file that was cut there is a cut file.
void TraceDatParser::check_tail() {
  const std::uint64_t end = file_.size();
  while (options_end_ < end) {
    const auto section = section_at(options_end_);
    if (!section || section->size > end - section->offset) {
      damage_.at_byte(options_end_, end - options_end_, "the last section ends early",
                      "a trace.dat that was written to its end");
      return;
    }
    options_end_ = section->offset + section->size;
  }
}

/// The buffer without a name is what `trace-cmd record` fills; others are extra instances of the same machine.
void TraceDatParser::use_buffers() {
  const Buffer* chosen = nullptr;
  for (const Buffer& b : buffers_) {
    if (!chosen && (b.name.empty() || buffers_.size() == 1))
      chosen = &b;
    else
      note_instance(b.name.empty() ? "(second)" : b.name, file_.size());
  }
  if (!chosen) return;
  if (is_page_size(chosen->page_bytes)) dat_.page_bytes = chosen->page_bytes;
  if (!chosen->clock.empty()) dat_.clock = std::string(chosen->clock.substr(0, 32));
  for (std::size_t i = 0; i < chosen->cpus.size(); ++i) {
    const CpuPages& c = chosen->cpus[i];
    add_cpu(c.cpu, c.offset, chosen->sizes[i], chosen->packed);
  }
}

/// The file was cut: the options that say where the CPUs' data are stood at its end. trace-cmd writes the buffer
/// section right behind the first options, and in it one CPU after the other, each from a page boundary on.
void TraceDatParser::recover_buffer() {
  const auto section = section_at(options_end_);
  if (!section || section->id != option_buffer || dat_.page_bytes == 0) return;
  const std::uint64_t page = dat_.page_bytes;
  Buffer b;
  b.packed = section->packed;
  std::uint64_t at = (section->offset + page - 1) / page * page;
  for (std::uint32_t cpu = 0; cpu < std::max(dat_.cpu_count, 1U) && at + 4 < file_.size(); ++cpu) {
    ByteReader r(file_.subspan(static_cast<std::size_t>(at)), dat_.order, at);
    if (b.packed) {
      std::uint32_t chunks = r.u32();
      while (chunks-- > 0 && r.ok()) {
        const std::uint32_t packed = r.u32();
        r.u32();
        r.bytes(packed);
      }
    } else {
      r.bytes(r.left());  // without a list there is no telling where the next CPU starts
    }
    CpuPages pages;
    pages.cpu = cpu;
    pages.offset = at;
    b.cpus.push_back(pages);
    const std::uint64_t end = r.ok() ? r.offset() : file_.size();
    b.sizes.push_back(end - at - (b.packed ? 4 : 0));
    if (!r.ok()) break;
    at = (r.offset() + page - 1) / page * page;
  }
  if (!b.cpus.empty()) buffers_.push_back(std::move(b));
}

}  // namespace kmemlab::traces
