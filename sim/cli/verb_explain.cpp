// kmemlab explain: why two runs of one trace differ (docs/ci.md): since which event, because of which decision, and who
// owns the difference.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/output.h"
#include "sim/cli/two_sides.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = two_sides_options();
  all.push_back({"json", Takes::value, "FILE|-", "the explanation as JSON (kmemlab.explain/1)"});
  all.push_back({"quiet,q", Takes::nothing, "", "no text"});
  return all;
}

const VerbSpec spec{
    "kmemlab explain TRACE -a CORE -a CORE [--metric NAME] | -a CORE --against PROGRAM",
    "Plays TRACE on two sides at once and compares their decisions, whatever their addresses: the first\n"
    "event where they part, the way from there to the metric, and who owns the difference in waste.\n"
    "Differences are B - A. Two different cores part at once: of them, outcomes are compared, not steps.",
    "kmemlab explain traces/samples/ext4tree.dat -a osf1:highwat=5 -a osf1:highwat=6",
    options(),
    1,
    1};

Fallible<int> explain_wanted(const Parsed& p, const TwoSides& sides) {
  const auto explanation = explain_sides(sides);
  if (!explanation) return Failure<Error>{explanation.error()};
  if (p.value("json") != "-" && !p.has("quiet")) fmt::print("{}", check::explain_text(*explanation));
  if (p.has("json")) {
    if (auto done = write_file(*p.value("json"), check::explain_json(*explanation)); !done) {
      return Failure<Error>{done.error()};
    }
  }
  return exit_fine;
}

}  // namespace

int verb_explain(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const auto sides = read_two_sides(*parsed);
  if (!sides) return usage_error(sides.error(), spec);
  const auto code = explain_wanted(*parsed, *sides);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
