#include "sim/cli/check_runs.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "sim/cli/edits.h"
#include "sim/cli/html/page.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/recorded_part.h"
#include "sim/cli/replay_runs.h"
#include "sim/cli/temporary.h"
#include "sim/cli/two_sides.h"

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
  if (entry.repeat != 1) edits.repeat = entry.repeat;
  if (!entry.trace.empty()) return open_edited(entry.trace, Defects::counted, edits);
  auto trace = make_trace(entry);
  if (!trace) return trace;
  return open_edited(std::move(*trace), edits);
}

WantedRuns wanted_of(const check::Entry& entry) {
  WantedRuns wanted;
  wanted.cores = entry.cores;
  wanted.machine = entry.machine;
  wanted.native = entry.native;
  wanted.policy.window = entry.window;
  wanted.policy.pressure = entry.pressure;
  wanted.policy.closed_loop = entry.closed_loop;
  return wanted;
}

Fallible<void> run_entry(const check::Entry& entry, check::Reports& reports, RunPages* pages) {
  auto trace = open_entry(entry);
  if (!trace) return Failure<Error>{trace.error()};
  auto totals = Fallible<traces::Totals>(*trace->totals);
  if (!entry.window.whole()) totals = recorded_part(trace->reader, *totals, entry.window);
  if (!totals) return Failure<Error>{totals.error()};
  ReplayReport report{trace->reader, *totals, entry.machine, entry.window, entry.native, {}, {}, {}, entry.closed_loop};
  Pictures pictures;
  Extras extras;
  if (pages != nullptr) extras.pictures = &pictures;
  if (auto done = run_all(*trace, wanted_of(entry), extras, report); !done) return done;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    pages->push_back({entry.name, check::core_label(entry.cores[i]), html_run_section(report, i, *pictures[i])});
  }
  reports.push_back(std::move(report.runs));
  return {};
}

Fallible<void> trails_of_entry(const check::Entry& entry, check::Trails& trails) {
  auto trace = open_entry(entry);
  if (!trace) return Failure<Error>{trace.error()};
  const WantedRuns wanted = wanted_of(entry);
  for (const sim::CoreSpec& core : wanted.cores) {
    check::TrailMaker maker(trace->reader.events());
    sim::Decisions decisions([&](const sim::EventDecisions& group) { maker.add(group); });
    const auto facts =
        sim::replay(trace->reader, core, machine_of(wanted, core), wanted.policy, decisions, sim::ReplayProgress());
    if (!facts) return Failure<Error>{facts.error()};
    trails.emplace(check::trail_key(entry.name, check::core_label(core)), maker.finish());
  }
  return {};
}

/// A copy of the trace that another program can open.
Fallible<TemporaryContainer> copy_of(OpenTrace& trace) {
  auto copy = TemporaryContainer::in_file();
  if (!copy) return copy;
  if (auto done = edit_into(trace, {}, copy->writer()); !done) return Failure<Error>{done.error()};
  return copy;
}

std::vector<std::string> command_of(const std::string& program, const check::Entry& entry, const sim::CoreSpec& core,
                                    const std::string& trace) {
  std::vector<std::string> words = {program, "replay", "-a", check::core_label(core), "--decisions=-"};
  words.push_back("--machine=" + (entry.native ? std::string("native") : entry.machine.profile.name));
  if (entry.machine.ram_bytes != 0) words.push_back("--ram=" + std::to_string(entry.machine.ram_bytes));
  if (entry.machine.arena_bytes != 0) words.push_back("--arena=" + std::to_string(entry.machine.arena_bytes));
  if (entry.pressure.pages == sim::PageEvents::pressure) {
    words.emplace_back("--pages=pressure");
    words.push_back("--daemon-latency=" + std::to_string(entry.pressure.daemon_latency_ticks));
  }
  if (entry.closed_loop) words.emplace_back("--closed-loop");
  if (entry.window.from != 0) words.push_back("--from=" + std::to_string(entry.window.from));
  if (entry.window.to != sim::MetricsWindow::no_end) words.push_back("--to=" + std::to_string(entry.window.to));
  words.insert(words.end(), {"--", trace});
  return words;
}

Fallible<void> explain_entry(const check::Entry& entry, const std::string& program,
                             const std::map<std::string, std::string>& preferred, Explained& explained) {
  auto trace = open_entry(entry);
  if (!trace) return Failure<Error>{trace.error()};
  const auto copy = copy_of(*trace);
  if (!copy) return Failure<Error>{copy.error()};
  const WantedRuns wanted = wanted_of(entry);
  for (const sim::CoreSpec& core : wanted.cores) {
    const std::string key = check::trail_key(entry.name, check::core_label(core));
    const auto metric = preferred.find(key);
    const auto e = explain_against(*trace, wanted, core, command_of(program, entry, core, copy->path()),
                                   metric == preferred.end() ? std::nullopt : std::optional(metric->second));
    explained.emplace(key, e ? ExplainedRun{check::explain_text(*e), check::explain_json(*e)}
                             : ExplainedRun{"no explanation: " + e.error().text() + "\n", {}});
  }
  return {};
}

/// An error of an entry that has no place yet gets its line in the suite.
template <class Run>
Fallible<void> for_each_entry(const check::Suite& suite, Run run) {
  for (const check::Entry& entry : suite.entries) {
    const Fallible<void> done = run(entry);
    if (done) continue;
    Error error = done.error();
    if (error.file.empty()) error.file = suite.file, error.line = entry.line;
    return Failure<Error>{std::move(error)};
  }
  return {};
}

}  // namespace

Fallible<OpenTrace> open_entry(const check::Entry& entry) {
  auto trace = trace_of(entry);
  if (!trace) return trace;
  if (const auto totals = totals_of(*trace); !totals) return Failure<Error>{totals.error()};
  if (entry.window.from != 0 && entry.window.from >= trace->reader.events()) {
    return fail("the window begins behind the trace's end",
                "expected \"from\" below " + std::to_string(trace->reader.events()));
  }
  return trace;
}

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

Fallible<check::Reports> run_suite(const check::Suite& suite, RunPages* pages) {
  check::Reports reports;
  const auto done = for_each_entry(suite, [&](const check::Entry& entry) { return run_entry(entry, reports, pages); });
  if (!done) return Failure<Error>{done.error()};
  return reports;
}

Fallible<check::Trails> trails_of(const check::Suite& suite) {
  check::Trails trails;
  const auto done = for_each_entry(suite, [&](const check::Entry& entry) { return trails_of_entry(entry, trails); });
  if (!done) return Failure<Error>{done.error()};
  return trails;
}

Fallible<Explained> explain_suite(const check::Suite& suite, const std::string& program,
                                  const std::map<std::string, std::string>& preferred) {
  Explained explained;
  const auto done = for_each_entry(
      suite, [&](const check::Entry& entry) { return explain_entry(entry, program, preferred, explained); });
  if (!done) return Failure<Error>{done.error()};
  return explained;
}

}  // namespace kmemlab::cli
