#include "sim/check/lockstep.h"

#include <algorithm>
#include <limits>

#include "sim/check/metrics.h"

namespace kmemlab::check {

namespace {

constexpr std::uint64_t over = std::numeric_limits<std::uint64_t>::max();

Fallible<std::uint64_t> advance(DecisionSource& source, sim::EventDecisions& group) {
  const auto more = source.next(group);
  if (!more) return Failure<Error>{more.error()};
  return *more ? group.event : over;
}

}  // namespace

std::map<std::string, u128> metrics_of(const sim::Report& report) {
  std::map<std::string, u128> values;
  for (const Metric& m : all_metrics()) values.emplace(m.name, m.of(report));
  return values;
}

Fallible<void> lockstep(DecisionSource& a, DecisionSource& b, const SeeEvent& see) {
  sim::EventDecisions of_a, of_b;
  auto at_a = advance(a, of_a);
  if (!at_a) return Failure<Error>{at_a.error()};
  auto at_b = advance(b, of_b);
  while (at_a && at_b && (*at_a != over || *at_b != over)) {
    const std::uint64_t event = std::min(*at_a, *at_b);
    const bool has_a = *at_a == event, has_b = *at_b == event;
    see(event, has_a ? &of_a : nullptr, has_b ? &of_b : nullptr);
    if (has_a) at_a = advance(a, of_a);
    if (has_b) at_b = advance(b, of_b);
  }
  if (!at_a) return Failure<Error>{at_a.error()};
  if (!at_b) return Failure<Error>{at_b.error()};
  return {};
}

}  // namespace kmemlab::check
