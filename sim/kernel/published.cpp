#include "sim/kernel/published.h"

#include <algorithm>

namespace kmemlab::sim {

std::size_t PublishedTable::column(std::string_view column_name) const {
  const auto named = [&](const Column& c) { return c.name == column_name; };
  return static_cast<std::size_t>(std::find_if(columns.begin(), columns.end(), named) - columns.begin());
}

void PublishedTables::table(std::string_view name, std::initializer_list<TableColumn> columns) {
  PublishedTable& t = tables_.emplace_back();
  t.name = name;
  for (const TableColumn& c : columns) t.columns.push_back({std::string(c.name), std::string(c.unit)});
}

void PublishedTables::list(std::string_view name, Addr a) {
  for (PublishedList& l : lists_) {
    if (l.name == name) return l.addresses.push_back(a.v);
  }
  lists_.push_back({std::string(name), {a.v}});
}

const PublishedTable* PublishedTables::find(std::string_view name) const {
  const auto named = [&](const PublishedTable& t) { return t.name == name; };
  const auto t = std::find_if(tables_.begin(), tables_.end(), named);
  return t == tables_.end() ? nullptr : &*t;
}

std::vector<std::uint64_t> PublishedTables::list_of(std::string_view name) const {
  for (const PublishedList& l : lists_) {
    if (l.name == name) return l.addresses;
  }
  return {};
}

}  // namespace kmemlab::sim
