// kmemlab verify: plays a trace twice through a core with the shadow oracle on. Exit codes: 5 the runs differ, 4 a
// panic, a fault or a broken invariant, 7 a deadlock; the worst of several cores is in this order.
#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/arguments.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay_options.h"
#include "sim/cli/report_tables.h"
#include "sim/cli/verbs.h"
#include "sim/cli/verify_text.h"

namespace kmemlab::cli {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = {
      {"algorithm,a", Takes::values, "CORE", "core, with options: bsd386:mode=faithful,types=temp; or all (default)"},
      {"every", Takes::value, "N", "events between two recounts (default 4096)"},
      {"faults", Takes::value, "SEED[,SITE=N...]", "faults by name, one in N: frame, map_entry, late_wakeup, ..."}};
  for (OptionSpec& shared : replay_options()) all.push_back(std::move(shared));
  all.push_back({"json", Takes::value, "FILE|-", "what was checked and found, as JSON (kmemlab.verify/1)"});
  all.push_back({"quiet,q", Takes::nothing, "", "no text"});
  return all;
}

const VerbSpec spec{
    "kmemlab verify TRACE [-a CORE[,CORE...]] [--faults SEED] [--interrupts SPEC] ...",
    "Plays TRACE twice through the real code of an allocator, with a shadow oracle that keeps its own account:\n"
    "no two blocks overlap, contents are kept until the free, sums agree with a recount, the core's own check()\n"
    "holds, and both runs have the same digests. Exit code 4: something is broken, 5: not deterministic, 7: deadlock.",
    "kmemlab verify traces/samples/ext4tree.dat -a bsd386 --faults 7 --interrupts every=5000",
    options(),
    1,
    1};

struct Wanted {
  std::string trace;
  Edits edits;
  WantedRuns runs;
  std::uint64_t every = 4096;
  std::optional<check::FaultPlan> faults;
  std::optional<std::string> json;
  bool text = true;
};

Fallible<Wanted> read_arguments(const Parsed& p) {
  Wanted w;
  w.trace = p.positional()[0];
  auto edits = read_where(p);
  if (!edits) return Failure<Error>{edits.error()};
  w.edits = std::move(*edits);
  auto cores = sim::parse_core_specs(p.has("algorithm") ? p.values("algorithm") : std::vector<std::string>{"all"});
  if (!cores) return Failure<Error>{cores.error()};
  w.runs.cores = std::move(*cores);
  if (auto done = read_replay_options(p, w.runs); !done) return Failure<Error>{done.error()};
  for (const char* part : {"from", "to", "warm-up"}) {
    if (p.has(part))
      return fail(fmt::format("--{} with verify", part), "expected a whole trace: kmemlab convert --to N");
  }
  if (p.has("every")) {
    const auto every = parse_count("every", *p.value("every"));
    if (!every) return Failure<Error>{every.error()};
    if (*every == 0) return fail("--every is 0", "expected a number of events, at least 1");
    w.every = *every;
  }
  if (p.has("faults")) {
    auto faults = check::parse_faults(*p.value("faults"));
    if (!faults) return Failure<Error>{faults.error()};
    w.faults = *faults;
    sim::InterruptPlan& devices = w.runs.policy.interrupts;
    if (faults->interrupts != 0 && !p.has("interrupts")) {
      devices.seed = faults->seed;
      devices.every = faults->interrupts;
      devices.level = 2;
      devices.burst = 4;
    }
  }
  w.json = p.value("json");
  w.text = !p.has("quiet") && w.json != "-";
  return w;
}

int exit_code(const check::VerifyResult& r) {
  if (!r.deterministic()) return exit_not_deterministic;
  if (!r.sound()) return exit_core_broke;
  return r.facts.deadlock ? exit_deadlock : exit_fine;
}

int worse_of(int a, int b) {
  constexpr int order[] = {exit_not_deterministic, exit_core_broke, exit_deadlock, exit_fine};
  for (const int code : order) {
    if (a == code || b == code) return code;
  }
  return a;
}

Fallible<Verified> verify_core(const OpenTrace& trace, const Wanted& w, const sim::CoreSpec& core,
                               const sim::ReplayPolicy& policy) {
  const sim::MachineSpec machine = machine_of(w.runs, core);
  ProgressLine progress("verifying " + core.name, "events");
  const std::uint64_t events = trace.reader.events();
  check::VerifyOptions options;
  options.core = core.name;
  options.every = w.every;
  options.faults = w.faults;
  options.progress = [&](std::uint64_t done) { progress.update(done, 2 * events); };
  auto result = check::verify([&](unsigned) { return sim::open_session(trace.reader.view(), core, machine, policy); },
                              trace.reader.view(), options);
  if (!result) return Failure<Error>{result.error()};
  const std::string name = core.name + (core.options.empty() ? "" : ":" + core.options_text());
  return Verified{name, machine_text(machine, trace.reader), std::move(*result), w.faults,
                  sim::text_of(policy.interrupts)};
}

Fallible<int> verify_wanted(const Wanted& w) {
  sim::MetricsWindow window = w.runs.policy.window;
  auto trace = open_for_replay(w.trace, Defects::counted, w.edits, window);
  if (!trace) return Failure<Error>{trace.error()};
  sim::ReplayPolicy policy = w.runs.policy;
  policy.window = {};  // metrics of a part are not what is verified
  int code = exit_fine;
  std::vector<Verified> all;
  for (const sim::CoreSpec& core : w.runs.cores) {
    auto verified = verify_core(*trace, w, core, policy);
    if (!verified) return Failure<Error>{verified.error()};
    if (w.text) fmt::print("{}{}", all.empty() ? "" : "\n", verify_text(*verified));
    code = worse_of(code, exit_code(verified->result));
    all.push_back(std::move(*verified));
  }
  if (w.json) {
    if (auto done = write_file(*w.json, verify_json(w.trace, all)); !done) return Failure<Error>{done.error()};
  }
  return code;
}

}  // namespace

int verb_verify(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  auto wanted = read_arguments(*parsed);
  if (!wanted) return usage_error(wanted.error(), spec);
  auto code = verify_wanted(*wanted);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
