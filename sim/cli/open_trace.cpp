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

}  // namespace

Fallible<OpenTrace> open_trace(const std::string& path, Defects defects) {
  auto input = traces::Input::open(path);
  if (!input) return named(input.error(), path);
  const std::uint64_t bytes = input->stored_bytes();
  if (is_kmt(*input) && path != "-") {
    auto reader = traces::KmtReader::open(path);
    if (!reader) return named(reader.error(), path);
    if (defects == Defects::refused && reader->quality().defective()) {
      return named({"the recording has defects", "--strict allows none; 'kmemlab info' lists them", path, {}, {}}, path);
    }
    std::optional<traces::Totals> totals = reader->totals();
    return OpenTrace{std::move(*reader), std::move(totals), bytes};
  }
  ProgressLine progress("importing " + input->name(), "bytes");
  traces::ImportOptions options;
  options.strictness = defects == Defects::refused ? traces::Strictness::strict : traces::Strictness::lenient;
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };

  TemporaryFile file;
  const bool in_memory = bytes != 0 && bytes <= in_memory_max;
  if (!in_memory) file.path = temporary_path();
  auto writer = file.path.empty() ? Fallible<traces::KmtWriter>(traces::KmtWriter::to_memory())
                                  : traces::KmtWriter::create(file.path);
  if (!writer) return named(writer.error(), path);
  auto imported = traces::import_trace(*input, *writer, options);
  if (!imported) return named(imported.error(), path);
  if (auto done = writer->finish(imported->tables, imported->quality, imported->source); !done) {
    return named(done.error(), path);
  }
  auto reader = file.path.empty() ? traces::KmtReader::from_bytes(writer->take_bytes(), path)
                                  : traces::KmtReader::open(file.path);
  if (!reader) return named(reader.error(), path);
  return OpenTrace{std::move(*reader), std::move(imported->totals), bytes};
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
