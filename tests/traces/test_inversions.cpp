// Pairs that the clocks of two CPUs put the wrong way round are put right inside the window, and nothing else is.
// The stories are JSON lines: their ticks are nanoseconds, their CPU and clock are what a line says.
#include <string>

#include "tests/traces/import_kit.h"
#include "traces/import/inversions.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

class Story {
 public:
  explicit Story(const std::string& clock = "local")
      : text_("{\"schema\":\"kmemlab.events/1\",\"clock\":\"" + clock + "\"}\n") {}
  Story& alloc(unsigned cpu, unsigned tick, unsigned pointer, unsigned size = 64) {
    return line("alloc", cpu, tick, ",\"p\":" + std::to_string(pointer) + ",\"size\":" + std::to_string(size));
  }
  Story& free(unsigned cpu, unsigned tick, unsigned pointer) {
    return line("free", cpu, tick, ",\"p\":" + std::to_string(pointer));
  }
  Story& marks(unsigned count, unsigned tick) {
    for (unsigned i = 0; i < count; ++i) line("mark", 0, tick, "");
    return *this;
  }
  Trial run() const { return import_text(text_); }

 private:
  Story& line(const std::string& op, unsigned cpu, unsigned tick, const std::string& rest) {
    text_ += "{\"op\":\"" + op + "\",\"t\":" + std::to_string(tick) + ",\"cpu\":" + std::to_string(cpu) + rest + "}\n";
    return *this;
  }
  std::string text_;
};

}  // namespace

TEST_CASE("a free that stands before its allocation goes behind it", "[traces][import][inversion]") {
  const Trial t = Story().alloc(0, 100, 9).free(1, 1000, 7).marks(1, 1200).alloc(0, 1500, 7, 48).free(0, 9000, 9).run();
  CHECK(t.trace().quality.inverted == 1);
  CHECK(t.trace().quality.before_trace == 0);
  CHECK(t.trace().quality.live_at_end == 0);
  CHECK(t.trace().totals.matched == 2);
  REQUIRE(t.sink.events.size() == 5);
  CHECK(t.event(1).op == Op::alloc);
  CHECK(t.event(1).requested == 48);
  CHECK(t.event(1).tick == 1000);  // the tick of the record in front of which it went
  CHECK(t.event(1).cpu == 0);
  CHECK(t.event(2).op == Op::free);
  CHECK(t.event(2).id == t.event(1).id);
  CHECK(t.event(3).op == Op::mark);
  CHECK(t.trace().quality.defective());
}

TEST_CASE("the free of a block that seems to be allocated over goes before the allocation",
          "[traces][import][inversion]") {
  const Trial t = Story().alloc(0, 100, 7, 10).alloc(1, 50000, 7, 20).free(0, 50400, 7).free(1, 90000, 7).run();
  CHECK(t.trace().quality.inverted == 1);
  CHECK(t.trace().quality.lost_free == 0);
  CHECK(t.trace().quality.unrecorded == 0);
  CHECK(t.trace().totals.matched == 2);
  CHECK(t.event(1).op == Op::free);
  CHECK(t.event(1).id == 0);
  CHECK(t.event(1).tick == 50000);
  CHECK(t.event(2).requested == 20);
  CHECK(t.event(3).id == 1);
}

TEST_CASE("no pair: one CPU, an ordered clock, too long ago, too many records between", "[traces][import][inversion]") {
  const auto pair_apart = [](const std::string& clock, unsigned cpu, unsigned ticks, unsigned marks) {
    return Story(clock).free(1, 1000, 7).marks(marks, 1000).alloc(cpu, 1000 + ticks, 7).run().trace().quality;
  };
  CHECK(pair_apart("local", 0, 10'000, 31).inverted == 1);
  CHECK(pair_apart("local", 0, 10'001, 31).inverted == 0);
  CHECK(pair_apart("local", 0, 10'000, 32).inverted == 0);
  CHECK(pair_apart("local", 1, 10, 0).inverted == 0);
  CHECK(pair_apart("", 0, 10, 0).inverted == 1);
  for (const char* clock : {"global", "mono", "mono_raw", "boot", "tai", "counter", "x86-tsc"}) {
    CHECK(pair_apart(clock, 0, 10, 0).inverted == 0);
    CHECK(pair_apart(clock, 0, 10, 0).before_trace == 1);
  }
}

TEST_CASE("records that alternate are left alone, on however many CPUs", "[traces][import][inversion]") {
  Story story;
  unsigned tick = 0;
  for (unsigned round = 0; round < 300; ++round) {  // longer than the window's own store
    for (unsigned p = 1; p <= 3; ++p) story.alloc(p % 2, ++tick, p);
    for (unsigned p = 1; p <= 3; ++p) story.free((round + p) % 3, ++tick, p);
  }
  const Trial t = story.run();
  CHECK(t.trace().quality.inverted == 0);
  CHECK(t.trace().totals.matched == 900);
  for (std::size_t i = 0; i < t.sink.events.size(); ++i) REQUIRE(t.event(i).tick == i + 1);
}

TEST_CASE("what stands between at the same address is not torn apart", "[traces][import][inversion]") {
  // The free of an older block, then a whole life on one CPU, then another allocation: no pair with the first free.
  const Trial t = Story().free(1, 10, 7).alloc(1, 20, 7).free(1, 30, 7).alloc(0, 40, 7).run();
  CHECK(t.trace().quality.inverted == 0);
  CHECK(t.trace().quality.before_trace == 1);
  CHECK(t.trace().quality.live_at_end == 1);
  // A record is used for one pair only.
  const Trial two = Story().free(1, 10, 7).alloc(0, 20, 7).alloc(0, 30, 7).run();
  CHECK(two.trace().quality.inverted == 1);
  CHECK(two.trace().quality.live_at_end == 1);
}

TEST_CASE("strict refuses a recording with an inverted pair", "[traces][import][inversion]") {
  const std::string text =
      "{\"schema\":\"kmemlab.events/1\"}\n{\"op\":\"free\",\"p\":1,\"cpu\":1}\n{\"op\":\"alloc\",\"p\":1,\"size\":8}\n";
  CHECK(import_text(text).trace().quality.inverted == 1);
  CHECK_FALSE(import_text(text, {Strictness::strict, {}}).result);
}
