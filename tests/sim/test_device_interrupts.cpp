// Devices that interrupt a replay: where they arrive, what they do, how they are booked, and that copies go on alike.
#include "tests/sim/traces.h"
#include "traces/gen/random.h"

using namespace kmemlab;
using namespace kmemlab::test;

namespace {

/// Allocations and frees, a microsecond apart.
TraceMaker busy(unsigned events) {
  TraceMaker t;
  traces::gen::Random random(5);
  std::vector<traces::BlockId> live;
  t.task(1);
  for (unsigned i = 0; i < events; ++i) {
    t.at(1000 * (i + 1));
    if (live.empty() || random.below(5) < 3) {
      live.push_back(t.alloc(1 + random.below(9000)));
    } else {
      const std::size_t which = random.below(live.size());
      t.free(live[which]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }
  return t;
}

ReplaySetup with(const std::string& core, const std::string& interrupts) {
  ReplaySetup setup{core, "i386", 1 << 22, 1 << 22, {}};
  const auto plan = sim::parse_interrupts(interrupts);
  if (!plan) FAIL(plan.error().text());
  setup.policy.interrupts = *plan;
  return setup;
}

}  // namespace

TEST_CASE("devices interrupt calls between any two accesses, and the law holds", "[interrupts]") {
  for (const char* core : {"bsd386", "osf1"}) {
    INFO(core);
    const Replayed r =
        replay(busy(600), with(core, "seed=3,every=40,level=2,burst=3"));  // the Recorder asserts the law
    REQUIRE(r.report.stopped.empty());
    const sim::InterruptFacts& i = r.report.interrupts;
    CHECK(i.delivered > 100);
    CHECK(i.nested > 20);
    CHECK(i.delayed > 20);
    CHECK(i.allocs > 50);
    CHECK(i.frees > 50);
    CHECK(i.damaged == 0);
    std::uint64_t allocs = 0, frees = 0;
    for (const sim::Completion& c : r.completions) {
      if (!c.device) continue;
      CHECK(c.id == traces::no_block);
      ++(c.action == sim::Action::alloc ? allocs : frees);
    }
    CHECK(allocs == i.allocs + i.failed + i.refused);
    CHECK(frees == i.frees);
    const Replayed again = replay(busy(600), with(core, "seed=3,every=40,level=2,burst=3"));
    CHECK(again.report.digest == r.report.digest);
    const Replayed other = replay(busy(600), with(core, "seed=4,every=40,level=2,burst=3"));
    CHECK(other.report.digest != r.report.digest);
  }
}

TEST_CASE("a system that forbids calls in interrupts refuses every one of them", "[interrupts]") {
  for (const char* core : {"aix", "beos"}) {
    INFO(core);
    const Replayed r = replay(busy(300), with(core, "every=200"));
    REQUIRE(r.report.stopped.empty());
    CHECK(r.report.interrupts.delivered > 5);
    CHECK(r.report.interrupts.refused == r.report.interrupts.delivered);
    CHECK(r.report.violations[static_cast<unsigned>(Reason::process_only)] == r.report.interrupts.refused);
  }
}

TEST_CASE("listed interrupts arrive at their access, once, at their level", "[interrupts]") {
  const Replayed plain = replay(busy(300), with("bsd386", "off"));
  const Replayed r = replay(busy(300), with("bsd386", "at=500/3,at=501/5,at=900"));
  CHECK(plain.report.interrupts == sim::InterruptFacts{});
  CHECK(r.report.interrupts.delivered == 3);
  CHECK(r.report.digest != plain.report.digest);
}

TEST_CASE("softirq events run at level soft, hardirq events at level device", "[interrupts]") {
  CHECK(sim::level_of(sim::CallEnvironment::softirq) == 1);
  CHECK(sim::level_of(sim::CallEnvironment::hardirq) == 3);
  // A device of level 2 interrupts a softirq's call and waits for a hardirq's.
  for (const auto& [context, nested] : {std::pair{traces::Context::softirq, true}, {traces::Context::hardirq, false}}) {
    TraceMaker t;
    t.task(1).context(context);
    for (unsigned i = 0; i < 40; ++i) t.at(1000 * (i + 1)).alloc(64, TraceMaker::atomic);
    const Replayed r = replay(t, with("bsd386", "every=20,level=2"));
    REQUIRE(r.report.stopped.empty());
    CHECK((r.report.interrupts.nested != 0) == nested);
  }
}

TEST_CASE("a copy of an interrupted run goes on as the run does", "[interrupts]") {
  const auto reader = busy(400).reader();
  const auto plan = sim::parse_interrupts("seed=9,every=60,burst=2");
  sim::ReplayPolicy policy;
  policy.interrupts = *plan;
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 1 << 22, 1 << 22};
  const auto cores = sim::parse_core_specs({"osf1"});
  const auto run = sim::open_session(reader.view(), cores->front(), machine, policy).value();
  Recorder recorder;
  REQUIRE(run->play(150, recorder, {}).ok());
  const auto copy = run->copy();
  REQUIRE(run->play(400, recorder, {}).ok());
  const std::uint64_t at_end = run->digest();
  Recorder other;
  other.ledger.join(*copy);
  REQUIRE(copy->play(400, other.ledger, {}).ok());
  CHECK(copy->digest() == at_end);
  run->become(*sim::open_session(reader.view(), cores->front(), machine, policy).value());
  Recorder third;
  REQUIRE(run->play(400, third, {}).ok());
  CHECK(run->digest() == at_end);
}

TEST_CASE("words of an interrupt plan", "[interrupts]") {
  const auto plan = sim::parse_interrupts("seed=7,every=10000,level=2,burst=4,blocks=8,at=12345/1,at=99");
  REQUIRE(plan.ok());
  CHECK(plan->at == std::vector<sim::InterruptPlan::Point>{{12345, 1}, {99, 2}});
  CHECK(*sim::parse_interrupts(sim::text_of(*plan)) == *plan);
  CHECK(sim::parse_interrupts("at=99,level=5")->at == std::vector<sim::InterruptPlan::Point>{{99, 5}});
  CHECK_FALSE(sim::parse_interrupts("off")->on());
  for (const char* wrong : {"every=0", "level=6,every=5", "burst=0,every=9", "seed=3", "at=x", "at=1/7", "often=3"}) {
    INFO(wrong);
    CHECK_FALSE(sim::parse_interrupts(wrong).ok());
  }
}
