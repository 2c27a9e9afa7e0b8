// Column decoders: widen and add, plus a running sum for ticks and a running "next id" for ids. Whole blocks have a
// constant trip count, so that compilers vectorise them at -O2.
#include "traces/kmt/decode.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "traces/kmt/encode.h"

namespace kmemlab::traces::kmt {

namespace {

template <class Stored>
Stored load(const unsigned char* p) {
  if constexpr (std::endian::native == std::endian::little) {
    Stored v;
    std::memcpy(&v, p, sizeof v);
    return v;
  } else {
    return static_cast<Stored>(get_le(p, sizeof(Stored)));
  }
}

template <class Stored, class Out>
void widen_as(const unsigned char* __restrict in, Out base, Out* __restrict out, std::uint32_t n) {
  if (n == block_events) {
    for (std::uint32_t i = 0; i < block_events; ++i)
      out[i] = static_cast<Out>(base + static_cast<Out>(load<Stored>(in + sizeof(Stored) * i)));
  } else {
    for (std::uint32_t i = 0; i < n; ++i)
      out[i] = static_cast<Out>(base + static_cast<Out>(load<Stored>(in + sizeof(Stored) * i)));
  }
}

// `in` points at row 0 of the block. Widths above sizeof(Out) were refused by plausible().
template <class Out>
void widen(const unsigned char* in, unsigned width, std::uint64_t base, Out* out, std::uint32_t n) {
  const auto b = static_cast<Out>(base);
  switch (width) {
    case 1:
      return widen_as<std::uint8_t>(in, b, out, n);
    case 2:
      if constexpr (sizeof(Out) >= 2) return widen_as<std::uint16_t>(in, b, out, n);
      break;
    case 4:
      if constexpr (sizeof(Out) >= 4) return widen_as<std::uint32_t>(in, b, out, n);
      break;
    case 8:
      if constexpr (sizeof(Out) >= 8) return widen_as<std::uint64_t>(in, b, out, n);
      break;
    default:
      break;
  }
  std::fill_n(out, n, b);
}

std::uint64_t restart_count(std::uint32_t events) {
  return (events + block_events - 1) / block_events;
}

const unsigned char* rows_at(const ColumnView& v, std::uint32_t chunk_rows, std::uint32_t first) {
  if (v.raw == nullptr) return nullptr;
  const std::uint64_t head = v.encoding == Encoding::frame ? 0 : 8 * restart_count(chunk_rows);
  return v.raw + head + std::uint64_t{v.width} * first;
}

std::uint64_t restart_of(const ColumnView& v, std::uint32_t first) {
  return load<std::uint64_t>(v.raw + 8 * (first / block_events));
}

void sum_up(std::uint64_t* tick, std::uint64_t restart, std::uint32_t n) {
  std::uint64_t sum = tick[0] = restart;
  for (std::uint32_t i = 1; i < n; ++i) tick[i] = sum += tick[i];
}

// Symbols in, ids out, in place. Every id comes out below `ids` or as none; otherwise false.
bool resolve_ids(std::uint64_t* id, std::uint64_t next, std::uint32_t n, std::uint64_t ids) {
  if (next > ids) return false;
  bool bad = false;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint64_t symbol = id[i], distance = symbol - 1;  // none wraps: next + 1 is then replaced below
    bad |= symbol != 0 && distance > next;
    id[i] = symbol == 0 ? no_block : next - distance;
    next += symbol == 1;
  }
  return !bad && next <= ids;
}

// The maximum over signed numbers with the top bit flipped: for 2 and 4 bytes, the oldest x86-64 has only signed
// vector comparisons.
template <class Stored>
using Compared = std::conditional_t<sizeof(Stored) == 1, Stored, std::make_signed_t<Stored>>;
template <class Stored>
constexpr auto top_bit = static_cast<Stored>(sizeof(Stored) == 1 ? 0 : Stored{1} << (8 * sizeof(Stored) - 1));
template <class Stored>
Compared<Stored> compared_at(const unsigned char* in, std::size_t i) {
  return static_cast<Compared<Stored>>(static_cast<Stored>(load<Stored>(in + sizeof(Stored) * i) ^ top_bit<Stored>));
}

// Independent maxima: compilers vectorise these at -O2, but not a reduction.
inline constexpr std::size_t lane_count = 128;
template <class Stored>
void raise_lanes(const unsigned char* __restrict in, Compared<Stored>* __restrict lanes) {
  for (std::size_t k = 0; k < lane_count; ++k) {
    const Compared<Stored> v = compared_at<Stored>(in, k);
    lanes[k] = lanes[k] < v ? v : lanes[k];
  }
}

template <class Stored>
std::uint64_t greatest_as(const unsigned char* in, std::uint32_t n) {
  std::array<Compared<Stored>, lane_count> lanes;
  lanes.fill(std::numeric_limits<Compared<Stored>>::min());
  std::size_t i = 0;
  for (; n - i >= lane_count; i += lane_count) raise_lanes<Stored>(in + sizeof(Stored) * i, lanes.data());
  for (; i < n; ++i) lanes[0] = std::max(lanes[0], compared_at<Stored>(in, i));
  const Compared<Stored> high = *std::max_element(lanes.begin(), lanes.end());
  return static_cast<Stored>(static_cast<Stored>(high) ^ top_bit<Stored>);
}

std::uint64_t greatest(const unsigned char* in, unsigned width, std::uint32_t n) {
  switch (width) {
    case 1:
      return greatest_as<std::uint8_t>(in, n);
    case 2:
      return greatest_as<std::uint16_t>(in, n);
    case 4:
      return greatest_as<std::uint32_t>(in, n);
    case 8:
      return greatest_as<std::uint64_t>(in, n);
    default:
      return 0;
  }
}

// The greatest biased value that a column may hold; all bits if it may hold anything.
std::uint64_t greatest_allowed(Column c, const ColumnLimits& l) {
  switch (c) {
    case Column::op:
      return static_cast<std::uint64_t>(Op::mark);
    case Column::free_kind:
      return static_cast<std::uint64_t>(FreeKind::null_free);
    case Column::accounted:
      return static_cast<std::uint64_t>(Tri::yes);
    case Column::id:
      return l.ids;
    case Column::slot:
      return l.slots;
    case Column::name:
      return l.names;
    case Column::call_site:
      return l.call_sites;
    case Column::task:
      return l.tasks;
    case Column::cache:
      return l.caches;
    case Column::gfp:
      return l.gfps;
    default:
      return std::numeric_limits<std::uint64_t>::max();
  }
}

bool contexts_valid(const ColumnView& v, std::uint32_t events) {
  const auto base = static_cast<std::uint8_t>(v.base);
  if (v.width == 0) return valid_context(base);
  std::array<bool, 256> seen{};
  for (std::uint32_t i = 0; i < events; ++i) seen[v.raw[i]] = true;
  bool good = true;
  for (unsigned stored = 0; stored < 256; ++stored)
    good &= !seen[stored] || valid_context(static_cast<std::uint8_t>(base + stored));
  return good;
}

}  // namespace

std::uint64_t raw_bytes_of(Encoding encoding, unsigned width, std::uint32_t events) {
  return std::uint64_t{width} * events + (encoding == Encoding::frame ? 0 : 8 * restart_count(events));
}

bool plausible(const ColumnEntry& e) {
  const bool width = e.width == 0 || e.width == 1 || e.width == 2 || e.width == 4 || e.width == 8;
  if (!width || e.width > natural_width(e.column)) return false;
  const auto column = static_cast<Column>(e.column);
  switch (static_cast<Encoding>(e.encoding)) {
    case Encoding::frame:
      return true;
    case Encoding::delta:
      return column == Column::tick;
    case Encoding::back_distance:
      return column == Column::id;
  }
  return false;
}

bool values_in_range(Column c, const ColumnView& v, std::uint32_t events, const ColumnLimits& limits) {
  if (c == Column::context) return contexts_valid(v, events);
  if (v.encoding != Encoding::frame) return true;  // ticks may be anything; ids are checked as they are decoded
  const std::uint64_t allowed = greatest_allowed(c, limits);
  if (allowed == std::numeric_limits<std::uint64_t>::max()) return true;
  const unsigned natural = natural_width(static_cast<unsigned>(c));
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - 8 * natural);
  const std::uint64_t low = (v.base + column_bias(c)) & mask;
  if (low > allowed) return false;
  if (v.width < 8 && allowed - low >= (std::uint64_t{1} << (8 * v.width)) - 1) return true;  // whatever is stored
  return greatest(v.raw, v.width, events) <= allowed - low;
}

bool decode_column_block(Column c, const ColumnView& v, std::uint32_t chunk_rows, std::uint32_t first,
                         std::uint32_t rows, std::uint64_t ids, EventBlock& block) {
  const unsigned char* in = rows_at(v, chunk_rows, first);
  with_column(block, c, [&](auto* out) { widen(in, v.width, v.base, out, rows); });
  if (v.encoding == Encoding::delta) sum_up(block.tick.data(), restart_of(v, first), rows);
  if (v.encoding == Encoding::back_distance) return resolve_ids(block.id.data(), restart_of(v, first), rows, ids);
  return true;
}

}  // namespace kmemlab::traces::kmt
