// How a core shows its structures without being known by type: named tables, lists of guest addresses, and a walk over
// pages and blocks. A sink is any class with these functions; sinks keep the text, so a core never allocates.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/base/addr.h"

namespace kmemlab {

/// Receives published tables. Every row has one value per column; a value is a count, bytes, an address or the number
/// of a page (the column's unit says which: "", "bytes", "addr", "page").
struct TableColumn {
  std::string_view name;
  std::string_view unit;
};

template <class S>
concept TableSink = requires(S s, std::string_view name, std::initializer_list<TableColumn> columns,
                             std::initializer_list<std::uint64_t> row, Addr a) {
  s.table(name, columns);  ///< starts a table
  s.row(name, row);        ///< a row with a label
  s.list(name, a);         ///< the next address on the list `name`
};

/// What a page of the allocator holds.
enum class PageUse : std::uint8_t { fragments, large_first, large_rest, free_run, metadata };

template <class S>
concept WalkSink = requires(S s, Addr a, std::uint64_t bytes, PageUse use) {
  s.page(a, use, bytes);   ///< a page of the arena; bytes: size of the blocks in it, or of the whole large block
  s.free_block(a, bytes);  ///< a block that is on a free list
};

/// What check() found: 0 = every invariant holds, else the number of the first broken one (numbered in the core's
/// essay).
struct CheckResult {
  unsigned invariant = 0;
  Addr where{};
  constexpr explicit operator bool() const { return invariant == 0; }
};

}  // namespace kmemlab
