// The digest probe: one small program that runs the bsd386 core on every machine profile in both modes through the same
// seeded mixture of calls, and prints one line of digests for each. Built by several compilers at several optimisation
// levels; all must print the same bytes, those of expected.txt (tests/CMakeLists.txt, ctest -R probe).
//
// The mixture: allocations of 1 to 79,999 bytes with and without leave to sleep, frees, two CPUs, calls in interrupts,
// interrupts that arrive inside calls and allocate there; memory is short, so that requests fail, sleep, are resumed.
// Nothing is asserted: the core's invariants are checked and printed like everything else. No argument, no file, no
// clock.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "core/bsd386/bsd386.h"
#include "sim/kernel/kernel.h"

using namespace kmemlab;
using namespace kmemlab::bsd386;

namespace {

constexpr std::uint64_t calls_wanted = 20'000;
constexpr std::size_t parked_max = 6;

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

struct LiveBlock {
  Addr address;
  unsigned type;
};

class Mixture final : public sim::InterruptSource {
 public:
  Mixture(sim::Kernel& kernel, Mode mode, std::uint64_t seed) : kernel_(kernel), random_(seed), parked_(parked_max) {
    Config config;
    config.mode = mode;
    kmeminit(kernel_, state_, config);
    kernel_.machine().set_interrupt_source(this);
  }

  void run() {
    try {
      while (calls_ < calls_wanted) one_call();
    } catch (const sim::MachineTrap&) {
      stopped_ = kernel_.machine().stopped()->message;
    }
  }

  void interrupt(sim::Machine&, const sim::PlannedInterrupt&) override {
    if (random_.below(2) == 0 || live_.empty()) {
      allocate(M_NOWAIT);
    } else {
      release();
    }
  }

  /// What a person sees in a difference: counts first, digests behind.
  void print(const char* machine, const char* mode) {
    std::vector<std::uint32_t> scratch(state_.arena.bytes >> state_.page_shift);
    const CheckResult checked = check(kernel_, state_, scratch);
    const sim::Counters c = kernel_.machine().counters();
    std::printf("%s %s: calls %llu granted %llu failed %llu sleeps %llu resumed %llu interrupts %llu tick %llu\n",
                machine, mode, number(calls_), number(granted_), number(failed_), number(sleeps_), number(resumed_),
                number(c.interrupts), number(kernel_.machine().now()));
    std::printf("  sleeps on type_limit %llu address_space %llu frames %llu\n", by_cause(SleepCause::type_limit),
                by_cause(SleepCause::address_space), by_cause(SleepCause::frames));
    std::printf("  loads %llu stores %llu misses %llu invariant %u stopped '%s'\n", number(c.loads), number(c.stores),
                number(c.tlb_misses), checked.invariant, stopped_.c_str());
    std::printf("  outcomes %016llx state %016llx memory %016llx kernel %016llx\n", number(outcomes_.value()),
                number(digest(state_)), number(kernel_.machine().memory_digest()), number(kernel_.digest()));
  }

 private:
  static unsigned long long number(std::uint64_t n) { return n; }
  unsigned long long by_cause(SleepCause cause) const { return by_cause_[static_cast<unsigned>(cause)]; }

  void one_call() {
    ++calls_;
    if (random_.below(16) == 0) plan_interrupt();
    const bool in_interrupt = random_.below(8) == 0;
    const unsigned flags = (in_interrupt || random_.below(4) == 0) ? M_NOWAIT : M_WAITOK;
    tick_ += random_.below(5'000);
    begin(in_interrupt ? sim::CallEnvironment::interrupt : sim::CallEnvironment::process);
    if (!live_.empty() && (random_.below(16) < (live_.size() < 400 ? 6U : 9U) || free_parked() == nullptr)) {
      release();
    } else if (free_parked() != nullptr) {
      allocate(flags | (random_.below(4) == 0 ? M_ZERO_IT : 0U));
    }
    end();
    resume_woken();
  }

  void plan_interrupt() {
    sim::Machine& m = kernel_.machine();
    const auto level = random_.below(2) == 0 ? sim::Spl::soft : sim::Spl::device;
    m.plan_interrupt({m.accesses() + random_.below(200), static_cast<unsigned>(random_.below(2)),
                      static_cast<sim::Level>(level), 0});
  }

  void begin(sim::CallEnvironment environment) {
    kernel_.begin_call(static_cast<unsigned>(random_.below(2)), tick_, environment);
  }
  void end() { outcomes_.add(kernel_.end_call()); }

  MallocCall* free_parked() {
    for (MallocCall& call : parked_) {
      if (call.size == 0) return &call;
    }
    return nullptr;
  }

  void allocate(unsigned flags) {
    constexpr unsigned types[] = {M_MBUF, M_TEMP, M_VNODE, M_TEMP};
    MallocCall call;
    call.size = 1 + random_.below(std::uint64_t{2} << random_.below(16));
    if (random_.below(64) == 0) call.size = 60'000 + random_.below(20'000);  // around the 64 KB of the manual page
    call.type = types[random_.below(4)];
    call.flags = flags;
    settle(call, nullptr);
  }

  /// Runs the request until it is answered or asleep. `parked`: where it lies, if it slept before.
  void settle(MallocCall& call, MallocCall* parked) {
    const Outcome outcome = bsd386::malloc(kernel_, state_, call);
    outcomes_.add(static_cast<std::uint64_t>(outcome) << 8 | static_cast<std::uint64_t>(call.reason));
    if (outcome == Outcome::blocked) {
      ++sleeps_;
      ++by_cause_[static_cast<unsigned>(call.cause)];
      MallocCall* slot = parked != nullptr ? parked : free_parked();
      *slot = call;
      kernel_.sleep({static_cast<std::uint64_t>(slot - parked_.data()), call.channel, call.cause, tick_});
      return;
    }
    if (outcome == Outcome::done) {
      ++granted_;
      outcomes_.add(call.address.v);
      kernel_.store<std::uint16_t>(call.address, static_cast<std::uint16_t>(call.size));  // the caller uses its block
      live_.push_back({call.address, call.type});
    } else {
      ++failed_;
    }
    if (parked != nullptr) *parked = MallocCall{};
  }

  void release() {
    const std::size_t at = random_.below(live_.size());
    const LiveBlock block = live_[at];
    live_[at] = live_.back();
    live_.pop_back();
    outcomes_.add(block.address.v);
    bsd386::free(kernel_, state_, block.address, block.type);
  }

  void resume_woken() {
    while (kernel_.any_ready()) {
      for (const sim::Sleeper& s : kernel_.take_ready()) {
        ++resumed_;
        begin(sim::CallEnvironment::process);
        MallocCall call = parked_[s.who];
        settle(call, &parked_[s.who]);
        end();
      }
    }
  }

  sim::Kernel& kernel_;
  Random random_;
  State state_;
  std::vector<MallocCall> parked_;  ///< size 0: free
  std::vector<LiveBlock> live_;
  Digest outcomes_;
  std::uint64_t tick_ = 0, calls_ = 0, granted_ = 0, failed_ = 0, sleeps_ = 0, resumed_ = 0;
  std::array<std::uint64_t, sleep_causes> by_cause_{};
  std::string stopped_;
};

}  // namespace

int main() {
  std::uint64_t seed = 1;
  for (const sim::Profile& profile : sim::all_profiles()) {
    for (const Mode mode : {Mode::documented, Mode::faithful}) {
      sim::KernelOptions options;
      const bool short_of_frames = mode == Mode::faithful;  // else: of addresses, and at the types' limits
      options.arena_bytes = std::uint64_t{short_of_frames ? 4U : 1U} << 20;
      options.ram_bytes = std::uint64_t{short_of_frames ? 1U : 4U} << 20;
      options.cpus = 2;
      auto kernel = sim::Kernel::create(profile, options);
      if (!kernel) {
        std::printf("%s: %s\n", profile.name.c_str(), kernel.error().text().c_str());
        return 1;
      }
      Mixture mixture(*kernel, mode, seed++);
      mixture.run();
      mixture.print(profile.name.c_str(), mode == Mode::documented ? "documented" : "faithful");
    }
  }
  return 0;
}
