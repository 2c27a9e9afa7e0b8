// The proof of host_proof.h for the beos core, whose calls overlap: they sleep on their pool's semaphore, which another
// CPU's call holds until its end, and for frames where the pool is lazily locked.
#include "sim/replay/beos_adapter.h"
#include "tests/sim/host_proof_smp.h"
#include "tests/sim/host_proof_traces.h"

namespace kmemlab::test {

namespace {

/// Tables lie in areas of the arena, and outside of blocks. A block of a lazily locked pool is resident as far as its
/// owner asked for it, which the adapter did.
struct BeosProof {
  template <class K>
  using Adapter = sim::BeosAdapter<K>;
  using Options = sim::BeosOptions;

  template <class M>
  static CheckResult check(const M& m, const beos::State& s, std::span<std::uint32_t>) {
    return beos::check(m, s);
  }
  static std::uint64_t requested(const sim::BeosCall& call) { return call.size; }
  static bool zeroed(const sim::BeosCall& call) { return call.zero; }
};

constexpr std::uint64_t KiB = 1024;

SmpFacts proven(traces::KmtReader& trace, const ProofSetup& setup, std::uint32_t lock_spec,
                sim::InterruptFrees frees = sim::InterruptFrees::refuse) {
  sim::BeosOptions options;
  options.lock_spec = lock_spec;
  options.frees = frees;
  return prove_smp<BeosProof>(trace, setup, options);
}

/// Two CPUs whose calls meet: an event every 200 to 400 ticks.
TraceMaker crowded_day(std::uint64_t seed) {
  TraceMaker t;
  std::vector<traces::BlockId> live;
  std::uint64_t tick = 1000;
  std::uint64_t state = seed;
  const auto draw = [&](std::uint64_t below) { return mix64(state += 0x9e3779b97f4a7c15ULL) % below; };
  for (unsigned n = 0; n < 3000; ++n) {
    t.at(tick += 200 + draw(200)).task(static_cast<int>(draw(6)) + 1).cpu(static_cast<unsigned>(draw(2)));
    if (!live.empty() && draw(100) < 48) {
      const std::size_t i = draw(live.size());
      t.free(live[i]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      live.push_back(t.alloc(1 + draw(std::uint64_t{1} << draw(13)), draw(8) == 0 ? TraceMaker::zeroed
                                                                                   : TraceMaker::kernel));
    }
  }
  return t;
}

}  // namespace

TEST_CASE("beos: the host gives the simulator's addresses and contents", "[host][proof][beos]") {
  const char* profile = GENERATE(from_range(proof_profiles()));
  const std::uint32_t lock = GENERATE(B_LAZY_LOCK, B_FULL_LOCK);
  const std::uint64_t page = sim::find_profile(profile)->page_bytes();
  INFO(profile << (lock == B_LAZY_LOCK ? " lazy" : " full"));
  SECTION("room enough, calls that meet") {
    auto reader = crowded_day(1).reader();
    const SmpFacts f = proven(reader, {profile, 2048 * page, 1024 * page, CheckEach::yes}, lock);
    CHECK(f.slept_for_lock >= 20);
    CHECK(f.frees_slept >= 5);
    CHECK(f.releases >= 2000);
    CHECK(f.failed == 0);
  }
  SECTION("a pool that is full, frees of interrupts deferred") {
    auto reader = busy_day({.seed = 2}).reader();
    const SmpFacts f =
        proven(reader, {profile, 1024 * page, 64 * page, CheckEach::no}, lock, sim::InterruptFrees::defer);
    CHECK(f.failed >= 10);
    CHECK(f.slept_for_frames == 0);
  }
}

TEST_CASE("beos: the host agrees when a lazily locked pool sleeps for frames", "[host][proof][beos]") {
  const char* profile = GENERATE("x86-64", "alpha");
  const std::uint64_t page = sim::find_profile(profile)->page_bytes();
  auto reader = busy_day({.seed = 3, .size_log_max = 13}).reader();
  CHECK(proven(reader, {profile, 48 * page, 1024 * page, CheckEach::yes}, B_LAZY_LOCK).slept_for_frames >= 2);
}

TEST_CASE("beos: the host agrees on a recorded trace", "[host][proof][beos]") {
  auto reader = shipped_recording();
  const SmpFacts f = proven(reader, {"x86-64", 0, 16384 * KiB, CheckEach::no}, B_LAZY_LOCK);
  CHECK(f.calls > 10'000);
  CHECK(f.failed == 0);
}

}  // namespace kmemlab::test
