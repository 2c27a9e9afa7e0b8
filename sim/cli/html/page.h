// --html: one page that needs nothing but itself. No script, no font, no picture from elsewhere; black on white, with
// greys that differ on paper; wide or 390 pixels narrow. What matters first: what the recording could not say.
#pragma once

#include <string>

#include "sim/cli/html/picture.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

/// `pictures` go with report.runs.
std::string html_page(const ReplayReport& report, const Pictures& pictures);

/// The page's style sheet.
const char* html_style();

}  // namespace kmemlab::cli
