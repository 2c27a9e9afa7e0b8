// Who owns the waste of two runs: the same cells, added up by reason, call site and class of sizes.
#include <algorithm>
#include <map>

#include "sim/check/explain.h"
#include "sim/check/numbers.h"
#include "sim/check/words.h"

namespace kmemlab::check {

namespace {

using sim::Waste;

u128 sum_of(const Waste::Cell& cell) {
  u128 sum = 0;
  for (const u128 ticks : cell.ticks) sum += ticks;
  return sum;
}

std::string site_row(std::uint32_t site, const traces::Tables& tables) {
  return site == Waste::nobody ? "(the system itself)" : site_name(site, tables);
}

std::string size_row(unsigned size_class) {
  if (size_class == Waste::no_class) return "(the system itself)";
  return "up to " + (size_class < 64 ? grouped(u128{1} << size_class) : "more");
}

u128 distance(const OwnerRow& row) {
  return row.a > row.b ? row.a - row.b : row.b - row.a;
}

}  // namespace

std::array<std::vector<OwnerRow>, 3> owners_of(const std::array<RunEnd, 2>& ends, const traces::Tables& tables) {
  std::array<std::map<std::uint64_t, OwnerRow>, 3> rows;
  for (unsigned side = 0; side < 2; ++side) {
    const auto add = [&](unsigned list, std::uint64_t key, const std::string& name, u128 ticks) {
      OwnerRow& row = rows[list][key];
      row.name = name;
      (side == 0 ? row.a : row.b) += ticks;
    };
    for (const Waste::Cell& cell : ends[side].waste) {
      for (unsigned r = 0; r < sim::waste_reasons; ++r) {
        add(0, r, name_of(static_cast<sim::WasteReason>(r)), cell.ticks[r]);
      }
      add(1, cell.site, site_row(cell.site, tables), sum_of(cell));
      add(2, cell.size_class, size_row(cell.size_class), sum_of(cell));
    }
  }
  std::array<std::vector<OwnerRow>, 3> lists;
  for (unsigned list = 0; list < 3; ++list) {
    for (const auto& [key, row] : rows[list]) lists[list].push_back(row);
    std::stable_sort(lists[list].begin(), lists[list].end(),
                     [](const OwnerRow& x, const OwnerRow& y) { return distance(x) > distance(y); });
  }
  return lists;
}

}  // namespace kmemlab::check
