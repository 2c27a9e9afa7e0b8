// Metrics by their dotted names in a report's JSON.
#include "sim/check/read_report.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

using Json = nlohmann::json;

/// Maps and arrays that leave out what is 0.
constexpr std::string_view sparse[] = {"failed_by",
                                       "failed_nowait",
                                       "violations",
                                       "free_violations",
                                       "kept_pages.by_rule",
                                       "kept_pages.histogram",
                                       "page_fill.at_peak.pages",
                                       "page_fill.at_peak.free_bytes",
                                       "page_fill.at_end.pages",
                                       "page_fill.at_end.free_bytes",
                                       "blocking.by_cause",
                                       "blocking.histogram"};

/// The value of "blocking.by_cause.lock", or of an element as in "unusable_permille.3"; null if there is none.
const Json* find(const Json& run, std::string_view name) {
  const Json* at = &run;
  while (!name.empty()) {
    const auto dot = std::min(name.find('.'), name.size());
    const std::string key(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
    if (at->is_object()) {
      const auto member = at->find(key);
      if (member == at->end()) return nullptr;
      at = &*member;
      continue;
    }
    const auto index = read_decimal(key);
    if (!at->is_array() || !index || *index >= at->size()) return nullptr;
    at = &(*at)[static_cast<std::size_t>(*index)];
  }
  return at;
}

/// What a metric is that the report does not have.
u128 value_left_out(const Metric& metric, const Json& run) {
  const std::string_view group = std::string_view(metric.name).substr(0, metric.name.rfind('.'));
  const bool zero = std::find(std::begin(sparse), std::end(sparse), group) != std::end(sparse);
  return zero && find(run, group) != nullptr ? 0 : unknown_value;
}

std::optional<u128> value_of(const Metric& metric, const Json& run) {
  const Json* const json = find(run, metric.name);
  if (json == nullptr) return value_left_out(metric, run);
  if (metric.name == "counterfactual_from" && json->is_null()) return std::numeric_limits<std::uint64_t>::max();
  if (json->is_number_unsigned()) return json->get<std::uint64_t>();
  if (!json->is_string()) return std::nullopt;
  const std::string& text = json->get_ref<const std::string&>();
  if (metric.name == "stopped") return text.empty() ? 0 : 1;
  if (!metric.hexadecimal) return read_decimal(text);
  std::uint64_t digest = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), digest, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return digest;
}

}  // namespace

bool in_reports(const Metric& metric) {
  return metric.name != "byte_ticks.leaked_requested";
}

Fallible<MetricValues> read_report_metrics(std::string_view json) {
  const Json report = Json::parse(json, nullptr, false);
  const auto schema = report.is_object() ? report.find("schema") : report.end();
  if (!report.is_object() || schema == report.end() || *schema != "kmemlab.report/1") {
    return fail("no kmemlab.report/1", "expected what 'kmemlab replay --json -' prints");
  }
  const auto runs = report.find("runs");
  if (runs == report.end() || !runs->is_array() || runs->size() != 1 || !(*runs)[0].is_object()) {
    return fail("the report has not one run", "expected a report on one core");
  }
  MetricValues values;
  for (const Metric& metric : all_metrics()) {
    const auto value = value_of(metric, (*runs)[0]);
    if (!value) return fail("the report's \"" + metric.name + "\" is no number", "expected what docs/report.md says");
    values.push_back(*value);
  }
  return values;
}

}  // namespace kmemlab::check
