#include "viz/panels/sizes.h"

#include <algorithm>
#include <cmath>

#include "viz/model/format.h"
#include "viz/model/heat_grid.h"
#include "viz/ui/time_axis_view.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

enum class Shown : std::uint8_t { freed, living };

struct SizesState {
  Shown shown = Shown::freed;
  HeatMeasure measure = HeatMeasure::blocks;
  struct Kept {
    std::uint64_t prepared = ~std::uint64_t{0};
    EventRange range;
    Shown shown = Shown::freed;
    sim::LifetimeTable::Part part;
  };
  std::map<std::string, Kept> of;
};

const sim::LifetimeTable::Part& part_for(Look& look, SizesState& state) {
  SizesState::Kept& kept = state.of[look.key];
  const EventRange range = axis_of(look, 1).range;
  if (kept.prepared != look.whole->prepared || !(kept.range == range) || kept.shown != state.shown) {
    kept.prepared = look.whole->prepared, kept.range = range, kept.shown = state.shown;
    if (state.shown == Shown::freed) {
      kept.part = look.whole->lifetimes.part(range);
      kept.part.events.to = std::min(kept.part.events.to, std::max(look.whole->prepared, kept.part.events.from));
    } else {
      kept.part = {{0, look.whole->prepared}, look.whole->lifetimes.live};
    }
  }
  return kept.part;
}

template <class T>
void choice(Look& look, T& value, T of, const char* name, const char* id, const char* tip) {
  const std::string label = (value == of ? "> " : "") + std::string(name);
  if (button(look, label.c_str(), id, tip)) value = of;
  ImGui::SameLine();
}

void draw_scale(const Look& look, const HeatWindow& w, HeatMeasure measure) {
  const Theme& t = look.theme;
  dim_text(t, measure == HeatMeasure::blocks ? "a cell: 1" : "a cell: 1 byte");
  ImGui::SameLine(0, t.px(0.3F));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = t.px(7), high = t.px(0.85F), down = (ImGui::GetTextLineHeight() - high) / 2;
  constexpr unsigned pieces = 32;
  for (unsigned i = 0; i < pieces; ++i) {
    const float x = at.x + wide * static_cast<float>(i) / pieces;
    ImGui::GetWindowDrawList()->AddRectFilled({x, at.y + down}, {x + wide / pieces + 1, at.y + down + high},
                                              seen(cividis(i * 255 / (pieces - 1)), t.vision));
  }
  ImGui::Dummy({wide, ImGui::GetTextLineHeight()});
  ImGui::SameLine(0, t.px(0.3F));
  dim_text(
      t, (measure == HeatMeasure::blocks ? counted(w.most, "block", "blocks") : bytes_text(w.most)) + ", logarithmic");
}

struct Grid {
  Rect rect{};
  float cell_width = 1, cell_height = 1;
};

void draw_cells(const Look& look, const sim::LifetimeGrid& grid, const HeatWindow& w, HeatMeasure measure,
                const Grid& at) {
  const Theme& t = look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at.rect.min, at.rect.max, t.colours.background);
  for (unsigned size = w.size_first; size < w.size_end; ++size) {
    const float bottom = at.rect.max.y - at.cell_height * static_cast<float>(size - w.size_first);
    for (unsigned life = w.life_first; life < w.life_end; ++life) {
      const std::uint64_t value = heat_value(grid.at(size, life), measure);
      if (value == 0) continue;
      const float left = at.rect.min.x + at.cell_width * static_cast<float>(life - w.life_first);
      list.AddRectFilled({left + 1, bottom - at.cell_height + 1}, {left + at.cell_width, bottom},
                         seen(cividis(heat_shade(value, w.most)), t.vision));
    }
  }
  list.AddRect(at.rect.min, at.rect.max, t.colours.line);
}

// Class edges, as many as there is room for.
void draw_edges(const Look& look, const HeatWindow& w, const Grid& at) {
  const Theme& t = look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto every_size = std::max(1U, static_cast<unsigned>(std::ceil(t.px(1.3F) / at.cell_height)));
  for (unsigned size = w.size_first; size < w.size_end; size += every_size) {
    const float bottom = at.rect.max.y - at.cell_height * static_cast<float>(size - w.size_first);
    const std::string words = size_edge(size);
    const ImVec2 room = ImGui::CalcTextSize(words.c_str());
    list.AddText({at.rect.min.x - room.x - t.px(0.4F), bottom - at.cell_height / 2 - room.y / 2}, t.colours.dim,
                 words.c_str());
  }
  const auto every_life = std::max(1U, static_cast<unsigned>(std::ceil(t.px(4.4F) / at.cell_width)));
  for (unsigned life = w.life_first; life < w.life_end; life += every_life) {
    const float left = at.rect.min.x + at.cell_width * static_cast<float>(life - w.life_first);
    list.AddRectFilled({left, at.rect.max.y}, {left + t.hairline(), at.rect.max.y + t.px(0.25F)}, t.colours.line);
    const std::string words = life_edge(life);
    const float wide = ImGui::CalcTextSize(words.c_str()).x;
    list.AddText({std::min(left, at.rect.max.x - wide), at.rect.max.y + t.px(0.2F)}, t.colours.dim, words.c_str());
  }
}

void tip_of(const sim::LifetimeGrid& grid, const HeatWindow& w, const Grid& at, ImVec2 mouse, Shown shown) {
  const float x = (mouse.x - at.rect.min.x) / at.cell_width, y = (at.rect.max.y - mouse.y) / at.cell_height;
  if (x < 0 || y < 0) return;
  const unsigned size = w.size_first + static_cast<unsigned>(y), life = w.life_first + static_cast<unsigned>(x);
  if (size >= w.size_end || life >= w.life_end) return;
  const auto& cell = grid.at(size, life);
  ImGui::BeginTooltip();
  ImGui::Text("%s", size_words(size).c_str());
  ImGui::Text("%s %s", shown == Shown::freed ? "lived" : "alive for", life_words(life).c_str());
  ImGui::Text("%s (%s of all), %s requested (%s)", counted(cell.blocks, "block", "blocks").c_str(),
              percent(cell.blocks, w.blocks).c_str(), bytes_text(cell.bytes).c_str(),
              percent(cell.bytes, w.bytes).c_str());
  ImGui::EndTooltip();
}

}  // namespace

void draw_sizes(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr || look.whole == nullptr) {
    say_nothing(t, look.desk == nullptr ? "A lesson has no lifetimes." : "The run is being prepared...");
    return;
  }
  SizesState& state = look.memory.of<SizesState>();
  choice(look, state.shown, Shown::freed, "freed", "sizes.freed", "blocks freed in the events that the time axes show");
  choice(look, state.shown, Shown::living, "still live at the end", "sizes.living", "by age, where the run ends");
  choice(look, state.measure, HeatMeasure::blocks, "blocks", "sizes.blocks", "count blocks");
  choice(look, state.measure, HeatMeasure::bytes, "bytes", "sizes.bytes", "count requested bytes");
  const sim::LifetimeTable::Part& part = part_for(look, state);
  const HeatWindow w = heat_window(part.grid, state.measure);
  draw_scale(look, w, state.measure);
  const std::string what = state.shown == Shown::freed
                               ? "freed in events " + grouped(part.events.from) + " to " +
                                     grouped(part.events.to - (part.events.to > part.events.from ? 1 : 0)) + ": "
                               : std::string("live at the end of what is prepared: ");
  const std::string axes = "; sizes (up to) upwards, lifetimes (from) to the right";
  fitted_text(t, what + counted(w.blocks, "block", "blocks") + ", " + bytes_text(w.bytes) + axes,
              ImGui::GetContentRegionAvail().x, t.colours.dim);
  if (w.blocks == 0) {
    say_nothing(t, state.shown == Shown::freed ? "Nothing was freed here." : "Nothing lives.");
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const Canvas c = canvas(look, "sizes" + look.key, {room.x, std::max(room.y, t.px(6))});
  const float label = t.px(4.6F), below = ImGui::GetTextLineHeight() + t.px(0.3F);
  Grid at;
  at.rect = {{c.rect.min.x + label, c.rect.min.y}, {c.rect.max.x, c.rect.max.y - below}};
  at.cell_width = at.rect.width() / static_cast<float>(w.life_end - w.life_first);
  at.cell_height = at.rect.height() / static_cast<float>(w.size_end - w.size_first);
  draw_cells(look, part.grid, w, state.measure, at);
  draw_edges(look, w, at);
  if (c.hovered) tip_of(part.grid, w, at, ImGui::GetMousePos(), state.shown);
}

}  // namespace kmemlab::viz
