// The proof of host_proof.h for the osf1 core: with kmem_debug and without, with the pool's thread, which sleeps too.
#include "sim/replay/osf1_adapter.h"
#include "tests/sim/host_proof.h"
#include "tests/sim/host_proof_traces.h"

namespace kmemlab::test {

namespace {

/// With kmem_debug the core keeps seals in blocks, but in free ones only: a live block is all its user's.
struct Osf1Proof {
  template <class K>
  using Adapter = sim::Osf1Adapter<K>;
  using Options = sim::Osf1Options;

  template <class M>
  static CheckResult check(const M& m, const osf1::State& s, std::span<std::uint32_t> scratch) {
    return osf1::check(m, s, scratch);
  }
  static AddrRange tables(const osf1::State& s) {
    return {s.kmemusage_base, (s.arena.bytes >> s.page_shift) * osf1::kmemusage::bytes};
  }
  static std::uint64_t requested(const osf1::MallocCall& call) { return call.size; }
  static bool zeroed(const osf1::MallocCall& call) { return (call.flags & osf1::M_ZERO) != 0; }
};

constexpr std::uint64_t KiB = 1024;

/// The thread gives pages back as soon as a bucket has more than one page's worth, so that it is busy.
ProofFacts proven(traces::KmtReader& trace, const ProofSetup& setup, bool kmem_debug) {
  sim::Osf1Options options;
  options.config.kmem_debug = kmem_debug;
  options.config.highwat_pages = 1;
  return prove<Osf1Proof>(trace, setup, options);
}

}  // namespace

TEST_CASE("osf1: the host gives the simulator's addresses and contents", "[host][proof][osf1]") {
  const char* profile = GENERATE(from_range(proof_profiles()));
  const bool kmem_debug = GENERATE(false, true);
  const std::uint64_t page = sim::find_profile(profile)->page_bytes();
  INFO(profile << (kmem_debug ? " kmem_debug" : ""));
  SECTION("a trace that does not sleep; the thread refills and collects") {
    auto reader = busy_day({.seed = 1, .size_log_max = 12, .ticks_between_max = 400'000}).reader();
    const ProofFacts f = proven(reader, {profile, 0, 16384 * KiB, CheckEach::no}, kmem_debug);
    CHECK(f.slept == 0);
    CHECK(f.thread_runs >= 10);
    CHECK(f.in_interrupt >= 100);
  }
  SECTION("a trace that sleeps for frames, and one that sleeps for address space") {
    auto reader = busy_day({.seed = 2, .ticks_between_max = 100'000}).reader();
    const ProofFacts frames = proven(reader, {profile, 120 * page, 1024 * page, CheckEach::no}, kmem_debug);
    CHECK(frames.slept_for_frames >= 2);
    CHECK(frames.thread_runs >= 2);
    const ProofFacts space = proven(reader, {profile, 1024 * page, 120 * page, CheckEach::yes}, kmem_debug);
    CHECK(space.slept_for_space >= 2);
    CHECK(space.thread_runs >= 2);
  }
  SECTION("a trace that fails instead of sleeping; the thread sleeps in its refill") {
    auto reader = busy_day({.seed = 3, .may_sleep = false, .size_log_max = 13, .ticks_between_max = 400'000}).reader();
    const ProofFacts f = proven(reader, {profile, 40 * page, 512 * page, CheckEach::no}, kmem_debug);
    CHECK(f.slept == 0);
    CHECK(f.failed >= 3);
    CHECK(f.thread_slept >= 1);
  }
}

TEST_CASE("osf1: the host agrees on a recorded trace", "[host][proof][osf1]") {
  auto reader = shipped_recording();
  SECTION("roomy: nobody sleeps") {
    CHECK(proven(reader, {"x86-64", 0, 16384 * KiB, CheckEach::no}, false).slept == 0);
  }
  SECTION("1 MiB of frames, kmem_debug: sleepers, failures") {
    CHECK(proven(reader, {"x86-64", 1024 * KiB, 16384 * KiB, CheckEach::no}, true).slept > 5);
  }
}

}  // namespace kmemlab::test
