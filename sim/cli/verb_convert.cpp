// kmemlab convert: stores a trace in the .kmt container, whole or played several times over.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "traces/edit/copy.h"
#include "traces/edit/repeat.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

namespace {

const VerbSpec spec{"kmemlab convert IN OUT.kmt [--repeat N] [--zstd]",
                    "Reads a trace of any known format and writes it as a .kmt container (traces/FORMAT.md): smaller, "
                    "checked, and many\n"
                    "times faster to open.",
                    "kmemlab convert netloop.dat netloop.kmt --repeat 10 --zstd",
                    {{"repeat", Takes::value, "N", "N rounds; each frees at its end what it left live"},
                     {"repeat-until", Takes::value, "N", "whole rounds until there are at least N slab events"},
                     {"zstd", Takes::nothing, "", "compress the columns"},
                     {"strict", Takes::nothing, "", "a recording with any defect is an error"}},
                    2,
                    2};

/// Counts the events on their way.
class CountingSink final : public traces::EventSink {
 public:
  CountingSink(traces::EventSink& to, const traces::Tables& tables) : to_(to), counter_(tables) {}
  void append(const traces::Event& event) override {
    counter_.add(event);
    to_.append(event);
  }
  void learn_cache(std::uint64_t event_index, traces::Index cache) override {
    counter_.learn_cache(event_index, cache);
    to_.learn_cache(event_index, cache);
  }
  traces::Totals totals() const { return counter_.totals(); }

 private:
  traces::EventSink& to_;
  traces::TotalsCounter counter_;
};

Fallible<void> say_written(const std::string& to) {
  auto written = traces::KmtReader::open(to);
  if (!written) return Failure<Error>{written.error()};
  fmt::print("{}: {} events, {} slab events\n{}", to, with_commas(written->events()),
             with_commas(written->facts().slab_events), quality_text(written->quality()));
  return {};
}

Fallible<void> convert(const Parsed& p) {
  const std::string& to = p.positional()[1];
  const Defects defects = p.has("strict") ? Defects::refused : Defects::counted;
  traces::KmtOptions options;
  if (p.has("zstd")) options.compression = traces::KmtCompression::zstd;
  auto writer = traces::KmtWriter::create(to, options);
  if (!writer) return Failure<Error>{writer.error()};
  if (!p.has("repeat") && !p.has("repeat-until") && p.positional()[0] != "-") {
    auto imported = import_into(p.positional()[0], defects, *writer);
    if (!imported) return Failure<Error>{imported.error()};
    if (imported.value()) return say_written(to);
  }
  auto trace = open_trace(p.positional()[0], defects);
  if (!trace) return Failure<Error>{trace.error()};
  traces::KmtReader& in = trace->reader;
  if (p.has("repeat") || p.has("repeat-until")) {
    const std::string option = p.has("repeat") ? "repeat" : "repeat-until";
    auto n = parse_count(option, *p.value(option));
    if (!n) return Failure<Error>{n.error()};
    traces::Tables tables = in.tables();
    CountingSink counting(*writer, tables);
    auto edited = option == "repeat" ? traces::repeat(in, *n, counting) : traces::repeat_events(in, *n, counting);
    if (!edited) return Failure<Error>{edited.error()};
    tables.names = edited->tables.names;  // the frees at a round's end may have brought new ones
    writer->set_totals(counting.totals());
    if (auto done = writer->finish(edited->tables, edited->quality, edited->source); !done) return done;
  } else {
    auto totals = totals_of(*trace);
    if (!totals) return Failure<Error>{totals.error()};
    if (auto done = traces::copy(in, *writer); !done) return done;
    writer->set_totals(*totals);
    if (auto done = writer->finish(in.tables(), in.quality(), in.source()); !done) return done;
  }
  return say_written(to);
}

}  // namespace

int verb_convert(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const std::string& to = parsed->positional()[1];
  if (to.size() < 4 || to.substr(to.size() - 4) != ".kmt") {
    return usage_error({"cannot write '" + to + "'", "expected a name that ends in .kmt", {}, {}, {}}, spec);
  }
  if (parsed->has("repeat") && parsed->has("repeat-until")) {
    return usage_error({"--repeat and --repeat-until exclude each other", "expected one of them", {}, {}, {}}, spec);
  }
  if (auto done = convert(*parsed); !done) {
    print_error(done.error());
    return exit_bad_input;
  }
  return exit_fine;
}

}  // namespace kmemlab::cli
