// The fixed shapes of a `.kmt` file: header, section directory, chunk header, column entry. FORMAT.md is the
// specification; this file is its C++ half. Encoding and decoding are byte by byte, so that no struct layout leaks.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/kmt/columns.h"

namespace kmemlab::traces::kmt {

inline constexpr std::array<unsigned char, 8> magic = {0x89, 'K', 'M', 'T', 0x0d, 0x0a, 0x1a, 0x0a};
inline constexpr std::uint16_t major_version = 1, minor_version = 1;
inline constexpr std::uint16_t verdicts_minor_version = 2;  // of a file with section 13
inline constexpr std::uint32_t chunk_events = 65536;
inline constexpr std::uint32_t chunk_magic = 0x4b4e4843;  // "CHNK"
inline constexpr std::size_t header_bytes = 64, directory_entry_bytes = 40;
inline constexpr std::size_t chunk_header_bytes = 64, column_entry_bytes = 32, index_entry_bytes = 48;
/// Bounds that a reader insists on before it allocates.
inline constexpr std::uint32_t sections_max = 4096, columns_max = 256;
inline constexpr std::uint64_t section_ratio_max = 64;  // raw bytes per stored byte of a compressed section

/// Slots and ids are dense, so that whoever replays may size tables by them: never more than events plus this.
inline constexpr std::uint64_t density_slack = std::uint64_t{1} << 20;

enum class SectionId : std::uint32_t {
  meta = 1,
  source = 2,
  quality = 3,
  names = 4,
  call_sites = 5,
  tasks = 6,
  caches = 7,
  gfps = 8,
  patches = 9,
  chunk_index = 10,
  live_sets = 11,  // where blocks live at chunk heads stand (live_piece.h)
  totals = 12,
  page_verdicts = 13,
};
inline constexpr std::uint16_t section_required = 1;  // flag: who does not know this section must refuse the file

inline constexpr std::uint8_t column_required = 1;  // flag: who does not know this column must refuse the chunk

enum class Codec : std::uint8_t { stored = 0, zstd = 1, planes_zstd = 2 };
enum class Encoding : std::uint8_t { frame = 0, delta = 1, back_distance = 2 };

struct Header {
  std::uint16_t major = major_version, minor = minor_version;
  std::uint32_t flags = 0;
  std::uint64_t events = 0, directory_offset = 0;
  std::uint32_t sections = 0, events_per_chunk = chunk_events;
  std::uint64_t file_bytes = 0, directory_checksum = 0;
};
inline constexpr std::uint32_t header_flag_zstd = 1;  // something in the file is compressed: for `file` and `info` only

struct Section {
  std::uint32_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t codec = 0;
  std::uint64_t offset = 0, stored_bytes = 0, raw_bytes = 0, checksum = 0;
};

struct ChunkHeader {
  std::uint16_t columns = 0;
  std::uint64_t first_event = 0;
  std::uint32_t events = 0;
  std::uint32_t flags = 0;
  std::uint64_t first_tick = 0, last_tick = 0, next_id = 0, payload_bytes = 0;
};

struct ColumnEntry {
  std::uint16_t column = 0;
  std::uint8_t encoding = 0, width = 0, codec = 0, flags = 0;
  std::uint64_t base = 0;
  std::uint32_t offset = 0, stored_bytes = 0;
  std::uint64_t checksum = 0;
};

struct ChunkRef {
  std::uint64_t offset = 0, bytes = 0, first_event = 0, first_tick = 0, last_tick = 0, next_id = 0;
};

void encode_header(const Header& h, unsigned char* to);
/// Checks magic, version and checksum. `bytes` is what the file holds.
Fallible<Header> decode_header(const unsigned char* from, std::uint64_t bytes);

void encode_section(const Section& s, unsigned char* to);
Section decode_section(const unsigned char* from);

/// Also fills the checksum over header and column entries, which lie right behind it.
void encode_chunk(const ChunkHeader& h, const std::vector<ColumnEntry>& columns, unsigned char* to);
/// Header of the chunk at `from`, of which `bytes` bytes are there; checks magic, extent and checksum.
/// Errors carry the byte relative to `from`.
Fallible<ChunkHeader> decode_chunk(const unsigned char* from, std::uint64_t bytes);
ColumnEntry decode_column(const unsigned char* from);
inline std::uint64_t chunk_bytes(const ChunkHeader& h) {
  return chunk_header_bytes + column_entry_bytes * std::uint64_t{h.columns} + h.payload_bytes;
}

/// ByteVector of a column's natural type; 0 for a column that this version does not know.
unsigned natural_width(unsigned column);

inline Failure<Error> fail_at(std::uint64_t byte, std::string what, std::string expected = {}) {
  return Failure<Error>{Error{std::move(what), std::move(expected), {}, {}, byte}};
}

}  // namespace kmemlab::traces::kmt
