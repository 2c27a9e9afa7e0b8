// kmemlab check and bless as a user runs them: exit codes, files, the same bytes twice, what a blessing rewrites; and
// the shipped suite against its baseline.
#include "tests/check/check_kit.h"
#include "tests/cli/command.h"
#include "tests/cli/tag_balance.h"

namespace kmemlab::test {

namespace {

const std::string source = KMEMLAB_SOURCE_DIR;
const std::string metrics = metric_text("at_peak.held", "max_increase", ", \"permille\": 10") + ",\n" +
                            metric_text("granted", "exact") + ",\n" + metric_text("digest", "exact");

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string line_with(const std::string& text, const std::string& part) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  const auto begin = text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("check: no baseline, blessed, regressed", "[check][cli]") {
  const Scratch scratch;
  const std::string suite = scratch.write("s.json", suite_text(metrics)), baseline = scratch.file("s.baseline");
  Ran ran = kmemlab("check " + suite);
  CHECK(ran.exit == 6);
  CHECK(contains(ran.out, "NO BASELINE for 3 metrics in " + baseline));
  ran = kmemlab("bless " + suite + " --reason 'first of all'");
  CHECK(ran.exit == 0);
  CHECK(ran.out == baseline + ": 3 lines added, 0 changed, 0 removed\n");
  CHECK(read_file(scratch.file("s.reasons")) ==
        "kmemlab.reasons/1\n1. first of all (3 lines added, 0 changed, 0 removed)\n");
  ran = kmemlab("check " + suite);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "test: 3 metrics of 1 run: 3 fine, 0 regressed, 0 improved, 0 without a baseline\n");

  const std::string good = read_file(baseline);
  const std::string held = line_with(good, "saw bsd386 at_peak.held ");
  scratch.write("s.baseline", changed(good, held, "saw bsd386 at_peak.held 4096"));
  ran = kmemlab("check " + suite);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "REGRESSED saw bsd386 at_peak.held\n  4,096 -> "));
  scratch.write("s.baseline", changed(good, held, "saw bsd386 at_peak.held 409600000"));
  ran = kmemlab("check " + suite);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "notice: improved saw bsd386 at_peak.held\n  409,600,000 -> "));
  scratch.write("s.baseline", changed(good, held + "\n", ""));
  CHECK(kmemlab("check " + suite).exit == 6);
  scratch.write("s.baseline", good + "zigzag\n");
  ran = kmemlab("check " + suite);
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "s.baseline:5: not four words"));
}

TEST_CASE("bless rewrites only what changed, and not without a reason", "[check][cli]") {
  const Scratch scratch;
  const std::string suite = scratch.write("s.json", suite_text(metrics)), baseline = scratch.file("s.baseline");
  for (const char* without : {"", " --reason ''", " --reason ' '"}) {
    CHECK(kmemlab("bless " + suite + without).exit == 2);
  }
  CHECK_FALSE(std::filesystem::exists(baseline));
  REQUIRE(kmemlab("bless " + suite + " --reason one").exit == 0);
  const std::string good = read_file(baseline), reasons = read_file(scratch.file("s.reasons"));
  CHECK(kmemlab("bless " + suite + " --reason two").out == baseline + ": nothing changed; nothing was written\n");
  CHECK(read_file(scratch.file("s.reasons")) == reasons);

  const std::string held = line_with(good, "at_peak.held "), granted = line_with(good, "granted ");
  scratch.write("s.baseline", changed(changed(good, held + "\n", ""), granted, "saw bsd386 granted 1") +
                                  "saw bsd386 thread_runs 9\n");
  CHECK(kmemlab("bless " + suite + " --reason three").out == baseline + ": 1 line added, 1 changed, 1 removed\n");
  CHECK(read_file(baseline) == good);
  CHECK(read_file(scratch.file("s.reasons")) == reasons + "2. three (1 line added, 1 changed, 1 removed)\n");
}

TEST_CASE("two checks give the same bytes, in every form", "[check][cli]") {
  const Scratch scratch;
  const std::string suite = scratch.write("s.json", suite_text(metrics));
  REQUIRE(kmemlab("bless " + suite + " --reason one").exit == 0);
  scratch.write("s.baseline", changed(read_file(scratch.file("s.baseline")), "granted ", "granted 9"));
  std::string before;
  for (const std::string round : {"1", "2"}) {
    const Ran ran = kmemlab("check " + suite + " --github --json " + scratch.file("j") + " --junit " +
                            scratch.file("x") + " --markdown " + scratch.file("m") + " --html " + scratch.file("h"));
    CHECK(ran.exit == 1);
    CHECK(contains(ran.out, "\n::error file=" + suite + ",line=8,title=regressed::"));
    const std::string all = ran.out + read_file(scratch.file("j")) + read_file(scratch.file("x")) +
                            read_file(scratch.file("m")) + read_file(scratch.file("h"));
    CHECK(contains(all, "kmemlab.check/1"));
    CHECK(contains(all, "<failure"));
    CHECK(contains(all, "## kmemlab check: test failed"));
    if (round == "2") CHECK(all == before);
    before = all;
  }
  CHECK(kmemlab("check -q " + suite).out.empty());
  CHECK(kmemlab("check " + suite + " --json -").out == read_file(scratch.file("j")));
  CHECK(kmemlab("check " + suite + " --json - --junit -").exit == 2);
}

TEST_CASE("check --html: one sound page, what got worse first, small enough to send", "[check][cli][html]") {
  const Scratch scratch;
  Ran ran = kmemlab("check " + source + "/tests/suites/larger_pages.json --quiet --against " +
                    std::string(KMEMLAB_BINARY_DIR) + "/kmemlab --html " + scratch.file("worse.html"));
  CHECK(ran.exit == 1);
  CHECK(ran.out.empty());
  const std::string page = read_file(scratch.file("worse.html"));
  CHECK(wrong_in_page(page) == "");
  CHECK(page.size() < 1'000'000);
  CHECK(page.find("<h3>Got worse</h3>") < page.find("<h2>Runs</h2>"));
  CHECK(contains(page, "<strong>ext4tree.dat, osf1: at_peak.held</strong><br>3,706,880"));
  CHECK(contains(page, "<summary>ext4tree.dat, osf1: got worse</summary>"));
  CHECK(contains(page, "<pre>"));  // the explanation, line by line
  CHECK_FALSE(contains(page, "\xef\xbf\xbd"));
  CHECK(contains(page, "191 frees of blocks older than the trace"));

  ran = kmemlab("check " + source + "/tests/suites/shipped.json --html -");
  CHECK(ran.exit == 0);
  CHECK(wrong_in_page(ran.out) == "");
  CHECK(ran.out.size() < 1'000'000);
  CHECK(contains(ran.out, "<h1>shipped passed</h1>"));
  CHECK_FALSE(contains(ran.out, "Got worse"));
}

TEST_CASE("check: what cannot be read", "[check][cli]") {
  const Scratch scratch;
  CHECK(kmemlab("check").exit == 2);
  CHECK(kmemlab("check --colour x").exit == 2);
  for (const std::string& path : {scratch.file("none.json"), scratch.path().string(),
                                  scratch.write("bad.json", suite_text(metric_text("holes", "exact")))}) {
    const Ran ran = kmemlab("check " + path);
    INFO(ran.err);
    CHECK(ran.exit == 3);
    CHECK(ran.err.rfind("kmemlab: " + path, 0) == 0);
    CHECK(lines_of(ran.err) == 1);
  }
  const std::string gone = scratch.write(
      "gone.json", changed(suite_text(metrics),
                           "\"workload\": \"sawtooth\",\n\"events\": 400, \"options\": [\"high=50\", \"low=5\"]",
                           "\"trace\": \"no\""));
  CHECK(contains(kmemlab("check " + gone).err, scratch.file("no")));
  const std::string option = scratch.write("option.json", changed(suite_text(metrics), "bsd386", "bsd386:mode=x"));
  const Ran ran = kmemlab("check " + option);
  CHECK(ran.exit == 3);
  CHECK(ran.err.rfind("kmemlab: " + option + ":", 0) == 0);
}

TEST_CASE("a changed constant of an allocator is caught", "[check][cli]") {
  // The option stands for the constant: the baseline of highwat=5 is held against a core whose mark is 6.
  const Scratch scratch;
  const std::string text = "{\"schema\": \"kmemlab.suite/1\", \"name\": \"mark\", \"entries\": [{\"trace\": \"" +
                           sample() + "\", \"cores\": [\"osf1:highwat=5\"], \"metrics\": [" +
                           metric_text("byte_ticks.cached", "max_increase", ", \"permille\": 1") + "," +
                           metric_text("digest", "exact") + "]}]}";
  const std::string suite = scratch.write("s.json", text);
  REQUIRE(kmemlab("bless " + suite + " --reason 'the mark is 5'").exit == 0);
  const auto six = [&](const std::string& five) {
    std::string all = five;
    for (auto at = all.find("highwat=5"); at != std::string::npos; at = all.find("highwat=5")) {
      all.replace(at, 9, "highwat=6");
    }
    return all;
  };
  scratch.write("s.json", six(text));
  scratch.write("s.baseline", six(read_file(scratch.file("s.baseline"))));
  const Ran ran = kmemlab("check " + suite);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "REGRESSED ext4tree.dat osf1:highwat=6 byte_ticks.cached\n"));
  CHECK(contains(ran.out, "REGRESSED ext4tree.dat osf1:highwat=6 digest\n"));
}

TEST_CASE("a suite plays with a closed loop, and in rounds, where it says so", "[check][cli]") {
  const Scratch scratch;
  const auto text = [](const std::string& more) {
    return R"({"schema": "kmemlab.suite/1", "name": "loop", "entries": [{"workload": "pipeline", "events": 4000,
      "options": ["sizes=2048-4096", "pairs=8", "depth=32"], "ram": "256K", "cores": ["bsd386"])" +
           more + R"(, "metrics": [)" + metric_text("blocking.sleeps", "min", ", \"value\": 1") + "," +
           metric_text("lag_ticks_max", "exact") + "," + metric_text("requests", "exact") + "]}]}";
  };
  const std::string suite = scratch.write("s.json", text(""));
  REQUIRE(kmemlab("bless " + suite + " --reason open").exit == 0);
  scratch.write("s.json", text(R"(, "closed_loop": false)"));
  CHECK(kmemlab("check " + suite).exit == 0);
  scratch.write("s.json", text(R"(, "closed_loop": true)"));
  const Ran closed = kmemlab("check " + suite);
  INFO(closed.out);
  CHECK(closed.exit == 1);
  CHECK(contains(closed.out, " lag_ticks_max"));
  CHECK_FALSE(contains(closed.out, " requests"));
  scratch.write("s.json", text(R"(, "repeat": 2)"));
  const Ran rounds = kmemlab("check " + suite);
  CHECK(rounds.exit == 1);
  CHECK(contains(rounds.out, " requests\n  2,000 -> 4,000"));
}

TEST_CASE("the shipped suite is as it was blessed", "[check][cli]") {
  const Ran ran = kmemlab("check " + source + "/tests/suites/shipped.json");
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  CHECK(lines_of(ran.out) == 1);
}

TEST_CASE("the example of a regression is caught", "[check][cli]") {
  const Ran ran = kmemlab("check " + source + "/tests/suites/larger_pages.json");
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "REGRESSED ext4tree.dat osf1 at_peak.held"));
}

}  // namespace kmemlab::test
