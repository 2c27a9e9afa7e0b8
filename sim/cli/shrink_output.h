// What `kmemlab shrink` found, for people and as files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/keep_expr.h"
#include "sim/check/shrink.h"
#include "sim/cli/shrink_sides.h"
#include "traces/write/packer.h"
#include "traces/write/write.h"

namespace kmemlab::cli {

struct Found {
  check::Shrunk shrunk;
  std::uint64_t events_before = 0;
  std::vector<check::MetricValues> values_before, values;  ///< of each side
};

struct ShrinkTarget {
  enum class Form : std::uint8_t { container, text, scenario };
  std::string path;
  Form form = Form::container;
  traces::WriteFormat text = traces::WriteFormat::json_lines;
  traces::PackAs pack = traces::PackAs::plain;
};

/// By the endings of the paths. Errors are usage errors.
Fallible<std::vector<ShrinkTarget>> read_shrink_targets(const std::vector<std::string>& paths);

/// One line an event; empty if there are more than a person reads.
std::string shrunk_listing(const check::ShrinkTrace& trace);

/// Writes one file, whole or not at all. Returns what is to be said about it.
Fallible<std::string> write_shrunk(const ShrinkTarget& target, const check::KeepExpr& keep,
                                   const std::vector<ShrinkSide>& sides, const Found& found);

}  // namespace kmemlab::cli
