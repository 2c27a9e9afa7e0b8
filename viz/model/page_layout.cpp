#include "viz/model/page_layout.h"

#include <algorithm>
#include <array>

#include "core/base/ints.h"

namespace kmemlab::viz {

namespace {

// Cells grow to the right: a page's bytes lie along its cell.
constexpr std::array<MapZoom, map_zooms> zooms = {{{64, 2, 2, 0, "arena"},
                                                   {16, 2, 2, 0, "arena"},
                                                   {4, 2, 2, 0, "arena"},
                                                   {1, 2, 2, 0, "arena"},
                                                   {1, 4, 4, 0, "arena"},
                                                   {1, 8, 8, 0, "page"},
                                                   {1, 16, 12, 0, "page"},
                                                   {1, 32, 14, 0, "page"},
                                                   {1, 64, 16, 0, "page"},
                                                   {1, 128, 18, 0, "block"},
                                                   {1, 256, 20, 0, "block"},
                                                   {1, 512, 24, 0, "block"},
                                                   {1, 512, 20, 32, "byte"}}};

constexpr std::uint64_t rows_before_folding = 3;

}  // namespace

const MapZoom& map_zoom(int level) {
  return zooms[static_cast<std::size_t>(std::clamp(level, 0, map_zooms - 1))];
}

PageLayout::PageLayout(const sim::PageMap& map, int level, int width)
    : level_(std::clamp(level, 0, map_zooms - 1)), base_(map.arena().base), page_bytes_(map.page_bytes()) {
  const MapZoom& zoom = map_zoom(level_);
  const auto fit = static_cast<std::uint64_t>(std::max(1, width / zoom.cell_width));
  cells_ = zoom.row_bytes != 0 ? 1 : std::uint64_t{1} << floor_log2(fit);
  cell_width_ = std::max(zoom.cell_width, width / static_cast<int>(cells_));
  const std::uint64_t row_pages = cells_ * zoom.pages_per_cell;
  const std::uint64_t arena_pages = map.arena().bytes / page_bytes_;
  const auto number = [&](Addr a) { return (a - base_) / page_bytes_; };
  const auto add_rows = [&](std::uint64_t first) {
    if (zoom.row_bytes == 0) {
      rows_.push_back({first, std::min(row_pages, arena_pages - first), 0, false});
      return;
    }
    for (std::uint64_t at = 0; at < page_bytes_; at += zoom.row_bytes) rows_.push_back({first, 1, at, false});
  };
  std::uint64_t next = 0;  // first page that has no row yet
  for (const sim::HeldPage& held : map.pages()) {
    const std::uint64_t row = number(held.page) / row_pages * row_pages;
    if (row < next) continue;
    const std::uint64_t empty = (row - next) / row_pages;
    if (empty >= rows_before_folding || (zoom.row_bytes != 0 && empty > 0)) {
      rows_.push_back({next, row - next, 0, true});
    } else {
      for (std::uint64_t first = next; first < row; first += row_pages) add_rows(first);
    }
    add_rows(row);
    next = row + row_pages;
  }
  behind_ = arena_pages > next ? arena_pages - next : 0;
}

std::optional<PageLayout::Hit> PageLayout::hit(std::size_t row, int x) const {
  if (row >= rows_.size() || x < 0) return std::nullopt;
  const Row& r = rows_[row];
  const MapZoom& zoom = map_zoom(level_);
  const Addr first = base_ + r.first_page * page_bytes_;
  if (r.fold) return Hit{first, first, true, r.pages};
  if (zoom.row_bytes != 0) {
    if (x >= cell_width_) return std::nullopt;
    const std::uint64_t byte =
        r.first_byte + static_cast<std::uint64_t>(x) * zoom.row_bytes / static_cast<std::uint64_t>(cell_width_);
    return Hit{first, first + byte, false, 1};
  }
  const auto cell = static_cast<std::uint64_t>(x / cell_width_);
  const std::uint64_t page = cell * zoom.pages_per_cell;
  if (cell >= cells_ || page >= r.pages) return std::nullopt;
  const Addr a = first + page * page_bytes_;
  const auto within = static_cast<std::uint64_t>(x % cell_width_);
  return Hit{a, a + within * page_bytes_ * zoom.pages_per_cell / static_cast<std::uint64_t>(cell_width_), false,
             std::min(zoom.pages_per_cell, r.pages - page)};
}

std::size_t PageLayout::row_of(Addr a) const {
  if (a < base_) return rows_.size();
  const std::uint64_t page = (a - base_) / page_bytes_, byte = (a - base_) % page_bytes_;
  auto behind = std::upper_bound(rows_.begin(), rows_.end(), std::pair(page, byte), [](const auto& at, const Row& r) {
    return at.first != r.first_page ? at.first < r.first_page : at.second < r.first_byte;
  });
  if (behind == rows_.begin()) return rows_.size();
  const Row& r = *std::prev(behind);
  if (page >= r.first_page + r.pages) return rows_.size();
  return static_cast<std::size_t>(std::prev(behind) - rows_.begin());
}

int PageLayout::x_of(Addr a) const {
  const std::size_t row = row_of(a);
  if (row == rows_.size() || rows_[row].fold) return 0;
  const MapZoom& zoom = map_zoom(level_);
  const std::uint64_t page = (a - base_) / page_bytes_, byte = (a - base_) % page_bytes_;
  const auto wide = static_cast<std::uint64_t>(cell_width_);
  if (zoom.row_bytes != 0) return static_cast<int>((byte - rows_[row].first_byte) * wide / zoom.row_bytes);
  const std::uint64_t in_row = page - rows_[row].first_page;
  const std::uint64_t within =
      (in_row % zoom.pages_per_cell * page_bytes_ + byte) * wide / (page_bytes_ * zoom.pages_per_cell);
  return static_cast<int>(in_row / zoom.pages_per_cell * wide + within);
}

int fitting_zoom(const sim::PageMap& map, int width, int height) {
  for (int level = map_zooms - 3; level > 0; --level) {
    const PageLayout layout(map, level, width);
    if (layout.rows().size() * static_cast<std::size_t>(map_zoom(level).cell_height) <=
        static_cast<std::size_t>(height))
      return level;
  }
  return 0;
}

}  // namespace kmemlab::viz
