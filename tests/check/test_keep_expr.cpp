// The language of shrink --keep: what binds how, values of two runs, errors with their columns.
#include "sim/check/keep_expr.h"
#include "sim/check/read_report.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

using check::MetricValues;

MetricValues with(const std::string& name, u128 value) {
  MetricValues values(check::all_metrics().size());
  values[static_cast<std::size_t>(check::find_metric(name) - check::all_metrics().data())] = value;
  return values;
}

/// One run with failed 3 and no other metric.
bool holds(const std::string& text) {
  const auto keep = check::parse_keep(text, 1);
  INFO(text << ": " << (keep ? std::string() : keep.error().text()));
  REQUIRE(keep.ok());
  const auto answer = keep->holds({with("failed", 3)});
  REQUIRE(answer.ok());
  return *answer;
}

std::string error_of_keep(const std::string& text, unsigned sides = 1) {
  const auto keep = check::parse_keep(text, sides);
  REQUIRE_FALSE(keep.ok());
  return keep.error().text();
}

}  // namespace

TEST_CASE("keep: comparisons, sums and how they bind", "[check][shrink]") {
  CHECK(holds("failed > 0"));
  CHECK(holds("a.failed == 3"));
  CHECK(holds("failed*2 + 1 == 7"));
  CHECK(holds("1 + failed * 2 == 7"));
  CHECK(holds("(1 + failed) * 2 == 8"));
  CHECK(holds("granted - failed < 0"));
  CHECK(holds("10 - failed - 2 == 5"));
  CHECK(holds("failed>=3&&failed<=3"));
  CHECK_FALSE(holds("failed != 3 || granted > 0"));
  CHECK(holds("granted > 0 && failed > 0 || failed == 3"));
  CHECK_FALSE(holds("granted > 0 && (failed > 0 || failed == 3)"));
  CHECK(holds("!granted > 0"));  // ! takes the whole comparison behind it
  CHECK(holds("!(failed == 2) && !!(failed == 3)"));
  CHECK(holds("blocking.histogram.3 == failed_by.no_space"));
}

TEST_CASE("keep: two sides, and what is shown of them", "[check][shrink]") {
  const auto keep = check::parse_keep("b.pages.returned < a.pages.returned && a.failed == b.pages.returned", 2);
  REQUIRE(keep.ok());
  const std::vector<MetricValues> runs{with("pages.returned", 1234), with("pages.returned", 0)};
  CHECK(*keep->holds(runs));
  CHECK_FALSE(*keep->holds({runs[1], runs[0]}));
  CHECK(keep->shown(runs) == "b.pages.returned is 0, a.pages.returned is 1,234, a.failed is 0");
  CHECK(keep->uses().size() == 3);
}

TEST_CASE("keep: what does not fit is an error when it is asked", "[check][shrink]") {
  const auto keep = check::parse_keep("failed * failed > 0", 1);
  REQUIRE(keep.ok());
  CHECK(keep->holds({with("failed", u128{1} << 63)}).ok());  // 2^126
  const auto answer = keep->holds({with("failed", u128{1} << 64)});
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().text() == "--keep, column 8: a value does not fit; expected less than 2^127");
  CHECK_FALSE(check::parse_keep("failed > 0", 1)->holds({with("failed", ~u128{0})}).ok());
}

TEST_CASE("keep: errors name the column and the nearest metric", "[check][shrink]") {
  CHECK(error_of_keep("") == "--keep is empty; expected a comparison as in failed > 0");
  CHECK(error_of_keep("faild > 0") == "--keep, column 1: there is no metric 'faild'; did you mean 'failed'?");
  CHECK(error_of_keep("failed > 0 && a.page.end > 1") ==
        "--keep, column 15: there is no metric 'page.end'; did you mean 'a.pages.end'?");
  CHECK(error_of_keep("b.failed > 0") ==
        "--keep, column 1: there is no side b; expected a second core (-a) or --against");
  CHECK(error_of_keep("failed > 0", 2) ==
        "--keep, column 1: of which side is 'failed'?; expected a.failed or b.failed");
  CHECK(error_of_keep("failed") ==
        "--keep, column 1: this is a number, true or false is wanted; expected a comparison as in failed > 0");
  CHECK(error_of_keep("failed > 0 and granted > 0") == "--keep, column 12: what is 'and'?; did you mean &&?");
  CHECK(error_of_keep("failed = 0") == "--keep, column 8: what is '='?; did you mean ==?");
  CHECK(error_of_keep("(failed > 0") == "--keep, column 12: a bracket is not closed; expected )");
  CHECK(error_of_keep("failed > ") == "--keep, column 10: what is the end?; expected a metric, a number or (");
  CHECK(error_of_keep("failed && granted > 0") ==
        "--keep, column 8: on both sides must stand what is true or false; expected comparisons as in failed > 0");
  CHECK(error_of_keep("(failed > 0) + 1 > 0") ==
        "--keep, column 14: numbers are wanted on both sides; expected metrics and numbers");
  CHECK(error_of_keep("failed > 12x") == "--keep, column 10: '12x' is no number; expected 0 to 2^127 - 1");
  CHECK(error_of_keep(std::string(200, '(') + "failed > 0").find("too many levels") != std::string::npos);
}

TEST_CASE("keep: metrics of another program's report", "[check][shrink]") {
  const auto values = check::read_report_metrics(
      R"({"schema": "kmemlab.report/1", "runs": [{"failed": 7, "stopped": "free: bad", "digest": "00000000000000ff",
          "byte_ticks": {"held": "36893488147419103232"}, "blocking": {"histogram": [1, 2]},
          "counterfactual_from": null}]})");
  REQUIRE(values.ok());
  const auto value = [&](const char* name) {
    return (*values)[static_cast<std::size_t>(check::find_metric(name) - check::all_metrics().data())];
  };
  CHECK(value("failed") == 7);
  CHECK(value("stopped") == 1);
  CHECK(value("digest") == 255);
  CHECK(value("byte_ticks.held") == u128{1} << 65);
  CHECK(value("blocking.histogram.1") == 2);
  CHECK(value("blocking.histogram.9") == 0);
  CHECK(value("blocking.by_cause.lock") == check::unknown_value);  // the whole map is missing
  CHECK(check::parse_keep("a.failed > 6", 1)->holds({*values}).ok());
  CHECK(check::parse_keep("granted > 6", 1)->holds({*values}).error().text() ==
        "--keep, column 1: the report has no \"granted\"; expected a metric that both builds know");
  for (const char* schema : {"1", "null", "[]", "{}", "\"kmemlab.info/1\""}) {
    const std::string other = std::string("{\"schema\": ") + schema + ", \"runs\": [{}]}";
    CHECK(check::read_report_metrics(other).error().what == "no kmemlab.report/1");
  }
  CHECK(value("counterfactual_from") == ~std::uint64_t{0});
  CHECK_FALSE(check::read_report_metrics("{}").ok());
  CHECK_FALSE(check::read_report_metrics(R"({"schema": "kmemlab.report/1", "runs": []})").ok());
  CHECK(check::read_report_metrics(R"({"schema": "kmemlab.report/1", "runs": [{"failed": -1}]})").error().text() ==
        "the report's \"failed\" is no number; expected what docs/report.md says");
}

}  // namespace kmemlab::test
