#include "viz/model/why_words.h"

#include "viz/model/format.h"

namespace kmemlab::viz {

std::string rule_numbers(const sim::PageRule& rule) {
  std::string text;
  for (const sim::PageRule::Number& n : rule.numbers) {
    if (!n.name.empty()) text += (text.empty() ? "" : ", ") + std::string(n.name) + " " + grouped(n.value);
  }
  return text;
}

std::string pages_back(const sim::PagesBack& back) {
  const std::uint64_t others = back.pages.size() - (back.this_page ? 1 : 0);
  if (!back.this_page) return others == 0 ? "nothing" : counted(others, "other page", "other pages");
  return others == 0 ? "this page" : "this page and " + counted(others, "other", "others");
}

std::string untried_word(const sim::PinReport& pin) {
  if (pin.block.holding == sim::Holding::lost) return "refused";
  if (pin.block.holding == sim::Holding::leaving) return "under way";
  return pin.block.id == ~std::uint64_t{0} ? "no name" : "not tried";
}

std::string all_freed_words(const sim::WhyHeld& why) {
  const std::uint64_t all = why.pins.size() - why.cannot_be_freed;
  if (all == 0 || why.stopped) return {};
  const std::string who =
      all == 1 ? "If its one block were freed now, " : "If all its " + grouped(all) + " blocks were freed now, ";
  if (why.all_freed.pages.empty()) return who + "no page would go back.";
  const bool one = why.all_freed.pages.size() == 1;
  return who + pages_back(why.all_freed) + " would go back" + (one && why.all_freed.this_page ? "." : " at once.");
}

std::string free_since_words(const sim::WhyHeld& why) {
  if (why.free_since == sim::no_event) return {};
  return "Nothing lives on it since event " + grouped(why.free_since) + ", for " + time_text(why.free_ticks) + ".";
}

std::string left_out_words(const sim::WhyHeld& why) {
  std::string text;
  if (why.cannot_be_freed != 0)
    text = counted(why.cannot_be_freed, "block", "blocks") +
           " cannot be freed: the free was refused, or is under way, or the trace has no name for it.";
  if (why.not_tried != 0)
    text += (text.empty() ? "" : " ") + counted(why.not_tried, "block was", "blocks were") +
            " not tried alone: only the first " + grouped(sim::pins_tried_max) + " are.";
  return text;
}

}  // namespace kmemlab::viz
