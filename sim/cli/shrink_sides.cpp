// Measuring one side: here by a replay with a ledger, there by another program's report.
#include "sim/cli/shrink_sides.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "sim/check/read_report.h"
#include "sim/cli/child_program.h"
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

/// A name in the system's temporary folder, and the file of that name while this lives.
class TemporaryFile {
 public:
  static Fallible<TemporaryFile> create() {
    std::error_code ignored;
    std::string path = (std::filesystem::temp_directory_path(ignored) / "kmemlab-shrink-XXXXXX.kmt").string();
    const int file = mkstemps(path.data(), 4);
    if (file < 0) return fail("no temporary file can be made", "a folder that can be written, as TMPDIR names it");
    close(file);
    return TemporaryFile(std::move(path));
  }
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Fallible<void> write_copy(traces::KmtReader& trace, const std::string& path) {
  auto writer = traces::KmtWriter::create(path);
  if (!writer) return Failure<Error>{writer.error()};
  if (auto done = traces::copy(trace, *writer); !done) return done;
  return writer->finish(trace.tables(), trace.quality(), trace.source());
}

std::vector<std::string> command_of(const ShrinkSide& side, const std::string& trace) {
  const std::string options = side.core.options_text();
  return {side.program,
          "replay",
          trace,
          "-a",
          side.core.name + (options.empty() ? "" : ":" + options),
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
  auto file = TemporaryFile::create();
  if (!file) return Failure<Error>{file.error()};
  if (auto done = write_copy(trace, file->path()); !done) return Failure<Error>{done.error()};
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
