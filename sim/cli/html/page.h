// --html: one page that needs nothing but itself. No script, no font, no picture from elsewhere; black on white, with
// greys that differ on paper; wide or 390 pixels narrow. What matters first: what the recording could not say.
#pragma once

#include <string>

#include "sim/cli/html/picture.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

/// `pictures` go with report.runs.
std::string html_page(const ReplayReport& report, const Pictures& pictures);

/// One run of a report on a page of another kind: the recording's quality, numbers, course, strips and owners, with
/// scales of its own.
std::string html_run_section(const ReplayReport& report, std::size_t run, const Picture& picture);

/// The page's style sheet.
const char* html_style();

}  // namespace kmemlab::cli
