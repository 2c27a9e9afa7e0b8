// What a core publishes (core/base/tables.h), kept as text and numbers: named tables, and lists of guest addresses. The
// sink of everybody who looks at a system without knowing its type: scenarios, snapshots, the front end.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/addr.h"
#include "core/base/tables.h"

namespace kmemlab::sim {

struct PublishedTable {
  struct Column {
    std::string name;
    std::string unit;  ///< "", "bytes", "addr", "page"
    bool operator==(const Column&) const = default;
  };
  struct Row {
    std::string label;
    std::vector<std::uint64_t> values;  ///< one for each column
    bool operator==(const Row&) const = default;
  };
  std::string name;
  std::vector<Column> columns;
  std::vector<Row> rows;

  /// Index of the column; columns.size() if there is none.
  std::size_t column(std::string_view column_name) const;
  bool operator==(const PublishedTable&) const = default;
};

struct PublishedList {
  std::string name;
  std::vector<std::uint64_t> addresses;
  bool operator==(const PublishedList&) const = default;
};

/// A TableSink.
class PublishedTables {
 public:
  void table(std::string_view name, std::initializer_list<TableColumn> columns);
  void row(std::string_view label, std::initializer_list<std::uint64_t> values) {
    tables_.back().rows.push_back({std::string(label), values});
  }
  void list(std::string_view name, Addr a);

  const std::vector<PublishedTable>& tables() const { return tables_; }
  const std::vector<PublishedList>& lists() const { return lists_; }
  /// Null if there is no table of this name.
  const PublishedTable* find(std::string_view name) const;
  /// Empty if there is no list of this name: a list without addresses is not published.
  std::vector<std::uint64_t> list_of(std::string_view name) const;
  bool operator==(const PublishedTables&) const = default;

 private:
  std::vector<PublishedTable> tables_;
  std::vector<PublishedList> lists_;
};

}  // namespace kmemlab::sim
