// What a core publishes (core/base/tables.h), kept as text and numbers so that an expression can ask for a cell.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "core/base/tables.h"
#include "sim/scenario/expression.h"

namespace kmemlab::scenario {

struct Table {
  struct Row {
    std::string label;
    std::vector<std::uint64_t> values;
  };
  std::string name;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

struct AddressList {
  std::string name;
  std::vector<std::uint64_t> addresses;
};

/// A TableSink.
class Tables {
 public:
  void table(std::string_view name, std::initializer_list<TableColumn> columns) {
    Table& t = tables_.emplace_back();
    t.name = name;
    for (const TableColumn& c : columns) t.columns.emplace_back(c.name);
  }
  void row(std::string_view label, std::initializer_list<std::uint64_t> values) {
    tables_.back().rows.push_back({std::string(label), values});
  }
  void list(std::string_view name, Addr a);

  /// The cell, or how many rows match for the column `rows`. Errors: no such table, column or row; several rows.
  Fallible<std::uint64_t> find(const CellPath& path) const;
  /// Empty if there is no list of this name: a list without addresses is not published.
  std::vector<std::uint64_t> list_of(std::string_view name) const;
  const std::vector<Table>& tables() const { return tables_; }

 private:
  std::vector<Table> tables_;
  std::vector<AddressList> lists_;
};

}  // namespace kmemlab::scenario
