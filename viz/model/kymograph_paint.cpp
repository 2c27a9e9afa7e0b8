#include "viz/model/kymograph_paint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace kmemlab::viz {

namespace {

struct Span {
  std::size_t from = 0, to = 0;
  bool empty() const { return from >= to; }
};

Span columns_of(const sim::KymographPicture& p, sim::EventRange events) {
  if (events.to <= events.from || events.to <= p.axis.from()) return {};
  return {static_cast<std::size_t>(std::min<std::uint64_t>(p.axis.bucket_of(events.from), p.columns)),
          static_cast<std::size_t>(std::min<std::uint64_t>(p.axis.bucket_of(events.to - 1) + 1, p.columns))};
}

Span rows_of(const sim::KymographPicture& p, AddrRange range) {
  const std::uint64_t row_bytes = p.row_pages * p.page_bytes;
  if (range.bytes == 0 || range.end().v <= p.base.v) return {};
  const std::uint64_t from = range.base.v < p.base.v ? 0 : (range.base.v - p.base.v) / row_bytes;
  const std::uint64_t to = (range.end().v - 1 - p.base.v) / row_bytes + 1;
  return {static_cast<std::size_t>(std::min<std::uint64_t>(from, p.rows)),
          static_cast<std::size_t>(std::min<std::uint64_t>(to, p.rows))};
}

// Without the names of what it is: painting asks for as many as there are pixels.
KymographCell sum_of(const sim::KymographPicture& p, Span columns, Span rows) {
  KymographCell cell;
  for (std::size_t r = rows.from; r < rows.to; ++r) {
    const sim::Texel& last = p.at(columns.to - 1, r);
    cell.held_pages += last.held_pages;
    cell.live_bytes += last.live_bytes;
  }
  for (std::size_t c = columns.from; c < columns.to; ++c) {
    for (std::size_t r = rows.from; r < rows.to; ++r) cell.churn += p.at(c, r).churn;
  }
  cell.pages = (rows.to - rows.from) * p.row_pages;
  return cell;
}

}  // namespace

std::optional<KymographCell> kymograph_cell(const sim::KymographPicture& p, sim::EventRange events, AddrRange range) {
  const Span columns = columns_of(p, events), rows = rows_of(p, range);
  if (columns.empty() || rows.empty()) return std::nullopt;
  KymographCell cell = sum_of(p, columns, rows);
  cell.events = {p.axis.range_of(columns.from).from, p.axis.range_of(columns.to - 1).to};
  cell.range = {p.range_of(rows.from).base, p.range_of(rows.to - 1).end() - p.range_of(rows.from).base};
  return cell;
}

unsigned kymograph_shade(const KymographCell& cell, KymographColour colour, std::uint64_t page_bytes) {
  if (colour == KymographColour::live) {
    const std::uint64_t held = cell.held_pages * page_bytes;
    return held == 0 ? 0 : static_cast<unsigned>(std::min(cell.live_bytes * 255 / held, std::uint64_t{255}));
  }
  if (cell.churn == 0) return 0;
  const auto doublings = static_cast<std::uint64_t>(floor_log2(cell.churn));  // 1, 2, 4, ... 256 and more
  return static_cast<unsigned>(std::min<std::uint64_t>(95 + doublings * 20, 255));
}

Pixels paint_kymograph(const sim::KymographPicture& p, const Palette& colours, const KymographPart& part) {
  Pixels picture(std::max(part.width, 1), std::max(part.height, 1), colours.panel);
  const auto width = static_cast<std::uint64_t>(picture.width), height = static_cast<std::uint64_t>(picture.height);
  const std::uint64_t events = part.events.to - part.events.from;
  std::array<Rgba, 256> scale{};
  for (unsigned i = 0; i < scale.size(); ++i) scale[i] = seen(cividis(i), part.vision);
  const auto dotted = [&](int x, int y) {
    const Rgba free = colours.of(Fill::cached);
    const bool dot = x % (6 * part.grain) < part.grain && y % (6 * part.grain) < part.grain;
    return dot ? mixed(free, colours.background, 150) : free;
  };
  std::vector<Span> rows;
  for (std::uint64_t y = 0; y < height; ++y) {
    const std::uint64_t up = height - 1 - y;
    const std::uint64_t low = part.pages.first * p.page_bytes + part.pages.pages * p.page_bytes * up / height;
    const std::uint64_t high = part.pages.first * p.page_bytes + part.pages.pages * p.page_bytes * (up + 1) / height;
    rows.push_back(rows_of(p, {part.arena_base + low, std::max<std::uint64_t>(high - low, 1)}));
  }
  for (std::uint64_t x = 0; x < width; ++x) {
    const std::uint64_t from = part.events.from + static_cast<std::uint64_t>(u128{events} * x / width);
    const std::uint64_t to = part.events.from + static_cast<std::uint64_t>(u128{events} * (x + 1) / width);
    if (from >= part.prepared) break;
    const Span columns = columns_of(p, {from, std::max(to, from + 1)});
    for (std::uint64_t y = 0; y < height; ++y) {
      Rgba colour = colours.of(Fill::unmapped);
      const Span row = rows[static_cast<std::size_t>(y)];
      if (!columns.empty() && !row.empty()) {
        const KymographCell cell = sum_of(p, columns, row);
        if (part.colour == KymographColour::churn) {
          if (cell.churn != 0) colour = scale[kymograph_shade(cell, part.colour, p.page_bytes)];
        } else if (cell.held_pages != 0) {
          const unsigned shade = kymograph_shade(cell, part.colour, p.page_bytes);
          colour = cell.live_bytes == 0 ? dotted(static_cast<int>(x), static_cast<int>(y)) : scale[shade];
        }
      }
      picture.at(static_cast<int>(x), static_cast<int>(y)) = colour;
    }
  }
  return picture;
}

PageWindow all_pages(const sim::KymographPicture& picture, Addr arena_base) {
  const std::uint64_t before = picture.base.v > arena_base.v ? (picture.base.v - arena_base.v) / picture.page_bytes : 0;
  return {before, std::max<std::uint64_t>(picture.rows * picture.row_pages, 1)};
}

PageWindow zoomed(PageWindow window, PageWindow all, double at, int steps) {
  const auto most = static_cast<double>(all.pages);
  double pages = static_cast<double>(window.pages);
  const double fixed = static_cast<double>(window.first) + pages * at;
  pages = std::clamp(pages * std::pow(0.75, steps), std::min(4.0, most), most);
  const auto low = static_cast<double>(all.first);
  const double first = std::clamp(fixed - pages * at, low, std::max(low, low + most - pages));
  return {static_cast<std::uint64_t>(first + 0.5), std::max<std::uint64_t>(static_cast<std::uint64_t>(pages + 0.5), 1)};
}

PageWindow moved(PageWindow window, PageWindow all, double pages) {
  const auto low = static_cast<double>(all.first);
  const double high = low + static_cast<double>(all.pages) - static_cast<double>(window.pages);
  const double first = std::clamp(static_cast<double>(window.first) + pages, low, std::max(low, high));
  return {static_cast<std::uint64_t>(first + 0.5), window.pages};
}

}  // namespace kmemlab::viz
