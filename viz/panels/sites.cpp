#include "viz/panels/sites.h"

#include <algorithm>

#include "viz/model/format.h"
#include "viz/ui/widgets.h"
#include "viz/work/site_table.h"

namespace kmemlab::viz {

namespace {

struct SitesState {
  struct Kept {
    sim::Place place{~std::uint64_t{0}, 0};
    SiteOrder order = SiteOrder::granted;
    std::vector<SiteRow> rows;
  };
  std::map<std::string, Kept> of;
  SiteOrder order = SiteOrder::granted;
};

const std::vector<SiteRow>& rows_for(Look& look, SitesState& state) {
  SitesState::Kept& kept = state.of[look.key];
  if (kept.place != look.now->place || kept.order != state.order) {
    kept = {look.now->place, state.order, site_table(*look.now, state.order)};
  }
  return kept.rows;
}

void order_buttons(Look& look, SitesState& state) {
  static constexpr std::pair<SiteOrder, const char*> orders[] = {{SiteOrder::granted, "bytes"},
                                                                 {SiteOrder::waste, "waste"},
                                                                 {SiteOrder::blocks, "blocks"},
                                                                 {SiteOrder::pinned, "pages held alone"},
                                                                 {SiteOrder::oldest, "age"}};
  dim_text(look.theme, "sorted by");
  for (const auto& [order, name] : orders) {
    ImGui::SameLine();
    const std::string label = (state.order == order ? "> " : "") + std::string(name);
    if (button(look, label.c_str(), std::string("sites.") + name)) state.order = order;
  }
}

void right_cell(const std::string& text) {
  ImGui::TableNextColumn();
  const float wide = ImGui::CalcTextSize(text.c_str()).x, room = ImGui::GetContentRegionAvail().x;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0F, room - wide));
  ImGui::TextUnformatted(text.c_str());
}

}  // namespace

void draw_sites(Look& look) {
  const Theme& t = look.theme;
  if (look.now == nullptr || look.names == nullptr) {
    say_nothing(t, "A lesson has no call sites.");
    return;
  }
  SitesState& state = look.memory.of<SitesState>();
  order_buttons(look, state);
  const std::vector<SiteRow>& rows = rows_for(look, state);
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("sites", 7, flags)) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  const auto column = [](const char* name, float weight) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, weight);
  };
  column("call site", 30), column("blocks", 8), column("asked", 12), column("got", 12), column("waste", 8),
      column("pages held alone", 13), column("oldest block", 14);
  ImGui::TableHeadersRow();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const SiteRow& r = rows[static_cast<std::size_t>(i)];
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      const bool picked = look.selection.site == r.site;
      ImGui::PushID(i);
      if (ImGui::Selectable(
              fitted((picked ? "> " : "") + look.names->site(r.site), ImGui::GetContentRegionAvail().x).c_str(), picked,
              ImGuiSelectableFlags_SpanAllColumns)) {
        look.selection.site = picked ? std::nullopt : std::optional(r.site);
      }
      ImGui::PopID();
      right_cell(grouped(r.blocks));
      right_cell(grouped(r.requested));
      right_cell(grouped(r.granted));
      right_cell(percent(r.granted - std::min(r.granted, r.requested), r.granted));
      right_cell(grouped(r.pinned_pages));
      right_cell(r.oldest_event == sim::no_event ? "?" : "event " + grouped(r.oldest_event));
    }
  }
  ImGui::EndTable();
}

}  // namespace kmemlab::viz
