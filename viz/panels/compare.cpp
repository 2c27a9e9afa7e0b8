#include "viz/panels/compare.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/difference.h"
#include "viz/model/format.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

struct CompareState {
  std::vector<sim::Place> places;
  int level = -1, width = 0;
  PageLayout layout;
  int wanted_level = -1;  ///< -1: what fits
  int height = 0;
  std::uint64_t made = 0;  ///< how often the layout was made: part of what the pictures are made of
  // Counted once for each layout, pair and report.
  std::uint64_t counted = 0;
  std::size_t in_front = 0;
  bool reported = false;
  DifferenceCount difference;
  std::vector<CompareRow> rows;
};

// What the maps are drawn with: one layout for all of them, device pixels.
struct Frame {
  const PageLayout& layout;
  MapPart part;
  float scroll;
  std::uint64_t made;
};

std::uint64_t version_of(const Theme& t, const Frame& f, const sim::Snapshot& a, const sim::Snapshot* b) {
  Digest d{a.place.event};
  for (const std::uint64_t v : {a.place.steps, b == nullptr ? 0 : b->place.event, b == nullptr ? 0 : b->place.steps + 1,
                                static_cast<std::uint64_t>(f.layout.level()), f.made, f.layout.cells_per_row(),
                                static_cast<std::uint64_t>(f.scroll), static_cast<std::uint64_t>(f.part.width),
                                static_cast<std::uint64_t>(f.part.height), static_cast<std::uint64_t>(f.part.scale),
                                static_cast<std::uint64_t>(t.shade), static_cast<std::uint64_t>(t.vision)}) {
    d.add(v);
  }
  return d.value();
}

std::vector<const sim::Snapshot*> snapshots_of(const Look& look) {
  std::vector<const sim::Snapshot*> all;
  for (const Look& l : look.all) all.push_back(l.now);
  return all;
}

const PageLayout& layout_of(CompareState& state, const std::vector<const sim::Snapshot*>& runs, int width, int height) {
  std::vector<sim::Place> places;
  for (const sim::Snapshot* s : runs) places.push_back(s->place);
  if (places == state.places && width == state.width && height == state.height && state.level == state.wanted_level) {
    return state.layout;
  }
  ++state.made;
  state.height = height;
  const sim::PageMap all = union_of(runs);
  const int level = state.wanted_level >= 0 ? state.wanted_level : fitting_zoom(all, width, height);
  state.layout = PageLayout(all, level, width);
  state.places = std::move(places);
  state.width = width;
  state.level = state.wanted_level;
  return state.layout;
}

void title(Look& look, const std::string& words, const std::string& below, float width, bool in_front) {
  const Theme& t = look.theme;
  ImGui::PushFont(t.bold);
  fitted_text(t, (in_front ? "> " : "") + words, width, t.colours.text);
  ImGui::PopFont();
  fitted_text(t, below, width, t.colours.dim);
}

void draw_picture(Look& look, ImTextureID texture, const std::string& id, const Frame& f) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size{static_cast<float>(f.part.width), static_cast<float>(f.part.height)};
  ImGui::GetWindowDrawList()->AddImage(texture, at, {at.x + size.x, at.y + size.y});
  const Canvas c = canvas(look, id, size);
  if (!c.hovered) return;
  const MapZoom& zoom = map_zoom(f.layout.level());
  const auto row =
      static_cast<std::size_t>((c.mouse.y + f.scroll) / static_cast<float>(zoom.cell_height * f.part.scale));
  const auto hit = f.layout.hit(row, static_cast<int>(c.mouse.x) / f.part.scale);
  if (!hit || hit->fold) return;
  ImGui::BeginTooltip();
  // Arenas of different machines begin at different addresses: the same page is the same distance from the base.
  const std::uint64_t from_base = hit->page - f.layout.base();
  const Addr here = look.now->map.arena().base + from_base;
  ImGui::Text("page %s", hex(here).c_str());
  for (const Look& l : look.all) {
    const sim::HeldPage* p = l.now->map.page_of(l.now->map.arena().base + from_base);
    ImGui::Text(
        "%s: %s", l.core.c_str(),
        p == nullptr
            ? "no frame"
            : (percent(p->live_bytes, look.page_bytes()) + " live, " + counted(p->blocks, "block", "blocks")).c_str());
  }
  ImGui::EndTooltip();
  if (c.clicked) {
    look.pick_page(here);
    look.selection.address = here + (hit->address - hit->page);
  }
}

void metric_table(Look& look, const std::vector<CompareRow>& rows) {
  const Theme& t = look.theme;
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_NoSavedSettings |
                                    ImGuiTableFlags_ScrollY;
  if (!ImGui::BeginTable("metrics", static_cast<int>(look.all.size()) + 1, flags)) return;
  ImGui::TableSetupScrollFreeze(1, 1);
  ImGui::TableSetupColumn("at the cursor", ImGuiTableColumnFlags_WidthStretch, 1.5F);
  for (const Look& l : look.all) ImGui::TableSetupColumn(l.core.c_str(), ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableHeadersRow();
  bool whole = false;
  for (const CompareRow& row : rows) {
    if (row.of_whole_run && !whole) {
      whole = true;
      ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
      ImGui::TableNextColumn();
      ImGui::TextUnformatted("of the whole run");
    }
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    fitted_text(t, row.name, ImGui::GetContentRegionAvail().x, t.colours.dim);
    const std::uint64_t least = *std::min_element(row.values.begin(), row.values.end());
    const std::uint64_t most = *std::max_element(row.values.begin(), row.values.end());
    for (const std::uint64_t v : row.values) {
      ImGui::TableNextColumn();
      const std::string text = grouped(v) + (least != most && v == most ? " ^" : "");
      const float wide = ImGui::CalcTextSize(text.c_str()).x, room = ImGui::GetContentRegionAvail().x;
      ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0F, room - wide));
      ImGui::TextUnformatted(text.c_str());
      if (row.bytes && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", short_bytes(v).c_str());
    }
  }
  ImGui::EndTable();
}

void legend(Look& look, std::size_t a, std::size_t b) {
  const Theme& t = look.theme;
  legend_entry(t, t.colours.only_a, "only " + look.all[a].core + " holds it");
  legend_entry(t, t.colours.only_b, "only " + look.all[b].core + " (striped)");
  legend_entry(t, mixed(t.colours.panel, t.colours.text, 190), "both; tinted towards who has more live there");
}

// What is counted over all pages: once for what is shown, not once a frame.
void count(CompareState& state, const Look& look, const std::vector<const sim::Snapshot*>& runs, std::size_t other) {
  std::vector<const sim::Report*> reports;
  bool reported = true;
  for (const Look& l : look.all) {
    reports.push_back(l.whole != nullptr && l.whole->report ? &*l.whole->report : nullptr);
    reported = reported && reports.back() != nullptr;
  }
  if (state.counted == state.made && state.in_front == look.in_front && state.reported == reported) return;
  state.counted = state.made;
  state.in_front = look.in_front;
  state.reported = reported;
  state.difference = count_difference(runs[look.in_front]->map, runs[other]->map);
  state.rows = compare_rows(runs, reports);
}

void draw_run(Look& look, const Frame& f, const sim::Snapshot& run, std::size_t i, float wide) {
  const Theme& t = look.theme;
  const std::string id = "compare." + std::to_string(i);
  title(look, look.all[i].core, counted(run.map.pages().size(), "page", "pages") + " held", wide, i == look.in_front);
  const ImTextureID texture = look.textures.get(id, version_of(t, f, run, nullptr),
                                                [&] { return paint_map(run, f.layout, t.colours, f.part); });
  draw_picture(look, texture, id, f);
}

void draw_difference(Look& look, const Frame& f, const CompareState& state, const sim::Snapshot& a,
                     const sim::Snapshot& b, std::size_t other, float wide) {
  const Theme& t = look.theme;
  const std::string id = "compare." + std::to_string(look.all.size());
  const DifferenceCount& n = state.difference;
  title(look, "difference",
        grouped(n.both) + " both, " + grouped(n.only_a) + " only " + look.all[look.in_front].core + ", " +
            grouped(n.only_b) + " only " + look.all[other].core,
        wide, false);
  Digest version{version_of(t, f, a, &b)};
  version.add(look.in_front);
  const ImTextureID texture =
      look.textures.get(id, version.value(), [&] { return paint_difference(a, b, f.layout, t.colours, f.part); });
  draw_picture(look, texture, id, f);
}

bool pages_alike(const std::vector<const sim::Snapshot*>& runs) {
  return std::all_of(runs.begin(), runs.end(),
                     [&](const sim::Snapshot* s) { return s->map.page_bytes() == runs[0]->map.page_bytes(); });
}

}  // namespace

void draw_compare(Look& look) {
  const Theme& t = look.theme;
  if (look.all.size() < 2) {
    say_nothing(t, "One run is open. Open more of them to compare: kmemlab view TRACE -a bsd386,osf1");
    return;
  }
  const std::vector<const sim::Snapshot*> runs = snapshots_of(look);
  if (std::any_of(runs.begin(), runs.end(), [](const sim::Snapshot* s) { return s == nullptr; })) {
    say_nothing(t, "The first event is being played...");
    return;
  }
  CompareState& state = look.memory.of<CompareState>();
  const std::size_t other = (look.in_front + 1) % runs.size();
  const bool alike = pages_alike(runs);
  if (alike) {
    legend(look, look.in_front, other);
  } else {
    dim_text(t, "These machines have pages of different sizes: no map fits them all.");
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const std::size_t pictures = runs.size() + 1;
  const float table_high =
      std::min(room.y * 0.5F, 17 * (ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y));
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const float each = std::floor((room.x - spacing * static_cast<float>(pictures)) / static_cast<float>(pictures));
  const int scale = std::max(1, static_cast<int>(t.em / text_pixels + 0.5F));
  const float titles = 2 * ImGui::GetTextLineHeightWithSpacing();
  const float high = std::max(t.px(4), room.y - table_high - titles - 2 * ImGui::GetStyle().ItemSpacing.y);
  const PageLayout& layout = layout_of(state, runs, static_cast<int>(each) / scale, static_cast<int>(high) / scale);
  Frame f{layout, {}, 0, state.made};
  f.part.width = static_cast<int>(each), f.part.height = static_cast<int>(high), f.part.scale = scale;
  count(state, look, runs, other);
  for (std::size_t i = 0; alike && i < pictures; ++i) {
    if (i != 0) ImGui::SameLine();
    ImGui::BeginGroup();
    if (i < runs.size()) {
      draw_run(look, f, *runs[i], i, each);
    } else {
      draw_difference(look, f, state, *runs[look.in_front], *runs[other], other, each);
    }
    ImGui::EndGroup();
  }
  metric_table(look, state.rows);
}

}  // namespace kmemlab::viz
