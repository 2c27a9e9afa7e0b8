// Tables of the page. On a wide page and on paper each is a table; on a phone each row becomes a small card whose cells
// carry their column's name, so that nothing needs to be scrolled sideways.
#pragma once

#include <string>

#include "sim/cli/report_tables.h"

namespace kmemlab::cli {

enum class Legend : std::uint8_t { shown, left_out };  ///< what the columns mean, below the table

/// Escapes all of it.
std::string html_table(const ReportTable& table, Legend legend = Legend::shown);

}  // namespace kmemlab::cli
