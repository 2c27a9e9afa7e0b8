// Parameters of a workload: what there is (name, kind, bounds, default), and values read from "name=value" words.
// Refuses unknown names, values out of bounds, and a name given twice; errors say what was expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/gen/mix.h"

namespace kmemlab::traces::gen {

enum class Kind : std::uint8_t {
  number,  ///< min to max; K, M and G are powers of 1024
  mix,     ///< a mix (mix.h) of numbers from 1 to max
  order,   ///< in which order blocks are freed: oldest, newest, random
};

enum class Order : std::uint8_t { oldest, newest, random };

struct Parameter {
  std::string_view name;
  Kind kind = Kind::number;
  std::string_view fallback;  ///< the default, as it would be written
  std::uint64_t min = 0;      ///< number only
  std::uint64_t max = 0;      ///< number and mix
  std::string_view meaning;   ///< with the unit
};

class Values {
 public:
  static Fallible<Values> parse(const std::vector<Parameter>& parameters, const std::vector<std::string>& words);

  /// The parameter must be one of the workload's, and of that kind.
  std::uint64_t number(std::string_view name) const { return find(name).number; }
  const Mix& mix(std::string_view name) const { return find(name).mix; }
  Order order(std::string_view name) const { return find(name).order; }
  /// "name=value name=value", defaults included: what makes the same trace again.
  std::string text() const;

 private:
  struct Value {
    std::string name, text;
    std::uint64_t number = 0;
    Mix mix;
    Order order = Order::oldest;
  };
  static Fallible<Value> read(const Parameter& parameter, std::string_view text);
  const Value& find(std::string_view name) const;
  std::vector<Value> values_;
};

}  // namespace kmemlab::traces::gen
