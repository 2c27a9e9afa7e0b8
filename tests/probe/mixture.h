// The mixture of calls that the digest probe runs each system through: requests of many sizes with and without leave to
// sleep, frees, two CPUs, calls in interrupts, interrupts inside calls that call the allocator themselves; memory
// is short, so that requests fail, sleep, are resumed. Nothing is asserted: all is counted, digested and printed.
//
// `System` (tests/probe/systems.h) holds one allocator's state and makes its calls:
//   Call            a request, plain data; Wish says what the mixture drew for it
//   make, run       fills a call from a wish; starts or resumes it
//   is_free(call)   whether the request is a free (only where frees may sleep)
//   release         frees a block: done, not allowed here, or (where frees may sleep) the request to settle
//   use             the owner's first store into its block
//   check, digest, print_more
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "core/base/tables.h"
#include "sim/kernel/kernel.h"

namespace kmemlab::probe {

inline constexpr std::uint64_t calls_wanted = 20'000;
inline constexpr std::size_t parked_max = 6;

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
  unsigned tag = 0;  ///< the system's: what free needs to know
};

/// What the mixture drew for a request.
struct Wish {
  std::uint64_t size = 0;
  unsigned pick = 0;  ///< 0 to 3: a type, a heap, a kind of call
  bool no_wait = false;
  bool zero = false;
};

inline unsigned long long number(std::uint64_t n) {
  return n;
}

template <class System>
class Mixture final : public sim::InterruptSource {
 public:
  using Call = typename System::Call;

  Mixture(sim::Kernel& kernel, const typename System::Config& config, std::uint64_t seed)
      : kernel_(kernel), random_(seed), parked_(parked_max) {
    system_.boot(kernel_, config);
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
      allocate({0, 0, true, false});
    } else {
      release();
    }
  }

  /// What a person sees in a difference: counts first, digests behind.
  void print(const std::string& title) {
    const CheckResult checked = system_.check(kernel_);
    const sim::Counters c = kernel_.machine().counters();
    std::printf("%s: calls %llu granted %llu failed %llu sleeps %llu resumed %llu interrupts %llu tick %llu\n",
                title.c_str(), number(calls_), number(granted_), number(failed_), number(sleeps_), number(resumed_),
                number(c.interrupts), number(kernel_.machine().now()));
    std::printf("  sleeps on type_limit %llu address_space %llu frames %llu\n", by_cause(SleepCause::type_limit),
                by_cause(SleepCause::address_space), by_cause(SleepCause::frames));
    system_.print_more();
    std::printf("  loads %llu stores %llu misses %llu invariant %u stopped '%s'\n", number(c.loads), number(c.stores),
                number(c.tlb_misses), checked.invariant, stopped_.c_str());
    std::printf("  outcomes %016llx state %016llx memory %016llx kernel %016llx\n", number(outcomes_.value()),
                number(system_.digest()), number(kernel_.machine().memory_digest()), number(kernel_.digest()));
  }

 private:
  static constexpr std::uint64_t thread_who = parked_max;
  struct Parked {
    Call call{};
    bool taken = false;
  };
  unsigned long long by_cause(SleepCause cause) const { return by_cause_[static_cast<unsigned>(cause)]; }

  void one_call() {
    ++calls_;
    if (random_.below(16) == 0) plan_interrupt();
    const bool in_interrupt = random_.below(8) == 0;
    const bool no_wait = in_interrupt || random_.below(4) == 0;
    tick_ += random_.below(5'000);
    begin(in_interrupt ? sim::CallEnvironment::interrupt : sim::CallEnvironment::process);
    if (!live_.empty() && (random_.below(16) < (live_.size() < 400 ? 6U : 9U) || free_parked() == nullptr)) {
      release();
    } else if (free_parked() != nullptr) {
      allocate({0, 0, no_wait, random_.below(4) == 0});
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

  Parked* free_parked() {
    for (Parked& p : parked_) {
      if (!p.taken) return &p;
    }
    return nullptr;
  }

  void allocate(Wish wish) {
    wish.size = 1 + random_.below(std::uint64_t{2} << random_.below(16));
    if (random_.below(64) == 0) wish.size = 60'000 + random_.below(20'000);  // around the 64 KB of malloc(9)
    wish.pick = static_cast<unsigned>(random_.below(4));
    Call call;
    system_.make(call, wish);
    settle(call, nullptr);
  }

  /// Runs the request until it is answered or asleep. `parked`: where it lies, if it slept before.
  void settle(Call& call, Parked* parked) {
    const Outcome outcome = system_.run(kernel_, call);
    outcomes_.add(static_cast<std::uint64_t>(outcome) << 8 | static_cast<std::uint64_t>(System::reason(call)));
    if (outcome == Outcome::blocked) {
      ++sleeps_;
      ++by_cause_[static_cast<unsigned>(System::cause(call))];
      Parked* const slot = parked != nullptr ? parked : free_parked();
      *slot = {call, true};
      const auto who = static_cast<std::uint64_t>(slot - parked_.data());
      kernel_.sleep({who, System::channel(call), System::cause(call), tick_});
      return;
    }
    if (outcome == Outcome::done) {
      answered(call);
    } else {
      ++failed_;
      if (System::is_free(call)) live_.push_back(System::block_of(call));  // it lives on
    }
    if (parked != nullptr) *parked = {};
  }

  void answered(const Call& call) {
    if (System::is_free(call)) return;
    ++granted_;
    const LiveBlock block = System::block_of(call);
    outcomes_.add(block.address.v);
    system_.use(kernel_, call);
    live_.push_back(block);
  }

  void release() {
    const std::size_t at = random_.below(live_.size());
    const LiveBlock block = live_[at];
    live_[at] = live_.back();
    live_.pop_back();
    outcomes_.add(block.address.v);
    if constexpr (System::frees_may_sleep) {
      Call call;
      system_.make_free(call, block);
      if (free_parked() == nullptr) {
        live_.push_back(block);
      } else {
        settle(call, nullptr);
      }
    } else if (!system_.release(kernel_, block)) {
      ++failed_;
      live_.push_back(block);
    }
  }

  void resume_woken() {
    if constexpr (System::frees_may_sleep) {
      if (random_.below(4) != 0) system_.finish_releases(kernel_);
    }
    while (kernel_.any_ready()) {
      for (const sim::Sleeper& s : kernel_.take_ready()) {
        if (s.who == thread_who) {
          run_thread();
          continue;
        }
        ++resumed_;
        begin(sim::CallEnvironment::process);
        Call call = parked_[s.who].call;
        settle(call, &parked_[s.who]);
        end();
      }
    }
    if constexpr (System::has_thread) {
      if (calls_ == 1) run_thread();  // the first time: soon after boot
    }
  }

  void run_thread() {
    if constexpr (System::has_thread) {
      begin(sim::CallEnvironment::process);
      const auto [channel, cause] = system_.run_thread(kernel_);
      kernel_.sleep({thread_who, channel, cause, tick_});
      end();
    }
  }

  sim::Kernel& kernel_;
  Random random_;
  System system_;
  std::vector<Parked> parked_;
  std::vector<LiveBlock> live_;
  Digest outcomes_;
  std::uint64_t tick_ = 0, calls_ = 0, granted_ = 0, failed_ = 0, sleeps_ = 0, resumed_ = 0;
  std::array<std::uint64_t, sleep_causes> by_cause_{};
  std::string stopped_;
};

}  // namespace kmemlab::probe
