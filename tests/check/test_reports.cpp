// Baselines as text, and each form of a check's report.
#include "tests/check/check_kit.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

using namespace kmemlab::check;

namespace {

sim::Report report_with(std::uint64_t failed, std::uint64_t held) {
  sim::Report r;
  r.failed = failed, r.at_peak.held = held, r.digest = 0xff;
  return r;
}

/// Four metrics: one worse, one better, one without a baseline, one as it was; and a stale line.
kmemlab::check::CheckResult mixed() {
  const Suite suite = suite_of(suite_text(
      "{\"metric\": \"failed\", \"rule\": \"max_increase\", \"by\": 1, \"why\": \"<a> & \\\"b\\\", 100 % | x\"},\n" +
      metric_text("at_peak.held", "max_increase", ", \"permille\": 10") + ",\n" + metric_text("granted", "exact") +
      ",\n" + metric_text("digest", "exact")));
  const Baseline baseline = {{"saw bsd386 failed", 1000},
                             {"saw bsd386 at_peak.held", 8192},
                             {"saw bsd386 digest", 0xff},
                             {"saw osf1 digest", 1}};
  return compare(suite, {{report_with(1012, 4096)}}, baseline);
}

std::string baseline_error(const std::string& lines) {
  const auto b = read_baseline("kmemlab.baseline/1\n" + lines, "x.baseline");
  REQUIRE_FALSE(b.ok());
  return b.error().text();
}

}  // namespace

TEST_CASE("a baseline is sorted lines of integers", "[check]") {
  const Baseline b = {{"a core x", 1}, {"a core x.y", 2}, {"a core.z x", u128{1} << 64}};
  const std::string text = "kmemlab.baseline/1\na core x 1\na core x.y 2\na core.z x 18446744073709551616\n";
  CHECK(baseline_text(b) == text);
  const auto read = read_baseline(text, "f");
  REQUIRE(read.ok());
  CHECK(*read == b);
  CHECK(contains(read_baseline("", "f").error().text(), "f:1: this is no baseline"));
  CHECK(contains(read_baseline("kmemlab.baseline/2\n", "f").error().text(), "f:1: this is no baseline"));
  CHECK(contains(baseline_error("a b c\n"), "x.baseline:2: not four words"));
  CHECK(contains(baseline_error("a b 1\n"), "x.baseline:2: not four words"));
  CHECK(contains(baseline_error("a b c d 1\n"), "x.baseline:2: not four words"));
  CHECK(contains(baseline_error("a  b 1\n"), "x.baseline:2: not four words"));
  CHECK(contains(baseline_error("a b c 0x1\n"), "x.baseline:2: '0x1' is no value"));
  CHECK(contains(baseline_error("a b c -1\n"), "'-1' is no value"));
  CHECK(contains(baseline_error("a b d 1\na b c 1\n"), "x.baseline:3: the line stands too late or twice"));
  CHECK(contains(baseline_error("a b c 1\na b c 1\n"), "x.baseline:3: the line stands too late or twice"));
  CHECK(baseline_path("s/x.json") == "s/x.baseline");
  CHECK(reasons_path("s/x") == "s/x.reasons");
}

TEST_CASE("reasons are numbered", "[check]") {
  const Blessing blessing = compare_baselines({{"a", 1}, {"b", 2}, {"c", 3}}, {{"b", 2}, {"c", 4}, {"d", 5}});
  CHECK(blessing.text() == "1 line added, 1 changed, 1 removed");
  const auto one = with_reason("", "first\nof all", blessing, "f");
  REQUIRE(one.ok());
  CHECK(*one == "kmemlab.reasons/1\n1. first of all (1 line added, 1 changed, 1 removed)\n");
  const auto two = with_reason(*one, "second", {2, 0, 0, 0}, "f");
  REQUIRE(two.ok());
  CHECK(*two == *one + "2. second (2 lines added, 0 changed, 0 removed)\n");
  CHECK_FALSE(with_reason("something else\n", "x", blessing, "f").ok());
}

TEST_CASE("the text says what got worse, by how much, and why it matters", "[check]") {
  CHECK(text_report(mixed()) ==
        "REGRESSED saw bsd386 failed\n"
        "  1,000 -> 1,012: 12 more (12.0 per mille); allowed: 1 more\n"
        "  why: <a> & \"b\", 100 % | x (dir/test.json:7)\n"
        "NO BASELINE for 1 metric in dir/test.baseline\n"
        "  saw bsd386 granted\n"
        "notice: improved saw bsd386 at_peak.held\n"
        "  8,192 -> 4,096: 4,096 less (500.0 per mille); allowed: 10 per mille more, which is 81\n"
        "  why: since (dir/test.json:8)\n"
        "notice: no rule asks for 1 line of dir/test.baseline\n"
        "  saw osf1 digest\n"
        "test: 4 metrics of 1 run: 1 fine, 1 regressed, 1 improved, 1 without a baseline\n"
        "'kmemlab bless dir/test.json --reason TEXT' writes the lines that are missing.\n"
        "If the loss is meant, 'kmemlab bless dir/test.json --reason TEXT' accepts it.\n"
        "'kmemlab bless dir/test.json --reason TEXT' keeps what was gained: until then it may be lost again.\n"
        "'kmemlab bless dir/test.json --reason TEXT' removes the lines that no rule asks for.\n");
}

TEST_CASE("JUnit: one test case for each metric, escaped", "[check]") {
  const std::string xml = junit_report(mixed());
  CHECK(contains(xml, "<testsuites name=\"test\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"0\">"));
  CHECK(contains(xml, "<testsuite name=\"saw bsd386\" tests=\"4\""));
  CHECK(contains(xml, "<testcase classname=\"saw bsd386\" name=\"failed\" file=\"dir/test.json\" line=\"7\">"));
  CHECK(contains(xml, "why: &lt;a&gt; &amp; &quot;b&quot;, 100 % | x"));
  CHECK(contains(xml, "<failure type=\"regressed\" message=\"1,000 -&gt; 1,012: 12 more"));
  CHECK(contains(xml, "<error type=\"no baseline\""));
  CHECK(contains(xml, "name=\"digest\" file=\"dir/test.json\" line=\"10\"/>"));
  CHECK_FALSE(contains(xml, "time"));
  CHECK(xml_escaped(std::string("a\0b\x1b"
                                "c\tz\r",
                                8)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd"
        "c\tz&#13;");
  CHECK(xml_escaped("\xff\xc3\xa4\xef\xbf\xbe") == "\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
  CHECK(xml_escaped("]]>") == "]]&gt;");
}

TEST_CASE("annotations of GitHub are escaped", "[check]") {
  CHECK(github_report(mixed()) ==
        "::error file=dir/test.json,line=7,title=regressed::saw bsd386 failed: 1,000 -> 1,012: 12 more (12.0 per "
        "mille); allowed: 1 more%0Awhy: <a> & \"b\", 100 %25 | x\n"
        "::notice file=dir/test.json,line=8,title=improved::saw bsd386 at_peak.held: 8,192 -> 4,096: 4,096 less (500.0 "
        "per mille); allowed: 10 per mille more, which is 81%0Awhy: since\n"
        "::error file=dir/test.json,line=1,title=no baseline::1 metric without a line in dir/test.baseline\n"
        "::notice file=dir/test.baseline,line=1,title=stale::1 line that no rule asks for\n");
  kmemlab::check::CheckResult odd = mixed();
  odd.suite.file = "a:b,c%.json";
  CHECK(contains(github_report(odd), "::error file=a%3Ab%2Cc%25.json,line=7"));
}

TEST_CASE("Markdown: nothing breaks the table", "[check]") {
  const std::string text = markdown_report(mixed());
  CHECK(text.rfind("## kmemlab check: test failed\n\n4 metrics of 1 run: 1 fine", 0) == 0);
  CHECK(contains(text, "| regressed | saw | bsd386 | failed | 1,000 -> 1,012"));
  CHECK(contains(text, "&lt;a> &amp; \"b\", 100 % \\| x |\n"));
  CHECK(contains(text, "at\\_peak.held"));
}

TEST_CASE("JSON holds every finding; large values are text", "[check]") {
  kmemlab::check::CheckResult result = mixed();
  result.findings[0].value = u128{1} << 64;
  const std::string json = json_report(result);
  CHECK(contains(json, "\"schema\": \"kmemlab.check/1\""));
  CHECK(contains(json, "\"value\": \"18446744073709551616\""));
  CHECK(contains(json, "\"value\": \"00000000000000ff\""));
  CHECK(contains(json, "\"baseline\": null"));
  CHECK(contains(json, "\"stale\": [\n    \"saw osf1 digest\"\n  ]"));
}

TEST_CASE("a run that stopped is an error in every form", "[check]") {
  const Suite suite = suite_of(suite_text(metric_text("failed", "max", ", \"value\": 0")));
  sim::Report broken = report_with(0, 0);
  broken.stopped = "panic: free of a <free> block";
  const kmemlab::check::CheckResult result = compare(suite, {{broken}}, {});
  CHECK(contains(text_report(result), "STOPPED saw bsd386: panic: free of a <free> block\n"));
  CHECK(contains(junit_report(result), "tests=\"2\" failures=\"0\" errors=\"1\""));
  CHECK(contains(junit_report(result), "<error type=\"stopped\" message=\"saw bsd386: panic: free of a &lt;free&gt;"));
  CHECK(contains(github_report(result), "title=stopped::saw bsd386: panic"));
  CHECK(contains(markdown_report(result), "**Stopped:** saw bsd386"));
}

}  // namespace kmemlab::test
