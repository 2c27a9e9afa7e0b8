// Encoding and decoding of the fixed shapes of a `.kmt` file.
#include "traces/kmt/layout.h"

#include <algorithm>
#include <string>

#include "traces/kmt/checksum.h"

namespace kmemlab::traces::kmt {

void encode_header(const Header& h, unsigned char* to) {
  std::copy(magic.begin(), magic.end(), to);
  put_le(to + 8, h.major, 2);
  put_le(to + 10, h.minor, 2);
  put_le(to + 12, h.flags, 4);
  put_le(to + 16, h.events, 8);
  put_le(to + 24, h.directory_offset, 8);
  put_le(to + 32, h.sections, 4);
  put_le(to + 36, h.events_per_chunk, 4);
  put_le(to + 40, h.file_bytes, 8);
  put_le(to + 48, h.directory_checksum, 8);
  put_le(to + 56, checksum(to, 56), 8);
}

Fallible<Header> decode_header(const unsigned char* from, std::uint64_t bytes) {
  if (bytes < magic.size() || !std::equal(magic.begin(), magic.end(), from))
    return fail_at(0, "not a .kmt trace", "expected the bytes 89 'KMT' 0d 0a 1a 0a");
  if (bytes < header_bytes)
    return fail_at(bytes,
                   "the file ends at byte " + std::to_string(bytes) + ", inside its header; 0 events are readable",
                   "expected 64 bytes of header");
  Header h;
  h.major = static_cast<std::uint16_t>(get_le(from + 8, 2));
  h.minor = static_cast<std::uint16_t>(get_le(from + 10, 2));
  if (h.major != major_version)
    return fail_at(8, "this is .kmt version " + std::to_string(h.major) + "." + std::to_string(h.minor),
                   "this kmemlab reads version 1.x: use a newer kmemlab, or convert the original recording again");
  if (get_le(from + 56, 8) != checksum(from, 56)) return fail_at(56, "the header is damaged", "its checksum differs");
  h.flags = static_cast<std::uint32_t>(get_le(from + 12, 4));
  h.events = get_le(from + 16, 8);
  h.directory_offset = get_le(from + 24, 8);
  h.sections = static_cast<std::uint32_t>(get_le(from + 32, 4));
  h.events_per_chunk = static_cast<std::uint32_t>(get_le(from + 36, 4));
  h.file_bytes = get_le(from + 40, 8);
  h.directory_checksum = get_le(from + 48, 8);
  if (h.events_per_chunk != chunk_events)
    return fail_at(36, "chunks of " + std::to_string(h.events_per_chunk) + " events", "expected 65536");
  return h;
}

void encode_section(const Section& s, unsigned char* to) {
  put_le(to, s.id, 4);
  put_le(to + 4, s.flags, 2);
  put_le(to + 6, s.codec, 2);
  put_le(to + 8, s.offset, 8);
  put_le(to + 16, s.stored_bytes, 8);
  put_le(to + 24, s.raw_bytes, 8);
  put_le(to + 32, s.checksum, 8);
}

Section decode_section(const unsigned char* from) {
  Section s;
  s.id = static_cast<std::uint32_t>(get_le(from, 4));
  s.flags = static_cast<std::uint16_t>(get_le(from + 4, 2));
  s.codec = static_cast<std::uint16_t>(get_le(from + 6, 2));
  s.offset = get_le(from + 8, 8);
  s.stored_bytes = get_le(from + 16, 8);
  s.raw_bytes = get_le(from + 24, 8);
  s.checksum = get_le(from + 32, 8);
  return s;
}

// The chunk's checksum stands in bytes 56..63 and covers the 56 bytes before it and the column entries behind it.
static std::uint64_t chunk_checksum(const unsigned char* from, std::size_t columns) {
  ByteVector covered(from, from + 56);
  covered.insert(covered.end(), from + chunk_header_bytes, from + chunk_header_bytes + column_entry_bytes * columns);
  return checksum(covered.data(), covered.size());
}

void encode_chunk(const ChunkHeader& h, const std::vector<ColumnEntry>& columns, unsigned char* to) {
  put_le(to, chunk_magic, 4);
  put_le(to + 4, h.flags, 2);
  put_le(to + 6, h.columns, 2);
  put_le(to + 8, h.first_event, 8);
  put_le(to + 16, h.events, 4);
  put_le(to + 20, 0, 4);
  put_le(to + 24, h.first_tick, 8);
  put_le(to + 32, h.last_tick, 8);
  put_le(to + 40, h.next_id, 8);
  put_le(to + 48, h.payload_bytes, 8);
  unsigned char* at = to + chunk_header_bytes;
  for (const ColumnEntry& c : columns) {
    put_le(at, c.column, 2);
    put_le(at + 2, c.encoding, 1);
    put_le(at + 3, c.width, 1);
    put_le(at + 4, c.codec, 1);
    put_le(at + 5, c.flags, 3);  // and two zero bytes
    put_le(at + 8, c.base, 8);
    put_le(at + 16, c.offset, 4);
    put_le(at + 20, c.stored_bytes, 4);
    put_le(at + 24, c.checksum, 8);
    at += column_entry_bytes;
  }
  put_le(to + 56, chunk_checksum(to, columns.size()), 8);
}

Fallible<ChunkHeader> decode_chunk(const unsigned char* from, std::uint64_t bytes) {
  if (bytes < chunk_header_bytes) return fail_at(0, "a chunk header is cut off", "expected 64 bytes");
  if (get_le(from, 4) != chunk_magic) return fail_at(0, "no chunk is here", "expected the bytes 'CHNK'");
  ChunkHeader h;
  h.flags = static_cast<std::uint32_t>(get_le(from + 4, 2));
  h.columns = static_cast<std::uint16_t>(get_le(from + 6, 2));
  h.first_event = get_le(from + 8, 8);
  h.events = static_cast<std::uint32_t>(get_le(from + 16, 4));
  h.first_tick = get_le(from + 24, 8);
  h.last_tick = get_le(from + 32, 8);
  h.next_id = get_le(from + 40, 8);
  h.payload_bytes = get_le(from + 48, 8);
  const std::uint64_t head = chunk_header_bytes + column_entry_bytes * std::uint64_t{h.columns};
  if (h.columns > columns_max || head > bytes) return fail_at(6, "the chunk's column directory is damaged or cut off");
  if (chunk_checksum(from, h.columns) != get_le(from + 56, 8))
    return fail_at(56, "the chunk's header is damaged", "its checksum differs");
  if (h.payload_bytes > bytes - head) return fail_at(48, "the chunk is cut off");
  if (h.events == 0 || h.events > chunk_events)
    return fail_at(16, "a chunk of " + std::to_string(h.events) + " events");
  return h;
}

ColumnEntry decode_column(const unsigned char* from) {
  ColumnEntry c;
  c.column = static_cast<std::uint16_t>(get_le(from, 2));
  c.encoding = from[2];
  c.width = from[3];
  c.codec = from[4];
  c.flags = from[5];
  c.base = get_le(from + 8, 8);
  c.offset = static_cast<std::uint32_t>(get_le(from + 16, 4));
  c.stored_bytes = static_cast<std::uint32_t>(get_le(from + 20, 4));
  c.checksum = get_le(from + 24, 8);
  return c;
}

unsigned natural_width(unsigned column) {
  constexpr std::array<unsigned char, column_count> width = {8, 1, 1, 4, 8, 8, 8, 8, 4, 4, 4, 4, 4, 2, 2, 1, 1, 1, 1};
  return column < column_count ? width[column] : 0;
}

}  // namespace kmemlab::traces::kmt
