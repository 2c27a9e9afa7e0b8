// The scenarios of tests/scenarios: all pass, every clause has one, all are as schema.json says, and what the writer
// writes of them is the same scenario.
#include <fstream>
#include <set>
#include <sstream>

#include "sim/scenario/write.h"
#include "tests/scenario/scenario_kit.h"
#include "tests/scenario/schema_check.h"

namespace kmemlab::test {

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Ids of one group: AIX-H1 to AIX-H12 and so on.
std::vector<std::string> clause_ids() {
  std::vector<std::string> ids;
  const std::pair<const char*, int> groups[] = {{"AIX-H", 12}, {"AIX-G", 14}, {"BE-", 18}, {"OSF-", 19}, {"BSD-", 11}};
  for (const auto& [prefix, last] : groups) {
    for (int n = 1; n <= last; ++n) ids.push_back(prefix + std::to_string(n));
  }
  return ids;
}

}  // namespace

TEST_CASE("all shipped scenarios pass", "[scenario]") {
  const std::vector<std::string> files = shipped_files();
  REQUIRE(files.size() >= 74);
  for (const std::string& file : files) {
    INFO(file);
    const auto read = scenario::read_scenario_file(file);
    if (!read) FAIL(read.error().text());
    const auto result = scenario::run_scenario(*read);
    if (!result) FAIL(result.error().text());
    for (const scenario::Difference& d : result->differences) FAIL_CHECK(d.line << ": " << d.where << ": " << d.what);
    CHECK(result->steps >= 1);
  }
}

TEST_CASE("each of the 74 clauses has a scenario whose name begins with its id", "[scenario]") {
  std::set<std::string> open;
  for (const std::string& id : clause_ids()) open.insert(id);
  REQUIRE(open.size() == 74);
  std::set<std::string> names;
  for (const std::string& file : shipped_files()) {
    const auto read = scenario::read_scenario_file(file);
    REQUIRE(read);
    INFO(file);
    CHECK(names.insert(read->name).second);
    if (read->taught) continue;
    REQUIRE(!read->clauses.empty());
    CHECK(read->name.rfind(read->clauses[0] + " ", 0) == 0);
    CHECK(file.find("/" + read->clauses[0] + "-") != std::string::npos);
    CHECK(read->sentence.size() > 40);
    CHECK(read->sentence.back() == '.');
    open.erase(read->clauses[0]);
  }
  for (const std::string& id : open) FAIL_CHECK("no scenario for " << id);
}

TEST_CASE("the clauses of clauses.tsv are the 74", "[scenario]") {
  std::ifstream in(std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios/clauses.tsv");
  std::vector<std::string> ids;
  for (std::string line; std::getline(in, line);) ids.push_back(line.substr(0, line.find('\t')));
  CHECK(ids == clause_ids());
}

TEST_CASE("the shipped files are as the schema says", "[scenario]") {
  const std::string path = std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios/schema.json";
  const auto schema = scenario::read_json(bytes_of(path), path);
  if (!schema) FAIL(schema.error().text());
  const SchemaCheck check(*schema);
  for (const std::string& file : shipped_files()) {
    INFO(file);
    const auto json = scenario::read_json(bytes_of(file), file);
    REQUIRE(json);
    CHECK(check.wrong(*json) == "");
  }
  const auto wrong = [&](const std::string& text) { return check.wrong(*scenario::read_json(text, "test.json")); };
  CHECK(wrong(bsd_text("{\"call\": \"free(0, 0)\"}")).empty());
  CHECK(wrong(bsd_text("{\"cal\": \"free(0, 0)\"}")) == "scenario.steps[0].cal is unknown");
  CHECK(wrong(bsd_text("{\"expect\": {\"reason\": \"bad luck\"}}")).find("not in enum") != std::string::npos);
  CHECK(wrong("{}") == "scenario: no schema");
}

TEST_CASE("what is written of a scenario is the same scenario", "[scenario]") {
  for (const std::string& file : shipped_files()) {
    INFO(file);
    const auto read = scenario::read_scenario_file(file);
    REQUIRE(read);
    const std::string text = scenario::write_scenario(*read);
    INFO(text);
    const auto again = scenario::read_scenario(text, file);
    if (!again) FAIL(again.error().text());
    CHECK(scenario::write_scenario(*again) == text);
    const auto result = scenario::run_scenario(*again);
    REQUIRE(result);
    CHECK(result->passed());
    CHECK(result->digest == scenario::run_scenario(*read)->digest);
  }
}

TEST_CASE("a plain sequence of calls is short to write", "[scenario]") {
  scenario::Scenario s;
  s.name = "explore: a block comes again";
  s.sentence = "Found by nobody.";
  s.core = "bsd386";
  s.steps = {scenario::call_step("malloc(100, M_TEMP, M_NOWAIT)", "p"), scenario::call_step("free(p, M_TEMP)")};
  s.steps.push_back(scenario::call_step("malloc(100, M_TEMP, M_NOWAIT)"));
  s.steps.back().expect.answer.returns = "p";
  s.lesson =
      "{\"title\": \"t\", \"for\": {\"who\": \"w\", \"minutes\": 1}, \"intro\": \"i\", "
      "\"pages\": [{\"step\": 1, \"text\": \"p\"}], \"closing\": \"c\"}";
  const std::string text = scenario::write_scenario(s);
  CHECK(text.find("    {\"call\": \"free(p, M_TEMP)\"},\n") != std::string::npos);
  CHECK(run_text(text).passed());
  CHECK(scenario::read_scenario(text, "x")->lesson == s.lesson);
}

}  // namespace kmemlab::test
