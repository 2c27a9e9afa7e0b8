#include "sim/cli/two_sides.h"

#include <fmt/format.h>

#include "sim/check/decision_file.h"
#include "sim/check/metrics.h"
#include "sim/check/suite.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

/// Options of replay_options() as they were given.
std::vector<std::string> as_given(const Parsed& p) {
  std::vector<std::string> words;
  for (const OptionSpec& option : replay_options()) {
    const std::string name = option.name.substr(0, option.name.find(','));
    if (p.has(name)) words.push_back("--" + name + "=" + *p.value(name));
  }
  return words;
}

SessionSource::Progress progress_of(ProgressLine& line, std::uint64_t events) {
  return [&line, events](std::uint64_t done) { line.update(done, events); };
}

}  // namespace

Error OtherProgram::because(const Error& error) {
  const auto code = child_->give_up();
  if (code == 127) return {"'" + program_ + "' cannot be run", "expected another build of kmemlab", {}, {}, {}};
  if (!code || code == exit_fine || code == exit_core_broke || code == exit_deadlock) return error;
  return {fmt::format("'{}' ended with exit code {}: {}", program_, *code, error.what),
          "expected a build that knows 'replay --decisions'",
          {},
          {},
          {}};
}

Fallible<std::unique_ptr<OtherProgram>> OtherProgram::start(const std::vector<std::string>& arguments,
                                                            std::uint64_t events) {
  auto child = ChildProgram::start(arguments);
  if (!child) return Failure<Error>{child.error()};
  std::unique_ptr<OtherProgram> other(new OtherProgram);
  other->program_ = arguments[0];
  other->child_ = std::move(*child);
  ChildProgram* const raw = other->child_.get();
  auto reader = check::DecisionReader::open([raw](std::string& line) { return raw->next_line(line); },
                                            "output of " + arguments[0], events);
  if (!reader) return Failure<Error>{other->because(reader.error())};
  other->reader_.emplace(std::move(*reader));
  return other;
}

Fallible<bool> OtherProgram::next(sim::EventDecisions& group) {
  auto more = reader_->next(group);
  if (!more) return Failure<Error>{because(more.error())};
  return more;
}

Fallible<check::RunEnd> OtherProgram::finish() {
  auto end = reader_->finish();
  if (!end) return Failure<Error>{because(end.error())};
  return end;
}

std::vector<OptionSpec> two_sides_options() {
  std::vector<OptionSpec> all = {
      {"algorithm,a", Takes::values, "CORE", "side A, then side B: osf1:highwat=5 and osf1:highwat=6; two cores"},
      {"against", Takes::value, "PROGRAM", "another build of kmemlab: side A is the core in it, side B in this one"},
      {"metric", Takes::value, "NAME", "the metric whose difference is to be explained (default: what differs)"}};
  for (OptionSpec& shared : replay_options()) all.push_back(std::move(shared));
  return all;
}

Fallible<TwoSides> read_two_sides(const Parsed& p) {
  TwoSides s;
  s.trace = p.positional()[0];
  auto edits = read_where(p);
  if (!edits) return Failure<Error>{edits.error()};
  s.edits = std::move(*edits);
  auto cores = sim::parse_core_specs(p.values("algorithm"));
  if (!cores) return Failure<Error>{cores.error()};
  s.runs.cores = std::move(*cores);
  s.against = p.value("against");
  if (s.runs.cores.size() != (s.against ? 1U : 2U)) {
    return fail(fmt::format("{} core{} given", s.runs.cores.size(), s.runs.cores.size() == 1 ? " is" : "s are"),
                s.against ? "expected one with --against: -a CORE" : "expected two: -a CORE -a CORE");
  }
  if (s.against && s.trace == "-")
    return fail("--against with a trace from a pipe", "expected a file: it is read twice");
  if (auto done = read_replay_options(p, s.runs); !done) return Failure<Error>{done.error()};
  s.metric = p.value("metric");
  if (s.metric && check::find_metric(*s.metric) == nullptr) {
    const std::string near = check::nearest_metric(*s.metric);
    return fail("there is no metric '" + *s.metric + "'",
                near.empty() ? "expected a name of the report as in at_peak.held" : "did you mean '" + near + "'?");
  }
  s.passed_on = as_given(p);
  return s;
}

Fallible<check::Explanation> explain_against(const OpenTrace& trace, const WantedRuns& runs, const sim::CoreSpec& core,
                                             const std::vector<std::string>& command,
                                             const std::optional<std::string>& metric) {
  auto a = OtherProgram::start(command, trace.reader.events());
  if (!a) return Failure<Error>{a.error()};
  ProgressLine progress("explaining " + core.name, "events");
  auto b = SessionSource::open(trace, core, machine_of(runs, core), runs.policy,
                               progress_of(progress, trace.reader.events()));
  if (!b) return Failure<Error>{b.error()};
  const std::string label = check::core_label(core);
  const check::ExplainInputs in{
      trace.reader, {label + ", in " + command[0], label + ", in this program"}, false, metric, runs.policy.window};
  return check::explain(in, **a, **b);
}

Fallible<check::Explanation> explain_sides(const TwoSides& sides) {
  WantedRuns runs = sides.runs;
  auto trace = open_for_replay(sides.trace, Defects::counted, sides.edits, runs.policy.window);
  if (!trace) return Failure<Error>{trace.error()};
  if (sides.against) {
    std::vector<std::string> command = {*sides.against, "replay", "-a", check::core_label(runs.cores[0]),
                                        "--decisions=-"};
    command.insert(command.end(), sides.passed_on.begin(), sides.passed_on.end());
    command.insert(command.end(), {"--", sides.trace});
    return explain_against(*trace, runs, runs.cores[0], command, sides.metric);
  }
  ProgressLine progress("comparing", "events");
  std::array<std::unique_ptr<SessionSource>, 2> sources;
  for (unsigned i = 0; i < 2; ++i) {
    const sim::CoreSpec& core = runs.cores[i];
    auto source = SessionSource::open(*trace, core, machine_of(runs, core), runs.policy,
                                      i == 0 ? progress_of(progress, trace->reader.events()) : nullptr);
    if (!source) return Failure<Error>{source.error()};
    sources[i] = std::move(*source);
  }
  const check::ExplainInputs in{trace->reader,
                                {check::core_label(runs.cores[0]), check::core_label(runs.cores[1])},
                                runs.cores[0].name != runs.cores[1].name,
                                sides.metric,
                                runs.policy.window};
  return check::explain(in, *sources[0], *sources[1]);
}

}  // namespace kmemlab::cli
