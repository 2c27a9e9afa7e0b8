// Asking a --keep expression: values bottom up, node by node, each with an overflow check.
#include "sim/check/keep_expr.h"

#include <algorithm>

namespace kmemlab::check {

namespace {

using Kind = KeepNode::Kind;

Failure<Error> too_large(const KeepNode& n) {
  return fail("--keep, column " + std::to_string(n.column) + ": a value does not fit", "expected less than 2^127");
}

Failure<Error> unknown(const KeepNode& n) {
  return fail("--keep, column " + std::to_string(n.column) + ": the report has no \"" +
                  all_metrics()[n.use.metric].name + "\"",
              "expected a metric that both builds know");
}

bool compared(Kind kind, i128 l, i128 r) {
  switch (kind) {
    case Kind::equal:
      return l == r;
    case Kind::unequal:
      return l != r;
    case Kind::less:
      return l < r;
    case Kind::less_equal:
      return l <= r;
    case Kind::more:
      return l > r;
    case Kind::more_equal:
      return l >= r;
    case Kind::both:
      return l != 0 && r != 0;
    case Kind::either:
      return l != 0 || r != 0;
    default:  // negation
      return l == 0;
  }
}

}  // namespace

MetricValues values_of(const sim::Report& report) {
  MetricValues values;
  values.reserve(all_metrics().size());
  for (const Metric& m : all_metrics()) values.push_back(m.of(report));
  return values;
}

Fallible<bool> KeepExpr::holds(const std::vector<MetricValues>& runs) const {
  std::vector<i128> values(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const KeepNode& n = nodes[i];
    const i128 l = values[n.left], r = values[n.right];
    bool overflow = false;
    switch (n.kind) {
      case Kind::number:
        values[i] = n.number;
        break;
      case Kind::metric: {
        const u128 value = runs.at(static_cast<std::size_t>(n.use.side)).at(n.use.metric);
        if (value == unknown_value) return unknown(n);
        overflow = value >> 127 != 0;
        values[i] = static_cast<i128>(value);
        break;
      }
      case Kind::plus:
        overflow = __builtin_add_overflow(l, r, &values[i]);
        break;
      case Kind::minus:
        overflow = __builtin_sub_overflow(l, r, &values[i]);
        break;
      case Kind::times:
        overflow = __builtin_mul_overflow(l, r, &values[i]);
        break;
      default:
        values[i] = compared(n.kind, l, r) ? 1 : 0;
    }
    if (overflow) return too_large(n);
  }
  return values.back() != 0;
}

std::vector<KeepUse> KeepExpr::uses() const {
  std::vector<const KeepNode*> metrics;
  for (const KeepNode& n : nodes) {
    if (n.kind == Kind::metric) metrics.push_back(&n);
  }
  std::sort(metrics.begin(), metrics.end(), [](const KeepNode* x, const KeepNode* y) { return x->column < y->column; });
  std::vector<KeepUse> uses;
  for (const KeepNode* n : metrics) {
    if (std::find(uses.begin(), uses.end(), n->use) == uses.end()) uses.push_back(n->use);
  }
  return uses;
}

std::string KeepExpr::shown(const std::vector<MetricValues>& runs) const {
  std::string text;
  for (const KeepUse& use : uses()) {
    const Metric& m = all_metrics()[use.metric];
    text += text.empty() ? "" : ", ";
    if (sides == 2) text += use.side == Side::a ? "a." : "b.";
    text += m.name + " is " + m.shown(runs.at(static_cast<std::size_t>(use.side)).at(use.metric));
  }
  return text;
}

}  // namespace kmemlab::check
