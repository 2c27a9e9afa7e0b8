// Column encoders. All sums are modulo 2^64 and truncated to the column's natural width, so that every value
// round-trips.
#include "traces/kmt/encode.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "traces/kmt/checksum.h"

namespace kmemlab::traces::kmt {

namespace {

unsigned width_of(std::uint64_t range) {
  if (range == 0) return 0;
  return range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffffffff ? 4 : 8;
}

template <class Stored, class In>
void narrow_as(const In* __restrict in, std::uint32_t n, In base, unsigned char* __restrict to) {
  const auto one = [&](std::uint32_t i) {
    const auto v = static_cast<Stored>(static_cast<In>(in[i] - base));
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(to + sizeof(Stored) * i, &v, sizeof v);
    } else {
      put_le(to + sizeof(Stored) * i, v, sizeof v);
    }
  };
  std::uint32_t i = 0;
  for (; n - i >= block_events; i += block_events)  // constant trip count: vectorised at -O2
    for (std::uint32_t k = 0; k < block_events; ++k) one(i + k);
  for (; i < n; ++i) one(i);
}

// Appends in[i] - base in `width` bytes each.
template <class In>
void narrow(const In* in, std::uint32_t n, In base, unsigned width, ByteVector& raw) {
  const std::size_t at = raw.size();
  raw.resize(at + std::size_t{width} * n);
  unsigned char* to = raw.data() + at;
  switch (width) {
    case 1:
      return narrow_as<std::uint8_t>(in, n, base, to);
    case 2:
      return narrow_as<std::uint16_t>(in, n, base, to);
    case 4:
      return narrow_as<std::uint32_t>(in, n, base, to);
    case 8:
      return narrow_as<std::uint64_t>(in, n, base, to);
    default:
      return;
  }
}

template <class In>
struct Range {
  In low = std::numeric_limits<In>::max(), high = 0;
};

template <class In>
Range<In> range_of(const In* in, std::uint32_t n, In bias) {
  Range<In> r;
  const auto one = [&](std::uint32_t i) {
    const auto v = static_cast<In>(in[i] + bias);
    r.low = std::min(r.low, v);
    r.high = std::max(r.high, v);
  };
  std::uint32_t i = 0;
  for (; n - i >= block_events; i += block_events)
    for (std::uint32_t k = 0; k < block_events; ++k) one(i + k);
  for (; i < n; ++i) one(i);
  return r;
}

// Frame of reference: value = base + stored, where base makes the least biased value 0. Base and width only.
template <class In>
void choose_frame(const In* in, std::uint32_t n, unsigned bias, ColumnEntry& entry) {
  const Range<In> r = range_of(in, n, static_cast<In>(bias));
  entry.encoding = static_cast<std::uint8_t>(Encoding::frame);
  entry.base = static_cast<In>(r.low - static_cast<In>(bias));
  entry.width = static_cast<std::uint8_t>(width_of(static_cast<In>(r.high - r.low)));
}

void put_restarts(const std::vector<std::uint64_t>& restarts, ByteVector& raw) {
  ByteWriter w(raw);
  for (const std::uint64_t v : restarts) w.u64(v);
}

// Ticks: differences from the row before, restarted at every 1024th row.
void encode_delta(const std::uint64_t* in, std::uint32_t n, ColumnEntry& entry, EncodeScratch& scratch) {
  auto& [raw, payload, steps, restarts] = scratch;
  restarts.clear();
  steps.resize(n);
  std::uint64_t low = std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t i = 0; i < n; ++i) {
    if (i % block_events == 0) {
      restarts.push_back(in[i]);
    } else {
      steps[i] = in[i] - in[i - 1];
      low = std::min(low, steps[i]);
    }
  }
  if (n == 1) low = 0;
  for (std::uint32_t i = 0; i < n; i += block_events) steps[i] = low;  // not used by readers; the narrowest number
  const Range<std::uint64_t> r = range_of<std::uint64_t>(steps.data(), n, 0);
  entry.encoding = static_cast<std::uint8_t>(Encoding::delta);
  entry.base = low;
  entry.width = static_cast<std::uint8_t>(width_of(r.high - low));
  put_restarts(restarts, raw);
  narrow(steps.data(), n, low, entry.width, raw);
}

// Ids: 0 = none, 1 = the next new id, k = k - 1 behind the next new id. False if an id skips ahead.
bool encode_back_distance(const std::uint64_t* in, std::uint32_t n, std::uint64_t next, ColumnEntry& entry,
                          EncodeScratch& scratch) {
  auto& [raw, payload, symbols, restarts] = scratch;
  restarts.clear();
  symbols.assign(n, 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (i % block_events == 0) restarts.push_back(next);
    if (in[i] == no_block) continue;
    if (in[i] > next || next - in[i] == std::numeric_limits<std::uint64_t>::max()) return false;
    symbols[i] = next - in[i] + 1;
    next += in[i] == next;
  }
  const Range<std::uint64_t> r = range_of<std::uint64_t>(symbols.data(), n, 0);
  entry.encoding = static_cast<std::uint8_t>(Encoding::back_distance);
  entry.base = r.low;
  entry.width = static_cast<std::uint8_t>(width_of(r.high - r.low));
  put_restarts(restarts, raw);
  narrow(symbols.data(), n, r.low, entry.width, raw);
  return true;
}

// False if the column has its default everywhere and need not be listed.
bool encode_column(const ChunkRows& rows, std::uint32_t n, Column c, std::uint64_t next_id, ColumnEntry& entry,
                   EncodeScratch& scratch) {
  scratch.raw.clear();
  entry = ColumnEntry{};
  entry.column = static_cast<std::uint16_t>(c);
  return with_column(rows, c, [&](const auto* in) {
    using In = std::remove_const_t<std::remove_pointer_t<decltype(in)>>;
    choose_frame(in, n, column_bias(c), entry);
    if (entry.width == 0) return static_cast<In>(entry.base) != static_cast<In>(column_default(c));
    if (c == Column::tick) return encode_delta(rows.tick.data(), n, entry, scratch), true;
    if (c == Column::id && encode_back_distance(rows.id.data(), n, next_id, entry, scratch)) return true;
    return narrow(in, n, static_cast<In>(entry.base), entry.width, scratch.raw), true;
  });
}

std::uint64_t next_id_after(const ChunkRows& rows, std::uint32_t n, std::uint64_t next) {
  for (std::uint32_t i = 0; i < n; ++i)
    if (rows.id[i] != no_block) next = std::max(next, rows.id[i] + 1);
  return next;
}

}  // namespace

void encode_rows(const ChunkRows& rows, std::uint32_t events, std::uint64_t first_event, std::uint64_t& next_id,
                 Compressor* compressor, EncodeScratch& scratch, ByteVector& out) {
  ChunkHeader h;
  h.first_event = first_event;
  h.events = events;
  h.first_tick = rows.tick[0];
  h.last_tick = rows.tick[events - 1];
  h.next_id = next_id;
  std::vector<ColumnEntry> columns;
  auto& [raw, payload, words, restarts] = scratch;
  payload.clear();
  for (unsigned i = 0; i < column_count; ++i) {
    ColumnEntry entry;
    if (!encode_column(rows, events, static_cast<Column>(i), next_id, entry, scratch)) continue;
    entry.offset = static_cast<std::uint32_t>(payload.size());
    Codec codec = Codec::stored;
    if (compressor != nullptr) {
      codec = compressor->compress(raw.data(), raw.size(), entry.width, payload);
    } else {
      payload.insert(payload.end(), raw.begin(), raw.end());
    }
    entry.codec = static_cast<std::uint8_t>(codec);
    if (codec != Codec::stored) h.flags |= 1;
    entry.stored_bytes = static_cast<std::uint32_t>(payload.size() - entry.offset);
    entry.checksum = checksum(payload.data() + entry.offset, entry.stored_bytes);
    payload.resize((payload.size() + 7) & ~std::size_t{7});
    columns.push_back(entry);
  }
  h.columns = static_cast<std::uint16_t>(columns.size());
  h.payload_bytes = payload.size();
  out.assign(chunk_header_bytes + column_entry_bytes * columns.size(), 0);
  encode_chunk(h, columns, out.data());
  out.insert(out.end(), payload.begin(), payload.end());
  next_id = next_id_after(rows, events, next_id);
}

}  // namespace kmemlab::traces::kmt
