#include "viz/panels/xray_draw.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "viz/model/format.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

constexpr std::size_t boxes_max = 40;

float box_side(const Theme& t) {
  return t.px(0.8F);
}
float box_step(const Theme& t) {
  return box_side(t) + t.px(0.3F);
}

/// What hovers somewhere is this: in the map, in the inspector, here.
bool pointed_at(const Look& look, Addr a, std::uint64_t bytes) {
  const auto in = [&](const std::optional<Addr>& at) { return at && *at >= a && *at - a < bytes; };
  return in(look.selection.hover) || in(look.selection.address);
}

void draw_box(const XrayPen& pen, const Rect& r, Addr a, std::uint64_t size) {
  const Theme& t = pen.look.theme;
  draw_fill(pen.list, t, r, Fill::cached);
  const bool touched = xray_touched(AddrRange{a, 1}, pen.steps);
  const bool pointed = pointed_at(pen.look, a, size);
  if (touched || pointed) {
    const float by = t.hairline();
    pen.list.AddRect({r.min.x - by, r.min.y - by}, {r.max.x + by, r.max.y + by},
                     touched ? t.colours.changed : t.colours.accent, 0, 0, 2 * by);
  }
}

Rgba ink_on(const Theme& t, Rgba paper) {
  const auto light = [](Rgba c) { return 3 * red_of(c) + 6 * green_of(c) + blue_of(c); };
  const auto far = [&](Rgba c) { return std::abs(static_cast<int>(light(c)) - static_cast<int>(light(paper))); };
  return far(t.colours.text) > far(t.colours.background) ? t.colours.text : t.colours.background;
}

Rgba key_colour(const XrayTable& x, std::uint64_t key) {
  const auto at = static_cast<std::size_t>(std::lower_bound(x.keys.begin(), x.keys.end(), key) - x.keys.begin());
  return cividis(x.keys.size() < 2 ? 128 : static_cast<unsigned>(at * 255 / (x.keys.size() - 1)));
}

/// Held, and no granted block lies on it.
bool wholly_free(const Look& look, Addr page) {
  const sim::HeldPage* held = look.now->map.page_of(page);
  return held != nullptr && held->blocks == 0;
}

void page_tip(const XrayPen& pen, const sim::PublishedTable& table, const sim::PublishedTable::Row& row) {
  ImGui::BeginTooltip();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string value = c == 1 ? xray_key(table.columns[c].name, row.values[c])
                                     : xray_text(table.columns[c].name, table.columns[c].unit, row.values[c], {});
    ImGui::Text("%s %s", table.columns[c].name.c_str(), value.c_str());
  }
  if (wholly_free(pen.look, Addr{row.values[0]})) ImGui::TextUnformatted("no live block lies on it");
  dim_text(pen.look.theme, "click: pick the page");
  ImGui::EndTooltip();
}

void draw_cell(const XrayPen& pen, const sim::PublishedTable& table, const XrayTable& x, std::size_t row,
               const Rect& r) {
  const Theme& t = pen.look.theme;
  const auto& values = table.rows[row].values;
  const Rgba paper = key_colour(x, values[1]);
  pen.list.AddRectFilled(r.min, r.max, paper);
  const std::string text = std::to_string(values[1]);
  const ImVec2 size = ImGui::CalcTextSize(text.c_str());
  pen.list.AddText({std::floor(r.centre().x - size.x / 2), std::floor(r.centre().y - size.y / 2)}, ink_on(t, paper),
                   text.c_str());
  const Addr page{values[0]};
  const std::uint64_t bytes = pen.look.page_bytes();
  if (wholly_free(pen.look, page)) {
    pen.list.AddRectFilled({r.min.x, r.max.y - t.px(0.25F)}, r.max, t.colours.of(Fill::cached));
  }
  const bool touched = xray_touched(AddrRange{page, bytes}, pen.steps);
  const bool picked = pen.look.selection.page == page || pointed_at(pen.look, page, bytes);
  if (touched || picked) {
    pen.list.AddRect(r.min, r.max, touched ? t.colours.changed : t.colours.accent, 0, 0, 2 * t.hairline());
  }
}

}  // namespace

void pick_address(Look& look, Addr a) {
  look.pick_page(Addr{a.v & ~(look.page_bytes() - 1)});
  if (const sim::HeldBlock* b = look.now->map.block_at(a)) {
    look.pick_block(*b);
  } else {
    look.selection.block.reset();
    look.selection.address = a;
  }
}

void draw_bar(const XrayPen& pen, ImVec2 at, const XrayBar& bar, const std::vector<std::uint64_t>& values) {
  const Theme& t = pen.look.theme;
  const std::uint64_t part = values[bar.part];
  const std::uint64_t whole = bar.whole_is_rest ? part + values[bar.whole] : values[bar.whole];
  const float high = ImGui::GetTextLineHeight(), inset = std::floor(high / 5);
  const Rect r{{at.x, at.y + inset}, {at.x + pen.bar, at.y + high - inset}};
  pen.list.AddRectFilled(r.min, r.max, t.colours.raised);
  if (whole != 0) {
    const std::uint64_t used = bar.part_is_free ? whole - std::min(part, whole) : std::min(part, whole);
    const float edge = r.min.x + std::floor(r.width() * static_cast<float>(used) / static_cast<float>(whole));
    draw_fill(pen.list, t, {r.min, {edge, r.max.y}}, Fill::live);
    if (bar.part_is_free || bar.rest_is_free) draw_fill(pen.list, t, {{edge, r.min.y}, r.max}, Fill::cached);
  }
  pen.list.AddRect(r.min, r.max, t.colours.line, 0, 0, t.hairline());
}

float chain_width(const XrayPen& pen, const XrayChain& chain) {
  const float boxes = static_cast<float>(std::min(chain.count, 2 * boxes_max));
  return pen.look.theme.px(1) + boxes * box_step(pen.look.theme);
}

void draw_chain(const XrayPen& pen, const XrayChain& chain, std::uint64_t size) {
  Look& look = pen.look;
  const Theme& t = look.theme;
  const auto& all = look.now->tables.lists()[chain.list].addresses;
  const float side = box_side(t), step = box_step(t), indent = t.px(1);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float high = ImGui::GetTextLineHeight(), top = at.y + std::floor((high - side) / 2);
  const std::string longest = " +" + grouped(chain.count) + " more";
  const float for_boxes =
      pen.room - indent -
      (chain_width(pen, chain) < pen.room && chain.count <= boxes_max ? 0 : ImGui::CalcTextSize(longest.c_str()).x);
  const auto fits = static_cast<std::size_t>(std::max(1.0F, for_boxes / step));
  const std::size_t shown = std::min({chain.count, fits, boxes_max});
  const float middle = std::floor(top + side / 2), first = at.x + indent;
  pen.list.AddLine({at.x + indent / 2, at.y}, {at.x + indent / 2, middle}, t.colours.dim, t.hairline());
  pen.list.AddLine({at.x + indent / 2, middle}, {first + static_cast<float>(shown - 1) * step, middle}, t.colours.dim,
                   t.hairline());
  for (std::size_t i = 0; i < shown; ++i) {
    const float x = first + static_cast<float>(i) * step;
    draw_box(pen, {{x, top}, {x + side, top + side}}, Addr{all[chain.first + i]}, size);
  }
  const float end = first + static_cast<float>(shown) * step;
  const std::string rest = chain.count > shown ? "+" + grouped(chain.count - shown) + " more" : "";
  pen.list.AddText({end, at.y}, t.colours.dim, rest.c_str());
  const bool clicked = ImGui::InvisibleButton("chain", {end - at.x + ImGui::CalcTextSize(rest.c_str()).x, high});
  look.ids.put_item("xray.chain." + look.now->tables.lists()[chain.list].name + "." + std::to_string(chain.first));
  const float over = ImGui::GetMousePos().x - first;
  if (!ImGui::IsItemHovered() || over < 0 || over >= static_cast<float>(shown) * step) return;
  const auto under = std::min(static_cast<std::size_t>(over / step), shown - 1);
  const Addr a{all[chain.first + under]};
  look.wishes.hover = a;
  ImGui::SetTooltip("%s, number %s of %s on its list", hex(a).c_str(), grouped(under + 1).c_str(),
                    grouped(chain.count).c_str());
  if (clicked) pick_address(look, a);
}

void draw_pages(const XrayPen& pen, const sim::PublishedTable& table, const XrayTable& x) {
  Look& look = pen.look;
  const Theme& t = look.theme;
  dim_text(t, "by " + table.columns[1].name + ":");
  for (const std::uint64_t key : x.keys) legend_entry(t, key_colour(x, key), xray_key(table.columns[1].name, key));
  legend_entry(t, t.colours.of(Fill::cached), "lower edge: no live block on the page");
  const float wide = t.px(1.9F), tall = t.px(1.35F), between = 2 * t.hairline();
  const auto across = static_cast<std::size_t>(std::max(1.0F, pen.room / (wide + between)));
  const std::size_t lines = (table.rows.size() + across - 1) / across;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {between, between});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(lines), tall + between);
  while (clipper.Step()) {
    for (int line = clipper.DisplayStart; line < clipper.DisplayEnd; ++line) {
      const std::size_t first = static_cast<std::size_t>(line) * across;
      const std::size_t cells = std::min(across, table.rows.size() - first);
      const ImVec2 at = ImGui::GetCursorScreenPos();
      for (std::size_t i = 0; i < cells; ++i) {
        const float left = at.x + static_cast<float>(i) * (wide + between);
        draw_cell(pen, table, x, first + i, {{left, at.y}, {left + wide, at.y + tall}});
      }
      ImGui::PushID(line);
      const bool clicked = ImGui::InvisibleButton("pages", {static_cast<float>(cells) * (wide + between), tall});
      ImGui::PopID();
      look.ids.put_item("xray." + table.name + ".line" + std::to_string(line));
      if (!ImGui::IsItemHovered()) continue;
      const auto i = static_cast<std::size_t>(std::max(0.0F, (ImGui::GetMousePos().x - at.x) / (wide + between)));
      const sim::PublishedTable::Row& row = table.rows[first + std::min(i, cells - 1)];
      look.wishes.hover = Addr{row.values[0]};
      page_tip(pen, table, row);
      if (clicked) pick_address(look, Addr{row.values[0]});
    }
  }
  ImGui::PopStyleVar();
}

}  // namespace kmemlab::viz
