// One line of JSON as a flat list of keys and values; nested values are skipped, but for one level below a named key.
// Inside of the JSON lines reader: keeps the JSON library in one file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kmemlab::traces {

enum class JsonKind : std::uint8_t { null, truth, integer, negative, real, text };

struct JsonValue {
  std::string key;  ///< "cpu", or "quality.damaged" one level below
  JsonKind kind = JsonKind::null;
  std::uint64_t number = 0;  ///< integer; truth: 0 or 1; negative: the two's complement
  std::string text;
};

class JsonObject {
 public:
  /// False, with `trouble` set, if `line` is no JSON object. Values of an earlier line are overwritten.
  bool parse(std::string_view line);
  const std::string& trouble() const { return trouble_; }
  std::size_t size() const { return used_; }
  const JsonValue& operator[](std::size_t i) const { return values_[i]; }

 private:
  friend class JsonHandler;
  std::vector<JsonValue> values_;  // kept between lines, so that strings keep their room
  std::size_t used_ = 0;
  std::string trouble_;
};

}  // namespace kmemlab::traces
