// Decisions of a run without addresses: what a line says, that reading one is the inverse of writing it, and what makes
// two runs the same.
#include "core/machine/step_names.h"
#include "sim/replay/observer_list.h"
#include "sim/observe/decisions.h"
#include "tests/sim/busy_trace.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {
namespace {

using sim::Decision;

std::vector<std::string> lines_of(traces::KmtReader& reader, const ReplaySetup& setup = {}) {
  std::vector<std::string> lines;
  sim::Decisions decisions([&](const sim::EventDecisions& group) {
    lines.push_back(sim::line_of(group));
    const auto read = sim::read_line(lines.back());
    if (!read || !(*read == group)) FAIL(lines.back());
  });
  const sim::MachineSpec machine{*sim::find_profile(setup.machine), setup.ram_bytes, setup.arena_bytes};
  const auto cores = sim::parse_core_specs({setup.core});
  REQUIRE(cores);
  REQUIRE(sim::replay(reader, cores.value()[0], machine, setup.policy, decisions, [](std::uint64_t) {}));
  return lines;
}

}  // namespace

TEST_CASE("the decisions of a few events, worked out by hand", "[decisions]") {
  TraceMaker t;
  t.task(1);
  t.at(1'000'000), t.alloc(100);
  t.at(2'000'000), t.alloc(9000);
  t.at(3'000'000), t.free(0);
  t.at(4'000'000), t.alloc(128);
  t.at(5'000'000), t.free(1);
  auto reader = t.reader();
  const auto lines = lines_of(reader);
  REQUIRE(lines.size() == 5);
  // 386BSD: bucket 7 has blocks of 128; a page of them is cut, one is taken. 9000 bytes are pages of their own.
  CHECK(lines[0] ==
        "0 list_empty:7:4096 pages_obtained:7:4096@fresh carved:7:128@fresh took_block:7:128@fresh "
        "alloc:100=128 map:1");
  CHECK(lines[1].ends_with(" alloc:9000=12288 map:3"));
  CHECK(lines[2] == "2 pushed_block:7:128@0 free:100=128");
  CHECK(lines[3] == "3 took_block:7:128@0 alloc:128=128");
  CHECK(lines[4].ends_with("@1 free:9000=12288 unmap:3"));
}

TEST_CASE("decisions do not depend on where the arena lies", "[decisions]") {
  auto reader = busy_trace().reader();
  for (const char* core : {"bsd386", "osf1", "aix"}) {  // on beos calls overlap: costs decide who waits
    INFO(core);
    // Both have 4 KiB pages; addresses, words and costs are others.
    const auto wide = lines_of(reader, {core, "x86-64", 0, 0, {}});
    const auto narrow = lines_of(reader, {core, "i386", 0, 0, {}});
    CHECK(wide.size() == 600);  // each event decides something
    CHECK(narrow.size() == wide.size());
    for (std::size_t i = 0; i < wide.size() && i < narrow.size(); ++i) {
      if (wide[i] != narrow[i]) FAIL(wide[i] << " became " << narrow[i]);
    }
    CHECK(wide == lines_of(reader, {core, "x86-64", 0, 0, {}}));
  }
}

TEST_CASE("sleeps and wakes stand with the event that caused them, and name their own", "[decisions]") {
  TraceMaker t;
  t.task(1);
  t.at(1'000'000), t.alloc(60'000);
  t.at(2'000'000), t.alloc(60'000);
  t.task(2);
  t.at(3'000'000), t.alloc(60'000);  // the arena has no room: it sleeps
  t.task(1);
  t.at(4'000'000), t.free(0);
  auto reader = t.reader();
  const auto lines = lines_of(reader, {"bsd386", "x86-64", 0, 128 << 10, {}});
  bool slept = false, woke = false;
  for (const std::string& line : lines) {
    slept |= line.find(" sleep:") != std::string::npos;
    woke |= line.find("/wake:") != std::string::npos && line.find("/alloc:60000=") != std::string::npos;
  }
  CHECK(slept);
  CHECK(woke);
}

TEST_CASE("every step has a word of its own, which is read back", "[decisions]") {
  for (unsigned i = 0; i < step_kinds; ++i) {
    const std::string word = name_of(static_cast<StepKind>(i));
    INFO(i << " " << word);
    const auto read = sim::read_line("0 " + word + ":7:128@3");
    REQUIRE(read);
    CHECK(read->items[0].step == static_cast<StepKind>(i));
  }
}

TEST_CASE("what is no line of decisions is refused", "[decisions]") {
  const std::string good = "12 took_block:7:128@3 4/alloc:100=128 4/wake:frames free:9!refused:process_only map:1";
  REQUIRE(sim::read_line(good));
  CHECK(sim::line_of(*sim::read_line(good)) == good);
  for (const char* bad : {"",
                          "12",
                          "12 ",
                          "x map:1",
                          "12  map:1",
                          "12 map:1 ",
                          "12 map:",
                          "12 map:-1",
                          "12 map:01",
                          "012 map:1",
                          "12 mop:1",
                          "12 map:99999999999999999999",
                          "12 sleep:hunger",
                          "12 alloc:1!failed:",
                          "12 alloc:1!failed:why",
                          "12 alloc:1!",
                          "12 took_block:7",
                          "12 took_block:70000:1",
                          "12 took_block:7:1@",
                          "12 took_block:7:1@old",
                          "12 background:1",
                          "12 4map:1",
                          "12 4/",
                          "12 12/map:1",
                          "12 wakes:0:0@",
                          "12 map:1 map"}) {
    INFO(bad);
    CHECK_FALSE(sim::read_line(bad));
  }
}

}  // namespace kmemlab::test
