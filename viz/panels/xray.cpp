#include "viz/panels/xray.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "viz/model/format.h"
#include "viz/model/xray_layout.h"
#include "viz/panels/xray_draw.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

/// A layout and the texts of its cells with their widths, made once for each snapshot and size of text.
struct Drawn {
  const sim::Snapshot* of = nullptr;
  sim::Place place{};
  float em = 0;
  XrayLayout layout;
  struct Table {
    std::vector<std::vector<std::string>> text;  ///< row, shown column
    std::vector<float> width;                    ///< of each shown column
    float label = 0;
  };
  std::vector<Table> tables;
};
struct XrayState {
  std::map<std::string, Drawn> of;
};

float width_of(const std::string& text) {
  return std::ceil(ImGui::CalcTextSize(text.c_str()).x);
}

Drawn::Table measured(const sim::PublishedTable& t, const XrayTable& x, AddrRange arena) {
  Drawn::Table d;
  if (x.kind == XrayKind::pages) return d;
  for (const std::size_t c : x.columns) d.width.push_back(width_of(t.columns[c].name));
  for (const sim::PublishedTable::Row& row : t.rows) {
    if (!row.label.empty()) d.label = std::max(d.label, width_of(row.label));
    std::vector<std::string>& texts = d.text.emplace_back();
    for (std::size_t i = 0; i < x.columns.size(); ++i) {
      const sim::PublishedTable::Column& c = t.columns[x.columns[i]];
      texts.push_back(xray_text(c.name, c.unit, row.values[x.columns[i]], arena));
      d.width[i] = std::max(d.width[i], width_of(texts.back()));
    }
  }
  return d;
}

const Drawn& drawn_for(Look& look) {
  Drawn& d = look.memory.of<XrayState>().of[look.key];
  if (d.of == look.now && d.place == look.now->place && d.em == look.theme.em) return d;
  d = {look.now, look.now->place, look.theme.em, xray_layout(look.now->tables), {}};
  for (const XrayTable& x : d.layout.tables) {
    d.tables.push_back(measured(look.now->tables.tables()[x.table], x, look.now->map.arena()));
  }
  return d;
}

void draw_header(const XrayPen& pen, const sim::PublishedTable& t, const XrayTable& x, const Drawn::Table& d) {
  const Theme& theme = pen.look.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float high = ImGui::GetTextLineHeight();
  float right = at.x + d.label;
  for (std::size_t i = 0; i < x.columns.size(); ++i) {
    const std::string& name = t.columns[x.columns[i]].name;
    right += d.width[i] + (i == 0 && !x.labels ? 0 : pen.gap);
    const float left = right - width_of(name);
    pen.list.AddText({left, at.y}, theme.colours.dim, name.c_str());
    const std::string_view meaning = xray_meaning(name);
    if (!meaning.empty() && ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect({left, at.y}, {right, at.y + high}))
      ImGui::SetTooltip("%s: %.*s", name.c_str(), static_cast<int>(meaning.size()), meaning.data());
  }
  for (const XrayBar& bar : x.bars) {
    right += pen.gap;
    const std::string words = t.columns[bar.part].name + "/" + t.columns[bar.whole].name;
    pen.list.AddText({right, at.y}, theme.colours.dim, words.c_str());
    right += std::max(pen.bar, width_of(words));
  }
  ImGui::Dummy({right - at.x, high});
}

/// Whether all of a table's chains have room beside their rows; else each has a line of its own.
bool chains_fit_beside(const XrayPen& pen, const sim::PublishedTable& t, const XrayTable& x, const Drawn::Table& d) {
  float wide = d.label;
  for (const float w : d.width) wide += w + pen.gap;
  for (const XrayBar& bar : x.bars) {
    wide += pen.gap + std::max(pen.bar, width_of(t.columns[bar.part].name + "/" + t.columns[bar.whole].name));
  }
  return std::all_of(x.chains.begin(), x.chains.end(), [&](const std::optional<XrayChain>& chain) {
    return !chain || wide + pen.gap + chain_width(pen, *chain) < pen.room;
  });
}

void draw_row(const XrayPen& pen, const sim::PublishedTable& t, const XrayTable& x, const Drawn::Table& d,
              std::size_t row, bool beside) {
  Look& look = pen.look;
  const Palette& c = look.theme.colours;
  const sim::PublishedTable::Row& r = t.rows[row];
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float high = ImGui::GetTextLineHeight();
  const ImVec2 mouse = ImGui::GetMousePos();
  pen.list.AddText(at, c.text, r.label.c_str());
  float right = at.x + d.label;
  std::optional<Addr> under;
  for (std::size_t i = 0; i < x.columns.size(); ++i) {
    right += d.width[i] + (i == 0 && !x.labels ? 0 : pen.gap);
    const sim::PublishedTable::Column& column = t.columns[x.columns[i]];
    const std::uint64_t value = r.values[x.columns[i]];
    const float left = right - width_of(d.text[row][i]);
    const bool address = column.unit == "addr" && value != 0;
    pen.list.AddText({left, at.y}, address ? c.accent : value == 0 ? c.dim : c.text, d.text[row][i].c_str());
    if (address && mouse.x >= left && mouse.x < right) under = Addr{value};
  }
  for (const XrayBar& bar : x.bars) {
    right += pen.gap;
    draw_bar(pen, {right, at.y}, bar, r.values);
    right += std::max(pen.bar, width_of(t.columns[bar.part].name + "/" + t.columns[bar.whole].name));
  }
  const bool clicked = ImGui::InvisibleButton("row", {right - at.x, high});
  look.ids.put_item("xray." + t.name + "." + std::to_string(row));
  if (ImGui::IsItemHovered() && under) {
    look.wishes.hover = *under;
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    ImGui::SetTooltip("%s: click to find it in the map", hex(*under).c_str());
    if (clicked) pick_address(look, *under);
  }
  if (xray_touched(t, row, pen.steps)) {
    const float by = look.theme.px(0.15F);
    pen.list.AddRect({at.x - by, at.y - by / 2}, {right + by, at.y + high + by / 2}, c.changed, 0, 0,
                     look.theme.hairline());
  }
  if (row < x.chains.size() && x.chains[row]) {
    const std::size_t size = t.column("size");
    if (beside) ImGui::SameLine(0, pen.gap);
    draw_chain(pen, *x.chains[row], size < r.values.size() ? r.values[size] : 1);
  }
}

void draw_title(const XrayPen& pen, const std::string& name, const std::string& words) {
  const Theme& theme = pen.look.theme;
  ImGui::Dummy({1, theme.px(0.25F)});
  ImGui::PushFont(theme.bold);
  ImGui::TextUnformatted(name.c_str());
  ImGui::PopFont();
  pen.look.ids.put_item("xray." + name);
  if (words.empty()) return;
  ImGui::SameLine();
  dim_text(theme, words);
}

void draw_table(const XrayPen& pen, const XrayTable& x, const Drawn::Table& d) {
  const sim::PublishedTable& t = pen.look.now->tables.tables()[x.table];
  std::string words = t.rows.empty() ? "empty" : "";
  for (const std::size_t c : x.zero) words += (words.empty() ? "all 0: " : ", ") + t.columns[c].name;
  if (x.kind == XrayKind::pages && !t.rows.empty()) words = counted(t.rows.size(), "page", "pages");
  draw_title(pen, t.name, words);
  if (t.rows.empty()) return;
  ImGui::PushID(t.name.c_str());
  if (x.kind == XrayKind::pages) {
    draw_pages(pen, t, x);
  } else {
    draw_header(pen, t, x, d);
    const bool beside = chains_fit_beside(pen, t, x, d);
    for (std::size_t row = 0; row < t.rows.size(); ++row) {
      ImGui::PushID(static_cast<int>(row));
      draw_row(pen, t, x, d, row, beside);
      ImGui::PopID();
    }
  }
  ImGui::PopID();
}

void draw_legend(Look& look) {
  const Theme& t = look.theme;
  dim_text(t, "+0: the arena's base, " + hex(look.now->map.arena().base));
  legend_entry(t, Fill::cached, "free: boxes are in their list's order");
  legend_entry(t, Fill::live, "used");
  legend_entry(t, t.colours.changed, look.now->place.steps != 0 ? "outline: this step" : "outline: the last event");
}

}  // namespace

void draw_xray(Look& look) {
  const Theme& t = look.theme;
  if (look.now == nullptr) {
    say_nothing(t, "The first event is being played...");
    return;
  }
  const Drawn& d = drawn_for(look);
  if (d.layout.tables.empty() && d.layout.loose.empty()) {
    say_nothing(t, "The system has published no tables yet.");
    return;
  }
  draw_legend(look);
  const float room = ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ScrollbarSize - 2 * t.px(0.3F);
  ImGui::BeginChild("tables", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {t.px(0.4F), t.px(0.15F)});
  ImGui::Indent(t.px(0.3F));  // outlines reach beyond their rows
  const XrayPen pen{look, *ImGui::GetWindowDrawList(), steps_of(*look.now), t.px(0.9F), t.px(4), room};
  for (std::size_t i = 0; i < d.layout.tables.size(); ++i) draw_table(pen, d.layout.tables[i], d.tables[i]);
  for (std::size_t i = 0; i < d.layout.loose.size(); ++i) {
    const XrayChain& chain = d.layout.loose[i];
    ImGui::PushID(static_cast<int>(i));
    draw_title(pen, look.now->tables.lists()[chain.list].name, "a list without a head in the tables");
    draw_chain(pen, chain, 1);
    ImGui::PopID();
  }
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

}  // namespace kmemlab::viz
