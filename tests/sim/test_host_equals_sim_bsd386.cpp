// The proof of host_proof.h for the bsd386 core: five machines, both modes, traces that sleep, fail, or do neither, and
// the shipped recording.
#include "sim/replay/bsd386_adapter.h"
#include "tests/sim/host_proof.h"
#include "tests/sim/host_proof_traces.h"

namespace kmemlab::test {

namespace {

struct Bsd386Proof {
  template <class K>
  using Adapter = sim::Bsd386Adapter<K>;
  using Options = sim::Bsd386Options;

  template <class M>
  static CheckResult check(const M& m, const bsd386::State& s, std::span<std::uint32_t> scratch) {
    return bsd386::check(m, s, scratch);
  }
  static AddrRange tables(const bsd386::State& s) {
    return {s.kmemusage_base, ((s.arena.bytes >> s.page_shift) + 1) * bsd386::kmemusage::bytes};
  }
  static std::uint64_t requested(const bsd386::MallocCall& call) { return call.size; }
  static bool zeroed(const bsd386::MallocCall& call) { return (call.flags & bsd386::M_ZERO_IT) != 0; }
};

constexpr std::uint64_t KiB = 1024;

ProofFacts proven(traces::KmtReader& trace, const ProofSetup& setup, bsd386::Mode mode) {
  sim::Bsd386Options options;
  options.config.mode = mode;
  return prove<Bsd386Proof>(trace, setup, options);
}

}  // namespace

TEST_CASE("the host gives the simulator's addresses and contents", "[host][proof]") {
  const char* profile = GENERATE(from_range(proof_profiles()));
  const auto mode = GENERATE(bsd386::Mode::documented, bsd386::Mode::faithful);
  INFO(profile << (mode == bsd386::Mode::faithful ? " faithful" : " documented"));
  SECTION("a trace that does not sleep") {
    auto reader = busy_day({.seed = 1}).reader();
    CHECK(proven(reader, {profile, 0, 16384 * KiB, CheckEach::no}, mode).slept == 0);
  }
  SECTION("a trace that sleeps for its type, for address space and for frames") {
    auto reader = busy_day({.seed = 2}).reader();
    const ProofFacts f = proven(reader, {profile, 384 * KiB, 4096 * KiB, CheckEach::no}, mode);
    CHECK(f.slept >= 5);
    CHECK(f.slept_for_frames >= 1);
    CHECK(proven(reader, {profile, 4096 * KiB, 512 * KiB, CheckEach::yes}, mode).slept >= 3);
  }
  SECTION("a trace that fails instead of sleeping") {
    auto reader = busy_day({.seed = 3, .may_sleep = false}).reader();
    const ProofFacts f = proven(reader, {profile, 1024 * KiB, 2048 * KiB, CheckEach::no}, mode);
    CHECK(f.slept == 0);
    CHECK(f.failed >= 3);
  }
}

TEST_CASE("the host agrees on a recorded trace, one that sleeps and one that does not", "[host][proof]") {
  auto reader = shipped_recording();
  SECTION("roomy: nobody sleeps") {
    CHECK(proven(reader, {"x86-64", 0, 16384 * KiB, CheckEach::no}, bsd386::Mode::documented).slept == 0);
  }
  SECTION("1 MiB of frames: sleepers, failures") {
    CHECK(proven(reader, {"x86-64", 1024 * KiB, 16384 * KiB, CheckEach::no}, bsd386::Mode::faithful).slept > 5);
  }
}

}  // namespace kmemlab::test
