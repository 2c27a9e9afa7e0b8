// JsonObject: see json_object.h. Depth costs one bit a level, and lines are bounded by who reads them.
#include "traces/readers/json_object.h"

#include <nlohmann/json.hpp>

namespace kmemlab::traces {

/// The library's SAX events of one line.
class JsonHandler {
 public:
  explicit JsonHandler(JsonObject& to) : to_(to) {}

  bool null() { return add(JsonKind::null, 0); }
  bool boolean(bool v) { return add(JsonKind::truth, v); }
  bool number_integer(std::int64_t v) {
    return add(v < 0 ? JsonKind::negative : JsonKind::integer, static_cast<std::uint64_t>(v));
  }
  bool number_unsigned(std::uint64_t v) { return add(JsonKind::integer, v); }
  bool number_float(double, const std::string&) { return add(JsonKind::real, 0); }
  bool string(std::string& v) {
    if (JsonValue* to = fresh(JsonKind::text)) to->text.swap(v);
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) {
    ++depth_;
    if (depth_ == 2 && arrays_ == 0) outer_ = key_ + ".";
    return true;
  }
  bool key(std::string& v) {
    key_.swap(v);
    return true;
  }
  bool end_object() {
    if (--depth_ == 1) outer_.clear();
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ == 0) return false;
    ++arrays_;
    return true;
  }
  bool end_array() {
    --arrays_;
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception&) {
    to_.trouble_ = "no JSON at column " + std::to_string(at);
    return false;
  }

 private:
  JsonValue* fresh(JsonKind kind) {
    if (arrays_ != 0 || depth_ == 0 || depth_ > 2) return nullptr;
    if (to_.used_ == to_.values_.size()) to_.values_.emplace_back();
    JsonValue& v = to_.values_[to_.used_++];
    v.key = depth_ == 2 ? outer_ + key_ : key_;
    v.kind = kind;
    return &v;
  }
  bool add(JsonKind kind, std::uint64_t number) {
    if (depth_ == 0) return false;
    if (JsonValue* to = fresh(kind)) to->number = number;
    return true;
  }

  JsonObject& to_;
  std::string key_;
  std::string outer_;
  unsigned depth_ = 0;
  unsigned arrays_ = 0;
};

bool JsonObject::parse(std::string_view line) {
  used_ = 0;
  trouble_.clear();
  JsonHandler handler(*this);
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] != '{') {
    trouble_ = "not a JSON object";
    return false;
  }
  if (nlohmann::json::sax_parse(line.begin(), line.end(), &handler)) return true;
  if (trouble_.empty()) trouble_ = "not a JSON object";
  return false;
}

}  // namespace kmemlab::traces
