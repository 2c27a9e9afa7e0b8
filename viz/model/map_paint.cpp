#include "viz/model/map_paint.h"

#include <algorithm>
#include <array>

namespace kmemlab::viz {

namespace {

using sim::HeldBlock;
using sim::HeldPage;

class Painter {
 public:
  Painter(const sim::Snapshot& now, const PageLayout& layout, const Palette& colours, const MapPart& part)
      : now_(now),
        layout_(layout),
        zoom_(map_zoom(layout.level())),
        colours_(colours),
        part_(part),
        out_(part.width, part.height, colours.panel) {}

  Pixels paint() {
    const int high = zoom_.cell_height * part_.scale;
    int y = -part_.y_offset;
    for (std::size_t row = part_.first_row; row < layout_.rows().size() && y < part_.height; ++row, y += high) {
      const PageLayout::Row& r = layout_.rows()[row];
      if (r.fold) {
        paint_fold(y, high);
      } else if (zoom_.row_bytes != 0) {
        paint_bytes(r, y, high);
      } else {
        paint_row(r, y, high);
      }
    }
    return std::move(out_);
  }

 private:
  Addr page_at(std::uint64_t number) const { return now_.map.arena().base + number * layout_.page_bytes(); }
  const HeldPage* first_held(std::uint64_t number) const {
    const auto& pages = now_.map.pages();
    const auto at = std::lower_bound(pages.begin(), pages.end(), page_at(number),
                                     [](const HeldPage& p, Addr a) { return p.page < a; });
    return at == pages.end() ? nullptr : &*at;
  }

  // A broken line where pages without frames are left out.
  void paint_fold(int y, int high) {
    const int wide = static_cast<int>(layout_.cells_per_row()) * layout_.cell_width() * part_.scale;
    const int middle = y + high / 2, thick = std::max(1, part_.scale);
    for (int x = 0; x < wide; x += 6 * thick)
      out_.fill(x, middle, std::min(x + 3 * thick, wide), middle + thick, colours_.line);
  }

  void paint_row(const PageLayout::Row& r, int y, int high) {
    const int wide = layout_.cell_width() * part_.scale;
    const auto& pages = now_.map.pages();
    const HeldPage* held = first_held(r.first_page);
    const HeldPage* const end = pages.data() + pages.size();
    for (std::uint64_t at = 0, cell = 0; at < r.pages; at += zoom_.pages_per_cell, ++cell) {
      const Addr behind = page_at(r.first_page + at + zoom_.pages_per_cell);
      const HeldPage* const first = held;
      while (held != nullptr && held != end && held->page < behind) ++held;
      const int x = static_cast<int>(cell) * wide;
      if (x >= part_.width) continue;
      if (first == held || first == nullptr) {
        cell_without_frame(x, y, wide, high);
      } else if (zoom_.pages_per_cell > 1) {
        out_.fill(x, y, x + wide, y + high, colours_.of(commonest(first, held)));
      } else {
        paint_page(*first, x, y, wide, high);
      }
    }
  }

  void cell_without_frame(int x, int y, int wide, int high) {
    const Rgba fill = colours_.of(Fill::unmapped);
    const int gap = gap_of(wide);
    out_.fill(x, y, x + wide - gap, y + high - gap, fill);
    if (wide < 8) return;
    out_.fill(x + 1, y + 1, x + wide - gap - 1, y + high - gap - 1, mixed(fill, colours_.panel, 160));
  }

  static int gap_of(int wide) { return wide >= 8 ? std::max(1, wide / 64 + 1) : wide >= 4 ? 1 : 0; }

  // Of several pages: pins and tables win over what is commoner, so that a single one is not lost.
  Fill commonest(const HeldPage* first, const HeldPage* end) const {
    std::array<unsigned, fills> count{};
    for (const HeldPage* p = first; p != end; ++p) ++count[static_cast<unsigned>(fill_of(now_, *p))];
    if (count[static_cast<unsigned>(Fill::pin)] != 0) return Fill::pin;
    return static_cast<Fill>(std::max_element(count.begin(), count.end()) - count.begin());
  }

  void paint_page(const HeldPage& page, int x, int y, int wide, int high) {
    const int gap = gap_of(wide);
    const Rect r{x, y, x + wide - gap, y + high - gap};
    if (wide < 8 * part_.scale) {
      out_.fill(r.x0, r.y0, r.x1, r.y1, colours_.of(fill_of(now_, page)));
      return;
    }
    paint_range(page, page.page, layout_.page_bytes(), r);
  }

  void paint_bytes(const PageLayout::Row& r, int y, int high) {
    const int wide = layout_.cell_width() * part_.scale;
    const HeldPage* page = now_.map.page_of(page_at(r.first_page));
    const Rect rect{0, y, wide, y + high - part_.scale};
    if (page == nullptr) {
      cell_without_frame(0, y, wide, high);
      return;
    }
    paint_range(*page, page->page + r.first_byte, zoom_.row_bytes, rect);
  }

  struct Rect {
    int x0, y0, x1, y1;
  };

  // [from, from + bytes) of a page along the rectangle: free bytes below, the system's tables, then the blocks on top.
  void paint_range(const HeldPage& page, Addr from, std::uint64_t bytes, const Rect& r) {
    cue(r, Fill::cached);
    for (const AddrRange& m : now_.metadata) paint_part(m.base, m.bytes, from, bytes, r, Fill::metadata);
    const bool pins = nearly_free(page, layout_.page_bytes());
    for (const HeldBlock& b : now_.map.blocks_of(page)) {
      const std::uint64_t used = std::min(b.requested, b.granted);
      paint_part(b.address + used, b.granted - used, from, bytes, r, Fill::waste);
      paint_part(b.address, used, from, bytes, r, pins ? Fill::pin : Fill::live);
      edge(b, from, bytes, r);
    }
  }

  void paint_part(Addr at, std::uint64_t length, Addr from, std::uint64_t bytes, const Rect& r, Fill fill) {
    const Addr begin = std::max(at, from), end = std::min(at + length, from + bytes);
    if (begin >= end) return;
    const auto wide = static_cast<std::uint64_t>(r.x1 - r.x0);
    const int x0 = r.x0 + static_cast<int>((begin - from) * wide / bytes);
    const int x1 = r.x0 + static_cast<int>((end - from) * wide / bytes);
    if (x1 > x0) {
      cue({x0, r.y0, x1, r.y1}, fill);
    } else if (fill != Fill::waste) {
      cue({x0, r.y0, std::min(x0 + 1, r.x1), r.y1}, fill);  // less than a pixel: never lost
    }
  }

  // A block's left edge, where there is room to tell neighbours apart.
  void edge(const HeldBlock& b, Addr from, std::uint64_t bytes, const Rect& r) {
    const auto wide = static_cast<std::uint64_t>(r.x1 - r.x0);
    if (b.address < from || b.address >= from + bytes || b.granted * wide / bytes < 4) return;
    const int x = r.x0 + static_cast<int>((b.address - from) * wide / bytes);
    out_.fill(x, r.y0, x + 1, r.y1, mixed(colours_.panel, rgba(0), 100));
  }

  // A fill with its second cue; the cue is laid on the picture's own grid, so that neighbours join.
  void cue(Rect r, Fill fill) {
    r.x0 = std::max(r.x0, 0), r.y0 = std::max(r.y0, 0);
    r.x1 = std::min(r.x1, part_.width), r.y1 = std::min(r.y1, part_.height);
    const Rgba colour = colours_.of(fill);
    out_.fill(r.x0, r.y0, r.x1, r.y1, colour);
    if (r.y1 - r.y0 < 5 || fill == Fill::live || fill == Fill::unmapped) return;
    const int s = part_.scale, step = 4 * s;
    const Rgba ink = mixed(colour, rgba(0x101010), fill == Fill::cached ? 70 : 130);
    for (int y = r.y0; y < r.y1; ++y) {
      for (int x = r.x0; x < r.x1; ++x) {
        const int u = x / s, v = y / s;
        const bool on = fill == Fill::waste      ? (u + v) % 4 == 0
                        : fill == Fill::cached   ? u % 4 == 1 && v % 4 == 1
                        : fill == Fill::metadata ? u % 4 == 0
                                                 : false;
        if (on) out_.at(x, y) = ink;
      }
    }
    if (fill != Fill::pin || r.x1 - r.x0 < step) return;
    const int cx = (r.x0 + r.x1) / 2, cy = (r.y0 + r.y1) / 2;
    out_.fill(cx - s, cy - s, cx + s, cy + s, colours_.changed);
  }

  const sim::Snapshot& now_;
  const PageLayout& layout_;
  const MapZoom& zoom_;
  const Palette& colours_;
  MapPart part_;
  Pixels out_;
};

}  // namespace

bool nearly_free(const HeldPage& page, std::uint64_t page_bytes) {
  return page.blocks != 0 && page.live_bytes * pin_share <= page_bytes;
}

Fill fill_of(const sim::Snapshot& now, const HeldPage& page) {
  const std::uint64_t bytes = now.map.page_bytes();
  if (nearly_free(page, bytes)) return Fill::pin;
  if (page.blocks != 0) return Fill::live;
  for (const AddrRange& m : now.metadata) {
    if (m.base < page.page + bytes && m.end() > page.page) return Fill::metadata;
  }
  return Fill::cached;
}

Pixels paint_map(const sim::Snapshot& now, const PageLayout& layout, const Palette& colours, const MapPart& part) {
  return Painter(now, layout, colours, part).paint();
}

}  // namespace kmemlab::viz
