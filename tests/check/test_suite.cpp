// Suites: what a good one says, and the line and the advice of each mistake.
#include "tests/check/check_kit.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

using namespace kmemlab::check;

TEST_CASE("a suite is read", "[check]") {
  const Suite suite = suite_of(
      "{\"schema\": \"kmemlab.suite/1\", \"name\": \"two\", \"cores\": [\"bsd386,osf1\"],\n"
      "\"metrics\": [" +
      metric_text("failed", "max", ", \"value\": 0") +
      "],\n\"entries\": [\n"
      "{\"trace\": \"../t/a.dat\", \"machine\": \"i386\", \"arena\": \"4M\", \"where\": \"size > 8\",\n"
      "\"closed_loop\": true, \"pages\": \"pressure\", \"daemon_latency\": 70, \"repeat\": 3,\n"
      "\"window\": {\"from\": 2}, \"metrics\": [" +
      metric_text("byte_ticks.held", "max_increase", ", \"permille\": 7") +
      "]},\n{\"workload\": \"sawtooth\", \"seed\": 9, \"machine\": \"native\", \"cores\": "
      "[\"bsd386:mode=faithful\"]}]}");
  REQUIRE(suite.entries.size() == 2);
  const Entry& a = suite.entries[0];
  CHECK(a.name == "a.dat");
  CHECK(a.trace == "t/a.dat");  // from dir/, where the suite lies
  CHECK(a.machine.arena_bytes == 4 << 20);
  CHECK(a.window.from == 2);
  CHECK(a.where);
  CHECK(a.closed_loop);
  CHECK(a.pressure.pages == sim::PageEvents::pressure);
  CHECK(a.pressure.daemon_latency_ticks == 70);
  CHECK(a.repeat == 3);
  REQUIRE(a.cores.size() == 2);
  REQUIRE(a.metrics.size() == 2);
  CHECK(a.metrics[1].metric->name == "byte_ticks.held");
  CHECK(a.metrics[1].rule.unit == Rule::Unit::permille);
  CHECK(a.metrics[1].rule.amount == 7);
  CHECK(a.metrics[1].line == 6);
  const Entry& b = suite.entries[1];
  CHECK(b.name == "sawtooth-9");
  CHECK(b.native);
  CHECK_FALSE(b.closed_loop);
  CHECK(b.repeat == 1);
  CHECK(core_label(b.cores[0]) == "bsd386:mode=faithful");
  CHECK(b.metrics.size() == 1);
}

TEST_CASE("a bound may have 128 bits, or a unit", "[check]") {
  const std::string big = "340282366920938463463374607431768211455";
  CHECK(suite_of(suite_text(metric_text("byte_ticks.held", "max", ", \"value\": \"" + big + "\"")))
            .entries[0]
            .metrics[0]
            .rule.amount == ~u128{0});
  CHECK(suite_of(suite_text(metric_text("at_peak.held", "max", ", \"value\": \"4K\"")))
            .entries[0]
            .metrics[0]
            .rule.amount == 4096);
}

TEST_CASE("mistakes in a metric have their line and the nearest name", "[check]") {
  struct Case {
    std::string metric, error;
  };
  const std::string value = ", \"value\": 1", by = ", \"by\": 1";
  for (const Case& c : {
           Case{metric_text("at_peak.hold", "exact"),
                "there is no metric 'at_peak.hold'; did you mean 'at_peak.held'?"},
           {metric_text("failed", "exakt"), "there is no rule 'exakt'; did you mean 'exact'?"},
           {metric_text("failed", "max"), "the rule max has another measure than it needs; expected \"value\""},
           {metric_text("failed", "exact", value), "expected none"},
           {metric_text("failed", "max_increase"), "expected one of \"by\" and \"permille\""},
           {metric_text("failed", "max_increase", by + ", \"permille\": 1"), "expected one of \"by\" and \"permille\""},
           {metric_text("failed", "max_increase", ", \"permille\": 1000001"), "\"permille\" is above 1,000,000"},
           {metric_text("failed", "max", ", \"value\": -1"), "\"value\" is no number"},
           {metric_text("failed", "max", ", \"value\": \"many\""), "\"value\" is no number"},
           {metric_text("failed", "max", ", \"vale\": 1"), "a metric has no member \"vale\"; did you mean 'value'?"},
           {metric_text("digest", "max_increase", by), "'digest' is a digest; expected the rule exact"},
           {"{\"metric\": \"failed\", \"rule\": \"exact\"}", "a metric has no \"why\""},
           {"{\"metric\": \"failed\", \"rule\": \"exact\", \"why\": \"\"}", "\"why\" is no line of text"},
           {"{\"metric\": \"failed\", \"rule\": \"exact\", \"why\": \"a\\nb\"}", "\"why\" is no line of text"},
           {"{\"metric\": \"failed\", \"rule\": \"exact\", \"why\": \"\\u001b[2J\"}", "\"why\" is no line of text"},
           {"{\"rule\": \"exact\", \"why\": \"x\"}", "a metric has no \"metric\""},
           {"{\"metric\": \"failed\", \"why\": \"x\"}", "a metric has no \"rule\""},
           {"[]", "a metric is a list; expected an object"},
       }) {
    const std::string error = error_of(suite_text(metric_text("granted", "exact") + ",\n" + c.metric));
    INFO(error);
    CHECK(error.rfind("dir/test.json:8 (byte ", 0) == 0);
    CHECK(contains(error, c.error));
  }
  CHECK(contains(error_of(suite_text(metric_text("failed", "exact") + ",\n" + metric_text("failed", "exact"))),
                 "the metric 'failed' has a rule in line 7 already"));
}

TEST_CASE("mistakes in an entry have their line and the nearest name", "[check]") {
  struct Case {
    std::string entry, error;
  };
  for (const Case& c : {
           Case{"\"workload\": \"sawtoth\"", "there is no workload 'sawtoth'; did you mean 'sawtooth'?"},
           {"\"workload\": \"sawtooth\", \"options\": [\"x=1\"]", "x"},
           {"\"workload\": \"sawtooth\", \"trace\": \"a\"", "an entry has a trace and a workload"},
           {"\"name\": \"x\"", "an entry has no trace"},
           {"\"trace\": \"a b.dat\"", "the entry's name is 'a b.dat'; expected a \"name\" without spaces"},
           {"\"trace\": \"first\"", "the entry of line 3 is called 'first' too"},
           {"\"trace\": \"a\", \"seed\": 1", "\"seed\" is a workload's"},
           {"\"trace\": \"a\", \"machine\": \"i387\"", "there is no machine 'i387'; did you mean 'i386'?"},
           {"\"trace\": \"a\", \"closed_loop\": \"yes\"", "\"closed_loop\" is a text; expected true or false"},
           {"\"trace\": \"a\", \"closed_loop\": 1", "\"closed_loop\" is an integer; expected true or false"},
           {"\"trace\": \"a\", \"daemon_latency\": 5", "\"daemon_latency\" without pressure"},
           {"\"trace\": \"a\", \"pages\": \"pressure\", \"daemon_latency\": 1000000000000001",
            "expected at most 1000000000000000"},
           {"\"trace\": \"a\", \"repeat\": 0", "\"repeat\" is 0; expected at least one round"},
           {"\"trace\": \"a\", \"closed_lop\": true", "did you mean 'closed_loop'?"},
           {"\"trace\": \"a\", \"cores\": [\"bsd387\"]", "did you mean 'bsd386'?"},
           {"\"trace\": \"a\", \"cores\": [\"bsd386\", \"all\"]", "the core 'bsd386' occurs twice"},
           {"\"trace\": \"a\", \"cores\": [7]", "a core is an integer"},
           {"\"trace\": \"a\", \"cores\": []", "\"cores\" is empty"},
           {"\"trace\": \"a\", \"where\": \"sise > 1\"", "sise"},
           {"\"trace\": \"a\", \"window\": {\"from\": 5, \"to\": 5}", "the window is empty"},
           {"\"trace\": \"a\", \"window\": {\"form\": 5}", "a window has no member \"form\"; did you mean 'from'?"},
           {"\"trace\": \"a\", \"metric\": []", "an entry has no member \"metric\"; did you mean 'metrics'?"},
           {"\"trace\": 5", "\"trace\" is an integer"},
       }) {
    const std::string error = error_of(
        "{\"schema\": \"kmemlab.suite/1\", \"name\": \"x\", \"cores\": [\"osf1\"],\n"
        "\"metrics\": [" +
        metric_text("failed", "exact") +
        "], \"entries\": [\n"
        "{\"trace\": \"first\"},\n{" +
        c.entry + "}]}");
    INFO(error);
    CHECK(error.rfind("dir/test.json:4 (byte ", 0) == 0);
    CHECK(contains(error, c.error));
  }
}

TEST_CASE("what is no suite", "[check]") {
  CHECK(contains(error_of("{\"schema\": \"kmemlab.suite/2\", \"name\": \"x\", \"entries\": []}"),
                 "\"schema\" is 'kmemlab.suite/2'; expected kmemlab.suite/1"));
  CHECK(contains(error_of("{\"schema\": \"kmemlab.suite/1\"}"), "the suite has no \"name\""));
  CHECK(contains(error_of("{\"schema\": \"kmemlab.suite/1\", \"name\": \"x\"}"), "the suite has no \"entries\""));
  CHECK(contains(error_of("{\"schema\": \"kmemlab.suite/1\", \"name\": \"x\", \"entries\": [{\"trace\": \"a\"}]}"),
                 "an entry has no cores"));
  CHECK(contains(error_of("{\"schema\": \"kmemlab.suite/1\", \"name\": \"a\\tb\"}"), "\"name\" is no line of text"));
  CHECK(contains(error_of("[]"), "the suite is a list"));
  CHECK(error_of("").rfind("dir/test.json", 0) == 0);
}

TEST_CASE("a damaged suite is an error with a place, or another suite", "[check]") {
  const std::string text = read_file(std::string(KMEMLAB_SOURCE_DIR) + "/tests/suites/shipped.json");
  REQUIRE(read_suite(text, "f").ok());
  std::size_t errors = 0, without_place = 0;
  const auto look = [&](const std::string& damaged) {
    const auto suite = read_suite(damaged, "f");
    if (suite) return;
    ++errors;
    without_place += suite.error().file != "f" || !suite.error().line;
  };
  for (std::size_t n = 0; n + 2 < text.size(); ++n) {
    look(text.substr(0, n));
    look(text.substr(0, n) + text.substr(n + 1));
    look(text.substr(0, n) + "}" + text.substr(n + 1));
  }
  CHECK(errors > 2 * text.size());
  CHECK(without_place == 0);
}

}  // namespace kmemlab::test
