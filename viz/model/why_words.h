// What the panel "why still here?" says of a page and its pins, in words. Pure.
#pragma once

#include <string>

#include "sim/observe/page_reason.h"

namespace kmemlab::viz {

/// "kb_totalfree 4, kb_highwat 20, block_bytes 1,024"
std::string rule_numbers(const sim::PageRule& rule);
/// What went back: "nothing", "this page", "this page and 2 others", "3 other pages".
std::string pages_back(const sim::PagesBack& back);
/// Of a block that was not freed alone: "not tried", or why it cannot be: "refused", "under way", "no name".
std::string untried_word(const sim::PinReport& pin);
/// What freeing everything on the page would bring, a sentence; empty if there is nothing to free.
std::string all_freed_words(const sim::WhyHeld& why);
/// Since when nothing lives on it, a sentence; empty if something does, or that is not known.
std::string free_since_words(const sim::WhyHeld& why);
/// What was left out, a sentence; empty if nothing was.
std::string left_out_words(const sim::WhyHeld& why);

}  // namespace kmemlab::viz
