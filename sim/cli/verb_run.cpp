// kmemlab run: scripted calls with expectations (tests/scenarios/README.md). One line for each scenario, differences
// below it. A folder stands for every *.json file in it and below, in the order of their paths.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/cli/arguments.h"
#include "sim/cli/output.h"
#include "sim/cli/verbs.h"
#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"

namespace kmemlab::cli {

namespace {

const VerbSpec spec{"kmemlab run FILE...",
                    "Runs scenarios: sets up a machine, makes calls on the real code of an allocator, and compares\n"
                    "what comes with what the file expects. FILE may be a folder: all *.json in it and below, except\n"
                    "schema.json. Exit code 1 if a scenario failed.",
                    "kmemlab run tests/scenarios/bsd386",
                    {{"verbose,v", Takes::nothing, "", "tell every step: call, what came, what the core did"},
                     {"quiet,q", Takes::nothing, "", "only scenarios that failed, and the last line"},
                     {"list", Takes::nothing, "", "run nothing; print clause, name, sentence, file (tab between)"},
                     {"json", Takes::value, "FILE", "report as JSON (kmemlab.run/1); - for standard output"}},
                    1,
                    1'000'000};

struct Done {
  scenario::Scenario scenario;
  scenario::RunResult result;
};

/// The files that the arguments stand for.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      const fs::path& p = entry.path();
      if (p.extension() == ".json" && p.filename() != "schema.json" && entry.is_regular_file(error)) {
        found.push_back(p.string());
      }
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

void print_list(const scenario::Scenario& s) {
  for (const std::string& clause : s.clauses) fmt::print("{}\t{}\t{}\t{}\n", clause, s.name, s.sentence, s.file);
}

/// The sentence in lines of 80 columns, indented as what follows it; a word alone may be longer.
std::string wrapped(const std::string& sentence) {
  constexpr std::size_t columns = 80;
  const std::string indent(8, ' ');
  std::string text, line;
  std::size_t at = 0;
  while (at < sentence.size()) {
    const std::size_t end = std::min(sentence.find(' ', at), sentence.size());
    const std::string word = sentence.substr(at, end - at);
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > columns) {
      text += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return text + indent + line + "\n";
}

void print_result(std::FILE* out, const Done& done, bool quiet) {
  const auto& [s, r] = done;
  if (!quiet || !r.passed()) fmt::print(out, "{:<7} {}\n", r.passed() ? "ok" : "FAILED", s.name);
  if (!r.narration.empty()) fmt::print(out, "{}", wrapped(s.sentence));
  for (const std::string& line : r.narration) fmt::print(out, "        {}\n", line);
  for (const scenario::Difference& d : r.differences) {
    fmt::print(out, "        {}:{}: {}: {}\n", s.file, d.line, d.where, d.what);
  }
}

std::string report(const std::vector<Done>& all, std::size_t failed) {
  using nlohmann::ordered_json;
  ordered_json scenarios = ordered_json::array();
  for (const auto& [s, r] : all) {
    ordered_json differences = ordered_json::array();
    for (const scenario::Difference& d : r.differences) {
      differences.push_back({{"line", d.line}, {"where", d.where}, {"what", d.what}});
    }
    scenarios.push_back({{"name", s.name},
                         {"file", s.file},
                         {"core", s.core},
                         {"clauses", s.clauses},
                         {"passed", r.passed()},
                         {"steps", r.steps},
                         {"digest", fmt::format("{:016x}", r.digest)},
                         {"differences", differences}});
  }
  const ordered_json json = {
      {"schema", "kmemlab.run/1"}, {"count", all.size()}, {"failed", failed}, {"scenarios", scenarios}};
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

int bad(const Error& error) {
  print_error(error);
  return exit_bad_input;
}

int write_report(const std::string& path, const std::string& text) {
  auto out = OutputFile::create(path);
  if (!out) return bad(out.error());
  out->write(text);
  if (auto done = out->commit(); !done) return bad(done.error());
  return exit_fine;
}

}  // namespace

int verb_run(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const std::vector<std::string> files = files_of(parsed->positional());
  if (files.empty()) return bad({"no scenario there", "expected *.json files", parsed->positional()[0], {}, {}});
  const bool list = parsed->has("list");
  const auto narrate = parsed->has("verbose") ? scenario::Narrate::yes : scenario::Narrate::no;
  const auto json = parsed->value("json");
  std::FILE* out = json == "-" ? stderr : stdout;
  std::vector<Done> all;
  std::size_t failed = 0;
  for (const std::string& file : files) {
    auto read = scenario::read_scenario_file(file);
    if (!read) return bad(read.error());
    if (list) {
      print_list(*read);
      continue;
    }
    auto result = scenario::run_scenario(*read, narrate);
    if (!result) return bad(result.error());
    failed += !result->passed();
    all.push_back({std::move(*read), std::move(*result)});
    print_result(out, all.back(), parsed->has("quiet"));
  }
  if (list) return exit_fine;
  fmt::print(out, "{} {}, {} failed\n", all.size(), all.size() == 1 ? "scenario" : "scenarios", failed);
  if (json) {
    if (const int code = write_report(*json, report(all, failed)); code != exit_fine) return code;
  }
  return failed == 0 ? exit_fine : exit_difference;
}

}  // namespace kmemlab::cli
