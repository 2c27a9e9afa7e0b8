#include "sim/cli/check_runs.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "sim/cli/edits.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/recorded_part.h"
#include "sim/cli/replay_runs.h"
#include "sim/cli/temporary.h"

namespace kmemlab::cli {

namespace {

constexpr std::uint64_t events_in_memory_max = 4'000'000;

Fallible<OpenTrace> make_trace(const check::Entry& entry) {
  const auto& [workload, request] = entry.synthetic;
  const std::uint64_t events = request.events == 0 ? workload->events : request.events;
  auto container = events <= events_in_memory_max ? Fallible<TemporaryContainer>(TemporaryContainer::in_memory())
                                                  : TemporaryContainer::in_file();
  if (!container) return Failure<Error>{container.error()};
  const auto made = traces::gen::generate(*workload, request, container->writer());
  if (!made) return Failure<Error>{made.error()};
  container->writer().set_totals(made->totals);
  auto done = container->writer().finish(made->tables, made->quality, made->source);
  if (!done) return Failure<Error>{done.error()};
  auto reader = container->open(entry.name);
  if (!reader) return Failure<Error>{reader.error()};
  return OpenTrace{std::move(*reader), made->totals, 0};
}

Fallible<OpenTrace> trace_of(const check::Entry& entry) {
  Edits edits;
  edits.where = entry.where;
  if (!entry.trace.empty()) return open_edited(entry.trace, Defects::counted, edits);
  auto trace = make_trace(entry);
  if (!trace) return trace;
  return open_edited(std::move(*trace), edits);
}

Fallible<std::vector<sim::Report>> run_entry(const check::Entry& entry) {
  auto trace = trace_of(entry);
  if (!trace) return Failure<Error>{trace.error()};
  auto totals = totals_of(*trace);
  if (!totals) return Failure<Error>{totals.error()};
  if (entry.window.from != 0 && entry.window.from >= trace->reader.events()) {
    return fail("the window begins behind the trace's end",
                "expected \"from\" below " + std::to_string(trace->reader.events()));
  }
  if (!entry.window.whole()) totals = recorded_part(trace->reader, *totals, entry.window);
  if (!totals) return Failure<Error>{totals.error()};
  WantedRuns wanted;
  wanted.cores = entry.cores;
  wanted.machine = entry.machine;
  wanted.native = entry.native;
  wanted.policy.window = entry.window;
  ReplayReport report{trace->reader, *totals, entry.machine, entry.window, entry.native, {}, {}, {}};
  if (auto done = run_all(*trace, wanted, {}, report); !done) return Failure<Error>{done.error()};
  return std::move(report.runs);
}

}  // namespace

Fallible<std::string> read_text(const std::string& path) {
  constexpr std::streamsize bytes_max = std::streamsize{16} << 20;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  if (in) {
    text.resize(static_cast<std::size_t>(bytes_max) + 1);
    in.read(text.data(), bytes_max + 1);
    text.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    return Failure<Error>{{std::string("cannot be read: ") + std::strerror(errno), "expected a file", path, {}, {}}};
  }
  if (static_cast<std::streamsize>(text.size()) > bytes_max) {
    return Failure<Error>{{"larger than 16 MiB", "expected a file of text", path, {}, {}}};
  }
  return text;
}

Fallible<check::Suite> open_suite(const std::string& path) {
  auto text = read_text(path);
  if (!text) return Failure<Error>{text.error()};
  return check::read_suite(*text, path);
}

Fallible<check::Reports> run_suite(const check::Suite& suite) {
  check::Reports reports;
  for (const check::Entry& entry : suite.entries) {
    auto runs = run_entry(entry);
    if (!runs) {
      Error error = runs.error();
      if (error.file.empty()) error.file = suite.file, error.line = entry.line;
      return Failure<Error>{std::move(error)};
    }
    reports.push_back(std::move(*runs));
  }
  return reports;
}

}  // namespace kmemlab::cli
