#include "sim/cli/open_trace.h"

#include <algorithm>

#include "sim/cli/progress.h"
#include "sim/cli/temporary.h"
#include "traces/import/import.h"
#include "traces/input.h"
#include "traces/kmt/layout.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

namespace {

constexpr std::uint64_t in_memory_max = std::uint64_t{64} << 20;  // of input; larger ones are imported into a file

bool is_kmt(const traces::Input& input) {
  const auto head = input.head();
  const auto& magic = traces::kmt::magic;
  return input.encoding() == traces::Encoding::plain && head.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), head.begin());
}

Failure<Error> named(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return Failure<Error>{std::move(error)};
}

/// From a file it is mapped. From a pipe it is held whole: its tables stand at the end.
Fallible<OpenTrace> container_of(const traces::Input& input, const std::string& path, Defects defects) {
  Fallible<traces::KmtReader> reader = fail("not read");
  if (path == "-") {
    auto bytes = input.whole();
    if (!bytes) return named(bytes.error(), input.path());
    reader = traces::KmtReader::from_bytes({bytes->begin(), bytes->end()}, input.path());
  } else {
    reader = traces::KmtReader::open(path);
  }
  if (!reader) return named(reader.error(), input.path());
  if (defects == Defects::refused && reader->quality().defective()) {
    return named({"the recording has defects", "--strict allows none; 'kmemlab info' lists them", path, {}, {}}, path);
  }
  std::optional<traces::Totals> totals = reader->totals();
  return OpenTrace{std::move(*reader), std::move(totals), input.stored_bytes()};
}

Fallible<traces::Imported> import_events(const traces::Input& input, Defects defects, traces::EventSink& sink) {
  ProgressLine progress("importing " + input.name(), "bytes");
  traces::ImportOptions options;
  options.strictness = defects == Defects::refused ? traces::Strictness::strict : traces::Strictness::lenient;
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  auto imported = traces::import_trace(input, sink, options);
  if (!imported) return named(imported.error(), input.path());
  return imported;
}

Fallible<traces::Imported> import_and_finish(const traces::Input& input, Defects defects, traces::KmtWriter& writer) {
  auto imported = import_events(input, defects, writer);
  if (!imported) return imported;
  writer.set_totals(imported->totals);
  writer.set_page_verdicts(std::move(imported->page_verdicts));
  if (auto done = writer.finish(imported->tables, imported->quality, imported->source); !done) {
    return named(done.error(), input.path());
  }
  return imported;
}

class NoSink final : public traces::EventSink {
 public:
  void append(const traces::Event&) override {}
  void learn_cache(std::uint64_t, traces::Index) override {}
};

}  // namespace

Fallible<std::optional<OpenTrace>> open_or_import(const std::string& path, Defects defects,
                                                  traces::KmtWriter* straight) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  const std::uint64_t bytes = input->stored_bytes();
  if (is_kmt(*input)) {
    auto trace = container_of(*input, path, defects);
    if (!trace) return Failure<Error>{trace.error()};
    return std::optional(std::move(*trace));
  }
  if (straight != nullptr) {
    auto imported = import_and_finish(*input, defects, *straight);
    if (!imported) return Failure<Error>{imported.error()};
    return std::optional<OpenTrace>{};
  }
  const bool small = bytes != 0 && bytes <= in_memory_max;
  auto container =
      small ? Fallible<TemporaryContainer>(TemporaryContainer::in_memory()) : TemporaryContainer::in_file();
  if (!container) return named(container.error(), path);
  auto imported = import_and_finish(*input, defects, container->writer());
  if (!imported) return Failure<Error>{imported.error()};
  auto reader = container->open(path);
  if (!reader) return named(reader.error(), path);
  return std::optional(OpenTrace{std::move(*reader), std::move(imported->totals), bytes});
}

Fallible<OpenTrace> open_trace(const std::string& path, Defects defects) {
  auto trace = open_or_import(path, defects, nullptr);
  if (!trace) return Failure<Error>{trace.error()};
  return std::move(**trace);
}

Fallible<Summary> summarize(const std::string& path, Defects defects) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  if (is_kmt(*input)) {
    auto trace = container_of(*input, path, defects);
    if (!trace) return Failure<Error>{trace.error()};
    auto totals = totals_of(*trace);
    if (!totals) return Failure<Error>{totals.error()};
    return Summary{trace->reader.source(), trace->reader.quality(), std::move(*totals)};
  }
  NoSink sink;
  auto imported = import_events(*input, defects, sink);
  if (!imported) return Failure<Error>{imported.error()};
  return Summary{std::move(imported->source), std::move(imported->quality), std::move(imported->totals)};
}

Fallible<traces::Totals> totals_of(OpenTrace& trace) {
  if (trace.totals) return *trace.totals;
  traces::TotalsCounter counter(trace.reader.tables());
  ProgressLine progress("counting", "events");
  const auto done = trace.reader.for_each(traces::all_columns, [&](std::uint64_t index, const traces::Event& event) {
    counter.add(event);
    if ((index & 0xfffff) == 0) progress.update(index, trace.reader.events());
  });
  if (!done) return Failure<Error>{done.error()};
  trace.totals = counter.totals();
  return *trace.totals;
}

}  // namespace kmemlab::cli
