// Scenarios out of texts: a head that serves most tests, and what a run of it says.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"
#include "tests/catch.h"

namespace kmemlab::test {

/// Steps (without brackets) as a scenario of bsd386 on i386. `head` may hold further members, each with its comma.
inline std::string bsd_text(const std::string& steps, const std::string& head = {}) {
  return "{\"schema\": \"kmemlab.scenario/1\", \"name\": \"test\", \"sentence\": \"A test.\",\n"
         "\"system\": {\"core\": \"bsd386\"},\n" +
         head + "\"steps\": [\n" + steps + "\n]}\n";
}

/// The same for another core.
inline std::string text_of(const std::string& core, const std::string& steps, const std::string& head = {}) {
  std::string text = bsd_text(steps, head);
  return text.replace(text.find("bsd386"), 6, core);
}

inline scenario::RunResult run_text(const std::string& text) {
  auto read = scenario::read_scenario(text, "test.json");
  if (!read) FAIL(read.error().text());
  auto result = scenario::run_scenario(*read);
  if (!result) FAIL(result.error().text());
  return std::move(*result);
}

/// "line N: where: what" of each difference.
inline std::vector<std::string> differences(const std::string& text) {
  std::vector<std::string> all;
  for (const scenario::Difference& d : run_text(text).differences) {
    all.push_back("line " + std::to_string(d.line) + ": " + d.where + ": " + d.what);
  }
  return all;
}

/// The error of a text that cannot be read.
inline std::string error_of(const std::string& text) {
  const auto read = scenario::read_scenario(text, "test.json");
  return read ? std::string("it was read") : read.error().text();
}

inline std::vector<std::string> shipped_files() {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios")) {
    const fs::path& p = entry.path();
    if (p.extension() == ".json" && p.filename() != "schema.json") files.push_back(p.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace kmemlab::test
