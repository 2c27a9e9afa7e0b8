#include "viz/model/difference.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

namespace kmemlab::viz {

namespace {

using sim::HeldPage;
using sim::PageMap;
using sim::Snapshot;

std::uint64_t number(const PageMap& map, Addr page) {
  return (page - map.arena().base) / map.page_bytes();
}

}  // namespace

PageMap union_of(const std::vector<const Snapshot*>& runs) {
  const PageMap& first = runs.front()->map;
  std::set<std::uint64_t> numbers;
  sim::PageMapParts all;
  all.arena = first.arena();
  all.page_shift = static_cast<unsigned>(std::countr_zero(first.page_bytes()));
  for (const Snapshot* run : runs) {
    if (run->map.page_bytes() != first.page_bytes()) continue;
    all.arena.bytes = std::max(all.arena.bytes, run->map.arena().bytes);
    for (const HeldPage& p : run->map.pages()) numbers.insert(number(run->map, p.page));
  }
  for (const std::uint64_t n : numbers) all.pages.push_back(first.arena().base + n * first.page_bytes());
  return PageMap(std::move(all));
}

DifferenceCount count_difference(const PageMap& a, const PageMap& b) {
  DifferenceCount count;
  auto of_a = a.pages().begin();
  auto of_b = b.pages().begin();
  while (of_a != a.pages().end() || of_b != b.pages().end()) {
    const std::uint64_t none = ~std::uint64_t{0};
    const std::uint64_t n = of_a == a.pages().end() ? none : number(a, of_a->page);
    const std::uint64_t m = of_b == b.pages().end() ? none : number(b, of_b->page);
    ++(n == m ? count.both : n < m ? count.only_a : count.only_b);
    if (n <= m) ++of_a;
    if (m <= n) ++of_b;
  }
  return count;
}

Pixels paint_difference(const Snapshot& a, const Snapshot& b, const PageLayout& layout, const Palette& colours,
                        const MapPart& part) {
  Pixels out(part.width, part.height, colours.panel);
  const MapZoom& zoom = map_zoom(layout.level());
  const int high = zoom.cell_height * part.scale, wide = layout.cell_width() * part.scale;
  const int gap = wide >= 4 ? 1 : 0;
  const std::uint64_t bytes = layout.page_bytes();
  int y = -part.y_offset;
  for (std::size_t row = part.first_row; row < layout.rows().size() && y < part.height; ++row, y += high) {
    const PageLayout::Row& r = layout.rows()[row];
    if (r.fold) {
      out.fill(0, y + high / 2, part.width / 2, y + high / 2 + 1, colours.line);
      continue;
    }
    for (std::uint64_t at = 0, cell = 0; at < r.pages; at += zoom.pages_per_cell, ++cell) {
      const std::uint64_t offset = (r.first_page + at) * bytes;
      // Of a cell of many pages, the first: the far zoom is for finding places.
      const HeldPage* in_a = a.map.page_of(a.map.arena().base + offset);
      const HeldPage* in_b = b.map.page_of(b.map.arena().base + offset);
      const int x = static_cast<int>(cell) * wide;
      if (in_a == nullptr && in_b == nullptr) {
        out.fill(x, y, x + wide - gap, y + high - gap, mixed(colours.of(Fill::unmapped), colours.panel, 160));
        continue;
      }
      Rgba colour = in_b == nullptr ? colours.only_a : colours.only_b;
      if (in_a != nullptr && in_b != nullptr) {
        const std::uint64_t more = std::max(in_a->live_bytes, in_b->live_bytes);
        const std::uint64_t less = std::min(in_a->live_bytes, in_b->live_bytes);
        const auto part_of = static_cast<unsigned>(std::min<std::uint64_t>((more - less) * 150 / bytes, 150));
        colour = mixed(mixed(colours.panel, colours.text, 190),
                       in_a->live_bytes >= in_b->live_bytes ? colours.only_a : colours.only_b, part_of);
      }
      out.fill(x, y, x + wide - gap, y + high - gap, colour);
      if (in_a != nullptr || wide < 4) continue;
      for (int h = 0; h < high - gap; h += 2) out.fill(x, y + h, x + wide - gap, y + h + 1, mixed(colour, rgba(0), 90));
    }
  }
  return out;
}

std::vector<CompareRow> compare_rows(const std::vector<const Snapshot*>& runs,
                                     const std::vector<const sim::Report*>& reports) {
  std::vector<CompareRow> rows;
  const auto now = [&](const char* name, bool bytes, auto value) {
    CompareRow row{name, {}, bytes, false};
    for (const Snapshot* run : runs) row.values.push_back(value(*run));
    rows.push_back(std::move(row));
  };
  now("live, asked for", true, [](const Snapshot& s) { return s.sums.requested; });
  now("rounding waste", true, [](const Snapshot& s) { return s.sums.granted - s.sums.requested; });
  now("free, but held", true,
      [](const Snapshot& s) { return s.sums.held - std::min(s.sums.held, s.sums.granted + s.sums.metadata); });
  now("tables", true, [](const Snapshot& s) { return s.sums.metadata; });
  now("held", true, [](const Snapshot& s) { return s.sums.held; });
  now("pages a few blocks keep", false, [](const Snapshot& s) {
    return static_cast<std::uint64_t>(std::count_if(s.map.pages().begin(), s.map.pages().end(), [&](const HeldPage& p) {
      return nearly_free(p, s.map.page_bytes());
    }));
  });
  now("asleep, or queued", false, [](const Snapshot& s) { return s.sums.asleep; });
  if (std::any_of(reports.begin(), reports.end(), [](const sim::Report* r) { return r == nullptr; })) return rows;
  const auto whole = [&](const char* name, bool bytes, auto value) {
    CompareRow row{name, {}, bytes, true};
    for (const sim::Report* report : reports) row.values.push_back(value(*report));
    rows.push_back(std::move(row));
  };
  using sim::Report;
  whole("pages at peak", false, [](const Report& r) { return r.pages.peak; });
  whole("pages returned", false, [](const Report& r) { return r.pages.returned; });
  whole("pages at the end", false, [](const Report& r) { return r.pages.end; });
  whole("waste, permille of use", false,
        [](const Report& r) { return static_cast<std::uint64_t>(r.waste_permille()); });
  whole("failed", false, [](const Report& r) { return r.failed; });
  whole("refused by rule", false, [](const Report& r) { return r.refused; });
  whole("sleeps", false, [](const Report& r) { return r.blocking.sleeps; });
  return rows;
}

}  // namespace kmemlab::viz
