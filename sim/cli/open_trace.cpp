#include "sim/cli/open_trace.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "sim/cli/progress.h"
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

struct TemporaryFile {
  std::string path;
  ~TemporaryFile() {
    if (!path.empty()) std::remove(path.c_str());
  }
};

std::string temporary_path() {
  std::error_code ignored;
  std::string path = (std::filesystem::temp_directory_path(ignored) / "kmemlab-import-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return {};
  close(file);
  return path;
}

Failure<Error> named(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return Failure<Error>{std::move(error)};
}

Fallible<OpenTrace> open_container(const std::string& path, Defects defects, std::uint64_t bytes) {
  auto reader = traces::KmtReader::open(path);
  if (!reader) return named(reader.error(), path);
  if (defects == Defects::refused && reader->quality().defective()) {
    return named({"the recording has defects", "--strict allows none; 'kmemlab info' lists them", path, {}, {}}, path);
  }
  std::optional<traces::Totals> totals = reader->totals();
  return OpenTrace{std::move(*reader), std::move(totals), bytes};
}

/// A container cannot be read as it comes: its tables stand at the end.
Fallible<OpenTrace> container_from_pipe(const traces::Input& input) {
  auto bytes = input.whole();
  if (!bytes) return named(bytes.error(), input.path());
  auto reader = traces::KmtReader::from_bytes({bytes->begin(), bytes->end()}, "standard input");
  if (!reader) return named(reader.error(), "standard input");
  std::optional<traces::Totals> totals = reader->totals();
  return OpenTrace{std::move(*reader), std::move(totals), 0};
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

Fallible<OpenTrace> open_trace(const std::string& path, Defects defects) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  const std::uint64_t bytes = input->stored_bytes();
  if (is_kmt(*input)) return path == "-" ? container_from_pipe(*input) : open_container(path, defects, bytes);
  TemporaryFile file;
  if (bytes == 0 || bytes > in_memory_max) file.path = temporary_path();
  auto writer = file.path.empty() ? Fallible<traces::KmtWriter>(traces::KmtWriter::to_memory())
                                  : traces::KmtWriter::create(file.path);
  if (!writer) return named(writer.error(), path);
  auto imported = import_and_finish(*input, defects, *writer);
  if (!imported) return Failure<Error>{imported.error()};
  auto reader = file.path.empty() ? traces::KmtReader::from_bytes(writer->take_bytes(), path)
                                  : traces::KmtReader::open(file.path);
  if (!reader) return named(reader.error(), path);
  return OpenTrace{std::move(*reader), std::move(imported->totals), bytes};
}

Fallible<std::optional<Summary>> import_into(const std::string& path, Defects defects, traces::KmtWriter& writer) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  if (is_kmt(*input)) return std::optional<Summary>{};
  auto imported = import_and_finish(*input, defects, writer);
  if (!imported) return Failure<Error>{imported.error()};
  return std::optional<Summary>{
      {std::move(imported->source), std::move(imported->quality), std::move(imported->totals)}};
}

Fallible<Summary> summarize(const std::string& path, Defects defects) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  if (is_kmt(*input)) {
    auto trace = path == "-" ? container_from_pipe(*input) : open_container(path, defects, input->stored_bytes());
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
