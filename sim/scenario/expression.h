// The small language of numbers in a scenario: addresses relative to names, constants of a system, guest memory, and
// cells of published tables. All values are 64-bit and wrap; -1 is 2^64 - 1.
//
//   comparison   sum [ == | != | < | <= | > | >= ] sum         unsigned
//   sum          product { + | - | '|' product }
//   product      factor { * factor }
//   factor       number | ( sum ) | - factor | name | name[ sum ] | u8( sum ), u16, u32, u64, word, frame | cell
//   number       128, 0x80, 4K, 16 KiB, 1M, 1G
//   cell         table.column, table[row].column, table[row, column=sum, ...].column; row is the label of a row.
//                Without anything in brackets the table has one row. The column `rows` counts the rows that match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::scenario {

/// Which row of which table.
struct CellPath {
  struct Match {
    std::string column;
    std::uint64_t value = 0;
  };
  std::string table;
  std::string label;  ///< empty: any
  std::vector<Match> matches;
  std::string column;
};

/// Where an expression finds what it names. Errors are for a person.
class Scope {
 public:
  virtual ~Scope() = default;
  virtual Fallible<std::uint64_t> name(const std::string& name) const = 0;
  /// `bytes` 1, 2, 4, 8; 0 = the guest's word.
  virtual Fallible<std::uint64_t> memory(std::uint64_t address, unsigned bytes) const = 0;
  /// Number of the page frame behind an address.
  virtual Fallible<std::uint64_t> frame(std::uint64_t address) const = 0;
  virtual Fallible<std::uint64_t> cell(const CellPath& path) const = 0;
};

Fallible<std::uint64_t> evaluate(std::string_view text, const Scope& scope);

struct Comparison {
  bool holds = false;
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  std::string left_text;
  std::string op;
};
Fallible<Comparison> compare(std::string_view text, const Scope& scope);

/// Whether the text is one; the error says what is not. Nothing is looked up.
Fallible<void> check_expression(std::string_view text);
Fallible<void> check_comparison(std::string_view text);

/// A number without names ("0x80", "4K"), for sizes and counts.
Fallible<std::uint64_t> constant(std::string_view text);

}  // namespace kmemlab::scenario
