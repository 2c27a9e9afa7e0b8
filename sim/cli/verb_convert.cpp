// kmemlab convert: stores a trace in the .kmt container, whole or played several times over, or writes it as text for
// people and other programs; the last line says what that loses.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/output.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "traces/edit/copy.h"
#include "traces/edit/repeat.h"
#include "traces/kmt/writer.h"
#include "traces/write/write.h"

namespace kmemlab::cli {

namespace {

const VerbSpec spec{"kmemlab convert IN OUT [--repeat N] [--zstd]",
                    "Reads a trace of any known format and writes it as the ending of OUT says:\n"
                    "  .kmt           the container (traces/FORMAT.md): smaller, checked, many times faster to open\n"
                    "  .jsonl         JSON lines, kmemlab.events/1: all of it, for people who write their own\n"
                    "  .txt, .ftrace  kernel event text\n"
                    "  .csv           a row for each event\n"
                    "  .rep           malloc-lab operations: op, id, size\n"
                    "What a format loses is said on standard error.",
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

/// A text format, whole or not at all.
Fallible<void> write_text(const Parsed& p, traces::WriteFormat format) {
  const std::string& to = p.positional()[1];
  auto trace = open_trace(p.positional()[0], p.has("strict") ? Defects::refused : Defects::counted);
  if (!trace) return Failure<Error>{trace.error()};
  auto file = OutputFile::create(to);
  if (!file) return Failure<Error>{file.error()};
  auto lost = traces::write_trace(
      trace->reader, format, [&](std::string_view text) { std::fwrite(text.data(), 1, text.size(), file->stream()); });
  if (!lost) return Failure<Error>{lost.error()};
  if (auto done = file->commit(); !done) return done;
  fmt::print("{}: {} events, {} slab events\n", to, with_commas(trace->reader.events()),
             with_commas(trace->reader.facts().slab_events));
  fmt::print(stderr, "lost: {}\n", lost->text());
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
  const bool container = to.size() > 4 && to.ends_with(".kmt");
  const auto format = traces::write_format_of(to);
  if (!container && !format) {
    return usage_error({"cannot write '" + to + "'",
                        "expected a name that ends in .kmt, .jsonl, .txt, .ftrace, .csv or .rep",
                        {},
                        {},
                        {}},
                       spec);
  }
  if (!container && (parsed->has("repeat") || parsed->has("repeat-until") || parsed->has("zstd"))) {
    return usage_error({"--repeat, --repeat-until and --zstd are for .kmt",
                        "expected a name that ends in .kmt, to be converted again",
                        {},
                        {},
                        {}},
                       spec);
  }
  if (parsed->has("repeat") && parsed->has("repeat-until")) {
    return usage_error({"--repeat and --repeat-until exclude each other", "expected one of them", {}, {}, {}}, spec);
  }
  if (auto done = container ? convert(*parsed) : write_text(*parsed, *format); !done) {
    print_error(done.error());
    return exit_bad_input;
  }
  return exit_fine;
}

}  // namespace kmemlab::cli
