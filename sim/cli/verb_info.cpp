// kmemlab info: what is in a trace, its quality first.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {
const VerbSpec spec{"kmemlab info TRACE [--json]",
                    "Counts what is in a trace: what was lost or cannot be known, events by name, frees by how they\n"
                    "matched, bytes as exact sums, digests.",
                    "kmemlab info boot.dat --json",
                    {{"json", Takes::nothing, "", "as JSON (kmemlab.info/1)"},
                     {"strict", Takes::nothing, "", "a recording with any defect is an error"}},
                    1,
                    1};
}  // namespace

int verb_info(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  auto summary = summarize(parsed->positional()[0], parsed->has("strict") ? Defects::refused : Defects::counted);
  if (!summary) {
    print_error(summary.error());
    return exit_bad_input;
  }
  fmt::print("{}", parsed->has("json") ? info_json(*summary) : info_text(*summary));
  return exit_fine;
}

}  // namespace kmemlab::cli
