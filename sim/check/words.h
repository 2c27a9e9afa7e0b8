// Decisions and events in words, for people who are told where two runs part.
#pragma once

#include <string>
#include <vector>

#include "sim/observe/decisions.h"
#include "traces/event.h"
#include "traces/meta.h"

namespace kmemlab::check {

/// "gave 4,096 bytes of pages back (page_returned, bucket 7)".
std::string in_words(const sim::Decision& decision, std::uint64_t group_event);
/// Several, one after the other; at most `most`, and how many more.
std::string in_words(const std::vector<sim::Decision>& decisions, std::uint64_t group_event, std::size_t most = 4);

/// "A page_returned, B pushed_block", "both took_block, in another place": how two decisions differ, without numbers.
/// Null: nothing was decided.
std::string difference_of(const sim::Decision* a, const sim::Decision* b);

/// An event of the trace: "alloc of 120 bytes at ep_insert+0x4f, task sh (12), CPU 0, in an interrupt".
std::string event_in_words(const traces::Event& event, const traces::Tables& tables);
/// Call site n of the table; "(call site not recorded)".
std::string site_name(std::uint64_t site, const traces::Tables& tables);

}  // namespace kmemlab::check
