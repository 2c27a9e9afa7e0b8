// The wait graph of a page of --html: who sleeps at the end, what for, since when, and what would have woken it.
#pragma once

#include <string>

#include "sim/observe/report.h"

namespace kmemlab::cli {

/// Times are told from `first_tick` on. Empty if nobody sleeps.
std::string waits_html(const sim::Report& run, std::uint64_t first_tick);

}  // namespace kmemlab::cli
