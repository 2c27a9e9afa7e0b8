// Rules at their borders, the numbers behind them, and the names of metrics.
#include <set>

#include "sim/check/numbers.h"
#include "tests/check/check_kit.h"

namespace kmemlab::test {

using namespace kmemlab::check;

namespace {

constexpr u128 top = ~u128{0};

Verdict judged(Rule::Kind kind, Rule::Unit unit, u128 amount, u128 baseline, u128 value) {
  return judge({kind, unit, amount}, value, baseline);
}

}  // namespace

TEST_CASE("rules at their borders", "[check]") {
  using Kind = Rule::Kind;
  const auto by = Rule::Unit::absolute, permille = Rule::Unit::permille;
  CHECK(judged(Kind::exact, by, 0, 7, 7) == Verdict::fine);
  CHECK(judged(Kind::exact, by, 0, 7, 8) == Verdict::regressed);
  CHECK(judged(Kind::exact, by, 0, 7, 6) == Verdict::regressed);
  CHECK(judged(Kind::max_increase, by, 10, 100, 110) == Verdict::fine);
  CHECK(judged(Kind::max_increase, by, 10, 100, 111) == Verdict::regressed);
  CHECK(judged(Kind::max_increase, by, 10, 100, 90) == Verdict::fine);
  CHECK(judged(Kind::max_increase, by, 10, 100, 89) == Verdict::improved);
  CHECK(judged(Kind::max_increase, by, 0, 100, 99) == Verdict::improved);
  CHECK(judged(Kind::max_increase, permille, 10, 1099, 1109) == Verdict::fine);  // 10.99 is cut to 10
  CHECK(judged(Kind::max_increase, permille, 10, 1099, 1110) == Verdict::regressed);
  CHECK(judged(Kind::max_increase, permille, 10, 0, 0) == Verdict::fine);
  CHECK(judged(Kind::max_increase, permille, 10, 0, 1) == Verdict::regressed);
  CHECK(judged(Kind::max_increase, by, top, top, top) == Verdict::fine);  // the sum does not wrap
  CHECK(judged(Kind::max_increase, permille, 1000000, top, 5) == Verdict::fine);
  CHECK(judged(Kind::min, by, 5, 0, 5) == Verdict::fine);
  CHECK(judged(Kind::min, by, 5, 0, 4) == Verdict::regressed);
  CHECK(judged(Kind::max, by, 5, 0, 5) == Verdict::fine);
  CHECK(judged(Kind::max, by, 5, 0, 6) == Verdict::regressed);
  CHECK(judge({Kind::exact, by, 0}, 1, {}) == Verdict::missing);
  CHECK(judge({Kind::max_increase, by, 0}, 1, {}) == Verdict::missing);
  CHECK(judge({Kind::max, by, 1}, 1, {}) == Verdict::fine);
}

TEST_CASE("numbers of 128 bits", "[check]") {
  const std::string largest = "340282366920938463463374607431768211455";
  CHECK(decimal(0) == "0");
  CHECK(decimal(top) == largest);
  CHECK(read_decimal(largest) == top);
  CHECK_FALSE(read_decimal("340282366920938463463374607431768211456"));
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1,0", "0x10", "1.5"}) CHECK_FALSE(read_decimal(bad));
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(permille_of(999, 1000) == 999);
  CHECK(permille_of(1999, 1) == 1);
  CHECK(permille_of(top, 1000) == top);
  CHECK(permille_of(top, 2000) == top);
  CHECK(permille_text(1, 1000) == "1.0");
  CHECK(permille_text(1, 3) == "333.3");
  CHECK(permille_text(3000, 1) == "3,000,000.0");
  CHECK(permille_text(top, top) == "1,000.0");
}

TEST_CASE("metrics have the names of the report", "[check]") {
  sim::Report r;
  r.at_peak.held = 5, r.blocking.deadlock = true, r.byte_ticks.cached = u128{1} << 70, r.digest = 0xabc;
  r.failed_by[static_cast<unsigned>(Reason::pool_empty)] = 3, r.unusable_permille[10] = 9, r.blocking.histogram[63] = 2;
  const auto value = [&](const char* name) {
    const Metric* m = find_metric(name);
    REQUIRE(m != nullptr);
    return m->of(r);
  };
  CHECK(value("at_peak.held") == 5);
  CHECK(value("blocking.deadlock") == 1);
  CHECK(value("byte_ticks.cached") == u128{1} << 70);
  CHECK(value("failed_by.pool_empty") == 3);
  CHECK(value("failed_by.no_frames") == 0);
  CHECK(value("unusable_permille.10") == 9);
  CHECK(value("blocking.histogram.63") == 2);
  CHECK(value("counterfactual_from") == ~std::uint64_t{0});
  CHECK(value("stopped") == 0);
  CHECK(find_metric("digest")->shown(r.digest) == "0000000000000abc");
  CHECK(find_metric("events_per_second") == nullptr);
  CHECK(find_metric("") == nullptr);
  CHECK(nearest_metric("at_peak.hold") == "at_peak.held");
  std::set<std::string> names;
  for (const Metric& m : all_metrics()) names.insert(m.name);
  CHECK(names.size() == all_metrics().size());
  CHECK(names.size() > 150);
}

}  // namespace kmemlab::test
