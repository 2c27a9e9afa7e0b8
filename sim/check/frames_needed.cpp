#include "sim/check/frames_needed.h"

#include <algorithm>
#include <iterator>

#include "sim/replay/background.h"
#include "sim/replay/replay.h"

namespace kmemlab::check {

namespace {

/// Sees the first want of a frame, and how many pages the arena has at most.
class FrameWatch final : public sim::Observer {
 public:
  void on_sleep(const sim::SleepNote& note) override {
    if (note.cause == SleepCause::frames) found(Shortage::Kind::sleep, note.event);
  }
  void on_completion(const sim::Completion& c) override {
    if (c.ending == sim::Ending::failed && c.reason == Reason::no_frames) found(Shortage::Kind::fail, c.event);
  }
  void on_begin(const sim::Kernel& kernel) override { kernel_ = &kernel; }
  void on_background(std::uint64_t) override {
    for (const sim::Sleeper& s : kernel_->sleepers().sleepers()) {
      if (s.who == sim::Background::thread_who && s.cause == SleepCause::frames) found(Shortage::Kind::thread, arrived);
    }
  }
  void page_mapped(Addr) override { peak_ = std::max(peak_, ++held_); }
  void page_unmapped(Addr) override { --held_; }

  void found(Shortage::Kind kind, std::uint64_t event) {
    if (first_.kind == Shortage::Kind::none) first_ = {kind, event};
  }
  const Shortage& first() const { return first_; }
  std::uint64_t peak() const { return peak_; }

  std::uint64_t arrived = 0;  ///< events, at least

 private:
  Shortage first_;
  std::uint64_t held_ = 0, peak_ = 0;
  const sim::Kernel* kernel_ = nullptr;
};

struct Probe {
  Shortage first;
  std::uint64_t peak = 0;
};

class Search {
 public:
  Search(const std::shared_ptr<const traces::KmtView>& trace, const sim::CoreSpec& core,
         const sim::MachineSpec& machine, const sim::ReplayPolicy& policy, const FramesProgress& progress)
      : trace_(trace), core_(core), machine_(machine), policy_(policy), progress_(progress) {}

  Fallible<FramesNeeded> run() {
    machine_.ram_bytes = 0;
    result_.page_bytes = machine_.profile.page_bytes();
    result_.roomy_frames = sim::kernel_options(machine_, *trace_).ram_bytes / result_.page_bytes;
    const auto roomy = probe(result_.roomy_frames);
    if (!roomy) return Failure<Error>{roomy.error()};
    result_.roomy_peak = roomy->peak;
    if (roomy->first.kind != Shortage::Kind::none) {
      result_.one_fewer = roomy->first;
      return result_;
    }
    std::uint64_t low = 0, high = result_.roomy_frames;  // low goes short, high does not
    const std::uint64_t guesses[] = {roomy->peak, roomy->peak - (roomy->peak != 0)};
    unsigned guessed = 0;
    while (high - low > 1) {
      std::uint64_t frames = low + (high - low) / 2;
      for (bool taken = false; !taken && guessed < std::size(guesses);) {
        const std::uint64_t guess = guesses[guessed++];
        taken = guess > low && guess < high;
        if (taken) frames = guess;
      }
      const auto tried = probe(frames);
      if (!tried) return Failure<Error>{tried.error()};
      const bool fine = tried->first.kind == Shortage::Kind::none;
      (fine ? high : low) = frames;
      if (!fine) result_.one_fewer = tried->first;
    }
    result_.frames = high;
    return result_;
  }

 private:
  Fallible<Probe> probe(std::uint64_t frames) {
    constexpr std::uint64_t stretch = 16 * traces::block_events;
    machine_.ram_bytes = frames * result_.page_bytes;
    ++result_.runs;
    auto session = sim::open_session(trace_, core_, machine_, policy_);
    if (!session) return Failure<Error>{session.error()};
    sim::Session& run = **session;
    FrameWatch watch;
    const std::uint64_t events = trace_->events();
    do {
      const auto played = run.play(std::min(events, run.next_event() + stretch), watch, {});
      if (!played) return Failure<Error>{played.error()};
      watch.arrived = run.next_event();
      if (progress_) progress_(frames, run.next_event());
    } while (run.next_event() < events && run.stopped().empty() && watch.first().kind == Shortage::Kind::none);
    if (watch.first().kind == Shortage::Kind::none) {
      const std::uint64_t at = run.next_event();
      const sim::RunFacts facts = run.finish(watch);
      if (!facts.stopped.empty()) watch.found(Shortage::Kind::stop, at);
    }
    return Probe{watch.first(), watch.peak()};
  }

  const std::shared_ptr<const traces::KmtView>& trace_;
  const sim::CoreSpec& core_;
  sim::MachineSpec machine_;
  const sim::ReplayPolicy& policy_;
  const FramesProgress& progress_;
  FramesNeeded result_;
};

}  // namespace

const char* name_of(Shortage::Kind kind) {
  switch (kind) {
    case Shortage::Kind::none:
      return "none";
    case Shortage::Kind::sleep:
      return "sleep";
    case Shortage::Kind::fail:
      return "fail";
    case Shortage::Kind::thread:
      return "thread";
    case Shortage::Kind::stop:
      return "stop";
  }
  return "?";
}

Fallible<FramesNeeded> frames_needed(const std::shared_ptr<const traces::KmtView>& trace, const sim::CoreSpec& core,
                                     sim::MachineSpec machine, const sim::ReplayPolicy& policy,
                                     const FramesProgress& progress) {
  return Search(trace, core, machine, policy, progress).run();
}

}  // namespace kmemlab::check
