#include "sim/check/diff.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/check/metrics.h"
#include "sim/check/numbers.h"
#include "sim/check/text_table.h"

namespace kmemlab::check {

namespace {

using Json = nlohmann::ordered_json;

/// Reports are five deep; walking down takes stack for each level.
constexpr int depth_max = 64;

/// Names with values, in the order of the text.
struct Flat {
  std::vector<std::string> order;
  std::map<std::string, std::string> values;
};

void flatten(const Json& json, const std::string& name, Flat& out) {
  if (json.is_object() || json.is_array()) {
    std::size_t index = 0;
    for (auto it = json.begin(); it != json.end(); ++it, ++index) {
      const std::string part = json.is_object() ? it.key() : std::to_string(index);
      flatten(*it, name.empty() ? part : name + "." + part, out);
    }
    return;
  }
  if (json.is_number_float()) return;  // events_per_second: the host's
  out.order.push_back(name);
  out.values[name] = json.is_string() ? json.get<std::string>() : json.dump();
}

DiffSection compare(const Flat& a, const Flat& b, std::string heading) {
  DiffSection section{std::move(heading), 0, {}};
  std::vector<std::string> names = a.order;
  for (const std::string& name : b.order) {
    if (!a.values.contains(name)) names.push_back(name);
  }
  section.compared = names.size();
  for (const std::string& name : names) {
    const auto x = a.values.find(name), y = b.values.find(name);
    Difference d{name, x == a.values.end() ? "" : x->second, y == b.values.end() ? "" : y->second};
    if (d.a != d.b) section.differences.push_back(std::move(d));
  }
  return section;
}

Fallible<Json> read(const NamedText& from, std::string_view schema) {
  bool too_deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > depth_max;
    return !too_deep;
  };
  Json json = Json::parse(from.text, shallow, false);
  const auto wrong = [&](std::string what) {
    return Failure<Error>{{std::move(what), "expected " + std::string(schema), from.name, {}, {}}};
  };
  if (too_deep) return wrong("the JSON is nested more than " + std::to_string(depth_max) + " deep");
  if (json.is_discarded() || !json.is_object()) return wrong("this is no JSON object");
  const auto at = json.find("schema");
  if (at == json.end() || !at->is_string()) return wrong("the JSON has no \"schema\"");
  if (!schema.empty() && at->get<std::string>() != schema)
    return wrong("\"schema\" is '" + at->get<std::string>() + "'");
  return json;
}

std::string text_of(const Json& run, const char* member) {
  const auto at = run.find(member);
  return at != run.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string label_of(const Json& run) {
  const std::string options = text_of(run, "options");
  return text_of(run, "core") + (options.empty() ? "" : ":" + options);
}

Flat flat_run(Json run) {
  Flat flat;
  if (!run.is_object()) return flat;
  run.erase("core");
  run.erase("options");
  flatten(run, "", flat);
  return flat;
}

Json take_runs(Json& report) {
  Json runs = Json::array();
  if (const auto at = report.find("runs"); at != report.end() && at->is_array()) runs = *at;
  report.erase("runs");
  report.erase("schema");
  return runs;
}

/// Sixteen hexadecimal digits that may all be decimal ones.
bool is_digest(const Difference& d) {
  return d.name.find("digest") != std::string::npos;
}

/// B - A; of 128 bits each, so that it takes one more.
struct Step {
  u128 size = 0;
  const char* sign = "";
  std::string text() const { return sign + grouped(size); }
};

std::optional<Step> difference_of(const Difference& d) {
  const auto a = read_decimal(d.a), b = read_decimal(d.b);
  if (!a || !b || is_digest(d)) return std::nullopt;
  if (*a == *b) return Step{};  // one number, written in two ways
  return *b < *a ? Step{*a - *b, "-"} : Step{*b - *a, "+"};
}

std::string shown(const Difference& d, const std::string& value) {
  if (value.empty()) return "-";
  const auto n = is_digest(d) ? std::nullopt : read_decimal(value);
  return n ? grouped(*n) : value;
}

}  // namespace

Fallible<std::vector<DiffSection>> diff_reports(const NamedText& a, const NamedText& b) {
  auto of_a = read(a, "kmemlab.report/1");
  if (!of_a) return Failure<Error>{of_a.error()};
  auto of_b = read(b, "kmemlab.report/1");
  if (!of_b) return Failure<Error>{of_b.error()};
  const Json runs_a = take_runs(*of_a), runs_b = take_runs(*of_b);
  Flat rest_a, rest_b;
  flatten(*of_a, "", rest_a), flatten(*of_b, "", rest_b);
  std::vector<DiffSection> sections{compare(rest_a, rest_b, "the trace and the machine")};
  if (runs_a.size() == 1 && runs_b.size() == 1) {
    const std::string x = label_of(runs_a[0]), y = label_of(runs_b[0]);
    sections.push_back(compare(flat_run(runs_a[0]), flat_run(runs_b[0]), x == y ? x : "A " + x + ", B " + y));
    return sections;
  }
  std::vector<bool> met(runs_b.size());
  for (const Json& run : runs_a) {
    std::size_t i = 0;
    while (i < runs_b.size() && (met[i] || label_of(runs_b[i]) != label_of(run))) ++i;
    if (i < runs_b.size()) met[i] = true;
    sections.push_back(compare(flat_run(run), i < runs_b.size() ? flat_run(runs_b[i]) : Flat{},
                               label_of(run) + (i < runs_b.size() ? "" : ", only in A")));
  }
  for (std::size_t i = 0; i < runs_b.size(); ++i) {
    if (!met[i]) sections.push_back(compare({}, flat_run(runs_b[i]), label_of(runs_b[i]) + ", only in B"));
  }
  return sections;
}

Fallible<DiffSection> diff_objects(const NamedText& a, const NamedText& b, std::string heading) {
  auto of_a = read(a, "");
  if (!of_a) return Failure<Error>{of_a.error()};
  auto of_b = read(b, text_of(*of_a, "schema"));
  if (!of_b) return Failure<Error>{of_b.error()};
  Flat flat_a, flat_b;
  flatten(*of_a, "", flat_a), flatten(*of_b, "", flat_b);
  return compare(flat_a, flat_b, std::move(heading));
}

DiffSection diff_metrics(const RunEnd& a, const RunEnd& b, std::string heading) {
  Flat flat[2];
  for (const Metric& m : all_metrics()) {
    for (unsigned side = 0; side < 2; ++side) {
      const RunEnd& end = side == 0 ? a : b;
      const auto at = end.metrics.find(m.name);
      if (at == end.metrics.end()) continue;
      flat[side].order.push_back(m.name);
      flat[side].values[m.name] = m.hexadecimal ? m.shown(at->second) : decimal(at->second);
    }
  }
  return compare(flat[0], flat[1], std::move(heading));
}

std::string diff_text(const std::vector<DiffSection>& sections) {
  std::string text;
  for (const DiffSection& s : sections) {
    text += (text.empty() ? "" : "\n") + s.heading + ": ";
    if (s.differences.empty()) {
      text += "all " + grouped(s.compared) + " values are the same\n";
      continue;
    }
    text += grouped(s.differences.size()) + " of " + grouped(s.compared) + " values differ\n";
    TextTable table({"", "A", "B", "B - A", "per mille"});
    for (const Difference& d : s.differences) {
      const auto difference = difference_of(d);
      const u128 whole = read_decimal(d.a).value_or(0);
      std::string permille;
      if (difference && whole != 0) permille = difference->sign + permille_text(difference->size, whole);
      table.row({d.name, shown(d, d.a), shown(d, d.b), difference ? difference->text() : "", permille});
    }
    text += table.text();
  }
  return text;
}

std::string diff_json(const std::vector<DiffSection>& sections) {
  Json j;
  j["schema"] = "kmemlab.diff/1";
  j["sections"] = Json::array();
  for (const DiffSection& s : sections) {
    Json rows = Json::array();
    for (const Difference& d : s.differences) rows.push_back({{"name", d.name}, {"a", d.a}, {"b", d.b}});
    j["sections"].push_back({{"heading", s.heading}, {"compared", s.compared}, {"differences", std::move(rows)}});
  }
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool any_difference(const std::vector<DiffSection>& sections) {
  return std::any_of(sections.begin(), sections.end(), [](const DiffSection& s) { return !s.differences.empty(); });
}

}  // namespace kmemlab::check
