// The shadow oracle finds what cannot be true, and verify says so: broken, not deterministic, or sound; with faults.
#include <array>

#include "tests/check/verify_kit.h"

using namespace kmemlab;
using namespace kmemlab::test;

TEST_CASE("every system is sound and deterministic on a small trace", "[verify]") {
  const VerifyBench bench;
  for (const char* core : {"aix", "beos", "bsd386", "osf1"}) {
    INFO(core);
    const check::VerifyResult r = bench.verify(core);
    INFO((r.findings.empty() ? "" : r.findings[0].text));
    CHECK(r.sound());
    CHECK(r.deterministic());
    CHECK(r.events == 600);
    CHECK(r.comparisons == 6);  // five pieces of 128 events, and the end
    CHECK(r.recounts == 17);    // at 50, 100 ... 600, at 128, 256, 384 and 512, and when all is over
    CHECK(r.blocks_checked == r.report.granted);
    CHECK((r.zeros_checked > 30) == (core != std::string("aix")));
    CHECK(r.bytes_compared > 10000);
  }
}

TEST_CASE("two runs that differ are found out, to the event", "[verify]") {
  const VerifyBench bench(600, 100);
  check::VerifyOptions options;
  options.core = "aix";
  options.digest_every = 256;
  const auto r = check::verify(
      [&](unsigned run) {
        return Fallible<std::unique_ptr<sim::Session>>(bench.open(run == 0 ? "aix" : "aix:frees=defer"));
      },
      bench.trace.view(), options);
  REQUIRE(r.ok());
  REQUIRE_FALSE(r->deterministic());
  // By hand: the first event after which the digests differ, a free by an interrupt handler.
  const auto a = bench.open("aix"), b = bench.open("aix:frees=defer");
  check::ShadowOracle one("aix"), two("aix");
  one.attach(*a);
  two.attach(*b);
  std::uint64_t event = 0;
  for (; event < 600; ++event) {
    REQUIRE(a->play(event + 1, one, {}).ok());
    REQUIRE(b->play(event + 1, two, {}).ok());
    if (a->digest() != b->digest()) break;
  }
  CHECK(*r->differs_after == event);
  CHECK(event > 3);
}

TEST_CASE("a difference is looked for with the same faults, from before the boot too", "[verify]") {
  const VerifyBench bench(600, 100);
  check::VerifyOptions options;
  options.core = "aix";
  options.digest_every = 1000;  // so both go back to where they were not booted
  options.faults = check::parse_faults("1,frame=2").value();
  const char* const cores[] = {"aix", "aix:frees=defer"};
  const auto r =
      check::verify([&](unsigned run) { return Fallible<std::unique_ptr<sim::Session>>(bench.open(cores[run])); },
                    bench.trace.view(), options);
  REQUIRE(r.ok());
  REQUIRE_FALSE(r->deterministic());
  // By hand: with the faults, and without.
  const auto first = [&](bool faulty) {
    std::array<std::unique_ptr<sim::Session>, 2> runs;
    std::array<check::SeededFaults, 2> faults{check::SeededFaults(*options.faults),
                                              check::SeededFaults(*options.faults)};
    sim::Observer nobody;
    for (std::uint64_t event = 0; event < 600; ++event) {
      for (unsigned i = 0; i < 2; ++i) {
        if (event == 0) {
          runs[i] = bench.open(cores[i]);
          REQUIRE(runs[i]->play(0, nobody, {}).ok());
          if (faulty) runs[i]->set_faults(&faults[i]);
        }
        const std::uint64_t before = faults[i].struck_in_all();
        REQUIRE(runs[i]->play(event + 1, nobody, {}).ok());
        if (faults[i].struck_in_all() != before) runs[i]->end_shortage();
      }
      if (runs[0]->digest() != runs[1]->digest()) return event;
    }
    return std::uint64_t{600};
  };
  // Event 16 is the first free in an interrupt; with the faults its block was refused.
  CHECK(first(false) == 16);
  CHECK(first(true) == 91);
  CHECK(*r->differs_after == 91);
}

TEST_CASE("the oracle sees overlap, misplacement, changed contents and lost pages", "[verify]") {
  const VerifyBench bench;
  const auto session = bench.open("bsd386");
  check::ShadowOracle oracle("bsd386");
  oracle.attach(*session);
  REQUIRE(session->play(100, oracle, {}).ok());
  oracle.recount();
  REQUIRE(oracle.broken() == 0);
  const AddrRange victim = oracle.live_block(3);
  REQUIRE(victim.bytes != 0);

  sim::Completion c;
  c.event = 100;
  c.requested = c.granted = 16;
  SECTION("overlap") {
    c.address = victim.base + 0;
    oracle.on_completion(c);
    CHECK(oracle.broken() == 1);
    CHECK(oracle.findings()[0].text.find("overlaps the live one") != std::string::npos);
  }
  SECTION("outside the arena") {
    c.address = Addr{0x1000};
    oracle.on_completion(c);
    CHECK(oracle.findings()[0].text.find("not in the arena") != std::string::npos);
  }
  SECTION("a page that is not there, and fewer bytes than asked for") {
    c.address = session->kernel().arena().end() - 4096;
    c.requested = 17;
    oracle.on_completion(c);
    CHECK(oracle.broken() == 2);
  }
  SECTION("contents") {
    const std::uint8_t was = session->kernel().peek<std::uint8_t>(victim.base).value();
    const std::uint8_t is[] = {static_cast<std::uint8_t>(was ^ 4)};
    REQUIRE(session->poke(victim.base, is));
    oracle.recount();
    CHECK(oracle.broken() == 1);
    CHECK(oracle.findings()[0].text.find("has changed while it was live") != std::string::npos);
    oracle.about_to_free(victim);
    CHECK(oracle.broken() == 2);
  }
  SECTION("a page goes back under a block, and is missed at the recount") {
    oracle.page_unmapped(Addr{victim.base.v & ~std::uint64_t{4095}});
    oracle.recount();
    CHECK(oracle.broken() == 2);
  }
  SECTION("a free of nothing") {
    c.action = sim::Action::free;
    c.address = Addr{0xb0000008};
    oracle.on_completion(c);
    CHECK(oracle.findings()[0].text.find("not live") != std::string::npos);
  }
}

TEST_CASE("faults by name strike by their seed, and no core breaks", "[verify]") {
  const VerifyBench bench;
  for (const char* core : {"aix", "beos", "bsd386", "osf1"}) {
    INFO(core);
    const check::VerifyResult r =
        bench.verify(core, "5,frame=8,map_entry=9,late_wakeup=3,dirty_page=2", "every=300,burst=2");
    INFO((r.findings.empty() ? r.facts.stopped : r.findings[0].text));
    CHECK(r.sound());
    CHECK(r.deterministic());
    CHECK(r.struck[static_cast<unsigned>(sim::FaultSite::frame)] > 0);
    const check::VerifyResult other =
        bench.verify(core, "6,frame=8,map_entry=9,late_wakeup=3,dirty_page=2", "every=300,burst=2");
    CHECK(other.digest != r.digest);
  }
}

TEST_CASE("no fault strikes in what is left at the end: its shortage would never be over", "[verify]") {
  const VerifyBench bench(150);
  for (const char* core : {"bsd386", "beos"}) {
    INFO(core);
    const check::VerifyResult r = bench.verify(core, "1,frame=1");  // nobody gets a frame before the end
    CHECK(r.struck[static_cast<unsigned>(sim::FaultSite::frame)] > 10);
    CHECK(r.report.blocking.sleeps > 10);
    CHECK(r.facts.asleep_at_end == 0);
    CHECK_FALSE(r.facts.deadlock);
    CHECK(r.sound());
    CHECK(r.deterministic());
  }
}

TEST_CASE("flipped bits fall in copies: the run itself stays as it was", "[verify]") {
  const VerifyBench bench;
  const std::uint64_t undisturbed = bench.verify("osf1").digest;
  const check::VerifyResult r = bench.verify("osf1", "5,flip_free=20,flip_live=20");
  CHECK(r.sound());
  CHECK(r.digest == undisturbed);
  for (const check::FlipOutcomes& f : {r.free_flips, r.live_flips}) {
    CHECK(f.tried > 5);
    CHECK(f.tried == f.stopped + f.checked + f.owner + f.harmless);
  }
}

TEST_CASE("a run without end is stopped at its limit of accesses", "[verify]") {
  const VerifyBench bench;
  const auto session = bench.open("bsd386");
  check::ShadowOracle oracle("bsd386");
  oracle.attach(*session);
  session->limit_accesses(2000);
  REQUIRE(session->play(600, oracle, {}).ok());
  CHECK(session->stopped().find("does not end") != std::string::npos);
  const sim::RunFacts facts = session->finish(oracle);
  REQUIRE(facts.fault);
  CHECK(facts.fault->kind == sim::FaultKind::panic);
  CHECK(facts.fault->access == 2000);
}

TEST_CASE("recounts of a run that stops are those before its stop", "[verify]") {
  const VerifyBench bench;
  check::VerifyOptions options;
  options.core = "bsd386";
  options.every = 50;
  options.digest_every = 128;
  const auto r = check::verify(
      [&](unsigned) {
        auto session = bench.open("bsd386");
        session->limit_accesses(12000);
        return Fallible<std::unique_ptr<sim::Session>>(std::move(session));
      },
      bench.trace.view(), options);
  REQUIRE(r.ok());
  REQUIRE_FALSE(r->facts.stopped.empty());
  REQUIRE(r->events > 128);
  REQUIRE(r->events < 150);
  CHECK(r->recounts == 3);  // at 50, 100 and 128
}

TEST_CASE("words of a fault plan", "[verify]") {
  const auto plan = check::parse_faults("7,frame=50,flip_free=9");
  REQUIRE(plan.ok());
  CHECK(check::text_of(*plan) == "7,frame=50,flip_free=9");
  CHECK(check::text_of(*check::parse_faults("3")) ==
        "3,frame=100,map_entry=100,late_wakeup=10,dirty_page=4,interrupts=5000,flip_free=1000,flip_live=1000");
  for (const char* wrong : {"", "x", "7,frames=5", "7,frame", "7,frame=x", "7,frame=1099511627777"}) {
    INFO(wrong);
    CHECK_FALSE(check::parse_faults(wrong).ok());
  }
}
