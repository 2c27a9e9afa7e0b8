// kmemlab.check/1. Integers throughout, as in a report: a value over 2^64 is a text of decimal digits, a digest one of
// 16 hexadecimal digits.
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/check/numbers.h"
#include "sim/check/reports.h"

namespace kmemlab::check {

namespace {

using Json = nlohmann::ordered_json;

Json number(u128 value) {
  if (value <= std::numeric_limits<std::uint64_t>::max()) return static_cast<std::uint64_t>(value);
  return decimal(value);
}

Json value_json(const Metric& metric, u128 value) {
  return metric.hexadecimal ? Json(metric.shown(value)) : number(value);
}

Json rule_json(const Rule& rule) {
  Json j = {{"rule", name_of(rule.kind)}};
  if (rule.kind == Rule::Kind::max_increase) {
    j[rule.unit == Rule::Unit::permille ? "permille" : "by"] = number(rule.amount);
  } else if (!rule.needs_baseline()) {
    j["value"] = number(rule.amount);
  }
  return j;
}

Json finding_json(const Finding& f) {
  const Metric& m = *f.rule.metric;
  return {{"trace", f.trace},
          {"core", f.core},
          {"metric", m.name},
          {"verdict", name_of(f.verdict)},
          {"baseline", f.baseline ? value_json(m, *f.baseline) : Json(nullptr)},
          {"value", value_json(m, f.value)},
          {"rule", rule_json(f.rule.rule)},
          {"why", f.rule.why},
          {"line", f.rule.line}};
}

}  // namespace

std::string json_report(const CheckResult& result) {
  Json j;
  j["schema"] = "kmemlab.check/1";
  j["suite"] = {{"name", result.suite.name}, {"file", result.suite.file}};
  j["runs"] = result.runs;
  for (const Verdict v : {Verdict::fine, Verdict::regressed, Verdict::improved, Verdict::missing}) {
    j["counts"][name_of(v)] = result.count(v);
  }
  j["stopped"] = result.stopped;
  j["stale"] = result.stale;
  j["findings"] = Json::array();
  for (const Finding& f : result.findings) j["findings"].push_back(finding_json(f));
  j["regressed_runs"] = Json::array();
  for (const RunNote& n : result.notes) {
    Json note = {{"trace", n.trace}, {"core", n.core}, {"since", n.since}};
    if (!n.explained_json.empty()) note["explanation"] = Json::parse(n.explained_json, nullptr, false);
    j["regressed_runs"].push_back(std::move(note));
  }
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmemlab::check
