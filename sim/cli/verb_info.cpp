// kmemlab info: what is in a trace, its quality first.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {
const VerbSpec spec{"kmemlab info TRACE [--where FILTER] [--json]",
                    "Counts what is in a trace: what was lost or cannot be known, events by name, frees by how they\n"
                    "matched, bytes as exact sums, digests.",
                    "kmemlab info boot.dat --where 'comm == sh && size >= 4K' --json",
                    {where_option(),
                     {"json", Takes::nothing, "", "as JSON (kmemlab.info/1)"},
                     {"strict", Takes::nothing, "", "a recording with any defect is an error"}},
                    1,
                    1};

Fallible<Summary> summarize_edited(const std::string& path, Defects defects, const Edits& edits) {
  if (!edits.any()) return summarize(path, defects);
  auto trace = open_edited(path, defects, edits);
  if (!trace) return Failure<Error>{trace.error()};
  auto totals = totals_of(*trace);
  if (!totals) return Failure<Error>{totals.error()};
  return Summary{trace->reader.source(), trace->reader.quality(), std::move(*totals)};
}

}  // namespace

int verb_info(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  auto edits = read_where(*parsed);
  if (!edits) return usage_error(edits.error(), spec);
  const Defects defects = parsed->has("strict") ? Defects::refused : Defects::counted;
  auto summary = summarize_edited(parsed->positional()[0], defects, *edits);
  if (!summary) {
    print_error(summary.error());
    return exit_bad_input;
  }
  fmt::print("{}", parsed->has("json") ? info_json(*summary) : info_text(*summary));
  return exit_fine;
}

}  // namespace kmemlab::cli
