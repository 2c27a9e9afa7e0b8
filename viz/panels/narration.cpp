#include "viz/panels/narration.h"

#include <algorithm>
#include <map>

#include "viz/model/format.h"
#include "viz/model/narration.h"
#include "viz/panels/lesson.h"
#include "viz/ui/widgets.h"
#include "viz/work/event_rows.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

// How many events before the cursor are told as well.
constexpr std::uint64_t events_told = 48;
constexpr std::size_t sentences_max = 160;  // of one event: a lesson's step may repeat a call a thousand times

using Rows = std::vector<EventRow>;

/// Sentences are made once for a place, not once a frame.
struct Told {
  sim::Place place{~std::uint64_t{0}, 0};
  const Rows* rows = nullptr;
  struct Event {
    std::uint64_t number = 0;
    std::vector<Sentence> sentences;
  };
  std::vector<Event> events;    ///< before the current one, oldest first
  std::vector<Sentence> now;    ///< of the current event
  std::vector<Sentence> steps;  ///< of the current event
  std::size_t more = 0;         ///< sentences of the current event that were left out
};

struct NarrationState {
  std::map<std::string, Question<std::uint64_t, Rows>> rows;
  std::map<std::string, Told> told;
  sim::Place scrolled{~std::uint64_t{0}, 0};
  int due = 0;  ///< frames that scroll on: ImGui knows what a window holds only in the frame after
};

std::uint64_t current_event(const sim::Snapshot& now) {
  return now.place.steps != 0 || now.place.event == 0 ? now.place.event : now.place.event - 1;
}

Who who_of(const EventRow& row, const TraceNames& names) {
  Who who;
  if (const std::string site = names.site(row.event.call_site); site != "?") who.site = site;
  if (const std::string task = names.task(row.event.task); task != "?") who.task = task;
  who.interrupt = row.event.context == traces::Context::softirq || row.event.context == traces::Context::hardirq;
  return who;
}

WhoOf names_of(const Rows* rows, const std::shared_ptr<const TraceNames>& names) {
  return [rows, names](std::uint64_t event) -> Who {
    if (rows == nullptr || names == nullptr || rows->empty()) return {};
    const std::uint64_t first = rows->front().number;
    return event < first || event - first >= rows->size() ? Who{} : who_of((*rows)[event - first], *names);
  };
}

void tell(Told& told, const sim::Snapshot& now, const Rows* rows, const WhoOf& who) {
  const std::uint64_t page_bytes = now.map.page_bytes(), current = current_event(now);
  told = {now.place, rows, {}, {}, {}, 0};
  for (std::size_t i = 0; rows != nullptr && i < rows->size(); ++i) {
    const EventRow& row = (*rows)[i];
    if (row.number >= current) break;
    told.events.push_back({row.number, narrate(row.happened, {}, who, page_bytes)});
  }
  told.now = narrate(now.story.happenings, now.story.steps, who, page_bytes);
  for (std::size_t i = 0; i < now.story.steps.size() && i < sentences_max; ++i) {
    told.steps.push_back(narrate(now.story.steps[i]));
  }
  if (told.now.size() <= sentences_max) return;
  told.more = told.now.size() - sentences_max;
  told.now.resize(sentences_max);
}

Rgba colour_of(const Theme& t, Sentence::Tone tone) {
  switch (tone) {
    case Sentence::Tone::alarm:
      return t.colours.alarm;
    case Sentence::Tone::sleep:
      return t.colours.asleep;
    case Sentence::Tone::page:
      return t.colours.accent;
    case Sentence::Tone::plain:
      break;
  }
  return t.colours.text;
}

/// Not by colour alone.
const char* mark_of(Sentence::Tone tone) {
  switch (tone) {
    case Sentence::Tone::alarm:
      return "! ";
    case Sentence::Tone::sleep:
      return "~ ";
    case Sentence::Tone::page:
      return "\u25a0 ";
    case Sentence::Tone::plain:
      break;
  }
  return "\u2022 ";
}

void pick(Look& look, const Sentence& s) {
  if (!s.address) return;
  look.selection.address = s.address;
  look.selection.page = Addr{s.address->v & ~(look.page_bytes() - 1)};
  const sim::HeldBlock* block = look.now->map.block_at(*s.address);
  look.selection.block = block == nullptr ? std::nullopt : std::optional(block->id);
}

/// A sentence that wraps; true: it was clicked.
bool say(Look& look, const Sentence& s, const std::string& before, bool here) {
  const Theme& t = look.theme;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::PushStyleColor(ImGuiCol_Text, im(colour_of(t, s.tone)));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted((before + mark_of(s.tone) + s.text).c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  if (here) {
    const ImVec2 to = ImGui::GetItemRectMax();
    const float x = from.x - t.px(0.35F);
    ImGui::GetWindowDrawList()->AddRectFilled({x, from.y}, {x + t.px(0.18F), to.y}, t.colours.accent);
  }
  const bool hovered = ImGui::IsItemHovered();
  if (hovered && s.address) look.wishes.hover = s.address;
  if (hovered) {
    ImGui::GetWindowDrawList()->AddRect({ImGui::GetItemRectMin().x - t.px(0.1F), ImGui::GetItemRectMin().y},
                                        ImGui::GetItemRectMax(), t.colours.line);
  }
  return ImGui::IsItemClicked();
}

void say_steps(Look& look, const Told& told, std::uint64_t event) {
  if (told.steps.empty()) return;
  dim_text(look.theme, "inside the allocator:");
  ImGui::Indent();
  for (std::size_t i = 0; i < told.steps.size(); ++i) {
    const bool here = look.now->place.steps == i + 1;
    const std::string before = (here ? "> " : "") + grouped(i + 1) + "  ";
    const bool clicked = say(look, told.steps[i], before, here);
    look.ids.put_item("narration.step." + std::to_string(i + 1));
    if (!clicked) continue;
    pick(look, told.steps[i]);
    if (look.desk != nullptr) look.go_inside(event, i + 1);
  }
  ImGui::Unindent();
}

void say_current(Look& look, const Told& told, const std::string& title) {
  ImGui::PushFont(look.theme.bold);
  ImGui::TextUnformatted(title.c_str());
  ImGui::PopFont();
  if (told.now.empty()) dim_text(look.theme, "nothing that can be seen from outside");
  for (const Sentence& s : told.now) {
    if (say(look, s, "", false)) pick(look, s);
  }
  if (told.more != 0) dim_text(look.theme, "and " + grouped(told.more) + " more");
}

/// The newest line is in sight when the cursor has moved and its sentences are there.
void follow(const Look& look, NarrationState& state, bool there) {
  if (there && state.scrolled != look.now->place) {
    state.scrolled = look.now->place;
    state.due = 2;
  }
  if (state.due == 0) return;
  --state.due;
  ImGui::SetScrollHereY(1);
}

void draw_run(Look& look, NarrationState& state) {
  const std::uint64_t current = current_event(*look.now);
  const std::uint64_t from = current > events_told ? current - events_told : 0;
  auto& question = state.rows[look.key];
  const Rows* rows = question.ask(*look.desk, current,
                                  [from, current, names = look.names](sim::Timeline& timeline, const Desk::Stop&) {
                                    return event_rows(timeline, *names, from, current + 1);
                                  });
  if (!question.current()) rows = nullptr;  // names of other events
  Told& told = state.told[look.key];
  if (told.place != look.now->place || told.rows != rows) tell(told, *look.now, rows, names_of(rows, look.names));
  const float wide = ImGui::GetContentRegionAvail().x, gap = look.theme.px(1);
  ImGui::BeginChild("before", {(wide - gap) * 0.55F, 0}, false);
  for (const Told::Event& e : told.events) {
    for (std::size_t i = 0; i < e.sentences.size(); ++i) {
      const bool clicked = say(look, e.sentences[i], i == 0 ? grouped(e.number) + "  " : "      ", false);
      if (clicked) look.go(e.number + 1);
    }
  }
  if (rows == nullptr) dim_text(look.theme, "reading...");
  follow(look, state, rows != nullptr);
  ImGui::EndChild();
  ImGui::SameLine(0, gap);
  ImGui::BeginChild("now", {0, 0}, false);
  const bool before_all = look.now->place.event == 0 && look.now->place.steps == 0;
  if (before_all) {
    dim_text(look.theme, "The system has booted; nothing has happened yet.");
  } else {
    say_current(look, told, "event " + grouped(current) + (look.now->place.steps == 0 ? "" : ", in the middle of it"));
    say_steps(look, told, current);
  }
  ImGui::EndChild();
}

void draw_of_lesson(Look& look, NarrationState& state, const LessonState& lesson) {
  const auto who = [&](std::uint64_t event) -> Who {
    if (event + 1 >= lesson.lesson().steps.size()) return {};
    Who w;
    w.task = lesson.lesson().steps[event + 1].who;
    w.named = false;
    return w;
  };
  Told& told = state.told[lesson.lesson().file];
  if (told.place != look.now->place || told.rows != nullptr || told.now.empty()) tell(told, *look.now, nullptr, who);
  const std::size_t step = lesson.shown_step();
  const std::string call = lesson.lesson().steps[step].call;
  say_current(look, told, step == 0 ? "the system boots" : "step " + grouped(step) + (call.empty() ? "" : ": " + call));
  say_steps(look, told, step);
}

}  // namespace

void draw_narration(Look& look) {
  if (look.now == nullptr) return say_nothing(look.theme, "The first event is being played...");
  NarrationState& state = look.memory.of<NarrationState>();
  const std::optional<LessonState>& lesson = lesson_shelf(look.memory).open;
  if (look.desk == nullptr && lesson) return draw_of_lesson(look, state, *lesson);
  if (look.desk == nullptr || look.names == nullptr) return;
  draw_run(look, state);
}

}  // namespace kmemlab::viz
