#include "viz/programs/open_runs.h"

#include <fmt/format.h>

#include <filesystem>

#include "sim/check/lesson.h"
#include "sim/cli/open_trace.h"
#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

constexpr std::size_t runs_max = 4;

std::string words_of(const sim::CoreSpec& core) {
  const std::string options = core.options_text();
  return options.empty() ? core.name : core.name + ":" + options;
}

}  // namespace

Fallible<Exhibit> open_lessons(const std::string& path) {
  Exhibit exhibit;
  exhibit.file = path;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    exhibit.lessons = path;
    return exhibit;
  }
  auto lesson = check::open_lesson(path);
  if (!lesson) return Failure<Error>{lesson.error()};
  exhibit.lesson = std::make_shared<const check::Lesson>(std::move(*lesson));
  exhibit.lessons = std::filesystem::path(path).parent_path().string();
  return exhibit;
}

bool is_lessons(const std::string& path) {
  std::error_code error;
  return path.ends_with(".json") || std::filesystem::is_directory(path, error);
}

Fallible<Exhibit> open_runs(const RunsWanted& wanted) {
  const auto cores = sim::parse_core_specs(wanted.cores.empty() ? std::vector<std::string>{"bsd386"} : wanted.cores);
  if (!cores) return Failure<Error>{cores.error()};
  if (cores->size() > runs_max)
    return fail(fmt::format("{} runs are too many to look at", cores->size()), "expected one to four cores");
  auto trace = cli::open_trace(wanted.trace, cli::Defects::counted);
  if (!trace) return Failure<Error>{trace.error()};
  Exhibit exhibit;
  exhibit.file = wanted.trace;
  exhibit.machine = wanted.machine_words;
  const auto& totals = trace->totals ? trace->totals : trace->reader.view()->totals();
  if (totals) exhibit.digest = fmt::format("{:016x}", totals->digest);
  exhibit.names = std::make_shared<const TraceNames>(trace->reader.view());
  for (const sim::CoreSpec& core : *cores) {
    const sim::MachineSpec machine = cli::sized_machine(wanted.machine, core, trace->reader);
    RunSpec run;
    run.core = words_of(core);
    run.machine = fmt::format("{}, {} of frames, arena {}", machine.profile.name, short_bytes(machine.ram_bytes),
                              short_bytes(machine.arena_bytes));
    run.open = [view = trace->reader.view(), core, machine, policy = wanted.policy] {
      sim::TimelineOptions options;
      options.budget_bytes = std::size_t{256} << 20;
      return sim::Timeline::open(view, core, machine, policy, options);
    };
    exhibit.runs.push_back(std::move(run));
  }
  return exhibit;
}

}  // namespace kmemlab::viz
