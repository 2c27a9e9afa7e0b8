// The cursor: finds chunk and column of a block, checks and uncompresses what it needs for the first time, decodes.
#include "traces/kmt/cursor.h"

#include <algorithm>
#include <array>

#include "traces/kmt/checksum.h"
#include "traces/kmt/decode.h"
#include "traces/kmt/encode.h"
#include "traces/kmt/live_piece.h"
#include "traces/kmt/view_state.h"

namespace kmemlab::traces {

using namespace kmt;

struct KmtCursor::State {
  explicit State(std::shared_ptr<const KmtView> view)
      : shared(std::move(view)), v(*shared->state_), opened(v.opened), limits(v.limits) {}

  const std::shared_ptr<const KmtView> shared;
  const KmtView::State& v;
  const Opened& opened;
  const ColumnLimits& limits;

  // The chunk that was decoded from last.
  static constexpr std::uint64_t no_chunk = ~std::uint64_t{0};
  std::uint64_t chunk = no_chunk;
  ChunkHeader head;
  std::array<ColumnEntry, column_count> entries;
  std::array<ColumnView, column_count> views;
  ColumnSet listed, ready;
  std::array<ByteVector, column_count> unpacked;
  Decompressor unzip;
  EventBlock cached;
  bool cached_valid = false;

  Failure<Error> blame(Error error, std::uint64_t base) const { return v.blame(std::move(error), base); }
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

Fallible<void> KmtCursor::State::enter_chunk(std::uint64_t number) {
  if (chunk == number) return {};
  if (chunk != no_chunk) v.file.forget(opened.chunks[chunk].offset, opened.chunks[chunk].bytes);
  chunk = no_chunk;
  const ChunkRef& ref = opened.chunks[number];
  Fallible<ChunkHeader> h = decode_chunk(v.data + ref.offset, ref.bytes);
  if (!h) return blame(h.error(), ref.offset);
  head = *h;
  const std::uint64_t expected = std::min<std::uint64_t>(chunk_events, opened.facts.events - ref.first_event);
  if (head.first_event != ref.first_event || head.events != expected)
    return blame(
        Error{
            "this chunk belongs elsewhere", "expected the one at event " + std::to_string(ref.first_event), {}, {}, {}},
        ref.offset);
  if (Fallible<void> r = read_columns(v.data + ref.offset + chunk_header_bytes); !r)
    return blame(r.error(), ref.offset);
  chunk = number;
  return {};
}

Fallible<void> KmtCursor::State::read_columns(const unsigned char* at) {
  listed = ready = ColumnSet{};
  for (unsigned i = 0; i < head.columns; ++i, at += column_entry_bytes) {
    const ColumnEntry e = decode_column(at);
    const std::uint64_t byte = chunk_header_bytes + column_entry_bytes * std::uint64_t{i};
    if (e.column >= column_count && (e.flags & column_required) != 0)
      return fail_at(byte, "the chunk needs column " + std::to_string(e.column) + ", which this kmemlab does not know",
                     "use a newer kmemlab, or convert the original recording again");
    if (e.column >= column_count) continue;  // of a later minor version
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
Fallible<void> KmtCursor::State::prepare(unsigned column) {
  const auto c = static_cast<Column>(column);
  if (ready.contains(c)) return {};
  const ColumnEntry& e = entries[column];
  const unsigned char* stored =
      v.data + opened.chunks[chunk].offset + chunk_header_bytes + column_entry_bytes * head.columns + e.offset;
  const bool good = v.checked[chunk].load(std::memory_order_relaxed) >> column & 1U;
  if (!good && checksum(stored, e.stored_bytes) != e.checksum)
    return blame_column(column, "is damaged", "its checksum differs");
  ColumnView& view = views[column];
  view = {static_cast<Encoding>(e.encoding), e.width, e.base, stored};
  const std::uint64_t raw = raw_bytes_of(view.encoding, view.width, head.events);
  if (e.codec != static_cast<std::uint8_t>(Codec::stored)) {
    unpacked[column].resize(raw);
    const Fallible<void> r =
        unzip.decompress(static_cast<Codec>(e.codec), stored, e.stored_bytes, e.width, unpacked[column].data(), raw);
    if (!r) return blame_column(column, r.error().what.c_str());
    view.raw = unpacked[column].data();
  } else if (raw != e.stored_bytes) {
    return blame_column(column, "has the wrong size");
  }
  if (raw == 0) view.raw = nullptr;
  if (!good && !values_in_range(c, view, head.events, limits)) return blame_column(column, "holds an impossible value");
  v.checked[chunk].fetch_or(1U << column, std::memory_order_relaxed);
  ready = ready | c;
  return {};
}

void KmtCursor::State::fill_default(Column column, EventBlock& block) const {
  with_column(block, column, [&](auto* out) {
    std::fill_n(out, block.events, static_cast<std::remove_pointer_t<decltype(out)>>(column_default(column)));
  });
}

void KmtCursor::State::apply_patches(EventBlock& block) const {
  const auto& at = opened.patches.events;
  auto it = std::lower_bound(at.begin(), at.end(), block.first_event);
  for (; it != at.end() && *it - block.first_event < block.events; ++it)
    block.cache[*it - block.first_event] = opened.patches.caches[static_cast<std::size_t>(it - at.begin())];
}

KmtCursor::KmtCursor(std::shared_ptr<const KmtView> view) : state_(std::make_unique<State>(std::move(view))) {}
KmtCursor::KmtCursor(KmtCursor&&) noexcept = default;
KmtCursor& KmtCursor::operator=(KmtCursor&&) noexcept = default;
KmtCursor::~KmtCursor() = default;

const KmtView& KmtCursor::view() const {
  return *state_->shared;
}

Fallible<std::uint32_t> KmtCursor::block(std::uint64_t event, ColumnSet columns, EventBlock& block) {
  State& s = *state_;
  if (event >= s.opened.facts.events) {
    Error e{"there is no event " + std::to_string(event),
            "the trace has " + std::to_string(s.opened.facts.events),
            s.v.name,
            {},
            {}};
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

Fallible<Event> KmtCursor::event(std::uint64_t index) {
  State& s = *state_;
  if (!s.cached_valid || index < s.cached.first_event || index - s.cached.first_event >= s.cached.events) {
    s.cached_valid = false;
    if (Fallible<std::uint32_t> r = block(index, all_columns, s.cached); !r) return Failure<Error>{r.error()};
    s.cached_valid = true;
  }
  return s.cached.event(index - s.cached.first_event);
}

Fallible<std::uint64_t> KmtCursor::seek_tick(std::uint64_t tick) {
  const auto& chunks = state_->opened.chunks;
  const auto chunk =
      std::partition_point(chunks.begin(), chunks.end(), [&](const ChunkRef& c) { return c.last_tick < tick; });
  if (chunk == chunks.end()) return view().events();
  const auto b = std::make_unique<EventBlock>();
  for (std::uint64_t at = chunk->first_event; at < view().events(); at += block_events) {
    Fallible<std::uint32_t> rows = block(at, Column::tick, *b);
    if (!rows) return Failure<Error>{rows.error()};
    const auto end = b->tick.begin() + *rows;
    const auto it = std::lower_bound(b->tick.begin(), end, tick);
    if (it != end) return at + static_cast<std::uint64_t>(it - b->tick.begin());
  }
  return view().events();
}

Fallible<std::vector<LiveBlock>> KmtCursor::live_at(std::uint64_t event) {
  State& s = *state_;
  if (event > s.opened.facts.events)
    return Failure<Error>{{"there is no event " + std::to_string(event),
                           "the trace has " + std::to_string(view().events()),
                           s.v.name,
                           {},
                           {}}};
  LiveBlocks live;
  std::uint64_t from = 0;
  const auto& heads = s.opened.live_heads;
  const auto after =
      std::partition_point(heads.begin(), heads.end(), [&](const LiveRef& l) { return l.event <= event; });
  if (after != heads.begin()) {
    const LiveRef& head = *std::prev(after);
    auto blocks = decode_live(s.v.data + head.offset, head.bytes, head.event, s.limits.slots, s.limits.ids);
    if (!blocks) return s.blame(blocks.error(), head.offset);
    live.start_with(*blocks, head.event);
    from = head.event;
  }
  const auto done = for_each_block(from, event, Column::op | Column::slot | Column::id, [&](const EventBlock& b) {
    const std::uint64_t end = std::min<std::uint64_t>(b.events, event - b.first_event);
    for (std::uint64_t i = 0; i < end; ++i) live.add(b.first_event + i, b.op[i], b.slot[i], b.id[i]);
  });
  if (!done) return Failure<Error>{done.error()};
  return live.take();
}

}  // namespace kmemlab::traces
