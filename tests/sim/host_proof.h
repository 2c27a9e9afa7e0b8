// The proof that the simulator runs the real allocator, for every system that is replayed under one kernel lock: the
// simulated run's schedule is written down (each call as it was before it ran, frees, runs of the system's thread,
// interrupt or not, what came out), then the same schedule is run through the same adapter on plain host memory. At
// every step outcome, address, channel and state must be the same; at the end every byte of the arena and of the
// tables in boot memory, and every line on the console.
//
// `System` is a struct of names, one a system (test_host_equals_sim_*.cpp):
//   Adapter<K>, Options               the system's adapter of sim/replay, and its options
//   check(m, state, scratch)          the core's own invariants; scratch: a counter for each page of the arena
//   tables(state)                     what it keeps in boot memory
//   requested(call), zeroed(call)     bytes asked for; whether they are promised to be zero
#pragma once

#include <vector>

#include "core/machine/host/host_machine.h"
#include "sim/replay/replayer.h"
#include "tests/core/machines.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

/// Whether the core's check() runs after every event, on both machines.
enum class CheckEach : std::uint8_t { no, yes };

struct ProofSetup {
  const char* profile = "x86-64";
  std::uint64_t ram_bytes = 0;    ///< 0 = roomy
  std::uint64_t arena_bytes = 0;  ///< 0 = roomy
  CheckEach check = CheckEach::no;
};

/// What the schedule held, so that a test can demand that its trace did what it was made for.
struct ProofFacts {
  std::uint64_t calls = 0, failed = 0, slept = 0, frees = 0, thread_runs = 0, thread_slept = 0, in_interrupt = 0;
  std::uint64_t slept_for_frames = 0, slept_for_space = 0;
};

/// One step of the schedule: all that decides it, and what came out.
template <class Call>
struct Scheduled {
  enum class What : std::uint8_t { alloc, free, thread };
  What what = What::alloc;
  bool interrupt = false;
  Outcome outcome = Outcome::done;
  SleepCause cause = SleepCause::none;
  Call call{};         ///< of an allocation, as it was before
  sim::Block block{};  ///< of a free
  Addr address{};
  Channel channel{};
  std::uint64_t digest = 0;  ///< of the state, afterwards
};

/// Gives a granted block a pattern of its own, so that contents are compared too; one that is promised to be zero keeps
/// its zeros.
template <class System, class M, class Call>
void use_block(M& m, const Call& call) {
  if (System::zeroed(call)) return;
  const std::uint64_t size = System::requested(call);
  for (std::uint64_t at = 0; at + 4 <= size; at += 4) {
    m.template store<std::uint32_t>(call.address + at, static_cast<std::uint32_t>(mix64(call.address.v + at + size)));
  }
}

template <class System>
class StateCheck {
 public:
  StateCheck(CheckEach each, std::uint64_t pages) : each_(each), scratch_(pages + 1) {}
  template <class M, class State>
  void after_event(const M& m, const State& state) {
    if (each_ == CheckEach::yes) now(m, state);
  }
  template <class M, class State>
  void now(const M& m, const State& state) {
    const CheckResult r = System::check(m, state, scratch_);
    if (!r) FAIL("invariant " << r.invariant << " broken at 0x" << std::hex << r.where.v);
  }

 private:
  CheckEach each_;
  std::vector<std::uint32_t> scratch_;
};

/// The system's adapter, writing down the schedule.
template <class System>
class RecordingAdapter {
 public:
  using KernelType = sim::Kernel;
  using Inner = typename System::template Adapter<sim::Kernel>;
  using Call = typename Inner::Call;
  using Step = Scheduled<Call>;
  using What = typename Step::What;
  RecordingAdapter(const typename System::Options& o, const traces::Tables& t, StateCheck<System> check)
      : inner_(o, t), check_(std::move(check)) {}
  void boot(sim::Kernel& k) { inner_.boot(k); }
  bool prepare(Call& c, const sim::Request& request, const sim::CallContext& at) const {
    return inner_.prepare(c, request, at);
  }
  Outcome run(sim::Kernel& k, Call& c) {
    Step s;
    s.call = c;
    s.outcome = inner_.run(k, c);
    s.address = c.address;
    if (s.outcome == Outcome::blocked) {
      s.channel = c.channel;
      s.cause = c.cause;
    }
    note(k, What::alloc, s);
    if (s.outcome == Outcome::done) use_block<System>(k, c);
    return s.outcome;
  }
  void free(sim::Kernel& k, const sim::Block& b) {
    Step s;
    s.block = b;
    inner_.free(k, b);
    note(k, What::free, s);
  }
  sim::ThreadWait run_thread(sim::Kernel& k)
    requires sim::HasThread<Inner>
  {
    Step s;
    const sim::ThreadWait wait = inner_.run_thread(k);
    s.channel = wait.channel;
    s.cause = wait.cause;
    note(k, What::thread, s);
    return wait;
  }
  Reason free_forbidden(const sim::CallContext& at) const
    requires sim::RefusesFrees<Inner>
  {
    return inner_.free_forbidden(at);
  }
  bool defers_frees() const
    requires sim::RefusesFrees<Inner>
  {
    return inner_.defers_frees();
  }
  std::uint32_t tag_of(const Call& c) const { return inner_.tag_of(c); }
  bool is_refusal(Reason r) const { return inner_.is_refusal(r); }
  std::uint64_t metadata_bytes() const { return inner_.metadata_bytes(); }
  template <class F>
  void for_each_metadata(F f) const
    requires sim::HasMetadata<Inner>
  {
    inner_.for_each_metadata(f);
  }
  std::uint64_t digest() const { return inner_.digest(); }
  const auto& state() const { return inner_.state(); }

  std::vector<Step> schedule;

 private:
  void note(sim::Kernel& k, What what, Step& s) {
    s.what = what;
    s.interrupt = k.in_interrupt();
    s.digest = inner_.digest();
    schedule.push_back(s);
    check_.after_event(k, inner_.state());
  }
  Inner inner_;
  StateCheck<System> check_;
};

/// Runs one step on the host and compares what comes out.
template <class System, class Adapter, class Step>
void follow_step(host::HostMachine& m, Adapter& adapter, const Step& s) {
  bool same = true;
  m.set_interrupt(s.interrupt);
  if (s.what == Step::What::free) {
    adapter.free(m, s.block);
  } else if (s.what == Step::What::alloc) {
    auto call = s.call;
    const Outcome outcome = adapter.run(m, call);
    same = outcome == s.outcome && (outcome != Outcome::done || call.address == s.address) &&
           (outcome != Outcome::blocked || (call.channel == s.channel && call.cause == s.cause));
    if (outcome == Outcome::done) use_block<System>(m, call);
  } else if constexpr (sim::HasThread<Adapter>) {
    const sim::ThreadWait wait = adapter.run_thread(m);
    same = wait.channel == s.channel && wait.cause == s.cause;
  }
  m.set_interrupt(false);
  if (!same || adapter.digest() != s.digest) FAIL("the host parted from the simulator");
}

template <class K>
void same_contents(const K& kernel, const host::HostMachine& m, AddrRange range) {
  for (Addr a = range.base; a < range.end(); a = a + 4) {
    if (kernel.template peek<std::uint32_t>(a) != m.peek<std::uint32_t>(a)) {
      FAIL("contents differ at 0x" << std::hex << a.v);
    }
  }
}

/// The simulated console keeps the first lines only; of the host's, as many are compared.
inline void same_console(const sim::Kernel& kernel, const host::HostMachine& m) {
  const auto& console = kernel.machine().console();
  REQUIRE(console.count() == m.console_lines().size());
  for (std::size_t n = 0; n < console.lines().size(); ++n) {
    if (console.lines()[n].text != m.console_lines()[n]) FAIL("console line " << n << " differs");
  }
}

template <class Step>
ProofFacts facts_of(const std::vector<Step>& schedule) {
  ProofFacts f;
  for (const Step& s : schedule) {
    f.in_interrupt += s.interrupt;
    f.frees += s.what == Step::What::free;
    f.thread_runs += s.what == Step::What::thread;
    f.thread_slept += s.what == Step::What::thread && s.cause != SleepCause::none;
    if (s.what != Step::What::alloc) continue;
    ++f.calls;
    f.failed += s.outcome == Outcome::failed;
    f.slept += s.outcome == Outcome::blocked;
    f.slept_for_frames += s.cause == SleepCause::frames;
    f.slept_for_space += s.cause == SleepCause::address_space;
  }
  return f;
}

/// What a session does, with a player whose adapter is the test's.
template <class Player>
void play_to_end(Player& player, traces::KmtReader& trace, sim::Observer& observer) {
  player.watch(observer);
  player.boot();
  const auto played = trace.for_each_block(traces::replay_columns, [&](const traces::EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) player.play(b, i);
  });
  REQUIRE(played);
  player.run_out();
  REQUIRE(player.end(trace.last_tick()).stopped == "");
}

/// Plays on the simulator, follows on the host, compares everything.
template <class System>
ProofFacts prove(traces::KmtReader& trace, const ProofSetup& setup, const typename System::Options& options) {
  const sim::Profile& profile = *sim::find_profile(setup.profile);
  const sim::KernelOptions o = sim::kernel_options({profile, setup.ram_bytes, setup.arena_bytes}, *trace.view());
  sim::Kernel kernel = sim::Kernel::create(profile, o).value();
  StateCheck<System> check(setup.check, o.arena_bytes >> profile.page_shift);
  RecordingAdapter<System> adapter(options, trace.tables(), check);
  sim::Ledger ledger;
  sim::Replayer<RecordingAdapter<System>> replayer(kernel, adapter, *trace.view(), {});
  play_to_end(replayer, trace, ledger);

  host::HostMachine m(OnHost::host_shape({setup.profile, o.arena_bytes, o.ram_bytes}));
  typename System::template Adapter<host::HostMachine> follower(options, trace.tables());
  follower.boot(m);
  std::uint64_t n = 0;
  for (const auto& step : adapter.schedule) {
    INFO("step " << n++);
    follow_step<System>(m, follower, step);
    check.after_event(m, follower.state());
  }
  CHECK(follower.digest() == adapter.digest());
  check.now(kernel, adapter.state());
  check.now(m, follower.state());
  same_contents(kernel, m, kernel.arena());
  same_contents(kernel, m, System::tables(follower.state()));
  same_console(kernel, m);
  return facts_of(adapter.schedule);
}

}  // namespace kmemlab::test
