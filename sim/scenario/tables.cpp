#include "sim/scenario/tables.h"

#include <string>
#include <vector>

namespace kmemlab::scenario {

namespace {

using sim::PublishedTable;

template <class Named>
std::string joined_names(const std::vector<Named>& all) {
  std::string text;
  for (const Named& n : all) text += (text.empty() ? "" : ", ") + n.name;
  return text;
}

bool row_matches(const PublishedTable& t, const PublishedTable::Row& row, const CellPath& path) {
  bool same = path.label.empty() || row.label == path.label;
  for (const CellPath::Match& m : path.matches) same = same && row.values[t.column(m.column)] == m.value;
  return same;
}

}  // namespace

Fallible<std::uint64_t> find_cell(const Tables& tables, const CellPath& path) {
  const PublishedTable* t = tables.find(path.table);
  if (t == nullptr) {
    return fail("there is no table '" + path.table + "'", "there are " + joined_names(tables.tables()));
  }
  const auto no_column = [&](const std::string& name) {
    return fail("table " + t->name + " has no column '" + name + "'",
                "it has " + joined_names(t->columns) + ", rows");
  };
  for (const CellPath::Match& m : path.matches) {
    if (t->column(m.column) == t->columns.size()) return no_column(m.column);
  }
  std::vector<const PublishedTable::Row*> found;
  for (const PublishedTable::Row& row : t->rows) {
    if (row_matches(*t, row, path)) found.push_back(&row);
  }
  if (path.column == "rows") return static_cast<std::uint64_t>(found.size());
  const std::size_t column = t->column(path.column);
  if (column == t->columns.size()) return no_column(path.column);
  if (found.size() == 1) return found.front()->values[column];
  return fail(std::to_string(found.size()) + " rows of table " + t->name + " match", "expected exactly one");
}

}  // namespace kmemlab::scenario
