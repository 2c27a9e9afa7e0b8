// Header, directory and tables, in that order: nothing is believed before its checksum and its bounds are checked.
#include "traces/kmt/directory.h"

#include <string>

#include "core/base/ints.h"
#include "traces/kmt/checksum.h"
#include "traces/kmt/totals_section.h"
#include "traces/kmt/verdict_check.h"
#include "traces/kmt/verdict_section.h"

namespace kmemlab::traces::kmt {

namespace {

// Events in whole chunks before the end, found by walking the chunks: each says how long it is.
std::uint64_t readable_events(const unsigned char* data, std::uint64_t bytes) {
  std::uint64_t events = 0;
  for (std::uint64_t at = header_bytes; at < bytes;) {
    at += live_piece_bytes(data + at, bytes - at);
    if (at >= bytes) break;
    const Fallible<ChunkHeader> h = decode_chunk(data + at, bytes - at);
    if (!h || h.value().first_event != events) break;
    events += h.value().events;
    at += chunk_bytes(h.value());
  }
  return events;
}

class Opener {
 public:
  Opener(const unsigned char* data, std::uint64_t bytes) : data_(data), bytes_(bytes) {}

  Fallible<Opened> open() {
    Fallible<Header> header = decode_header(data_, bytes_);
    if (!header) return Failure<Error>{header.error()};
    out_.header = *header;
    if (out_.header.file_bytes > bytes_)
      return fail_at(bytes_,
                     "the file ends at byte " + std::to_string(bytes_) + " of " +
                         std::to_string(out_.header.file_bytes) + "; its first " +
                         std::to_string(readable_events(data_, bytes_)) + " of " + std::to_string(out_.header.events) +
                         " events are readable",
                     "copy or convert it again");
    if (Fallible<void> r = read_directory(); !r) return Failure<Error>{r.error()};
    for (const Section& s : sections_)
      if (Fallible<void> r = read_section(s); !r) return Failure<Error>{r.error()};
    if (Fallible<void> r = check_whole(); !r) return Failure<Error>{r.error()};
    return std::move(out_);
  }

 private:
  Fallible<void> read_directory() {
    const Header& h = out_.header;
    const std::uint64_t size = directory_entry_bytes * std::uint64_t{h.sections};
    if (h.sections > sections_max || h.directory_offset > h.file_bytes || size > h.file_bytes - h.directory_offset)
      return fail_at(24, "the section directory lies outside the file");
    const unsigned char* at = data_ + h.directory_offset;
    if (checksum(at, size) != h.directory_checksum)
      return fail_at(h.directory_offset, "the section directory is damaged", "its checksum differs");
    for (std::uint32_t i = 0; i < h.sections; ++i) sections_.push_back(decode_section(at + directory_entry_bytes * i));
    return {};
  }

  Fallible<void> read_section(const Section& s) {
    const bool known = s.id >= static_cast<std::uint32_t>(SectionId::meta) &&
                       s.id <= static_cast<std::uint32_t>(SectionId::page_verdicts);
    if (!known && (s.flags & section_required) == 0) return {};
    if (!known)
      return fail_at(s.offset, "the file needs section " + std::to_string(s.id) + ", which this kmemlab does not know",
                     "use a newer kmemlab, or convert the original recording again");
    if (seen_ >> s.id & 1U) return fail_at(s.offset, "section " + std::to_string(s.id) + " is there twice");
    seen_ |= 1U << s.id;
    if (s.offset > out_.header.file_bytes || s.stored_bytes > out_.header.file_bytes - s.offset)
      return fail_at(s.offset, "section " + std::to_string(s.id) + " lies outside the file");
    if (checksum(data_ + s.offset, s.stored_bytes) != s.checksum)
      return fail_at(s.offset, "section " + std::to_string(s.id) + " is damaged", "its checksum differs");
    return unpack_section(s);
  }

  Fallible<void> unpack_section(const Section& s) {
    const unsigned char* raw = data_ + s.offset;
    ByteVector buffer;
    if (s.codec != static_cast<std::uint16_t>(Codec::stored)) {
      if (s.codec != static_cast<std::uint16_t>(Codec::zstd) || s.raw_bytes / section_ratio_max > s.stored_bytes)
        return fail_at(s.offset, "section " + std::to_string(s.id) + " is compressed in an impossible way");
      buffer.resize(s.raw_bytes);
      const Fallible<void> r = unzip_.decompress(Codec::zstd, raw, s.stored_bytes, 1, buffer.data(), buffer.size());
      if (!r) return fail_at(s.offset, "section " + std::to_string(s.id) + ": " + r.error().what);
      raw = buffer.data();
    } else if (s.raw_bytes != s.stored_bytes) {
      return fail_at(s.offset, "section " + std::to_string(s.id) + " has two different sizes");
    }
    if (parse(static_cast<SectionId>(s.id), raw, s.raw_bytes)) return {};
    return fail_at(s.offset, "section " + std::to_string(s.id) + " is not what FORMAT.md says");
  }

  bool parse(SectionId id, const unsigned char* raw, std::size_t bytes) {
    switch (id) {
      case SectionId::meta:
        return decode_facts(raw, bytes, out_.facts);
      case SectionId::source:
        return decode_source(raw, bytes, out_.source);
      case SectionId::quality:
        return decode_quality(raw, bytes, out_.quality);
      case SectionId::names:
        return decode_names(raw, bytes, out_.tables.names);
      case SectionId::call_sites:
        return decode_call_sites(raw, bytes, out_.tables.call_sites);
      case SectionId::tasks:
        return decode_tasks(raw, bytes, out_.tables.tasks);
      case SectionId::caches:
        return decode_names(raw, bytes, out_.tables.caches);
      case SectionId::gfps:
        return decode_gfps(raw, bytes, out_.tables.gfps);
      case SectionId::patches:
        return parse_patches(raw, bytes);
      case SectionId::chunk_index:
        return parse_index(raw, bytes);
      case SectionId::totals:
        return decode_totals(raw, bytes, out_.totals);
      case SectionId::live_sets:
        return parse_live_sets(raw, bytes);
      case SectionId::page_verdicts:
        return decode_verdicts(raw, bytes, out_.header.events, out_.verdicts);
    }
    return true;
  }

  bool parse_patches(const unsigned char* raw, std::size_t bytes) {
    ByteReader r(raw, bytes);
    const std::uint64_t count = r.u64();
    if (!r.ok() || count > r.left() / 12) return false;
    std::uint64_t event = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t step = r.u64();
      if (step > out_.header.events || event + step >= out_.header.events || (i > 0 && step == 0)) return false;
      out_.patches.events.push_back(event += step);
    }
    for (std::uint64_t i = 0; i < count; ++i) out_.patches.caches.push_back(static_cast<Index>(r.u32()));
    return r.ok();
  }

  // Chunks must follow one another through the whole trace, all but the last one full.
  bool parse_index(const unsigned char* raw, std::size_t bytes) {
    ByteReader r(raw, bytes);
    const std::uint64_t count = r.u64(), entry_bytes = r.u32();
    r.u32();
    if (!r.ok() || entry_bytes < index_entry_bytes || count > r.left() / entry_bytes) return false;
    const std::uint64_t events = out_.header.events;
    if (count != events / chunk_events + (events % chunk_events != 0)) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      ByteReader e(raw + 16 + entry_bytes * i, index_entry_bytes);
      ChunkRef c;
      c.offset = e.u64(), c.bytes = e.u64(), c.first_event = e.u64();
      c.first_tick = e.u64(), c.last_tick = e.u64(), c.next_id = e.u64();
      if (c.first_event != i * chunk_events || c.offset % 8 != 0 || c.offset > out_.header.file_bytes ||
          c.bytes > out_.header.file_bytes - c.offset)
        return false;
      out_.chunks.push_back(c);
    }
    return true;
  }

  bool parse_live_sets(const unsigned char* raw, std::size_t bytes) {
    ByteReader r(raw, bytes);
    const std::uint64_t count = r.u64(), entry_bytes = r.u32();
    r.u32();
    if (!r.ok() || entry_bytes < live_entry_bytes || count > r.left() / entry_bytes) return false;
    for (std::uint64_t i = 0, before = 0; i < count; ++i) {
      ByteReader e(raw + 16 + entry_bytes * i, live_entry_bytes);
      LiveRef l;
      l.event = e.u64(), l.offset = e.u64(), l.bytes = e.u64();
      if (l.event <= before || l.event % chunk_events != 0 || l.event >= out_.header.events ||
          l.offset > out_.header.file_bytes || l.bytes > out_.header.file_bytes - l.offset)
        return false;
      before = l.event;
      out_.live_heads.push_back(l);
    }
    return true;
  }

  Fallible<void> check_whole() {
    constexpr std::uint32_t needed = 0x5fe;  // 1 to 8 and 10; patches may be absent
    if ((seen_ & needed) != needed) return fail_at(24, "a section is missing", "expected the sections of FORMAT.md");
    if (out_.facts.events != out_.header.events)
      return fail_at(16, "header and facts disagree on the number of events");
    const std::uint64_t most = saturating_add(out_.facts.events, density_slack);
    if (out_.facts.max_slots > most || out_.facts.blocks > most)
      return fail_at(24, "slots or ids are not dense", "expected no more of them than events plus 2^20");
    for (const Index cache : out_.patches.caches)
      if (cache != no_index && cache >= out_.tables.caches.size()) return fail_at(24, "a patch names no cache");
    if (out_.verdicts.size() == 0 || !out_.totals) return {};
    const auto same = compare_verdicts(out_.verdicts.size(), out_.totals->pages.allocs);
    return same ? same : fail_at(24, same.error().what, same.error().expected);
  }

  const unsigned char* data_;
  std::uint64_t bytes_;
  Opened out_;
  std::vector<Section> sections_;
  std::uint32_t seen_ = 0;
  Decompressor unzip_;
};

}  // namespace

Fallible<Opened> open_directory(const unsigned char* data, std::uint64_t bytes) {
  return Opener(data, bytes).open();
}

}  // namespace kmemlab::traces::kmt
