// The metrics of a suite: name, rule, measure, reason.
#include <algorithm>

#include "sim/check/numbers.h"
#include "sim/check/suite_members.h"

namespace kmemlab::check {

namespace {

using scenario::Json;
using scenario::Members;

constexpr std::uint64_t permille_max = 1'000'000;
constexpr Rule::Kind rule_kinds[] = {Rule::Kind::exact, Rule::Kind::max_increase, Rule::Kind::min, Rule::Kind::max};

/// What a rule is measured by: digits of up to 128 bits, or a number as in "4K".
u128 amount(Members& in, const char* name) {
  const Json* value = in.find(name);
  if (value != nullptr && value->kind != Json::Kind::object) {
    if (const auto digits = read_decimal(value->text)) return *digits;
  }
  return in.number(name, 0);
}

Rule read_rule(Members& in, const Json& object) {
  Rule rule;
  const std::string word = in.text("rule");
  std::vector<std::string> names;
  bool found = false;
  for (const Rule::Kind kind : rule_kinds) {
    names.emplace_back(name_of(kind));
    if (word == name_of(kind)) rule.kind = kind, found = true;
  }
  if (in.need("rule") != nullptr && !found) {
    in.wrong(*in.find("rule"), "there is no rule '" + word + "'",
             did_you_mean(sim::nearest(word, names), "expected exact, max_increase, min or max"));
  }
  const bool by = in.find("by") != nullptr, permille = in.find("permille") != nullptr;
  const bool value = in.find("value") != nullptr;
  const bool increase = rule.kind == Rule::Kind::max_increase, bound = !rule.needs_baseline();
  if (found && (by + permille != (increase ? 1 : 0) || value != bound)) {
    in.wrong(object, "the rule " + word + " has another measure than it needs",
             increase ? "expected one of \"by\" and \"permille\""
             : bound  ? "expected \"value\""
                      : "expected none");
  }
  rule.unit = permille ? Rule::Unit::permille : Rule::Unit::absolute;
  rule.amount = amount(in, increase ? (permille ? "permille" : "by") : "value");
  if (permille && rule.amount > permille_max) {
    in.wrong(*in.find("permille"), "\"permille\" is above 1,000,000", "expected 10 for one per cent");
  }
  return rule;
}

}  // namespace

const char* name_of(Rule::Kind kind) {
  switch (kind) {
    case Rule::Kind::exact:
      return "exact";
    case Rule::Kind::max_increase:
      return "max_increase";
    case Rule::Kind::min:
      return "min";
    case Rule::Kind::max:
      return "max";
  }
  return "?";
}

std::string did_you_mean(const std::string& near, const std::string& otherwise) {
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

void known(Members& in, const Json& object, const std::string& what, std::initializer_list<const char*> names) {
  const std::vector<std::string> all(names.begin(), names.end());
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    if (std::find(all.begin(), all.end(), object.names[i]) != all.end()) continue;
    std::string list = "expected one of";
    for (const std::string& n : all) list += " " + n;
    in.first().set(object.name_lines[i], object.items[i].begin, what + " has no member \"" + object.names[i] + "\"",
                   did_you_mean(sim::nearest(object.names[i], all), list));
  }
}

bool is_list(Members& in, const Json& value, const std::string& name) {
  if (value.kind == Json::Kind::list && !value.items.empty()) return true;
  in.wrong(value, "\"" + name + "\" is " + (value.items.empty() ? "empty or no list" : name_of(value.kind)),
           "expected a list");
  return false;
}

bool is_line(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void read_metrics(Members& in, const Json& list, std::vector<MetricRule>& to) {
  if (!is_list(in, list, "metrics")) return;
  for (const Json& item : list.items) {
    Members one(item, "a metric", in.first());
    known(one, item, "a metric", {"metric", "rule", "by", "permille", "value", "why"});
    MetricRule m;
    m.line = item.line;
    const Json* name = one.need("metric");
    const std::string word = one.text("metric");
    m.metric = find_metric(word);
    if (name != nullptr && m.metric == nullptr) {
      one.wrong(*name, "there is no metric '" + word + "'",
                did_you_mean(nearest_metric(word), "expected a name of the report as in at_peak.held (docs/ci.md)"));
    }
    m.rule = read_rule(one, item);
    one.need("why");
    m.why = one.text("why");
    if (!is_line(m.why)) one.wrong(item, "\"why\" is no line of text", "expected a sentence for whom it stops");
    if (m.metric != nullptr && m.metric->hexadecimal && m.rule.kind != Rule::Kind::exact) {
      one.wrong(item, "'" + word + "' is a digest", "expected the rule exact");
    }
    for (const MetricRule& other : to) {
      if (m.metric != nullptr && other.metric == m.metric) {
        one.wrong(item, "the metric '" + word + "' has a rule in line " + std::to_string(other.line) + " already",
                  "expected it once");
      }
    }
    to.push_back(std::move(m));
  }
}

}  // namespace kmemlab::check
