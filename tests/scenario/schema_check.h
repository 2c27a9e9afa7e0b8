// Checks a JSON value against tests/scenarios/schema.json: the keywords that the file uses, and an error for any other,
// so that the schema cannot say something that is not checked.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sim/scenario/json_text.h"

namespace kmemlab::test {

using scenario::Json;

class SchemaCheck {
 public:
  explicit SchemaCheck(const Json& schema) : root_(schema) {}

  /// Empty if the value is as the schema wants it, else where it is not.
  std::string wrong(const Json& value) const { return wrong(value, root_, "scenario"); }

 private:
  static constexpr std::array<std::string_view, 15> known = {
      "$schema", "$id",        "$ref",  "$defs", "title",    "description",
      "type",    "properties", "items", "const", "required", "additionalProperties",
      "minimum", "maximum",    "enum"};

  static std::string type_of(const Json& v) {
    switch (v.kind) {
      case Json::Kind::null:
        return "null";
      case Json::Kind::boolean:
        return "boolean";
      case Json::Kind::integer:
        return "integer";
      case Json::Kind::text:
        return "string";
      case Json::Kind::list:
        return "array";
      case Json::Kind::object:
        return "object";
    }
    return "?";
  }

  const Json& defined(const Json& reference) const {
    const std::string_view prefix = "#/$defs/";
    const Json* found = root_.find("$defs")->find(std::string_view(reference.text).substr(prefix.size()));
    return found != nullptr ? *found : root_;
  }

  static bool has_type(const Json& value, const Json& types) {
    const auto is = [&](const Json& t) { return t.text == type_of(value); };
    return types.kind == Json::Kind::text ? is(types) : std::any_of(types.items.begin(), types.items.end(), is);
  }

  std::string simple(const Json& value, const Json& schema, const std::string& where) const {
    for (const std::string& keyword : schema.names) {
      if (std::find(known.begin(), known.end(), keyword) == known.end()) return "the schema says " + keyword;
    }
    if (const Json* types = schema.find("type"); types != nullptr && !has_type(value, *types)) return where + ": type";
    if (const Json* one = schema.find("const"); one != nullptr && value.text != one->text) return where + ": const";
    if (const Json* all = schema.find("enum")) {
      const auto same = [&](const Json& e) { return e.text == value.text && value.kind == Json::Kind::text; };
      if (std::none_of(all->items.begin(), all->items.end(), same))
        return where + ": '" + value.text + "' is not in enum";
    }
    if (const Json* low = schema.find("minimum"); low != nullptr && std::stol(value.text) < std::stol(low->text)) {
      return where + ": minimum";
    }
    if (const Json* high = schema.find("maximum"); high != nullptr && std::stol(value.text) > std::stol(high->text)) {
      return where + ": maximum";
    }
    return {};
  }

  std::string wrong(const Json& value, const Json& schema, const std::string& where) const {
    if (const Json* reference = schema.find("$ref")) return wrong(value, defined(*reference), where);
    if (std::string w = simple(value, schema, where); !w.empty()) return w;
    if (const Json* items = schema.find("items"); items != nullptr && value.kind == Json::Kind::list) {
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (std::string w = wrong(value.items[i], *items, where + "[" + std::to_string(i) + "]"); !w.empty()) return w;
      }
    }
    return value.kind == Json::Kind::object ? members(value, schema, where) : std::string();
  }

  std::string members(const Json& value, const Json& schema, const std::string& where) const {
    if (const Json* required = schema.find("required")) {
      for (const Json& name : required->items) {
        if (value.find(name.text) == nullptr) return where + ": no " + name.text;
      }
    }
    const Json* properties = schema.find("properties");
    const Json* more = schema.find("additionalProperties");
    for (std::size_t i = 0; i < value.names.size(); ++i) {
      const std::string there = where + "." + value.names[i];
      const Json* property = properties != nullptr ? properties->find(value.names[i]) : nullptr;
      if (property == nullptr && more != nullptr && more->kind == Json::Kind::boolean) return there + " is unknown";
      if (property == nullptr) property = more;
      if (property == nullptr) continue;
      if (std::string w = wrong(value.items[i], *property, there); !w.empty()) return w;
    }
    return {};
  }

  const Json& root_;
};

}  // namespace kmemlab::test
