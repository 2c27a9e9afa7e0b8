#include "sim/check/verify.h"

#include <algorithm>
#include <array>

#include "core/base/digest.h"
#include "sim/check/flip.h"
#include "sim/observe/ledger.h"
#include "sim/replay/observer_list.h"

namespace kmemlab::check {

namespace {

/// One of the two runs with all that watches and disturbs it. A copy of it goes on as it would.
struct Side {
  std::unique_ptr<sim::Session> session;
  ShadowOracle oracle;
  SeededFaults faults;

  Side(std::unique_ptr<sim::Session> s, const VerifyOptions& options, const ZeroWishes& zeros)
      : session(std::move(s)), oracle(options.core), faults(options.faults.value_or(FaultPlan{})) {
    oracle.expect_zeros(zeros);
    bind();
  }
  Side(const Side& other) : session(other.session->copy()), oracle(other.oracle), faults(other.faults) { bind(); }
  Side& operator=(const Side&) = delete;
  ~Side() = default;
  /// The boot, if it is still to come, and then the events before `to`. Did a fault strike? Its shortage ends here, so
  /// where one may, this plays an event at a time.
  Fallible<bool> play(std::uint64_t to, sim::Observer& observer) {
    if (!session->booted()) {
      if (auto done = session->play(0, observer, {}); !done) return Failure<Error>{done.error()};
      strike();
    }
    const std::uint64_t before = faults.struck_in_all();
    if (auto done = session->play(to, observer, {}); !done) return Failure<Error>{done.error()};
    const bool struck = faults.struck_in_all() != before;
    if (struck) session->end_shortage();
    return struck;
  }
  /// No fault strikes in what is still under way: its shortage would last for ever, and look like a deadlock.
  sim::RunFacts finish(sim::Observer& observer) {
    session->set_faults(nullptr);
    return session->finish(observer);
  }

 private:
  void bind() {
    oracle.attach(*session);
    if (session->booted()) strike();
  }
  /// After the boot: one without frames is no boot. Without a site the run is exactly that of a replay.
  void strike() {
    if (faults.plan().any_site()) session->set_faults(&faults);
  }
};

class Verifier {
 public:
  Verifier(const VerifyOptions& options, const std::shared_ptr<const traces::KmtView>& trace)
      : options_(options), trace_(trace), events_(trace->events()) {}

  Fallible<VerifyResult> run(const OpenRun& open) {
    const auto zeros = ZeroWishes::of(trace_);
    if (!zeros) return Failure<Error>{zeros.error()};
    for (unsigned i = 0; i < 2; ++i) {
      auto session = open(i);
      if (!session) return Failure<Error>{session.error()};
      sides_[i] = std::make_unique<Side>(std::move(*session), options_, *zeros);
    }
    while (at_ < events_ && !over()) {
      keep();
      const std::uint64_t to = std::min(events_, at_ + options_.digest_every);
      for (unsigned i = 0; i < 2; ++i) {
        if (auto done = play(i, to); !done) return Failure<Error>{done.error()};
      }
      at_ = to;
      ++result_.comparisons;
      if (sides_[0]->session->digest() != sides_[1]->session->digest()) {
        if (auto done = find_difference(to); !done) return Failure<Error>{done.error()};
      }
    }
    return finish();
  }

 private:
  bool over() const { return result_.differs_after.has_value() || !sides_[0]->session->stopped().empty(); }

  /// Plays one run to `to`, and recounts on the way.
  Fallible<void> play(unsigned which, std::uint64_t to) {
    Side& side = *sides_[which];
    sim::ObserverList observers;
    observers.add(side.oracle);
    if (which == 0) observers.add(ledger_);
    const std::uint64_t step = step_events();
    while (side.session->next_event() < to && side.session->stopped().empty()) {
      const std::uint64_t from = side.session->next_event();
      const std::uint64_t next = std::min({to, from + step, (from / options_.every + 1) * options_.every});
      const auto struck = side.play(next, observers.observer());
      if (!struck) return Failure<Error>{struck.error()};
      if (which == 0 && options_.faults) flips_.after(*side.session, side.oracle, from, next, *options_.faults);
      if (which == 0 && (*struck || next % options_.every == 0 || next == to)) recount();
      if (options_.progress && next % options_.every == 0) options_.progress(which == 0 ? from + at_ : from + to);
    }
    return {};
  }

  /// A fault's shortage ends before the next event; bits flip near the event that the seed names.
  std::uint64_t step_events() const {
    if (!options_.faults) return options_.every;
    if (options_.faults->any_site()) return 1;
    return options_.faults->flip_free + options_.faults->flip_live != 0 ? 64 : options_.every;
  }

  /// The law by the ledger's own sums, beside what the oracle finds.
  void recount() {
    sides_[0]->oracle.recount();
    const auto now = ledger_.now();
    if (now.held == now.requested + now.internal + now.cached + now.metadata && now.cached <= now.held) return;
    ++result_.broken;
    if (result_.findings.empty()) {
      result_.findings.push_back(
          {sides_[0]->session->next_event(), "held bytes are less than granted ones and tables"});
    }
  }

  void keep() {
    for (unsigned i = 0; i < 2; ++i) kept_[i] = std::make_unique<Side>(*sides_[i]);
  }

  /// From the last place where the two agreed, an event at a time.
  Fallible<void> find_difference(std::uint64_t to) {
    result_.differs_after = to - 1;
    for (std::uint64_t event = kept_[0]->session->next_event(); event < to; ++event) {
      for (auto& side : kept_) {
        if (auto done = side->play(event + 1, side->oracle); !done) return Failure<Error>{done.error()};
      }
      if (kept_[0]->session->digest() == kept_[1]->session->digest()) continue;
      result_.differs_after = event;
      return {};
    }
    return {};
  }

  Fallible<VerifyResult> finish() {
    std::array<std::uint64_t, 2> digests{};
    for (unsigned i = 0; i < 2; ++i) {
      Side& side = *sides_[i];
      sim::ObserverList observers;
      observers.add(side.oracle);
      if (i == 0) observers.add(ledger_);
      const sim::RunFacts facts = side.finish(observers.observer());
      if (i == 0) side.oracle.recount();
      digests[i] = Digest(facts.digest ^ side.session->digest()).value();
      if (i == 0) result_.facts = facts;
    }
    if (result_.deterministic() && digests[0] != digests[1]) result_.differs_after = events_ == 0 ? 0 : events_ - 1;
    ++result_.comparisons;
    const ShadowOracle& oracle = sides_[0]->oracle;
    result_.report = ledger_.finish(result_.facts);
    result_.events = sides_[0]->session->next_event();
    result_.digest = result_.facts.digest;
    result_.broken += oracle.broken();
    result_.findings.insert(result_.findings.begin(), oracle.findings().begin(), oracle.findings().end());
    result_.recounts = oracle.recounts();
    result_.blocks_checked = oracle.blocks_checked();
    result_.zeros_checked = oracle.zeros_checked();
    result_.bytes_compared = oracle.bytes_compared();
    result_.struck = sides_[0]->faults.struck();
    result_.free_flips = flips_.free;
    result_.live_flips = flips_.live;
    return std::move(result_);
  }

  const VerifyOptions& options_;
  const std::shared_ptr<const traces::KmtView>& trace_;
  std::uint64_t events_;
  std::uint64_t at_ = 0;
  std::array<std::unique_ptr<Side>, 2> sides_, kept_;
  sim::Ledger ledger_;
  Flips flips_;
  VerifyResult result_;
};

}  // namespace

Fallible<VerifyResult> verify(const OpenRun& open, const std::shared_ptr<const traces::KmtView>& trace,
                              const VerifyOptions& options) {
  return Verifier(options, trace).run(open);
}

}  // namespace kmemlab::check
