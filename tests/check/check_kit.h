// Suites, reports and results made by hand, for tests of sim/check.
#pragma once

#include <string>

#include "sim/check/compare.h"
#include "sim/check/reports.h"
#include "sim/check/suite.h"
#include "tests/catch.h"

namespace kmemlab::test {

/// A suite of one synthetic trace on bsd386; `metrics` is the list's text. A metric's line is 7 and following.
inline std::string suite_text(const std::string& metrics, const std::string& more = {}) {
  return "{\"schema\": \"kmemlab.suite/1\",\n\"name\": \"test\", \"entries\": [\n\n{\"workload\": \"sawtooth\",\n"
         "\"events\": 400, \"options\": [\"high=50\", \"low=5\"], \"name\": \"saw\", \"cores\": [\"bsd386\"]" +
         more + ",\n\"metrics\": [\n" + metrics + "]}]}\n";
}

inline std::string metric_text(const std::string& name, const std::string& rule, const std::string& measure = {}) {
  return "{\"metric\": \"" + name + "\", \"rule\": \"" + rule + "\"" + measure + ", \"why\": \"since\"}";
}

inline check::Suite suite_of(const std::string& text) {
  auto suite = check::read_suite(text, "dir/test.json");
  INFO((suite ? std::string() : suite.error().text()));
  REQUIRE(suite.ok());
  return *suite;
}

/// The error of a text that is no suite.
inline std::string error_of(const std::string& text) {
  const auto suite = check::read_suite(text, "dir/test.json");
  REQUIRE_FALSE(suite.ok());
  return suite.error().text();
}

}  // namespace kmemlab::test
