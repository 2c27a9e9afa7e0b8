// kmemlab gen: makes a synthetic trace. The workloads are in traces/gen/, one file each.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/progress.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "sim/replay/core_spec.h"
#include "traces/gen/twin.h"
#include "traces/gen/workload.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

namespace {

using traces::gen::Generated;
using traces::gen::Workload;

constexpr std::size_t words_max = 64;

const VerbSpec spec{"kmemlab gen WORKLOAD [NAME=VALUE ...] -o OUT.kmt [--seed N] [--events N]",
                    "Makes a synthetic trace. The same seed, events and parameters make the same trace on every "
                    "computer.\n"
                    "'kmemlab gen --list' lists the workloads with their parameters.",
                    "kmemlab gen steady sizes=64:9,4K:1 lifetimes=1-100 -o steady.kmt --seed 7",
                    {{"out,o", Takes::value, "OUT.kmt", "where the trace goes"},
                     {"seed", Takes::value, "N", "1 if not given"},
                     {"events", Takes::value, "N", "at most so many events; the workload's own number if not given"},
                     {"of", Takes::value, "TRACE", "twin: the trace that it is the twin of"},
                     {"zstd", Takes::nothing, "", "compress the columns"},
                     {"list,l", Takes::nothing, "", "the workloads and their parameters"}},
                    0,
                    words_max};

/// Shows how far it is.
class WatchedSink final : public traces::EventSink {
 public:
  WatchedSink(traces::EventSink& to, const std::string& what, std::uint64_t total)
      : to_(to), line_(what, "events"), total_(total) {}
  void append(const traces::Event& event) override {
    to_.append(event);
    if ((++done_ & 0xffff) == 0) line_.update(done_, total_);
  }
  void learn_cache(std::uint64_t event_index, traces::Index cache) override { to_.learn_cache(event_index, cache); }

 private:
  traces::EventSink& to_;
  ProgressLine line_;
  std::uint64_t total_, done_ = 0;
};

void print_list() {
  for (const Workload& w : traces::gen::workloads()) {
    fmt::print("{}  {}\n  look for: {}\n", w.name, w.summary, w.look_for);
    for (const auto& p : w.parameters)
      fmt::print("    {:<42} {}\n", fmt::format("{}={}", p.name, p.fallback), p.meaning);
    fmt::print("    {:<42} {}\n", fmt::format("--events {}", w.events), "events, at most");
  }
  fmt::print(
      "twin  a trace with the sizes and lifetimes of another one, and nothing else of it\n"
      "  look for: how much of a result comes from sizes and lifetimes alone\n"
      "    {:<42} {}\n"
      "\nA mix is LOW-HIGH:WEIGHT, comma between: 16-128:70,4K:30. Orders: oldest, newest, random.\n",
      "--of TRACE", "the trace that it is the twin of");
}

Fallible<std::uint64_t> number(const Parsed& p, const std::string& option, std::uint64_t otherwise) {
  const auto text = p.value(option);
  return text ? parse_count(option, *text) : Fallible<std::uint64_t>(otherwise);
}

/// Errors of the command line, not of files, come first: exit 2.
Fallible<const Workload*> workload_of(const Parsed& p) {
  if (p.positional().empty()) return fail("no workload is named", "'kmemlab gen --list' lists them");
  const std::string& name = p.positional()[0];
  const std::string out = p.value("out").value_or("");
  if (out.empty()) return fail("no output is named", "expected -o OUT.kmt");
  if (out.size() < 5 || out.substr(out.size() - 4) != ".kmt")
    return fail("cannot write '" + out + "'", "expected a name that ends in .kmt");
  if (name == "twin") {
    if (!p.has("of")) return fail("twin of what?", "expected --of TRACE");
    if (p.has("events") || p.positional().size() > 1)
      return fail("a twin has no parameters and as many blocks as its trace", "expected --of and --seed only");
    return nullptr;
  }
  if (p.has("of")) return fail("--of is for twin", "expected no --of with " + name);
  const Workload* workload = traces::gen::find_workload(name);
  if (workload != nullptr) return workload;
  std::vector<std::string> names{"twin"};
  for (const Workload& w : traces::gen::workloads()) names.emplace_back(w.name);
  const std::string near = sim::nearest(name, names);
  return fail("there is no workload '" + name + "'",
              near.empty() ? "'kmemlab gen --list' lists them" : "did you mean '" + near + "'?");
}

Fallible<Generated> generate(const Parsed& p, const Workload* workload, traces::gen::Request request,
                             traces::KmtWriter& writer) {
  if (workload == nullptr) {
    auto trace = open_trace(*p.value("of"), Defects::counted);
    if (!trace) return Failure<Error>{trace.error()};
    WatchedSink sink(writer, "twin", trace->reader.facts().slab_events);
    return traces::gen::make_twin(trace->reader, request.seed, sink);
  }
  request.parameters.assign(p.positional().begin() + 1, p.positional().end());
  WatchedSink sink(writer, std::string(workload->name), request.events == 0 ? workload->events : request.events);
  return traces::gen::generate(*workload, request, sink);
}

int bad_input(const Error& error) {
  print_error(error);
  return exit_bad_input;
}

int write(const Parsed& p, const Workload* workload, const traces::gen::Request& request) {
  const std::string to = *p.value("out");
  traces::KmtOptions options;
  if (p.has("zstd")) options.compression = traces::KmtCompression::zstd;
  auto writer = traces::KmtWriter::create(to, options);
  if (!writer) return bad_input(writer.error());
  const auto made = generate(p, workload, request, *writer);
  // A workload fails because of its parameters, a twin because of its trace.
  if (!made) return workload != nullptr ? usage_error(made.error(), spec) : bad_input(made.error());
  writer->set_totals(made->totals);
  if (auto done = writer->finish(made->tables, made->quality, made->source); !done) return bad_input(done.error());
  const traces::Totals& t = made->totals;
  fmt::print("{}: {} events, {} allocations, {} live at the end\n", to, with_commas(t.records), with_commas(t.allocs),
             with_commas(t.live_at_end));
  fmt::print("  peak: {} blocks, {} bytes requested\n", with_commas(t.peak_blocks), with_commas(t.peak_requested));
  for (const std::string& note : made->notes) fmt::print("  {}\n", note);
  return exit_fine;
}

}  // namespace

int verb_gen(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  if (parsed->has("list")) {
    print_list();
    return exit_fine;
  }
  const auto workload = workload_of(*parsed);
  if (!workload) return usage_error(workload.error(), spec);
  const auto seed = number(*parsed, "seed", 1);
  if (!seed) return usage_error(seed.error(), spec);
  const auto events = number(*parsed, "events", 0);
  if (!events) return usage_error(events.error(), spec);
  if (parsed->has("events") && *events == 0)
    return usage_error({"--events is 0", "expected at least 1", {}, {}, {}}, spec);
  return write(*parsed, *workload, {*seed, *events, {}});
}

}  // namespace kmemlab::cli
