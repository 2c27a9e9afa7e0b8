// The answer is found by the run's desk, in copies of the run: it may take a moment.
#include "viz/panels/why.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "sim/observe/page_reason.h"
#include "viz/model/format.h"
#include "viz/model/why_words.h"
#include "viz/ui/widgets.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

using WhyKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;  ///< event, steps, page
struct WhyState {
  std::map<std::string, Question<WhyKey, sim::WhyHeld>> why;
};

void wrapped(const std::string& text) {
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
}

void cell(const Theme& t, const std::string& text, Rgba colour) {
  ImGui::TableNextColumn();
  fitted_text(t, text, ImGui::GetContentRegionAvail().x, colour);
}

void draw_pin(Look& look, const sim::PinReport& pin, Addr page, std::size_t number) {
  const Theme& t = look.theme;
  const sim::HeldBlock& b = pin.block;
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  const bool picked = look.selection.address == b.address;
  const std::string where = b.address < page ? "from before" : "+" + hex(Addr{b.address - page});
  if (ImGui::Selectable(where.c_str(), picked, ImGuiSelectableFlags_SpanAllColumns)) look.pick_block(b);
  look.ids.put_item("why.pin" + std::to_string(number));
  if (ImGui::IsItemHovered()) {
    look.wishes.hover = b.address;
    ImGui::SetTooltip("block %s, granted by event %s", hex(b.address).c_str(),
                      b.event == sim::no_event ? "?" : grouped(b.event).c_str());
  }
  cell(t, grouped(b.requested) + " of " + grouped(b.granted), t.colours.text);
  cell(t, look.names ? look.names->site(b.call_site) : "?", t.colours.text);
  cell(t, pin.age_events == 0 ? "?" : grouped(pin.age_events), t.colours.text);
  cell(t, pin.age_events == 0 ? "?" : time_text(pin.age_ticks), t.colours.text);
  if (!pin.tried) return cell(t, untried_word(pin), t.colours.dim);
  cell(t, pages_back(pin.alone), pin.alone.this_page ? t.colours.text : t.colours.dim);
}

void draw_pins(Look& look, const sim::WhyHeld& why) {
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_BordersInnerV |
                                    ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_NoSavedSettings;
  const float least = 4 * ImGui::GetTextLineHeightWithSpacing();
  const float high = std::max(least, ImGui::GetContentRegionAvail().y);
  if (!ImGui::BeginTable("pins", 6, flags, {0, high})) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  const auto column = [](const char* name, float weight) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, weight);
  };
  column("block", 13), column("asked of got", 15), column("asked by", 27), column("age, events", 14);
  column("age, time", 14), column("alone returns", 17);
  ImGui::TableHeadersRow();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(why.pins.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      ImGui::PushID(i);
      draw_pin(look, why.pins[static_cast<std::size_t>(i)], why.page, static_cast<std::size_t>(i));
      ImGui::PopID();
    }
  }
  ImGui::EndTable();
}

}  // namespace

void draw_why(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr) {
    say_nothing(t, "In a lesson the narration says why.");
    return;
  }
  if (look.now == nullptr || (!look.selection.page && !look.selection.address)) {
    say_nothing(t, "Click a page in the map to learn what keeps it.");
    return;
  }
  const Addr picked = look.selection.page ? *look.selection.page : *look.selection.address;
  const Addr page{picked.v & ~(look.page_bytes() - 1)};
  const sim::Place place = look.now->place;
  const WhyKey key{place.event, place.steps, page.v};
  auto& question = look.memory.of<WhyState>().why[look.key];
  const sim::WhyHeld* why =
      question.ask(*look.desk, key, [place, page](sim::Timeline& timeline, const Desk::Stop& stop) {
        return sim::why_held(timeline, place, page, stop);
      });
  label_value(t, "page", hex(page));
  const auto error = question.error();
  if (why == nullptr || error || !question.current()) {
    dim_text(t, error ? error->text() : "freeing its blocks in copies of the run...");
    return;
  }
  wrapped(sim::sentence_of(why->rule));
  if (const std::string numbers = rule_numbers(why->rule); !numbers.empty()) dim_text(t, numbers);
  look.ids.put_item("why.rule");
  if (why->pins.empty()) {
    const std::string since = free_since_words(*why);
    return dim_text(t, since.empty() ? "No live block lies on it." : since);
  }
  if (const std::string words = all_freed_words(*why); !words.empty()) wrapped(words);
  if (const std::string words = left_out_words(*why); !words.empty()) dim_text(t, words);
  draw_pins(look, *why);
}

}  // namespace kmemlab::viz
