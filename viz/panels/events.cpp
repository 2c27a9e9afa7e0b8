#include "viz/panels/events.h"

#include <algorithm>

#include "viz/model/format.h"
#include "viz/ui/widgets.h"
#include "viz/work/event_rows.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

// Rows are fetched a page at a time around what is visible, so that scrolling by a row asks for nothing.
constexpr std::uint64_t page_rows = 256;
using Rows = std::vector<EventRow>;

struct EventsState {
  std::map<std::string, Question<std::pair<std::uint64_t, std::uint64_t>, Rows>> rows;
  std::uint64_t top = 0;                     ///< first row that is shown
  std::uint64_t cursor = ~std::uint64_t{0};  ///< for which the list was scrolled last
};

void cell(const Theme& t, const std::string& text, Rgba colour) {
  ImGui::TableNextColumn();
  fitted_text(t, text, ImGui::GetContentRegionAvail().x, colour);
}

void draw_event(Look& look, const EventRow& row) {
  const Theme& t = look.theme;
  ImGui::TableNextRow();
  const bool here = row.number + 1 == look.cursor.event;
  if (here) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, im(mixed(t.colours.panel, t.colours.accent, 70)));
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(row.number & 0x7fff'ffffU));
  if (ImGui::Selectable(((here ? "> " : "  ") + grouped(row.number)).c_str(), false,
                        ImGuiSelectableFlags_SpanAllColumns)) {
    look.go(row.number + 1);
    for (const sim::Happening& h : row.happened) {
      if (!h.address || is_in(h.kind, sim::of_pages)) continue;
      look.selection.address = h.address;
      look.selection.page = Addr{h.address.v & ~(look.page_bytes() - 1)};
      look.selection.block = h.id;
    }
  }
  ImGui::PopID();
  const traces::Event& e = row.event;
  const bool odd = std::any_of(row.happened.begin(), row.happened.end(), [](const sim::Happening& h) {
    return h.kind == sim::Happened::failed || h.kind == sim::Happened::refused || h.kind == sim::Happened::slept;
  });
  cell(t, time_text(e.tick), t.colours.dim);
  cell(t, word_of(e.op), t.colours.text);
  const bool sized = e.op == traces::Op::alloc || e.op == traces::Op::alloc_null || e.op == traces::Op::realloc;
  cell(t, sized ? grouped(e.requested) : "", t.colours.text);
  cell(t, look.names->site(e.call_site), t.colours.text);
  cell(t, look.names->task(e.task), t.colours.dim);
  cell(t, word_of(e.context) + " on " + std::to_string(e.cpu),
       e.context == traces::Context::task ? t.colours.dim : t.colours.interrupt);
  cell(t, (odd ? "! " : "") + outcome_of(row), odd ? t.colours.alarm : t.colours.text);
}

void scroll(const Look& look, EventsState& state, std::uint64_t visible) {
  const std::uint64_t events = look.names->events();
  const std::uint64_t last_top = events > visible ? events - visible : 0;
  if (state.cursor != look.cursor.event) {
    state.cursor = look.cursor.event;
    const std::uint64_t row = look.cursor.event == 0 ? 0 : look.cursor.event - 1;
    if (row < state.top + 1 || row + 2 >= state.top + visible) state.top = row > visible / 2 ? row - visible / 2 : 0;
  }
  if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) && ImGui::GetIO().MouseWheel != 0) {
    const auto by = static_cast<std::int64_t>(-ImGui::GetIO().MouseWheel * 3);
    state.top = by < 0 ? state.top - std::min<std::uint64_t>(state.top, static_cast<std::uint64_t>(-by))
                       : state.top + static_cast<std::uint64_t>(by);
  }
  state.top = std::min(state.top, last_top);
}

}  // namespace

void draw_events(Look& look) {
  const Theme& t = look.theme;
  if (look.names == nullptr || look.desk == nullptr) {
    say_nothing(t, "A lesson has steps instead of events: see Lesson and Narration.");
    return;
  }
  EventsState& state = look.memory.of<EventsState>();
  const float row_high = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
  const auto visible = static_cast<std::uint64_t>(std::max(1.0F, ImGui::GetContentRegionAvail().y / row_high - 1));
  scroll(look, state, visible);
  const std::uint64_t from = state.top / (page_rows / 2) * (page_rows / 2), to = from + page_rows + visible;
  auto& question = look.memory.of<EventsState>().rows[look.key];
  const Rows* rows = question.ask(*look.desk, std::pair(from, to),
                                  [from, to, names = look.names](sim::Timeline& timeline, const Desk::Stop&) {
                                    return event_rows(timeline, *names, from, to);
                                  });
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp |
                                    ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("events", 8, flags)) return;
  const auto column = [](const char* name, float weight) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, weight);
  };
  column("event", 9), column("time", 10), column("what", 8), column("asked", 7), column("call site", 22),
      column("task", 13), column("context", 10), column("what came of it", 30);
  ImGui::TableHeadersRow();
  for (std::uint64_t n = state.top; rows != nullptr && n < state.top + visible; ++n) {
    const std::uint64_t first = rows->empty() ? 0 : rows->front().number;
    if (n < first || n - first >= rows->size()) continue;
    draw_event(look, (*rows)[n - first]);
  }
  ImGui::EndTable();
  if (const auto error = question.error()) {
    dim_text(t, error->text());
  } else if (rows == nullptr) {
    dim_text(t, "reading...");
  }
}

}  // namespace kmemlab::viz
