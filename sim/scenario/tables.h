// Cells of published tables, as expressions ask for them.
#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "sim/kernel/published.h"
#include "sim/scenario/expression.h"

namespace kmemlab::scenario {

using Tables = sim::PublishedTables;

/// The cell, or how many rows match for the column `rows`. Errors: no such table, column or row; several rows.
Fallible<std::uint64_t> find_cell(const Tables& tables, const CellPath& path);

}  // namespace kmemlab::scenario
