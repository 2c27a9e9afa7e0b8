// kmemlab explore: tries every short sequence of calls on toy machines, and prints what was wrong as the shortest
// sequence that shows it. Menus and engine are in sim/check/explore.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/check/explore/story.h"
#include "sim/cli/arguments.h"
#include "sim/cli/explore_report.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "sim/scenario/write.h"

namespace kmemlab::cli {

namespace {

using namespace sim::explore;

const VerbSpec spec{
    "kmemlab explore CORE[:OPTION=VALUE,...] [--quick] [--run NAME]",
    "Tries every sequence of a few calls on a machine of 8 frames and the like: sizes, contexts, tasks, CPUs, the\n"
    "system's threads; equal states are merged. After each call the blocks, their contents, pages, frames and the\n"
    "core's invariants are checked. In every state, one interrupt is tried at every place of every call, every frame\n"
    "and map entry is refused in turn, and whoever sleeps is woken for nothing; in the first states, two interrupts\n"
    "at every pair of places. mode=faithful finds the system's known defects, and must find all of them and nothing\n"
    "else. With other options of the core, answers to errors, pages kept at rest and marks not reached are not judged.",
    "kmemlab explore bsd386 --quick",
    {{"quick", Takes::nothing, "", "smaller bounds, for a quick answer"},
     {"run", Takes::values, "NAME", "only this run of the menu; --list names them"},
     {"ops", Takes::value, "N", "sequences of N operations, instead of the run's own bound"},
     {"interrupts", Takes::value, "N", "one interrupt at every place, after fewer than N operations; 0: none"},
     {"pairs", Takes::value, "N", "the same with two interrupts"},
     {"failures", Takes::value, "N", "the same with a frame or map entry refused"},
     {"json", Takes::value, "FILE", "the report as JSON; - is standard output"},
     {"out", Takes::value, "DIR", "where scenarios of findings go"},
     {"list,l", Takes::nothing, "", "the runs of this core's menu"}},
    1,
    1};

struct Request {
  Menu menu;
  scenario::Options options;
  Bounds bounds;
  std::vector<std::string> runs;
  bool faithful = false;
  bool changed = false;  ///< an option other than the mode was given
};

Fallible<Menu> menu_of(const std::string& name) {
  if (name == "bsd386") return bsd386_menu();
  if (name == "osf1") return osf1_menu();
  if (name == "aix") return aix_menu();
  if (name == "beos") return beos_menu();
  return fail("there is no core '" + name + "'", "expected bsd386, osf1, aix or beos");
}

Fallible<void> read_core(const std::string& text, Request& request) {
  const auto colon = text.find(':');
  auto menu = menu_of(text.substr(0, colon));
  if (!menu) return Failure<Error>{menu.error()};
  request.menu = std::move(*menu);
  std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string one = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    const auto equals = one.find('=');
    if (equals == std::string::npos) return fail("option '" + one + "'", "expected NAME=VALUE");
    request.options.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    request.faithful |= one == "mode=faithful";
    request.changed |= one.rfind("mode=", 0) != 0;
  }
  for (const scenario::System& s : scenario::all_systems()) {
    if (s.name != request.menu.system) continue;
    for (const auto& [name, value] : request.options) {
      if (std::find(s.options.begin(), s.options.end(), name) == s.options.end()) {
        return fail(request.menu.system + " has no option '" + name + "' of its own",
                    fmt::format("expected one of {}", fmt::join(s.options, ", ")));
      }
      for (const Run& run : request.menu.runs) {  // what the other runs expect would be wrong there
        if (run.name == name) return fail("'" + name + "' has a run of its own", "expected --run " + run.name);
      }
    }
  }
  return {};
}

Fallible<void> read_bound(const Parsed& p, const char* name, std::optional<unsigned>& bound) {
  const auto text = p.value(name);
  if (!text) return {};
  const auto n = parse_count(name, *text);
  if (!n) return Failure<Error>{n.error()};
  if (*n > 64) return fail(std::string("--") + name + " is " + *text, "expected at most 64");
  bound = static_cast<unsigned>(*n);
  return {};
}

/// The answers to errors and the pages kept at rest, as the menu has them, are those of the system's own options.
void forget_promises(Menu& menu) {
  menu.misuses.clear();
  for (Run& run : menu.runs) run.pages_kept_max.reset();
}

Fallible<Request> request_of(const Parsed& p) {
  Request r;
  if (auto good = read_core(p.positional()[0], r); !good) return Failure<Error>{good.error()};
  if (r.changed) forget_promises(r.menu);
  r.bounds.quick = p.has("quick");
  r.runs = p.values("run");
  for (const auto& [name, bound] : {std::pair{"ops", &r.bounds.depth}, std::pair{"interrupts", &r.bounds.placements},
                                    std::pair{"pairs", &r.bounds.pairs}, std::pair{"failures", &r.bounds.failures}}) {
    if (auto good = read_bound(p, name, *bound); !good) return Failure<Error>{good.error()};
  }
  for (const std::string& name : r.runs) {
    const auto same = [&](const Run& run) { return run.name == name; };
    if (std::none_of(r.menu.runs.begin(), r.menu.runs.end(), same)) {
      return fail(r.menu.system + " has no run '" + name + "'", "--list names them");
    }
  }
  return r;
}

/// Before minutes of search: can what is found be written?
Fallible<void> prepare_outputs(const std::string& folder, const std::string& json) {
  std::error_code failed;
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) return fail("cannot make the folder " + folder, failed.message());
  return json.empty() || json == "-" ? Fallible<void>{} : write_file(json, "");
}

/// The finding's story, printed and written. Errors: it does not repeat.
Fallible<std::string> tell(const Request& request, const Run& run, const Finding& finding, std::size_t number,
                           const std::string& folder) {
  const auto story = story_of(request.menu, run, request.options, finding);
  if (!story) return Failure<Error>{story.error()};
  std::string text;
  for (const std::string& line : lines_of(*story)) text += "    " + line + "\n";
  if (folder.empty()) return text;
  const std::string path = fmt::format("{}/explore-{}-{}-{}.json", folder, request.menu.system, run.name, number);
  if (auto written = write_file(path, scenario::write_scenario(*story)); !written) {
    return text + "    not written: " + written.error().text() + "\n";
  }
  return text + "    kmemlab run " + path + "\n";
}

void print_runs(const Menu& menu) {
  for (const Run& run : menu.runs) {
    fmt::print("{:<12} {}\n             ", run.name, run.sentence);
    if (!run.boot_panic.empty()) {
      fmt::print("must not boot: {}\n", run.boot_panic);
      continue;
    }
    fmt::print("sequences of {} ({} with --quick)", run.depth, run.quick_depth);
    if (run.roots.size() > 1) {
      fmt::print(", from {} states", run.roots.size());
    } else if (run.roots[0].name != "boot") {
      fmt::print(", from the state \"{}\"", run.roots[0].name);
    }
    if (run.pairs > 0 && run.interrupts) fmt::print(", two interrupts after fewer than {} of them", run.pairs);
    fmt::print("\n");
  }
}

int explore_all(const Request& request, const std::string& folder, const std::string& json) {
  if (auto ready = prepare_outputs(folder, json); !ready) {
    print_error(ready.error());
    return exit_bad_input;
  }
  ExploreReport report(request.menu,
                       {request.options, request.bounds, request.runs, request.faithful, request.changed});
  std::size_t number = 0;
  for (const Run& run : request.menu.runs) {
    if (!request.runs.empty() && std::find(request.runs.begin(), request.runs.end(), run.name) == request.runs.end()) {
      continue;
    }
    ProgressLine line(run.name, "states");
    const auto result =
        explore(request.menu, run, request.options, request.bounds, [&](const RunResult& so_far, unsigned depth) {
          line.say(fmt::format("{}: depth {}, {} states", run.name, depth + 1, with_commas(so_far.counts.states)));
        });
    line.clear();
    if (!result) return usage_error(result.error(), spec);
    report.add(run, *result);
    for (const Finding& f : result->findings) {
      if (!report.is_new(f)) continue;
      const auto story = tell(request, run, f, ++number, folder);
      report.add_story(f, story ? *story : "    " + story.error().text() + "\n");
    }
  }
  report.finish();
  if (json == "-") {
    fmt::print("{}", report.json());
  } else {
    fmt::print("{}", report.text());
    if (!json.empty()) {
      if (auto written = write_file(json, report.json()); !written) {
        print_error(written.error());
        return exit_bad_input;
      }
    }
  }
  return report.good() ? exit_fine : exit_core_broke;
}

}  // namespace

int verb_explore(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const auto request = request_of(*parsed);
  if (!request) return usage_error(request.error(), spec);
  if (parsed->has("list")) {
    print_runs(request->menu);
    return exit_fine;
  }
  return explore_all(*request, parsed->value("out").value_or(""), parsed->value("json").value_or(""));
}

}  // namespace kmemlab::cli
