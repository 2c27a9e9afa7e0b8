// Tables of a page of --html: pages without a live byte, which rule keeps them, and how few live bytes pin the others.
#pragma once

#include <string>

#include "sim/observe/report.h"

namespace kmemlab::cli {

/// `page_bytes`: of the run's machine. Empty if no page was ever held.
std::string kept_html(const sim::Report& run, std::uint64_t page_bytes);

}  // namespace kmemlab::cli
