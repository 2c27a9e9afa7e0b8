// Reading members of JSON objects.
#include "sim/scenario/members.h"

#include <algorithm>

#include "sim/scenario/expression.h"

namespace kmemlab::scenario {

void FirstError::set(std::uint64_t line, std::uint64_t byte, std::string what, std::string expected) {
  if (!error) error = Error{std::move(what), std::move(expected), file, line, byte};
}

Members::Members(const Json& object, std::string_view what, FirstError& first)
    : object_(object), what_(what), first_(first) {
  if (object.kind != Json::Kind::object) {
    wrong(object, what_ + " is " + name_of(object.kind), "expected an object");
  }
}

const Json* Members::find(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
  return object_.find(name);
}

const Json* Members::need(std::string_view name) {
  const Json* member = find(name);
  if (member == nullptr) wrong(object_, what_ + " has no \"" + std::string(name) + "\"", "expected one");
  return member;
}

std::string Members::text(std::string_view name, std::string fallback) {
  const Json* member = find(name);
  if (member == nullptr) return fallback;
  if (member->kind == Json::Kind::text) return member->text;
  wrong(*member, "\"" + std::string(name) + "\" is " + name_of(member->kind), "expected a text");
  return fallback;
}

std::optional<std::string> expression_of(const Json& value, const Members& in, std::string_view name) {
  if (value.kind != Json::Kind::text && value.kind != Json::Kind::integer) {
    in.wrong(value, "\"" + std::string(name) + "\" is " + name_of(value.kind), "expected a number or an expression");
    return std::nullopt;
  }
  if (const auto good = check_expression(value.text); !good) {
    in.wrong(value, "\"" + std::string(name) + "\": " + good.error().what, good.error().expected);
    return std::nullopt;
  }
  return value.text;
}

std::optional<std::string> Members::expression(std::string_view name) {
  const Json* member = find(name);
  return member == nullptr ? std::nullopt : expression_of(*member, *this, name);
}

std::uint64_t Members::number(std::string_view name, std::uint64_t fallback) {
  const Json* member = find(name);
  if (member == nullptr) return fallback;
  const bool written = member->kind == Json::Kind::text || member->kind == Json::Kind::integer;
  const auto value = written ? constant(member->text) : Fallible<std::uint64_t>(fail(""));
  if (value && !member->text.starts_with('-')) return *value;
  wrong(*member, "\"" + std::string(name) + "\" is no number", "expected one as in 8, \"0x80\", \"4K\", \"16 KiB\"");
  return fallback;
}

bool Members::flag(std::string_view name, bool fallback) {
  const Json* member = find(name);
  if (member == nullptr) return fallback;
  if (member->kind == Json::Kind::boolean) return member->truth;
  wrong(*member, "\"" + std::string(name) + "\" is " + name_of(member->kind), "expected true or false");
  return fallback;
}

std::vector<std::string> Members::texts(std::string_view name) {
  std::vector<std::string> all;
  const Json* member = find(name);
  if (member == nullptr) return all;
  if (member->kind == Json::Kind::text) return {member->text};
  if (member->kind != Json::Kind::list) {
    wrong(*member, "\"" + std::string(name) + "\" is " + name_of(member->kind), "expected a list of texts");
  }
  for (const Json& item : member->items) {
    if (item.kind != Json::Kind::text) {
      wrong(item, std::string("\"") + std::string(name) + "\" holds " + name_of(item.kind), "expected texts");
    }
    all.push_back(item.text);
  }
  return all;
}

void Members::finish() {
  for (std::size_t i = 0; i < object_.names.size(); ++i) {
    if (std::find(known_.begin(), known_.end(), object_.names[i]) != known_.end()) continue;
    std::string expected = "expected one of";
    for (const std::string& k : known_) expected += " " + k;
    first_.set(object_.name_lines[i], object_.items[i].begin, what_ + " has no member \"" + object_.names[i] + "\"",
               expected);
  }
}

}  // namespace kmemlab::scenario
