// Where each page of the arena lies in the page map: rows of a power of two pages, in order of address, long stretches
// without frames folded into one row that says so. Pure: no ImGui, no pixels of the screen but those of one cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "sim/observe/page_map.h"

namespace kmemlab::viz {

/// How closely the map looks, from the arena down to bytes. The levels are the map's zoom.
struct MapZoom {
  std::uint64_t pages_per_cell = 1;     ///< over 1: a cell is a pixel's worth of many pages
  int cell_width = 8, cell_height = 8;  ///< pixels at scale 1; the width is the least one
  std::uint64_t row_bytes = 0;          ///< not 0: a page takes several rows of this many bytes each (byte zoom)
  const char* name = "page";            ///< "arena", "page", "block", "byte"
};
inline constexpr int map_zooms = 13;
/// 0 = farthest.
const MapZoom& map_zoom(int level);

class PageLayout {
 public:
  struct Row {
    std::uint64_t first_page = 0;  ///< number of the page in the arena
    std::uint64_t pages = 0;       ///< that this row shows, or that are folded away in it
    std::uint64_t first_byte = 0;  ///< inside the page: byte zoom only
    bool fold = false;             ///< a stretch without frames
  };

  PageLayout() = default;
  /// `width`: pixels at scale 1 that a row may take. Shows the arena up to the last held page and a bit behind it.
  PageLayout(const sim::PageMap& map, int level, int width);

  const std::vector<Row>& rows() const { return rows_; }
  int level() const { return level_; }
  std::uint64_t cells_per_row() const { return cells_; }
  /// Pixels at scale 1: as wide as a row of a power of two cells lets them be.
  int cell_width() const { return cell_width_; }
  std::uint64_t page_bytes() const { return page_bytes_; }
  Addr base() const { return base_; }
  /// Pages of the arena behind the last row: not drawn.
  std::uint64_t pages_behind() const { return behind_; }

  /// What lies at a place of the map: x in pixels at scale 1, row from the top.
  struct Hit {
    Addr page{};     ///< first one of the cell
    Addr address{};  ///< as exact as this zoom allows
    bool fold = false;
    std::uint64_t pages = 1;
  };
  std::optional<Hit> hit(std::size_t row, int x) const;
  /// Row of an address; rows().size() if it is not drawn.
  std::size_t row_of(Addr a) const;
  /// Left edge of the cell of an address, pixels at scale 1.
  int x_of(Addr a) const;

 private:
  int level_ = 0;
  Addr base_{};
  std::uint64_t page_bytes_ = 4096;
  std::uint64_t cells_ = 1;
  int cell_width_ = 1;
  std::uint64_t behind_ = 0;
  std::vector<Row> rows_;
};

/// The nearest level at which all held pages fit into this many pixels (scale 1).
int fitting_zoom(const sim::PageMap& map, int width, int height);

}  // namespace kmemlab::viz
