#include "sim/cli/session_source.h"

#include "sim/check/decision_file.h"
#include "sim/cli/request_lookup.h"

namespace kmemlab::cli {

namespace {

constexpr std::uint64_t events_at_once = 4096;

}  // namespace

SessionSource::SessionSource(const OpenTrace& trace, const sim::CoreSpec& core, const sim::MetricsWindow& window)
    : ledger_(window),
      waste_(RequestLookup(trace.reader), window),
      decisions_([this](const sim::EventDecisions& group) { ready_.push_back(group); }),
      events_(trace.reader.events()),
      recorded_granted_(trace.totals ? trace.totals->bytes.granted : 0) {
  report_.core = core.name;
  report_.options = core.options_text();
  observers_.add(ledger_);
  observers_.add(waste_);
  observers_.add(decisions_);
}

Fallible<std::unique_ptr<SessionSource>> SessionSource::open(const OpenTrace& trace, const sim::CoreSpec& core,
                                                             const sim::MachineSpec& machine,
                                                             const sim::ReplayPolicy& policy, Progress progress) {
  std::unique_ptr<SessionSource> source(new SessionSource(trace, core, policy.window));
  auto session = sim::open_session(trace.reader.view(), core, machine, policy);
  if (!session) return Failure<Error>{session.error()};
  source->session_ = std::move(*session);
  source->progress_ = std::move(progress);
  source->page_bytes_ = machine.profile.page_bytes();
  return source;
}

Fallible<bool> SessionSource::next(sim::EventDecisions& group) {
  while (ready_.empty() && !over_) {
    const std::uint64_t at = session_->next_event();
    if (at >= events_ || !session_->stopped().empty()) {
      facts_ = session_->finish(observers_);
      over_ = true;
    } else {
      const auto played = session_->play(at + events_at_once, observers_, {});
      if (!played) return Failure<Error>{played.error()};
      if (progress_) progress_(session_->next_event());
    }
  }
  if (ready_.empty()) return false;
  group = std::move(ready_.front());
  ready_.pop_front();
  return true;
}

Fallible<check::RunEnd> SessionSource::finish() {
  const std::string core = report_.core, options = report_.options;
  report_ = ledger_.finish(facts_);
  report_.core = core;
  report_.options = options;
  report_.bytes.recorded_granted = recorded_granted_;
  return check::RunEnd{check::metrics_of(report_), waste_.cells(), report_.stopped};
}

Fallible<check::RunEnd> write_decisions(check::DecisionSource& run, std::uint64_t events,
                                        const std::function<void(const std::string&)>& write) {
  write(check::decisions_head(events, run.page_bytes()));
  sim::EventDecisions group;
  for (;;) {
    const auto more = run.next(group);
    if (!more) return Failure<Error>{more.error()};
    if (!*more) break;
    write(sim::line_of(group) + "\n");
  }
  auto end = run.finish();
  if (end) write(check::decisions_tail(*end));
  return end;
}

}  // namespace kmemlab::cli
