#include "sim/cli/replay_runs.h"

#include <chrono>

#include "sim/cli/log_writer.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/progress.h"
#include "sim/observe/common.h"
#include "sim/observe/ledger.h"
#include "sim/replay/observer_list.h"
#include "traces/kmt/columns.h"

namespace kmemlab::cli {

sim::MachineSpec machine_of(const WantedRuns& wanted, const sim::CoreSpec& core) {
  return machine_for({wanted.machine, wanted.native}, core);
}

namespace {

Fallible<sim::RunFacts> play(OpenTrace& trace, const WantedRuns& wanted, const sim::CoreSpec& core,
                             const sim::MachineSpec& machine, const char* doing, sim::Observer& observer) {
  ProgressLine progress(doing + core.name, "events");
  const std::uint64_t events = trace.reader.events();
  return sim::replay(trace.reader, core, machine, wanted.policy, observer,
                     [&](std::uint64_t done) { progress.update(done, events); });
}

Fallible<sim::Report> run_core(OpenTrace& trace, const WantedRuns& wanted, const sim::CoreSpec& core,
                               const sim::MachineSpec& machine, sim::ObserverList observers) {
  sim::Ledger ledger(wanted.policy.window);
  observers.add(ledger);
  const auto began = std::chrono::steady_clock::now();
  auto facts = play(trace, wanted, core, machine, "replaying ", observers.observer());
  if (!facts) return Failure<Error>{facts.error()};
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  sim::Report report = ledger.finish(*facts);
  report.core = core.name;
  report.options = core.options_text();
  if (seconds > 0) report.events_per_second = static_cast<double>(trace.totals->allocs + trace.totals->frees) / seconds;
  return report;
}

/// What the recorded kernel gave for the blocks of the set.
Fallible<sim::CommonBytes> recorded_common(traces::KmtReader& trace, const sim::MetricsWindow& window,
                                           const sim::BlockSet& common) {
  sim::CommonLedger ledger(common, window);
  struct Sizes {
    std::uint64_t id = traces::no_block, requested = 0, granted = 0;
  };
  std::vector<Sizes> live(trace.max_slots());
  const auto close = [&](std::uint64_t tick, Sizes& block) {
    if (block.id != traces::no_block) ledger.freed(tick, block.id, block.requested, block.granted);
    block = {};
  };
  const auto done = trace.for_each_block(traces::all_columns, [&](const traces::EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) {
      const std::uint64_t event = b.first_event + i;
      if (event == window.from && event != 0) ledger.opens(b.tick[i]);
      if (event == window.to) ledger.closes(b.tick[i]);
      const bool gives = b.op[i] == traces::Op::alloc || b.op[i] == traces::Op::realloc;
      if (b.slot[i] >= live.size() || (!gives && b.op[i] != traces::Op::free)) continue;
      close(b.tick[i], live[b.slot[i]]);
      if (!gives) continue;
      live[b.slot[i]] = {b.id[i], b.requested[i], b.granted[i]};
      ledger.allocated({event, b.tick[i]}, b.id[i], b.requested[i], b.granted[i]);
    }
  });
  if (!done) return Failure<Error>{done.error()};
  ledger.on_end(trace.last_tick());
  return ledger.bytes();
}

Fallible<CommonTable> common_table(OpenTrace& trace, const WantedRuns& wanted, const sim::BlockSet& common,
                                   const ReplayReport& report) {
  CommonTable table;
  table.blocks = common.size();
  auto recorded = recorded_common(trace.reader, wanted.policy.window, common);
  if (!recorded) return Failure<Error>{recorded.error()};
  table.recorded = *recorded;
  for (std::size_t i = 0; i < wanted.cores.size(); ++i) {
    sim::CommonLedger ledger(common, wanted.policy.window);
    auto facts = play(trace, wanted, wanted.cores[i], report.machines[i], "comparing ", ledger);
    if (!facts) return Failure<Error>{facts.error()};
    table.runs.push_back(ledger.bytes());
  }
  return table;
}

}  // namespace

/// Whoever may sleep would never get a frame.
Fallible<void> reserve_fits(const OpenTrace& trace, const WantedRuns& wanted, const sim::MachineSpec& machine) {
  const std::optional<sim::FrameLimits>& limits = wanted.policy.pressure.limits;
  const std::uint64_t frames =
      sim::kernel_options(machine, *trace.reader.view()).ram_bytes / machine.profile.page_bytes();
  if (!limits || limits->reserve < frames) return {};
  return fail("--watermarks keep " + std::to_string(limits->reserve) + " frames from those who may sleep",
              "expected fewer than the machine's " + std::to_string(frames));
}

Fallible<void> run_all(OpenTrace& trace, const WantedRuns& wanted, const Extras& extras, ReplayReport& report) {
  std::optional<sim::BlockSet> common;
  for (const sim::CoreSpec& core : wanted.cores) {
    sim::ObserverList observers;
    std::optional<LogWriter> writer;
    if (extras.log != nullptr) observers.add(writer.emplace(extras.log->stream()));
    sim::GrantedBlocks granted;
    if (wanted.common) observers.add(granted);
    if (extras.pictures != nullptr) {
      extras.pictures->push_back(std::make_unique<Picture>(trace.reader, wanted.policy.window));
      observers.add(extras.pictures->back()->series);
      observers.add(extras.pictures->back()->sites);
      observers.add(extras.pictures->back()->strips);
    }
    report.machines.push_back(machine_of(wanted, core));
    if (auto fits = reserve_fits(trace, wanted, report.machines.back()); !fits) return fits;
    auto run = run_core(trace, wanted, core, report.machines.back(), std::move(observers));
    if (!run) return Failure<Error>{run.error()};
    report.runs.push_back(std::move(*run));
    report.runs.back().bytes.recorded_granted = report.totals.bytes.granted;
    if (!wanted.common) continue;
    if (common) {
      common->keep(granted.blocks());
    } else {
      common = granted.blocks();
    }
  }
  if (!common) return {};
  auto table = common_table(trace, wanted, *common, report);
  if (!table) return Failure<Error>{table.error()};
  report.common = std::move(*table);
  return {};
}

}  // namespace kmemlab::cli
