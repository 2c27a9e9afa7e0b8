// How many frames a trace needs: traces whose answer is counted by hand, and the definition itself, tried below and
// above the answer.
#include "sim/check/frames_needed.h"
#include "tests/catch.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

using check::FramesNeeded;
using check::Shortage;

FramesNeeded needed(const TraceMaker& trace, const std::string& core) {
  const auto cores = sim::parse_core_specs({core});
  if (!cores) FAIL(cores.error().text());
  auto found = check::frames_needed(trace.reader().view(), (*cores)[0], {*sim::find_profile("x86-64"), 0, 0}, {}, {});
  if (!found) FAIL(found.error().text());
  return *found;
}

}  // namespace

TEST_CASE("frames needed: the worked example needs the five pages of its peak", "[frames]") {
  const FramesNeeded n = needed(worked_example(), "bsd386:mode=faithful,types=temp");
  CHECK(n.frames == 5);
  CHECK(n.roomy_peak == 5);
  CHECK(n.roomy_frames == 16384);  // 64 MiB
  CHECK(n.runs == 3);
  CHECK(n.one_fewer.kind == Shortage::Kind::sleep);
  CHECK(n.one_fewer.event == 9);
}

TEST_CASE("frames needed: with as many nothing goes short, with one fewer something does", "[frames]") {
  TraceMaker t;
  std::vector<traces::BlockId> blocks;
  for (unsigned i = 0; i < 60; ++i) {
    t.task(1 + static_cast<int>(i % 3)).at(1'000'000 + i * 100'000);
    blocks.push_back(t.alloc(100 + 700 * (i % 9), i % 5 == 0 ? TraceMaker::atomic : TraceMaker::kernel));
    if (i % 4 != 3) continue;
    t.free(blocks[i / 2]);
  }
  const std::string core = GENERATE("aix", "beos", "bsd386", "osf1");
  INFO(core);
  const FramesNeeded n = needed(t, core);
  REQUIRE(n.frames > 1);
  const auto short_of_frames = [&](std::uint64_t frames) {
    const Replayed run = replay(t, {core, "x86-64", frames * 4096, 0, {}});
    return run.report.failed_by[static_cast<unsigned>(Reason::no_frames)] +
               run.report.blocking.by_cause[static_cast<unsigned>(SleepCause::frames)] !=
           0;
  };
  CHECK_FALSE(short_of_frames(n.frames));
  CHECK_FALSE(short_of_frames(n.frames + 1));
  if (n.one_fewer.kind == Shortage::Kind::sleep || n.one_fewer.kind == Shortage::Kind::fail) {
    CHECK(short_of_frames(n.frames - 1));
  } else {
    CHECK((n.one_fewer.kind == Shortage::Kind::thread || n.one_fewer.kind == Shortage::Kind::stop));
  }
}

TEST_CASE("frames needed: nothing asked, one frame; limits of types are no want of frames", "[frames]") {
  TraceMaker t;
  t.task(1).at(1000);
  const auto big = t.alloc(70'000);  // refused in documented mode
  t.free(big);
  const FramesNeeded n = needed(t, "bsd386");
  CHECK(n.frames == 1);
  CHECK(n.one_fewer.kind == Shortage::Kind::none);
}

}  // namespace kmemlab::test
