// kmemlab convert: stores a trace in the .kmt container, edited or not, or writes it as text for people and other
// programs; the last line says what that loses.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/output.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "traces/kmt/writer.h"
#include "traces/write/write.h"

namespace kmemlab::cli {

namespace {

VerbSpec make_spec() {
  VerbSpec spec{"kmemlab convert IN OUT [--from N --to N] [--where FILTER] [--scrub] [--repeat N] [--zstd] ...",
                "Reads a trace of any known format and writes it as the ending of OUT says:\n"
                "  .kmt           the container (traces/FORMAT.md): smaller, checked, many times faster to open\n"
                "  .jsonl         JSON lines, kmemlab.events/1: all of it, for people who write their own\n"
                "  .txt, .ftrace  kernel event text\n"
                "  .csv           a row for each event\n"
                "  .rep           malloc-lab operations: op, id, size\n"
                "Texts are compressed where .gz or .zst follows. OUT - with --as writes a text to standard output.\n"
                "What a format loses is said on standard error. Edits are made in this order, for every format: part\n"
                "(--from, --to), --warm-start, --where, --scrub, --repeat. A filter:\n"
                "size >= 4K && (cache ~ ext4 || comm == 'sh')\n"
                "over cpu pid comm site cache size granted time context op event node order (docs/formats.md).",
                "kmemlab convert netloop.dat part.kmt --from-time 10ms --to-time 1s --where 'cpu == 0' --zstd",
                edit_options(),
                2,
                2};
  spec.options.push_back(
      {"as", Takes::value, "NAME", "the format, whatever OUT is called: jsonl, txt, csv.gz, rep.zst"});
  spec.options.push_back({"zstd", Takes::nothing, "", "compress the columns of a .kmt"});
  spec.options.push_back({"strict", Takes::nothing, "", "a recording with any defect is an error"});
  return spec;
}

struct Wanted {
  std::string from, to;
  Edits edits;
  std::optional<traces::WriteFormat> text;  ///< none: .kmt
  traces::PackAs pack = traces::PackAs::plain;
  traces::KmtOptions container;
  Defects defects = Defects::counted;
};

Fallible<Wanted> read_arguments(const Parsed& p) {
  Wanted w;
  w.from = p.positional()[0], w.to = p.positional()[1];
  const auto as = p.value("as");
  const std::string named = as ? "x." + *as : w.to;
  const std::string expected = "jsonl, txt, ftrace, csv or rep, also with .gz or .zst behind";
  const bool container = named.size() > 4 && named.ends_with(".kmt");
  w.text = traces::write_format_of(named);
  w.pack = traces::pack_of(named);
  if (!container && !w.text) {
    const std::string bare(traces::without_pack_ending(named));
    if (bare.ends_with(".kmt")) return fail("a .kmt is not compressed from outside", "expected OUT.kmt with --zstd");
    if (as) return fail("--as is '" + *as + "'", "expected " + expected);
    if (w.to == "-") return fail("standard output has no ending", "expected --as " + expected);
    return fail("cannot write '" + w.to + "'", "expected a name that ends in .kmt, or in " + expected);
  }
  if (container && w.to == "-") {
    return fail("a .kmt cannot be written to standard output", "expected a file: its header is written last");
  }
  if (!container && p.has("zstd"))
    return fail("--zstd is for .kmt", "expected a name that ends in .zst, as in OUT.csv.zst");
  if (p.has("zstd")) w.container.compression = traces::KmtCompression::zstd;
  if (p.has("strict")) w.defects = Defects::refused;
  auto edits = read_edits(p);
  if (!edits) return Failure<Error>{edits.error()};
  w.edits = std::move(*edits);
  return w;
}

/// A text format, whole or not at all.
Fallible<void> write_text(const Wanted& w) {
  auto trace = open_edited(w.from, w.defects, w.edits);
  if (!trace) return Failure<Error>{trace.error()};
  auto file = OutputFile::create(w.to);
  if (!file) return Failure<Error>{file.error()};
  traces::Packer packer(w.pack,
                        [&](std::string_view text) { std::fwrite(text.data(), 1, text.size(), file->stream()); });
  auto lost = traces::write_trace(trace->reader, *w.text, [&](std::string_view text) { packer.put(text); });
  if (!lost) return Failure<Error>{lost.error()};
  if (auto done = packer.finish(); !done) return done;
  if (auto done = file->commit(); !done) return done;
  fmt::print(w.to == "-" ? stderr : stdout, "{}: {} events, {} slab events\n", w.to,
             with_commas(trace->reader.events()), with_commas(trace->reader.facts().slab_events));
  fmt::print(stderr, "lost: {}\n", lost->text());
  return {};
}

Fallible<void> write_container(const Wanted& w) {
  auto writer = traces::KmtWriter::create(w.to, w.container);
  if (!writer) return Failure<Error>{writer.error()};
  auto trace = open_or_import(w.from, w.defects, w.edits.any() ? nullptr : &*writer);
  if (!trace) return Failure<Error>{trace.error()};
  if (*trace) {
    if (auto done = edit_into(**trace, w.edits, *writer); !done) return done;
  }
  auto written = traces::KmtReader::open(w.to);
  if (!written) return Failure<Error>{written.error()};
  fmt::print("{}: {} events, {} slab events\n{}", w.to, with_commas(written->events()),
             with_commas(written->facts().slab_events), quality_text(written->quality()));
  return {};
}

}  // namespace

int verb_convert(const Arguments& arguments) {
  static const VerbSpec spec = make_spec();
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const auto wanted = read_arguments(*parsed);
  if (!wanted) return usage_error(wanted.error(), spec);
  if (auto done = wanted->text ? write_text(*wanted) : write_container(*wanted); !done) {
    print_error(done.error());
    return exit_bad_input;
  }
  return exit_fine;
}

}  // namespace kmemlab::cli
