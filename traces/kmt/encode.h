// From rows to the columns of one chunk: picks base and width for each column, so that it is as narrow as its range.
#pragma once

#include "traces/kmt/codec.h"
#include "traces/kmt/layout.h"

namespace kmemlab::traces::kmt {

using ChunkRows = EventRows<chunk_events>;

/// Memory that is used again from chunk to chunk (fresh pages cost more than the encoding).
struct EncodeScratch {
  ByteVector raw, payload;
  std::vector<std::uint64_t> words, restarts;
};

/// Encodes rows [0, events) as one chunk into `out` (replaced). `next_id` is 1 + the greatest id before the chunk and
/// is moved on. `compressor` may be null.
void encode_rows(const ChunkRows& rows, std::uint32_t events, std::uint64_t first_event, std::uint64_t& next_id,
                 Compressor* compressor, EncodeScratch& scratch, ByteVector& out);

/// Which of a column's values is written as the smallest number: 1 for columns where "none" is the greatest value of
/// the type, so that none, 0, 1, 2 become 0, 1, 2, 3.
constexpr unsigned column_bias(Column c) {
  switch (c) {
    case Column::id:
    case Column::slot:
    case Column::name:
    case Column::call_site:
    case Column::task:
    case Column::cache:
    case Column::gfp:
    case Column::node:
      return 1;
    default:
      return 0;
  }
}

/// Bits of a column that its chunk does not list.
constexpr std::uint64_t column_default(Column c) {
  if (c == Column::op) return static_cast<std::uint64_t>(Op::mark);
  return column_bias(c) != 0 ? ~std::uint64_t{0} : 0;
}

/// Calls f(pointer to the column's first row as unsigned integers of natural width).
template <class Rows, class F>
auto with_column(Rows& rows, Column c, F f) {
  const auto as = [&](auto tag, auto& array) {
    using U = decltype(tag);
    using P = std::conditional_t<std::is_const_v<std::remove_reference_t<decltype(array)>>, const U*, U*>;
    return f(reinterpret_cast<P>(array.data()));
  };
  using std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t;
  switch (c) {
    case Column::tick:
      return as(uint64_t{}, rows.tick);
    case Column::id:
      return as(uint64_t{}, rows.id);
    case Column::requested:
      return as(uint64_t{}, rows.requested);
    case Column::granted:
      return as(uint64_t{}, rows.granted);
    case Column::pfn:
      return as(uint64_t{}, rows.pfn);
    case Column::slot:
      return as(uint32_t{}, rows.slot);
    case Column::name:
      return as(uint32_t{}, rows.name);
    case Column::call_site:
      return as(uint32_t{}, rows.call_site);
    case Column::task:
      return as(uint32_t{}, rows.task);
    case Column::cache:
      return as(uint32_t{}, rows.cache);
    case Column::gfp:
      return as(uint32_t{}, rows.gfp);
    case Column::cpu:
      return as(uint16_t{}, rows.cpu);
    case Column::node:
      return as(uint16_t{}, rows.node);
    case Column::op:
      return as(uint8_t{}, rows.op);
    case Column::free_kind:
      return as(uint8_t{}, rows.free_kind);
    case Column::context:
      return as(uint8_t{}, rows.context);
    case Column::order:
      return as(uint8_t{}, rows.order);
    case Column::migratetype:
      return as(uint8_t{}, rows.migratetype);
    case Column::accounted:
      break;
  }
  return as(uint8_t{}, rows.accounted);
}

}  // namespace kmemlab::traces::kmt
