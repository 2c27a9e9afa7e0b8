// Measuring one side: here by a replay with a ledger, there by another program's report.
#include "sim/cli/shrink_sides.h"

#include "sim/check/read_report.h"
#include "sim/check/suite.h"
#include "sim/cli/child_program.h"
#include "sim/cli/temporary.h"
#include "sim/cli/verbs.h"
#include "sim/observe/ledger.h"
#include "traces/edit/copy.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

namespace {

/// What the recorded kernel gave, as in a report.
Fallible<std::uint64_t> recorded_granted(traces::KmtReader& trace) {
  if (trace.totals()) return trace.totals()->bytes.granted;
  traces::TotalsCounter counter(trace.tables());
  const auto done = trace.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) { counter.add(e); });
  if (!done) return Failure<Error>{done.error()};
  return counter.totals().bytes.granted;
}

Fallible<check::MetricValues> measure_here(const ShrinkSide& side, traces::KmtReader& trace) {
  sim::Ledger ledger;
  const auto facts = sim::replay(trace, side.core, side.machine, {}, ledger, [](std::uint64_t) {});
  if (!facts) return Failure<Error>{facts.error()};
  sim::Report report = ledger.finish(*facts);
  if (side.recorded) {
    const auto granted = recorded_granted(trace);
    if (!granted) return Failure<Error>{granted.error()};
    report.bytes.recorded_granted = *granted;
  }
  return check::values_of(report);
}

/// A copy of the trace that another program can open.
Fallible<TemporaryContainer> copy_of(traces::KmtReader& trace) {
  auto container = TemporaryContainer::in_file();
  if (!container) return container;
  if (auto done = traces::copy(trace, container->writer()); !done) return Failure<Error>{done.error()};
  auto done = container->writer().finish(trace.tables(), trace.quality(), trace.source());
  if (!done) return Failure<Error>{done.error()};
  return container;
}

std::vector<std::string> command_of(const ShrinkSide& side, const std::string& trace) {
  return {side.program,
          "replay",
          trace,
          "-a",
          check::core_label(side.core),
          "-m",
          side.machine.profile.name,
          "--ram",
          std::to_string(side.machine.ram_bytes),
          "--arena",
          std::to_string(side.machine.arena_bytes),
          "--json",
          "-"};
}

Fallible<check::MetricValues> measure_there(const ShrinkSide& side, traces::KmtReader& trace) {
  const auto file = copy_of(trace);
  if (!file) return Failure<Error>{file.error()};
  const auto output = run_program(command_of(side, file->path()));
  if (!output) return Failure<Error>{output.error()};
  const int code = output->exit_code;
  if (code != exit_fine && code != exit_core_broke && code != exit_deadlock) {
    return Failure<Error>{
        {"'replay' ended with exit code " + std::to_string(code), "expected 0, 4 or 7", side.program, {}, {}}};
  }
  auto values = check::read_report_metrics(output->text);
  if (values) return values;
  Error error = values.error();
  error.file = side.program;
  return Failure<Error>{std::move(error)};
}

}  // namespace

Fallible<check::MetricValues> measure(const ShrinkSide& side, traces::KmtReader& trace) {
  return side.program.empty() ? measure_here(side, trace) : measure_there(side, trace);
}

Fallible<std::vector<check::MetricValues>> measure_all(const std::vector<ShrinkSide>& sides, traces::KmtReader& trace) {
  std::vector<check::MetricValues> all;
  for (const ShrinkSide& side : sides) {
    auto values = measure(side, trace);
    if (!values) return Failure<Error>{values.error()};
    all.push_back(std::move(*values));
  }
  return all;
}

}  // namespace kmemlab::cli
