// The proof of host_proof.h for systems whose calls overlap: allocations and frees are requests that may sleep, and
// what a call released is released at its end, so the schedule also says when each semaphore's release took place.
// `System` as in host_proof.h; its adapter is one for SmpReplayer.
#pragma once

#include <functional>

#include "sim/replay/smp_replayer.h"
#include "tests/sim/host_proof.h"

namespace kmemlab::test {

template <class Call, class FreeCall>
struct SmpScheduled {
  enum class What : std::uint8_t { alloc, free, release };
  What what = What::alloc;
  bool interrupt = false;
  Outcome outcome = Outcome::done;
  SleepCause cause = SleepCause::none;
  Call call{};           ///< of an allocation, as it was before
  FreeCall free_call{};  ///< of a free, as it was before
  sem_id sem = 0;        ///< of a release
  Addr address{};
  Channel channel{};
  std::uint64_t digest = 0;  ///< of the state, afterwards
};

/// The simulated kernel, telling of every release when it takes place.
class ReleaseTellingKernel final : public sim::Kernel {
 public:
  explicit ReleaseTellingKernel(sim::Kernel kernel) : sim::Kernel(std::move(kernel)) {}
  status_t finish_release(sem_id id) {
    if (on_release) on_release(id);
    return sim::Kernel::finish_release(id);
  }
  std::function<void(sem_id)> on_release;
};

template <class System>
class SmpRecordingAdapter {
 public:
  using KernelType = ReleaseTellingKernel;
  using Inner = typename System::template Adapter<KernelType>;
  using Call = typename Inner::Call;
  using FreeCall = typename Inner::FreeCall;
  using Step = SmpScheduled<Call, FreeCall>;
  using What = typename Step::What;
  SmpRecordingAdapter(const typename System::Options& o, const traces::Tables& t, StateCheck<System> check)
      : inner_(o, t), check_(std::move(check)) {}
  void boot(KernelType& k) {
    inner_.boot(k);
    k.on_release = [this](sem_id id) {
      Step s;
      s.what = What::release;
      s.sem = id;
      s.digest = inner_.digest();
      schedule.push_back(s);
    };
  }
  bool prepare(Call& c, const sim::Request& r, const sim::CallContext& at) const { return inner_.prepare(c, r, at); }
  void prepare_free(FreeCall& c, const sim::Block& b) const { inner_.prepare_free(c, b); }
  Outcome run(KernelType& k, Call& c) {
    Step s;
    s.call = c;
    s.outcome = inner_.run(k, c);
    s.address = c.address;
    note(k, s, c);
    if (s.outcome == Outcome::done) use_block<System>(k, c);
    return s.outcome;
  }
  Outcome run_free(KernelType& k, FreeCall& c) {
    Step s;
    s.what = What::free;
    s.free_call = c;
    s.outcome = inner_.run_free(k, c);
    note(k, s, c);
    return s.outcome;
  }
  Reason free_forbidden(const sim::CallContext& at) const { return inner_.free_forbidden(at); }
  bool defers_frees() const { return inner_.defers_frees(); }
  std::uint32_t tag_of(const Call& c) const { return inner_.tag_of(c); }
  bool is_refusal(Reason r) const { return inner_.is_refusal(r); }
  std::uint64_t metadata_bytes() const { return inner_.metadata_bytes(); }
  template <class F>
  void for_each_metadata(F f) const {
    inner_.for_each_metadata(f);
  }
  std::uint64_t digest() const { return inner_.digest(); }
  const auto& state() const { return inner_.state(); }

  std::vector<Step> schedule;

 private:
  template <class AnyCall>
  void note(KernelType& k, Step& s, const AnyCall& c) {
    if (s.outcome == Outcome::blocked) {
      s.channel = c.channel;
      s.cause = c.cause;
    }
    s.interrupt = k.in_interrupt();
    s.digest = inner_.digest();
    schedule.push_back(s);
    check_.after_event(k, inner_.state());
  }
  Inner inner_;
  StateCheck<System> check_;
};

template <class System, class Adapter, class Step>
void follow_smp_step(host::HostMachine& m, Adapter& adapter, const Step& s) {
  bool same = true;
  const auto compare = [&](Outcome outcome, const auto& call) {
    same = outcome == s.outcome &&
           (outcome != Outcome::blocked || (call.channel == s.channel && call.cause == s.cause));
  };
  m.set_interrupt(s.interrupt);
  if (s.what == Step::What::release) {
    m.finish_release(s.sem);
  } else if (s.what == Step::What::free) {
    auto call = s.free_call;
    compare(adapter.run_free(m, call), call);
  } else {
    auto call = s.call;
    const Outcome outcome = adapter.run(m, call);
    compare(outcome, call);
    same = same && (outcome != Outcome::done || call.address == s.address);
    if (outcome == Outcome::done) use_block<System>(m, call);
  }
  m.set_interrupt(false);
  m.take_releases();  // they come back as steps of their own
  if (!same || adapter.digest() != s.digest) FAIL("the host parted from the simulator");
}

/// What the schedule held.
struct SmpFacts {
  std::uint64_t calls = 0, failed = 0, frees = 0, releases = 0, slept_for_lock = 0, slept_for_frames = 0;
  std::uint64_t frees_slept = 0;
};

template <class Step>
SmpFacts smp_facts_of(const std::vector<Step>& schedule) {
  SmpFacts f;
  for (const Step& s : schedule) {
    f.calls += s.what == Step::What::alloc;
    f.frees += s.what == Step::What::free;
    f.releases += s.what == Step::What::release;
    f.failed += s.outcome == Outcome::failed;
    f.slept_for_lock += s.cause == SleepCause::lock;
    f.slept_for_frames += s.cause == SleepCause::frames;
    f.frees_slept += s.what == Step::What::free && s.outcome == Outcome::blocked;
  }
  return f;
}

/// Plays on the simulator, follows on the host, compares everything.
template <class System>
SmpFacts prove_smp(traces::KmtReader& trace, const ProofSetup& setup, const typename System::Options& options) {
  const sim::Profile& profile = *sim::find_profile(setup.profile);
  const sim::KernelOptions o = sim::kernel_options({profile, setup.ram_bytes, setup.arena_bytes}, *trace.view());
  ReleaseTellingKernel kernel(sim::Kernel::create(profile, o).value());
  StateCheck<System> check(setup.check, o.arena_bytes >> profile.page_shift);
  SmpRecordingAdapter<System> adapter(options, trace.tables(), check);
  sim::Ledger ledger;
  sim::SmpReplayer<SmpRecordingAdapter<System>> replayer(kernel, adapter, *trace.view(), {});
  play_to_end(replayer, trace, ledger);

  host::HostMachine m(OnHost::host_shape({setup.profile, o.arena_bytes, o.ram_bytes}));
  typename System::template Adapter<host::HostMachine> follower(options, trace.tables());
  follower.boot(m);
  m.defer_releases(true);
  std::uint64_t n = 0;
  for (const auto& step : adapter.schedule) {
    INFO("step " << n++);
    follow_smp_step<System>(m, follower, step);
    if (step.what != SmpRecordingAdapter<System>::What::release) check.after_event(m, follower.state());
  }
  CHECK(follower.digest() == adapter.digest());
  check.now(kernel, adapter.state());
  check.now(m, follower.state());
  same_contents(kernel, m, kernel.arena());
  same_console(kernel, m);
  return smp_facts_of(adapter.schedule);
}

}  // namespace kmemlab::test
