// Files of decisions and trails: reading is the inverse of writing, and what is damaged is refused with its line.
#include "sim/check/trail.h"
#include "tests/check/lockstep_kit.h"

namespace kmemlab::test {

namespace {

const std::string events = "0 list_empty:7:4096 took_block:7:128@fresh alloc:100=128 map:1\n3 free:100=128\n";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a file of decisions is read as it was written", "[decisions]") {
  check::RunEnd end;
  end.stopped = "panic: out of luck";
  end.metrics = {{"at_peak.held", 4096}, {"byte_ticks.held", u128{1} << 100}};
  end.waste.push_back({3, 7, {1, 2, 3, 4, 5, u128{1} << 90}});
  end.waste.push_back({sim::Waste::nobody, sim::Waste::no_class, {0, 0, 0, 0, 0, 9}});
  end.waste.push_back({sim::Waste::no_site, 0, {1, 0, 0, 0, 0, 0}});
  const std::string text = check::decisions_head(10, 8192) + events + check::decisions_tail(end);
  Written written(text);
  REQUIRE(written.reader());
  check::DecisionReader& reader = *written.reader();
  CHECK(reader.page_bytes() == 8192);
  std::string back = check::decisions_head(10, reader.page_bytes());
  sim::EventDecisions group;
  for (;;) {
    const auto more = reader.next(group);
    REQUIRE(more);
    if (!*more) break;
    back += sim::line_of(group) + "\n";
  }
  const auto read = reader.finish();
  REQUIRE(read);
  CHECK(back + check::decisions_tail(*read) == text);
}

TEST_CASE("metrics that this build does not know are left out", "[decisions]") {
  Written written(decisions_text("", "metric holes 3\nmetric granted 4\n"));
  sim::EventDecisions group;
  REQUIRE(written.reader());
  CHECK_FALSE(*written.reader()->next(group));
  const auto end = written.reader()->finish();
  REQUIRE(end);
  CHECK(end->metrics.size() == 1);
}

TEST_CASE("damaged files of decisions are refused with the line", "[decisions]") {
  const std::string good = decisions_text(events, "metric granted 1\nwaste 1 7 1 2 3 4 5 6\n");
  CHECK(error_of_decisions(good).empty());
  CHECK(error_of_decisions("") == "side.txt:1: these are no decisions; expected the line kmemlab.decisions/1");
  CHECK(error_of_decisions(changed(good, "/1", "/2")).starts_with("side.txt:1: "));
  CHECK(error_of_decisions(changed(good, "events 10", "events 11"))
            .starts_with("side.txt:2: decisions on 11 events; expected those on this trace of 10"));
  CHECK(error_of_decisions(changed(good, "page_bytes 4096", "page_bytes")).starts_with("side.txt:3: "));
  CHECK(error_of_decisions(changed(good, "@fresh", "@0xffff")).starts_with("side.txt:4: no line of decisions"));
  CHECK(error_of_decisions(changed(good, "3 free", "0 free")).starts_with("side.txt:5: the event comes too late"));
  CHECK(error_of_decisions(changed(good, "metric granted 1", "metric granted")).starts_with("side.txt:7: "));
  CHECK(error_of_decisions(changed(good, "waste 1 7 1", "waste 1 7")).starts_with("side.txt:8: "));
  CHECK(error_of_decisions(changed(good, "waste 1 7", "waste 1 66")).starts_with("side.txt:8: "));
  CHECK(error_of_decisions(changed(good, "done\n", "")).starts_with("side.txt:9: the decisions end here"));
  for (std::size_t n = 0; n + 1 < good.size(); ++n) {
    INFO(n);
    CHECK_FALSE(error_of_decisions(good.substr(0, n)).empty());
  }
}

TEST_CASE("numbers of another program that no machine has are refused with the line", "[decisions]") {
  const std::string good = decisions_text(events, "metric granted 1\nwaste 1 7 1 2 3 4 5 6\n");
  const std::string big = "281474976710657";  // 2^48 + 1
  for (const char* bytes : {"0", "4097", "33554432", "18446744073709551615"}) {
    CHECK(error_of_decisions(changed(good, "page_bytes 4096", std::string("page_bytes ") + bytes))
              .starts_with("side.txt:3: pages of "));
  }
  for (const std::string item : {"map:68719476737", "unmap:18446744073709551615", "tables:281474976710657",
                                 "alloc:281474976710657=1", "free:1=281474976710657"}) {
    INFO(item);
    CHECK(error_of_decisions(changed(good, "map:1", item)).starts_with("side.txt:4: a number that no machine has"));
  }
  // What was asked for and not given stands in no sum.
  CHECK(error_of_decisions(changed(good, "map:1", "alloc:" + big + "!failed:no_frames")).empty());
  std::string many = "0";
  for (int i = 0; i < 1024; ++i) many += " map:68719476736";  // 2^48 bytes each, 2^58 in all
  CHECK(error_of_decisions(decisions_text(many + "\n")).empty());
  CHECK(error_of_decisions(decisions_text(many + " map:1\n")).starts_with("side.txt:4: a number that no machine has"));
  CHECK(error_of_decisions(changed(good, "3 free", "11 free")).starts_with("side.txt:5: an event after the last one"));
  CHECK(error_of_decisions(changed(good, "3 free", "10 free")).empty());
  const std::string half = "170141183460469231731687303715884105728";  // 2^127
  CHECK(error_of_decisions(changed(good, "granted 1", "granted " + half)).starts_with("side.txt:7: "));
  CHECK(error_of_decisions(changed(good, "1 7 1", "1 7 " + half)).starts_with("side.txt:8: "));
  const std::string less = "170141183460469231731687303715884105727";
  CHECK(error_of_decisions(changed(good, "granted 1", "granted " + less)).empty());
  CHECK(error_of_decisions(changed(good, "1 7 1", "1 7 " + less)).starts_with("side.txt:8: "));  // with 2 + 3 + ..
}

TEST_CASE("a trail says between which events decisions part", "[trail]") {
  constexpr std::uint64_t n = 6400;
  const auto make = [](std::uint64_t other_at) {
    check::TrailMaker maker(n);
    for (std::uint64_t event = 0; event <= n; ++event) {
      const auto group = sim::read_line(std::to_string(event) + (event == other_at ? " map:2" : " map:1"));
      maker.add(*group);
    }
    return maker.finish();
  };
  const check::Trail blessed = make(~std::uint64_t{0});
  CHECK(since_text(blessed, blessed) == "decisions are the same as blessed: only the accounting changed");
  CHECK(since_text(blessed, make(0)) == "decisions differ from the blessed ones since an event of 0..99");
  CHECK(since_text(blessed, make(99)) == "decisions differ from the blessed ones since an event of 0..99");
  CHECK(since_text(blessed, make(100)) == "decisions differ from the blessed ones since an event of 100..199");
  CHECK(since_text(blessed, make(n - 1)) == "decisions differ from the blessed ones since an event of 6,300..6,399");
  CHECK(since_text(blessed, make(n)) == "decisions differ from the blessed ones since an event of 6,300..6,399");
  check::Trail longer = blessed;
  ++longer.events;
  CHECK(since_text(blessed, longer) == "the trace has 6,401 events; when it was blessed it had 6,400");
}

TEST_CASE("trails are read as they were written, and refused with the line", "[trail]") {
  check::Trail trail;
  trail.events = 12;
  trail.marks.fill(0xa05f);
  const std::string text = check::trails_text({{"x.dat aix", trail}, {"x.dat osf1:highwat=5", trail}});
  const auto read = check::read_trails(text, "s.trail");
  REQUIRE(read);
  CHECK(read->at("x.dat aix") == trail);
  CHECK(check::trails_text(*read) == text);
  CHECK(check::trail_path("dir/s.json") == "dir/s.trail");
  const auto error = [](const std::string& bad) {
    const auto trails = check::read_trails(bad, "s.trail");
    return trails ? std::string() : trails.error().text();
  };
  CHECK(error("").starts_with("s.trail:1: these are no trails"));
  CHECK(error(changed(text, "x.dat aix", "y.dat aix")).starts_with("s.trail:3: the line stands too late"));
  CHECK(error(changed(text, "a05f", "a05")).starts_with("s.trail:2: "));
  CHECK(error(changed(text, "a05f", "a05g")).starts_with("s.trail:2: "));
  CHECK(error(changed(text, " 12 ", " -12 ")).starts_with("s.trail:2: "));
}

}  // namespace kmemlab::test
