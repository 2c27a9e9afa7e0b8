// What `kmemlab shrink --keep` is told: a relation between the metrics of one or two runs.
//   b.pages.returned < a.pages.returned        a side and a metric (sim/check/metrics.h)
//   failed > 0 && !(stopped == 1)              without a side where there is one run
//   a.at_peak.held > b.at_peak.held + 16*4096  + - * on signed numbers of 128 bits
// From loose to tight: ||, &&, !, comparisons (== != < <= > >=), + and -, *, brackets. Refuses what is no comparison at
// its top, sums of truths, metrics and sides that there are not. A number that does not fit into 127 bits is an error
// when the expression is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/check/metrics.h"

namespace kmemlab::check {

__extension__ using i128 = __int128;

/// The metrics of one run, in the order of all_metrics().
using MetricValues = std::vector<u128>;
/// Of a metric that another program's report does not have: no number, and an error where it is asked for.
inline constexpr u128 unknown_value = ~u128{0};
MetricValues values_of(const sim::Report& report);

enum class Side : std::uint8_t { a, b };

/// A metric that an expression speaks of.
struct KeepUse {
  Side side = Side::a;
  std::size_t metric = 0;  ///< in all_metrics()
  bool operator==(const KeepUse&) const = default;
};

struct KeepNode {
  enum class Kind : std::uint8_t {
    number,
    metric,
    plus,
    minus,
    times,  // numbers
    equal,
    unequal,
    less,
    less_equal,
    more,
    more_equal,
    both,
    either,
    negation,  // truths
  };
  Kind kind = Kind::number;
  i128 number = 0;
  KeepUse use;
  std::uint32_t left = 0, right = 0;  ///< nodes before this one
  std::size_t column = 1;
  bool is_truth() const { return kind >= Kind::equal; }
};

struct KeepExpr {
  std::string source;  ///< the text, as it was given
  unsigned sides = 1;
  std::vector<KeepNode> nodes;  ///< the last one is the whole

  /// `runs` has `sides` runs. Errors: a value that does not fit.
  Fallible<bool> holds(const std::vector<MetricValues>& runs) const;
  /// Each metric once, in the order of the text.
  std::vector<KeepUse> uses() const;
  /// "a.pages.returned is 12, b.pages.returned is 11"
  std::string shown(const std::vector<MetricValues>& runs) const;
};

/// Errors name the column, from 1, and the nearest metric.
Fallible<KeepExpr> parse_keep(std::string_view text, unsigned sides);

}  // namespace kmemlab::check
