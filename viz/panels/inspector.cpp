#include "viz/panels/inspector.h"

#include <algorithm>

#include "viz/model/format.h"
#include "viz/ui/widgets.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

using sim::HeldBlock;
using sim::HeldPage;

using History = std::vector<sim::Happening>;
constexpr std::size_t history_limit = 200;

// Of one page or one block: (is it a block, its id or address).
using HistoryKey = std::pair<bool, std::uint64_t>;
struct InspectorState {
  std::map<std::string, Question<HistoryKey, History>> history;
};

void block_lines(Look& look, const HeldBlock& b) {
  const Theme& t = look.theme;
  label_value(t, "block", hex(b.address) + (b.id == ~std::uint64_t{0} ? "" : ", number " + grouped(b.id)));
  label_value(t, "asked", bytes_text(b.requested));
  label_value(
      t, "got",
      bytes_text(b.granted) + " (" + grouped(b.granted - std::min(b.requested, b.granted)) + " wasted by rounding)");
  if (look.names && b.event != sim::no_event) {
    label_value(t, "asked by", look.names->site(b.call_site));
    label_value(t, "task", look.names->task(b.task));
  }
  if (b.event != sim::no_event) {
    const std::uint64_t age = look.now->place.event > b.event ? look.now->place.event - b.event : 0;
    label_value(t, "granted", "by event " + grouped(b.event) + ", " + counted(age, "event", "events") + " ago");
    ImGui::SameLine();
    if (button(look, "go there", "inspector.birth")) look.go(b.event + 1);
  }
  if (b.holding == sim::Holding::lost) label_value(t, "state", "its free was refused: nobody can give it back");
  if (b.holding == sim::Holding::leaving) label_value(t, "state", "its free waits behind a sleeping task");
}

// The page as a bar, with its blocks: a click picks one.
void page_bar(Look& look, const HeldPage& page) {
  const Theme& t = look.theme;
  const Canvas c = canvas(look, "inspector.page", {0, t.px(1.6F)});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto bytes = static_cast<float>(look.page_bytes());
  const auto x = [&](Addr a) {
    const float part = a <= page.page ? 0 : std::min(1.0F, static_cast<float>(a - page.page) / bytes);
    return c.rect.min.x + c.rect.width() * part;
  };
  draw_fill(list, t, c.rect, Fill::cached);
  for (const AddrRange& m : look.now->metadata) {
    if (m.end() > page.page && m.base < page.page + look.page_bytes()) {
      draw_fill(list, t, {{x(m.base), c.rect.min.y}, {x(m.end()), c.rect.max.y}}, Fill::metadata);
    }
  }
  for (const HeldBlock& b : look.now->map.blocks_of(page)) {
    const Addr used = b.address + std::min(b.requested, b.granted);
    draw_fill(list, t, {{x(b.address), c.rect.min.y}, {x(used), c.rect.max.y}}, Fill::live);
    if (b.granted > b.requested)
      draw_fill(list, t, {{x(used), c.rect.min.y}, {x(b.address + b.granted), c.rect.max.y}}, Fill::waste);
    list.AddLine({x(b.address), c.rect.min.y}, {x(b.address), c.rect.max.y}, t.colours.panel, t.hairline());
  }
  list.AddRect(c.rect.min, c.rect.max, t.colours.line);
  if (!c.hovered) return;
  const Addr at = page.page + static_cast<std::uint64_t>(std::clamp(c.mouse.x / c.rect.width(), 0.0F, 0.999F) * bytes);
  look.wishes.hover = at;
  const HeldBlock* b = look.now->map.block_at(at);
  ImGui::SetTooltip("%s", b == nullptr ? "free, but held"
                                       : ("block " + hex(b->address) + ", asked " + bytes_text(b->requested)).c_str());
  if (c.clicked && b != nullptr) look.pick_block(*b);
}

void page_lines(Look& look, Addr at) {
  const Theme& t = look.theme;
  const HeldPage* page = look.now->map.page_of(at);
  if (page == nullptr) {
    label_value(t, "page", hex(at) + ": no frame");
    return;
  }
  label_value(t, "page",
              hex(page->page) + ", " + counted(page->blocks, "block", "blocks") + ", " + grouped(page->live_bytes) +
                  " of " + bytes_text(look.page_bytes()) + " live");
  page_bar(look, *page);
  if (button(look, "Why is it still here?", "inspector.why", "what keeps this page (Y)")) look.wishes.panel = "why";
}

std::string words_of(const sim::Happening& h) {
  std::string s(sim::happened_names[static_cast<unsigned>(h.kind)]);
  if (h.requested != 0) s += ", asked " + grouped(h.requested);
  if (h.granted != 0) s += ", " + bytes_text(h.granted);
  if (h.address) s += " at " + hex(h.address);
  return s;
}

void history_lines(Look& look) {
  const Theme& t = look.theme;
  const bool block = look.selection.block.has_value() && *look.selection.block != ~std::uint64_t{0};
  if (look.desk == nullptr || (!block && !look.selection.page)) return;
  const std::uint64_t page_bytes = look.page_bytes();
  const HistoryKey key{block, block ? *look.selection.block : look.selection.page->v};
  auto& question = look.memory.of<InspectorState>().history[look.key];
  const History* history = question.ask(
      *look.desk, key, [key, page_bytes](sim::Timeline& timeline, const Desk::Stop& stop) -> Fallible<History> {
        if (!prepare_unless(timeline, stop)) return fail("not wanted any more");
        sim::Subject subject;
        if (key.first) {
          subject.block = key.second;
        } else {
          subject.range = {Addr{key.second}, page_bytes};
        }
        return timeline.history(subject, history_limit);
      });
  ImGui::Separator();
  dim_text(t, block ? "Life of this block" : "What touched this page");
  if (history == nullptr || !question.current()) {
    dim_text(t, "looking through the run...");
    return;
  }
  ImGui::BeginChild("history", {0, 0}, false);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(history->size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const sim::Happening& h = (*history)[static_cast<std::size_t>(i)];
      ImGui::PushID(i);
      const bool here = h.during + 1 == look.cursor.event;
      const std::string words =
          fitted((here ? "> " : "  ") + grouped(h.during) + "  " + words_of(h), ImGui::GetContentRegionAvail().x);
      if (ImGui::Selectable(words.c_str(), here)) look.go(h.during + 1);
      ImGui::PopID();
    }
  }
  if (history->size() >= history_limit) dim_text(t, "and more: these are the first " + grouped(history_limit));
  ImGui::EndChild();
}

}  // namespace

void draw_inspector(Look& look) {
  if (look.now == nullptr) {
    say_nothing(look.theme, "The first event is being played...");
    return;
  }
  if (!look.selection.page && !look.selection.address) {
    const sim::Sums& s = look.now->sums;
    const Theme& t = look.theme;
    label_value(t, "live blocks", grouped(s.live_blocks) + ", " + bytes_text(s.requested) + " asked");
    label_value(t, "waste", bytes_text(s.granted - s.requested) + " by rounding");
    label_value(t, "held", bytes_text(s.held) + " in " + counted(look.now->map.pages().size(), "page", "pages"));
    label_value(t, "tables", bytes_text(s.metadata));
    label_value(t, "free, held", bytes_text(s.held - std::min(s.held, s.granted + s.metadata)));
    label_value(t, "frames", grouped(look.now->frames_free) + " of " + grouped(look.now->frames_total) + " free");
    label_value(t, "waiting", counted(s.asleep, "request", "requests") + " asleep, or queued behind a sleeper");
    if (!look.now->stopped.empty()) label_value(t, "stopped", look.now->stopped);
    dim_text(t, "Click a page or a block in the map to see its life.");
    return;
  }
  const HeldBlock* block = look.selection.address ? look.now->map.block_at(*look.selection.address) : nullptr;
  if (block != nullptr) {
    block_lines(look, *block);
  } else if (look.selection.address) {
    label_value(look.theme, "address", hex(*look.selection.address) + ": in no granted block now");
  }
  if (look.selection.page) page_lines(look, *look.selection.page);
  history_lines(look);
}

}  // namespace kmemlab::viz
