// Parameters of workloads: see parameters.h.
#include "traces/gen/parameters.h"

#include <cstdlib>

namespace kmemlab::traces::gen {

namespace {

Failure<Error> about(const Parameter& parameter, const Error& error) {
  return fail(std::string(parameter.name) + ": " + error.what, error.expected);
}

std::string names_of(const std::vector<Parameter>& parameters) {
  std::string list;
  for (const Parameter& p : parameters) list += (list.empty() ? "" : ", ") + std::string(p.name);
  return list.empty() ? "none" : list;
}

}  // namespace

Fallible<Values::Value> Values::read(const Parameter& p, std::string_view text) {
  Value v;
  v.name = p.name;
  v.text = text;
  if (p.kind == Kind::order) {
    if (text == "oldest" || text == "newest" || text == "random") {
      v.order = text == "oldest" ? Order::oldest : text == "newest" ? Order::newest : Order::random;
      return v;
    }
    return about(p, {"there is no order '" + std::string(text) + "'", "expected oldest, newest or random", {}, {}, {}});
  }
  if (p.kind == Kind::mix) {
    auto mix = Mix::parse(text, p.max);
    if (!mix) return about(p, mix.error());
    v.mix = *mix;
    return v;
  }
  const auto number = parse_number(text);
  if (!number) return about(p, number.error());
  if (*number < p.min || *number > p.max) {
    const std::string bounds = "expected " + std::to_string(p.min) + " to " + std::to_string(p.max);
    return about(p, {std::string(text) + " is out of range", bounds, {}, {}, {}});
  }
  v.number = *number;
  return v;
}

Fallible<Values> Values::parse(const std::vector<Parameter>& parameters, const std::vector<std::string>& words) {
  Values values;
  std::vector<std::string_view> given(parameters.size());
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    std::size_t i = 0;
    while (i < parameters.size() && parameters[i].name != std::string_view(word).substr(0, equals)) ++i;
    if (equals == std::string::npos || equals + 1 == word.size() || i == parameters.size())
      return fail("'" + word + "' sets no parameter", "expected NAME=VALUE with a name of: " + names_of(parameters));
    if (!given[i].empty()) return fail(std::string(parameters[i].name) + " was given more than once", "expected one");
    given[i] = std::string_view(word).substr(equals + 1);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto value = read(parameters[i], given[i].empty() ? parameters[i].fallback : given[i]);
    if (!value) return Failure<Error>{value.error()};
    values.values_.push_back(*value);
  }
  return values;
}

const Values::Value& Values::find(std::string_view name) const {
  for (const Value& v : values_) {
    if (v.name == name) return v;
  }
  std::abort();  // a workload asked for a parameter that it does not declare
}

std::string Values::text() const {
  std::string text;
  for (const Value& v : values_) text += (text.empty() ? "" : " ") + v.name + "=" + v.text;
  return text;
}

}  // namespace kmemlab::traces::gen
