// The proof of host_proof.h for the aix core: kernel_heap and pinned_heap, frees of interrupts refused or deferred,
// frames and pins short enough that requests fail. Nobody sleeps in this core.
#include "sim/replay/aix_adapter.h"
#include "tests/sim/host_proof.h"
#include "tests/sim/host_proof_traces.h"

namespace kmemlab::test {

namespace {

/// A block holds none of the heap's records: descriptors, maps and page table lie in its front.
struct AixProof {
  template <class K>
  using Adapter = sim::AixAdapter<K>;
  using Options = sim::AixOptions;

  template <class M>
  static CheckResult check(const M& m, const aix::State& s, std::span<std::uint32_t>) {
    return aix::check(m, s);
  }
  static AddrRange tables(const aix::State& s) {
    return {s.vm_page_base, (s.arena.bytes >> s.page_shift) * aix::vm_page::bytes};
  }
  static std::uint64_t requested(const sim::AixCall& call) { return static_cast<std::uint64_t>(call.size); }
  static bool zeroed(const sim::AixCall& call) { return call.zero; }
};

constexpr std::uint64_t KiB = 1024;

ProofFacts proven(traces::KmtReader& trace, const ProofSetup& setup, sim::InterruptFrees frees,
                  unsigned maxpin_percent = 80) {
  sim::AixOptions options;
  options.frees = frees;
  options.pinned_permille = 300;
  options.config.maxpin_percent = maxpin_percent;
  return prove<AixProof>(trace, setup, options);
}

}  // namespace

TEST_CASE("aix: the host gives the simulator's addresses and contents", "[host][proof][aix]") {
  const char* profile = GENERATE(from_range(proof_profiles()));
  const auto frees = GENERATE(sim::InterruptFrees::refuse, sim::InterruptFrees::defer);
  INFO(profile << (frees == sim::InterruptFrees::defer ? " defer" : " refuse"));
  SECTION("room enough") {
    auto reader = busy_day({.seed = 1}).reader();
    const ProofFacts f = proven(reader, {profile, 0, 4096 * KiB, CheckEach::yes}, frees);
    CHECK(f.calls >= 1000);
    CHECK(f.frees >= 1000);
    CHECK(f.in_interrupt == 0);
  }
  SECTION("too few frames, and too little address space") {
    auto reader = busy_day({.seed = 2}).reader();
    CHECK(proven(reader, {profile, 384 * KiB, 4096 * KiB, CheckEach::no}, frees).failed >= 10);
    CHECK(proven(reader, {profile, 4096 * KiB, 512 * KiB, CheckEach::no}, frees).failed >= 10);
  }
  SECTION("too few pages that may be pinned") {
    auto reader = busy_day({.seed = 3}).reader();
    CHECK(proven(reader, {profile, 4096 * KiB, 4096 * KiB, CheckEach::no}, frees, 2).failed >= 10);
  }
}

TEST_CASE("aix: the host agrees on a recorded trace", "[host][proof][aix]") {
  auto reader = shipped_recording();
  const auto frees = GENERATE(sim::InterruptFrees::refuse, sim::InterruptFrees::defer);
  CHECK(proven(reader, {"x86-64", 0, 16384 * KiB, CheckEach::no}, frees).failed == 0);
  CHECK(proven(reader, {"x86-64", 1024 * KiB, 16384 * KiB, CheckEach::no}, frees).failed > 5);
}

}  // namespace kmemlab::test
