// The kmemlab command: finds the verb and hands it its arguments. Exceptions stop here.
#include <fmt/format.h>

#include <exception>
#include <string_view>

#include "sim/cli/arguments.h"
#include "sim/cli/verbs.h"
#include "sim/replay/core_spec.h"

namespace {

using namespace kmemlab::cli;

struct Verb {
  std::string_view name;
  std::string_view arguments;
  std::string_view meaning;
  int (*run)(const Arguments&);
};

constexpr Verb verbs[] = {
    {"replay", "TRACE [-a CORE] ...", "play a trace through allocators, and report", verb_replay},
    {"info", "TRACE [--json]", "what is in a trace, quality first", verb_info},
    {"convert", "IN OUT ...", "write a trace in any format, edited on the way", verb_convert},
    {"gen", "WORKLOAD -o OUT ...", "make a synthetic trace", verb_gen},
    {"run", "SCENARIO.json ...", "scripted calls with expectations: tests and lessons", verb_run},
    {"verify", "TRACE -a CORE ...", "play it twice with a shadow oracle on: sound and deterministic?", verb_verify},
    {"check", "SUITE.json ...", "replay a suite and compare with its baseline: a gate for CI", verb_check},
    {"bless", "SUITE.json --reason R", "store what a suite measures now as its baseline", verb_bless},
    {"diff", "A B, or TRACE -a ...", "what differs between two reports, traces or runs", verb_diff},
    {"explain", "TRACE -a A -a B ...", "since which event two runs differ, and who owns the loss", verb_explain},
    {"shrink", "TRACE --keep EXPR ...", "the smallest trace that still shows something", verb_shrink},
    {"explore", "CORE[:OPTIONS] ...", "every short sequence of calls on a toy machine", verb_explore},
    {"view", "TRACE [-a CORE,...]", "a window: see fragmentation, blocking and page return", verb_view},
    {"render", "TRACE -o PNG ...", "the window's pictures, without a display", verb_render},
    {"cores", "", "the allocators that there are, with their options", verb_cores},
    {"machines", "", "the machines that there are", verb_machines},
};

void print_help() {
  fmt::print(
      "kmemlab: a laboratory for kernel memory allocators. The real code of an allocator runs on a\n"
      "simulated machine; a recorded kernel trace drives it; what happens is measured exactly.\n\n"
      "usage: kmemlab VERB ...          kmemlab VERB --help\n\n");
  for (const Verb& v : verbs) fmt::print("  {:<9} {:<21} {}\n", v.name, v.arguments, v.meaning);
  fmt::print(
      "\nTRACE is a file, or - for standard input; its format is told by its content.\n"
      "exit codes: 0 fine, 1 a scenario failed, something got worse or differs, 2 usage, 3 unreadable input,\n"
      "4 a core panicked or broke, 5 not deterministic, 6 baseline missing, 7 deadlock\n\n"
      "example: kmemlab replay traces/samples/ext4tree.dat -a bsd386\n");
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    print_help();
    return exit_usage;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help();
    return exit_fine;
  }
  std::vector<std::string> names;
  for (const Verb& v : verbs) {
    if (v.name == words[0]) return v.run({words.begin() + 1, words.end()});
    names.emplace_back(v.name);
  }
  const std::string near = kmemlab::sim::nearest(words[0], names);
  print_error({"there is no verb '" + words[0] + "'",
               near.empty() ? "'kmemlab --help' lists them" : "did you mean '" + near + "'?",
               {},
               {},
               {}});
  return exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "kmemlab: {}\n", e.what());
    return exit_bad_input;
  }
}
