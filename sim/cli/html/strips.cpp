#include "sim/cli/html/strips.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/html/axes.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

namespace {

constexpr std::uint64_t strip_height = 100;

/// One bar for each cell; `part` of `whole` is a cell's height.
template <class Part>
std::string bars(const sim::Strip& strip, std::uint64_t pages, std::uint64_t whole, Part part) {
  std::string path = fmt::format("M0 {}", strip_height);
  std::uint64_t last_y = strip_height;
  std::uint64_t x = 0;
  for (std::size_t i = 0; i < strip.cells.size(); ++i) {
    const std::uint64_t y = strip_height - scaled(part(strip.cells[i]), whole, strip_height);
    if (y != last_y) path += fmt::format("H{}V{}", x, y);
    last_y = y;
    x = scaled((i + 1) * strip.cell_pages, pages, chart_width);
  }
  return path + fmt::format("H{}V{}Z", x, strip_height);
}

std::string strip_html(const sim::Strips& all, const sim::Strip& strip, std::uint64_t pages, const std::string& what) {
  std::uint64_t held = 0, live = 0;
  for (const sim::StripCell& c : strip.cells) held += c.held_pages, live += c.live_bytes;
  const std::string text = fmt::format("{}: {} pages held, {} of their {} bytes live", what, with_commas(held),
                                       with_commas(live), with_commas(held * all.page_bytes()));
  const auto held_of = [](const sim::StripCell& c) { return c.held_pages; };
  const auto live_of = [](const sim::StripCell& c) { return c.live_bytes; };
  return fmt::format("<div class=\"top\">{}</div>\n", text) +
         fmt::format(
             "<svg class=\"strip\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
             "aria-label=\"{}\">\n<path class=\"granted\" d=\"{}\"/>\n<path class=\"requested\" d=\"{}\"/>\n"
             "</svg>\n",
             chart_width, strip_height, text, bars(strip, pages, strip.cell_pages, held_of),
             bars(strip, pages, strip.cell_pages * all.page_bytes(), live_of));
}

}  // namespace

std::string strips_html(const sim::Strips& strips, std::uint64_t first_tick) {
  std::uint64_t pages = 0;
  for (const sim::Strip* s : {&strips.peak(), &strips.after_returns(), &strips.end()}) {
    pages = std::max(pages, s->cells.size() * s->cell_pages);
  }
  if (pages == 0) return {};
  const auto at = [&](const sim::Strip& s) { return ticks_text(s.tick < first_tick ? 0 : s.tick - first_tick); };
  std::string html = "<h3>Pages by address</h3>\n<div class=\"chart\">\n";
  if (const sim::Strip& s = strips.peak(); s.pages != 0) {
    html += strip_html(strips, s, pages, fmt::format("Most pages held, at {}", at(s)));
  }
  if (const sim::Strip& s = strips.after_returns(); s.pages != 0) {
    html += strip_html(strips, s, pages,
                       fmt::format("After the step that gave most back ({} page{}), at {}", with_commas(s.pages),
                                   s.pages == 1 ? "" : "s", at(s)));
  }
  html += strip_html(strips, strips.end(), pages, fmt::format("At the end, {}", at(strips.end())));
  return html + fmt::format(
                    "<div class=\"note\">From 0x{:x} on, {} pages to the right edge. Light: held; dark: live; "
                    "white: not held.</div>\n</div>\n",
                    strips.base().v, with_commas(pages));
}

}  // namespace kmemlab::cli
