// Looking up cells of published tables.
#include "sim/scenario/tables.h"

#include <algorithm>

namespace kmemlab::scenario {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

std::size_t column_of(const Table& t, const std::string& name) {
  return static_cast<std::size_t>(std::find(t.columns.begin(), t.columns.end(), name) - t.columns.begin());
}

}  // namespace

void Tables::list(std::string_view name, Addr a) {
  for (AddressList& l : lists_) {
    if (l.name == name) return l.addresses.push_back(a.v);
  }
  lists_.push_back({std::string(name), {a.v}});
}

std::vector<std::uint64_t> Tables::list_of(std::string_view name) const {
  for (const AddressList& l : lists_) {
    if (l.name == name) return l.addresses;
  }
  return {};
}

Fallible<std::uint64_t> Tables::find(const CellPath& path) const {
  const auto t = std::find_if(tables_.begin(), tables_.end(), [&](const Table& c) { return c.name == path.table; });
  if (t == tables_.end()) {
    std::vector<std::string> names;
    for (const Table& c : tables_) names.push_back(c.name);
    return fail("there is no table '" + path.table + "'", "there are " + joined(names));
  }
  const auto no_column = [&](const std::string& name) {
    return fail("table " + t->name + " has no column '" + name + "'", "it has " + joined(t->columns) + ", rows");
  };
  for (const CellPath::Match& m : path.matches) {
    if (column_of(*t, m.column) == t->columns.size()) return no_column(m.column);
  }
  std::vector<const Table::Row*> found;
  for (const Table::Row& row : t->rows) {
    bool same = path.label.empty() || row.label == path.label;
    for (const CellPath::Match& m : path.matches) same = same && row.values[column_of(*t, m.column)] == m.value;
    if (same) found.push_back(&row);
  }
  if (path.column == "rows") return static_cast<std::uint64_t>(found.size());
  const std::size_t column = column_of(*t, path.column);
  if (column == t->columns.size()) return no_column(path.column);
  if (found.size() == 1) return found.front()->values[column];
  return fail(std::to_string(found.size()) + " rows of table " + t->name + " match", "expected exactly one");
}

}  // namespace kmemlab::scenario
