#include "viz/panels/counters.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/counter_tracks.h"
#include "viz/model/format.h"
#include "viz/ui/time_axis_view.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

struct Layout {
  float label = 0;  ///< width of the names and values, left of the graphs
  float track = 0;  ///< height of one
  Rect graphs{};    ///< of all of them
  TimeAxis axis{};
  std::vector<unsigned> shown;  ///< tracks, from the top
};

RibbonStyle style_of(const Theme& t, unsigned i) {
  const CounterTrack& track = all_counter_tracks()[i];
  const Palette& c = t.colours;
  const Rgba colour = track.fill ? c.of(*track.fill) : track.unit == TrackUnit::requests ? c.asleep : c.dim;
  const Weave weave = !track.fill                   ? track.weave
                      : *track.fill == Fill::cached ? Weave::dots
                      : *track.fill == Fill::live   ? Weave::solid
                                                    : Weave::hatch;
  return {mixed(colour, c.panel, 110), colour, mixed(colour, c.panel, 190), weave, static_cast<int>(t.hairline()),
          counts_sleeps(i) ? 20U : 0U};
}

Plot plot_of(const Theme& t, const Layout& at, std::size_t row, int width) {
  return track_plot(static_cast<int>(row), width, static_cast<int>(at.track), static_cast<int>(t.px(0.2F)),
                    static_cast<int>(t.hairline()));
}

// All graphs in one picture, and the value of each one's upper edge.
struct Painted {
  std::uint64_t version = 0;
  std::array<std::uint64_t, counter_tracks> top{};
  std::array<std::uint64_t, counter_tracks> peak{};
};
struct CountersState {
  std::map<std::string, Painted> of;
};

Pixels paint_tracks(const Look& look, const Layout& at, Painted& painted) {
  const Theme& t = look.theme;
  const int width = std::max(1, static_cast<int>(at.graphs.width())), high = static_cast<int>(at.track);
  Pixels picture(width, std::max(1, high * static_cast<int>(at.shown.size())), t.colours.panel);
  for (std::size_t row = 0; row < at.shown.size(); ++row) {
    const unsigned i = at.shown[row];
    const auto bands = track_bands(*look.whole, i, at.axis.range, static_cast<std::size_t>(width));
    std::uint64_t most = 0;
    for (const sim::Band& b : bands) most = std::max(most, b.max);
    painted.peak[i] = most;
    painted.top[i] = track_top(*look.whole, i, most);
    paint_ribbon(picture, plot_of(t, at, row, width), bands, painted.top[i], style_of(t, i));
  }
  return picture;
}

// Words over the graphs, in a box of the panel's colour: nothing strikes them through. `right` is where the box ends;
// answers where it begins.
float draw_boxed(const Look& look, float right, float y, const std::string& words, Rgba colour) {
  const Theme& t = look.theme;
  const ImVec2 size = ImGui::CalcTextSize(words.c_str());
  const float x = right - size.x - t.px(0.3F), left = x - t.px(0.2F);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({left, y}, {right, y + size.y}, with_alpha(t.colours.panel, 230));
  list.AddText({x, y}, colour, words.c_str());
  return left;
}

// Lines are dashed, each a dash longer than the one below it: told apart without their colour. Their names stand at the
// right edge, beside them if there is room, else together at the left of the upper edge's value.
void draw_edges(const Look& look, const Layout& at, const Painted& painted, std::size_t row) {
  const Theme& t = look.theme;
  const unsigned i = at.shown[row];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Plot plot = plot_of(t, at, row, static_cast<int>(at.graphs.width()));
  const float upper = at.graphs.min.y + static_cast<float>(plot.y), right = at.graphs.max.x;
  const std::vector<TrackLine> lines = track_lines(*look.whole, i);
  float dash = t.px(0.25F);
  for (const TrackLine& line : lines) {
    const float y = upper + static_cast<float>(plot.height - pixels_of(line.value, painted.top[i], plot.height));
    for (float x = at.graphs.min.x; x < right; x += 2 * dash)
      list.AddRectFilled({x, y}, {std::min(x + dash, right), y + t.hairline()}, t.colours.text);
    dash *= 2;
  }
  const int text = static_cast<int>(ImGui::GetTextLineHeight());
  const auto labels = line_labels(lines, painted.top[i], plot.height, text, text);
  for (const LineLabel& label : labels)
    draw_boxed(look, right, upper + static_cast<float>(label.y), label.words, t.colours.text);
  const std::string top = track_top_text(*look.whole, i, painted.top[i], painted.peak[i]);
  const float left = draw_boxed(look, right, upper, top, t.colours.dim);
  if (labels.empty() && !lines.empty()) draw_boxed(look, left, upper, lines_text(lines), t.colours.text);
}

ImTextureID texture_of(Look& look, const Layout& at, Painted& painted) {
  Digest d{look.whole->prepared};
  for (const std::uint64_t v :
       {at.axis.range.from, at.axis.range.to, static_cast<std::uint64_t>(at.graphs.width()),
        static_cast<std::uint64_t>(at.track), static_cast<std::uint64_t>(at.shown.size()),
        static_cast<std::uint64_t>(look.theme.shade), static_cast<std::uint64_t>(look.theme.vision)}) {
    d.add(v);
  }
  return look.textures.get("counters" + look.key, d.value(), [&] { return paint_tracks(look, at, painted); });
}

void draw_track_words(const Look& look, const Layout& at, std::size_t row) {
  const Theme& t = look.theme;
  const unsigned i = at.shown[row];
  const CounterTrack& track = all_counter_tracks()[i];
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = at.graphs.min.y + at.track * static_cast<float>(row);
  const float left = at.graphs.min.x - at.label, down = std::max(0.0F, (at.track - t.em) / 2);
  const float box = t.px(0.85F);
  const Rect sample{{left, y + (at.track - box) / 2}, {left + box, y + (at.track + box) / 2}};
  if (track.fill) {
    draw_fill(list, t, sample, *track.fill);
  } else {
    list.AddRectFilled(sample.min, sample.max, style_of(t, i).ribbon);
  }
  list.AddText({left + box + t.px(0.4F), y + down}, t.colours.text, track.name);
  if (const auto value = track_value(*look.whole, i, look.cursor.event)) {
    const std::string words = track_text(track.unit, *value);
    const float wide = ImGui::CalcTextSize(words.c_str()).x;
    list.AddText({at.graphs.min.x - wide - t.px(0.6F), y + down}, t.colours.text, words.c_str());
  }
  list.AddRectFilled({left, y + at.track - t.hairline()}, {at.graphs.max.x, y + at.track}, t.colours.line);
}

void tip_of(const Look& look, const Layout& at, const Canvas& c) {
  const auto row = std::clamp(c.mouse.y / at.track, 0.0F, static_cast<float>(at.shown.size() - 1));
  const unsigned i = at.shown[static_cast<std::size_t>(row)];
  const CounterTrack& track = all_counter_tracks()[i];
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(look.theme.px(30));
  ImGui::Text("%s: %s", track.name, track.meaning);
  const float x = c.mouse.x - at.label;
  if (x >= 0) {
    const EventRange events = at.axis.events_at(static_cast<double>(x));
    const auto bands = track_bands(*look.whole, i, events, 1);
    if (!bands.empty()) {
      const std::string least = track_text(track.unit, bands[0].min), most = track_text(track.unit, bands[0].max);
      ImGui::Text("events %s to %s: %s", grouped(events.from).c_str(), grouped(events.to - 1).c_str(),
                  (least == most ? least : least + " to " + most).c_str());
    }
    dim_text(look.theme, "click: go there   wheel: zoom   drag: move");
  }
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

}  // namespace

void draw_counters(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr || look.whole == nullptr) {
    say_nothing(t, look.desk == nullptr ? "A lesson has no course." : "The run is being prepared...");
    return;
  }
  Layout at;
  at.label = t.px(15.5F);
  const float numbers = ImGui::GetTextLineHeight() + t.px(0.3F);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  at.shown = shown_tracks(*look.whole);
  const auto tracks = static_cast<float>(at.shown.size());
  at.track = std::floor(std::max(t.px(1.35F), (room.y - numbers) / tracks));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild("tracks", {0, room.y - numbers}, false, ImGuiWindowFlags_NoScrollWithMouse);
  const float wide = ImGui::GetContentRegionAvail().x;
  const Canvas c = canvas(look, "counters" + look.key, {wide, at.track * tracks});
  at.graphs = {{c.rect.min.x + at.label, c.rect.min.y}, c.rect.max};
  at.axis = axis_of(look, static_cast<double>(at.graphs.width()));
  Painted& painted = look.memory.of<CountersState>().of[look.key];
  const ImTextureID texture = texture_of(look, at, painted);
  ImGui::GetWindowDrawList()->AddImage(texture, at.graphs.min, at.graphs.max);
  draw_unprepared(look, at.axis, at.graphs);
  for (std::size_t row = 0; row < at.shown.size(); ++row) {
    draw_edges(look, at, painted, row);
    draw_track_words(look, at, row);
  }
  draw_cursor(look, at.axis, at.graphs);
  if (c.hovered && ImGui::GetIO().KeyShift && ImGui::GetIO().MouseWheel != 0)
    ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseWheel * at.track);
  answer_time_axis(look, c, at.axis, at.label);
  if (c.hovered) tip_of(look, at, c);
  const float right = at.graphs.max.x, left = at.graphs.min.x;
  ImGui::EndChild();
  ImGui::PopStyleVar();
  const ImVec2 below = ImGui::GetCursorScreenPos();
  draw_event_numbers(look, at.axis, {{left, below.y}, {right, below.y + numbers}});
}

}  // namespace kmemlab::viz
