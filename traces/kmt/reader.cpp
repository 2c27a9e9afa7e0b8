// The reader: finds chunk and column of a block, checks and uncompresses what it needs for the first time, decodes.
#include "traces/kmt/reader.h"

#include <algorithm>
#include <array>

#include "traces/kmt/checksum.h"
#include "traces/kmt/decode.h"
#include "traces/kmt/directory.h"
#include "traces/kmt/encode.h"
#include "traces/kmt/mapped_file.h"

namespace kmemlab::traces {

using namespace kmt;

struct KmtReader::State {
  std::string name;
  MappedFile file;
  ByteVector owned;
  const unsigned char* data = nullptr;
  std::uint64_t bytes = 0;
  Opened opened;
  ColumnLimits limits;

  // The chunk that was decoded from last.
  static constexpr std::uint64_t no_chunk = ~std::uint64_t{0};
  std::uint64_t chunk = no_chunk;
  ChunkHeader head;
  std::array<ColumnEntry, column_count> entries;
  std::array<ColumnView, column_count> views;
  ColumnSet listed, ready;
  std::array<ByteVector, column_count> unpacked;
  std::vector<std::uint32_t> checked;  // per chunk: columns whose checksum and values were found good
  Decompressor unzip;
  EventBlock cached;
  bool cached_valid = false;

  Failure<Error> blame(Error error, std::uint64_t base) const {
    error.file = name;
    error.byte_offset = base + error.byte_offset.value_or(0);
    return Failure<Error>{std::move(error)};
  }
  Failure<Error> blame_column(unsigned column, const char* what, const char* expected = "") const {
    const std::uint64_t payload = opened.chunks[chunk].offset + chunk_header_bytes + column_entry_bytes * head.columns;
    return blame(Error{"column " + std::to_string(column) + " of the chunk at event " +
                           std::to_string(head.first_event) + " " + what,
                       expected,
                       {},
                       {},
                       {}},
                 payload + entries[column].offset);
  }
  Fallible<void> enter_chunk(std::uint64_t number);
  Fallible<void> read_columns(const unsigned char* at);
  Fallible<void> prepare(unsigned column);
  void fill_default(Column column, EventBlock& block) const;
  void apply_patches(EventBlock& block) const;
};

Fallible<void> KmtReader::State::enter_chunk(std::uint64_t number) {
  if (chunk == number) return {};
  if (chunk != no_chunk) file.forget(opened.chunks[chunk].offset, opened.chunks[chunk].bytes);
  chunk = no_chunk;
  const ChunkRef& ref = opened.chunks[number];
  Fallible<ChunkHeader> h = decode_chunk(data + ref.offset, ref.bytes);
  if (!h) return blame(h.error(), ref.offset);
  head = *h;
  const std::uint64_t expected = std::min<std::uint64_t>(chunk_events, opened.facts.events - ref.first_event);
  if (head.first_event != ref.first_event || head.events != expected)
    return blame(
        Error{
            "this chunk belongs elsewhere", "expected the one at event " + std::to_string(ref.first_event), {}, {}, {}},
        ref.offset);
  if (Fallible<void> r = read_columns(data + ref.offset + chunk_header_bytes); !r) return blame(r.error(), ref.offset);
  chunk = number;
  return {};
}

Fallible<void> KmtReader::State::read_columns(const unsigned char* at) {
  listed = ready = ColumnSet{};
  for (unsigned i = 0; i < head.columns; ++i, at += column_entry_bytes) {
    const ColumnEntry e = decode_column(at);
    if (e.column >= column_count) continue;  // of a later minor version
    const std::uint64_t byte = chunk_header_bytes + column_entry_bytes * std::uint64_t{i};
    if (listed.contains(static_cast<Column>(e.column))) return fail_at(byte, "a column is there twice");
    if (!plausible(e)) return fail_at(byte, "column " + std::to_string(e.column) + " is coded in an impossible way");
    if (e.offset > head.payload_bytes || e.stored_bytes > head.payload_bytes - e.offset)
      return fail_at(byte, "column " + std::to_string(e.column) + " lies outside its chunk");
    listed = listed | static_cast<Column>(e.column);
    entries[e.column] = e;
  }
  return {};
}

// Uncompressed, checked and ready to be decoded: once for each column of a chunk (the checks once for each reader).
Fallible<void> KmtReader::State::prepare(unsigned column) {
  const auto c = static_cast<Column>(column);
  if (ready.contains(c)) return {};
  const ColumnEntry& e = entries[column];
  const unsigned char* stored =
      data + opened.chunks[chunk].offset + chunk_header_bytes + column_entry_bytes * head.columns + e.offset;
  const bool good = checked[chunk] >> column & 1U;
  if (!good && checksum(stored, e.stored_bytes) != e.checksum)
    return blame_column(column, "is damaged", "its checksum differs");
  ColumnView& v = views[column];
  v = {static_cast<Encoding>(e.encoding), e.width, e.base, stored};
  const std::uint64_t raw = raw_bytes_of(v.encoding, v.width, head.events);
  if (e.codec != static_cast<std::uint8_t>(Codec::stored)) {
    unpacked[column].resize(raw);
    const Fallible<void> r =
        unzip.decompress(static_cast<Codec>(e.codec), stored, e.stored_bytes, e.width, unpacked[column].data(), raw);
    if (!r) return blame_column(column, r.error().what.c_str());
    v.raw = unpacked[column].data();
  } else if (raw != e.stored_bytes) {
    return blame_column(column, "has the wrong size");
  }
  if (raw == 0) v.raw = nullptr;
  if (!good && !values_in_range(c, v, head.events, limits)) return blame_column(column, "holds an impossible value");
  checked[chunk] |= 1U << column;
  ready = ready | c;
  return {};
}

void KmtReader::State::fill_default(Column column, EventBlock& block) const {
  with_column(block, column, [&](auto* out) {
    std::fill_n(out, block.events, static_cast<std::remove_pointer_t<decltype(out)>>(column_default(column)));
  });
}

void KmtReader::State::apply_patches(EventBlock& block) const {
  const auto& at = opened.patches.events;
  auto it = std::lower_bound(at.begin(), at.end(), block.first_event);
  for (; it != at.end() && *it - block.first_event < block.events; ++it)
    block.cache[*it - block.first_event] = opened.patches.caches[static_cast<std::size_t>(it - at.begin())];
}

KmtReader::KmtReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
KmtReader::KmtReader(KmtReader&&) noexcept = default;
KmtReader& KmtReader::operator=(KmtReader&&) noexcept = default;
KmtReader::~KmtReader() = default;

Fallible<KmtReader> KmtReader::make(std::unique_ptr<State> state) {
  State& s = *state;
  Fallible<Opened> opened = open_directory(s.data, s.bytes);
  if (!opened) return s.blame(opened.error(), 0);
  s.opened = std::move(*opened);
  const Tables& t = s.opened.tables;
  s.limits = {s.opened.facts.max_slots, t.names.size(), t.call_sites.size(),  t.tasks.size(),
              t.caches.size(),          t.gfps.size(),  s.opened.facts.blocks};
  s.checked.assign(s.opened.chunks.size(), 0);
  return KmtReader(std::move(state));
}

Fallible<KmtReader> KmtReader::open(const std::string& path) {
  Fallible<MappedFile> file = MappedFile::open(path);
  if (!file) return Failure<Error>{file.error()};
  auto state = std::make_unique<State>();
  state->name = path;
  state->file = std::move(*file);
  state->data = state->file.data();
  state->bytes = state->file.bytes();
  return make(std::move(state));
}

Fallible<KmtReader> KmtReader::from_bytes(ByteVector bytes, const std::string& name) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->owned = std::move(bytes);
  state->data = state->owned.data();
  state->bytes = state->owned.size();
  return make(std::move(state));
}

const TraceFacts& KmtReader::facts() const {
  return state_->opened.facts;
}
const Tables& KmtReader::tables() const {
  return state_->opened.tables;
}
const Quality& KmtReader::quality() const {
  return state_->opened.quality;
}
const Source& KmtReader::source() const {
  return state_->opened.source;
}
const std::optional<Totals>& KmtReader::totals() const {
  return state_->opened.totals;
}
bool KmtReader::compressed() const {
  return (state_->opened.header.flags & header_flag_zstd) != 0;
}
std::string KmtReader::format() const {
  const Header& h = state_->opened.header;
  return "kmt " + std::to_string(h.major) + "." + std::to_string(h.minor);
}

Fallible<std::uint32_t> KmtReader::block(std::uint64_t event, ColumnSet columns, EventBlock& block) {
  State& s = *state_;
  if (event >= events()) {
    Error e{"there is no event " + std::to_string(event), "the trace has " + std::to_string(events()), s.name, {}, {}};
    return Failure<Error>{std::move(e)};
  }
  if (Fallible<void> r = s.enter_chunk(event / chunk_events); !r) return Failure<Error>{r.error()};
  const auto first = static_cast<std::uint32_t>(event % chunk_events / block_events * block_events);
  block.first_event = s.head.first_event + first;
  block.events = std::min(block_events, s.head.events - first);
  block.columns = ColumnSet{columns.bits & all_columns.bits};
  for (unsigned i = 0; i < column_count; ++i) {
    const auto c = static_cast<Column>(i);
    if (!columns.contains(c)) continue;
    if (!s.listed.contains(c)) {
      s.fill_default(c, block);
      continue;
    }
    if (Fallible<void> r = s.prepare(i); !r) return Failure<Error>{r.error()};
    if (!decode_column_block(c, s.views[i], s.head.events, first, block.events, s.limits.ids, block))
      return s.blame_column(i, "refers to blocks that cannot be");
  }
  if (columns.contains(Column::cache) && !s.opened.patches.events.empty()) s.apply_patches(block);
  return block.events;
}

Fallible<Event> KmtReader::event(std::uint64_t index) {
  State& s = *state_;
  if (!s.cached_valid || index < s.cached.first_event || index - s.cached.first_event >= s.cached.events) {
    s.cached_valid = false;
    if (Fallible<std::uint32_t> r = block(index, all_columns, s.cached); !r) return Failure<Error>{r.error()};
    s.cached_valid = true;
  }
  return s.cached.event(index - s.cached.first_event);
}

Fallible<std::uint64_t> KmtReader::seek_tick(std::uint64_t tick) {
  const auto& chunks = state_->opened.chunks;
  const auto chunk =
      std::partition_point(chunks.begin(), chunks.end(), [&](const ChunkRef& c) { return c.last_tick < tick; });
  if (chunk == chunks.end()) return events();
  const auto b = std::make_unique<EventBlock>();
  for (std::uint64_t at = chunk->first_event; at < events(); at += block_events) {
    Fallible<std::uint32_t> rows = block(at, Column::tick, *b);
    if (!rows) return Failure<Error>{rows.error()};
    const auto end = b->tick.begin() + *rows;
    const auto it = std::lower_bound(b->tick.begin(), end, tick);
    if (it != end) return at + static_cast<std::uint64_t>(it - b->tick.begin());
  }
  return events();
}

Fallible<void> KmtReader::verify_all() {
  return for_each_block(all_columns, [](const EventBlock&) {});
}

}  // namespace kmemlab::traces
