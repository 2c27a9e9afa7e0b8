// Throughput of the text readers: text_bench FILE [ROUNDS]. FILE is any recording as text, plain or compressed. Prints
// MB/s of decoded text, the median of several rounds (5 unless told) after one that warms the caches:
//   lines   cutting it into lines only
//   read    the reader of its format into a sink that does nothing
//   import  the whole import (identity, totals, digests) into a sink that does nothing
// Time of the processor, which other programs disturb less than the clock's; all three run in one thread. Shown, never
// tested.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

#include "traces/import/import.h"
#include "traces/readers/detect.h"
#include "traces/readers/line_source.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

struct NullRawSink final : RawSink {
  std::uint64_t records = 0;
  void record(const RawRecord&) override { ++records; }
};

struct NullSink final : EventSink {
  std::uint64_t events = 0;
  void append(const Event&) override { ++events; }
  void learn_cache(std::uint64_t, Index) override {}
};

/// What a reader wants to be given, with a sink that does nothing.
struct Bed {
  explicit Bed(const Input& from) : input(from), damage(quality, from.path()) {}
  const Input& input;
  NullRawSink sink;
  TableBuilder tables;
  Quality quality;
  Source source;
  DamageLog damage;
  Progress progress;
  ReadJob job{input, sink, tables, quality, source, damage, progress};
};

double median_seconds(int rounds, const std::function<void()>& work) {
  work();
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const std::clock_t start = std::clock();
    work();
    seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

template <class T>
T need(Fallible<T> result) {
  if (!result) std::printf("%s\n", result.error().text().c_str()), std::exit(3);
  return std::move(*result);
}

struct Lines {
  std::uint64_t count = 0, bytes = 0;
};

Lines cut_lines(const Input& input) {
  Bed bed(input);
  const auto stream = need(input.stream());
  Lines lines;
  LineSource(bed.job, *stream).each([&](const SourceLine& line) {
    ++lines.count;
    lines.bytes += line.text.size() + 1;
  });
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::printf("text_bench FILE [ROUNDS]\n"), 2;
  const Input input = need(Input::open(argv[1]));
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const FormatReader* reader = need(reader_for(input));
  const Lines lines = cut_lines(input);
  const double megabytes = static_cast<double>(lines.bytes) / 1e6;
  std::printf("%s: %.1f MB, %llu lines\n", input.name().c_str(), megabytes,
              static_cast<unsigned long long>(lines.count));
  const auto show = [&](const char* what, const std::function<void()>& work) {
    const double seconds = median_seconds(rounds, work);
    std::printf("  %-7s %8.1f MB/s %8.1f ns a line\n", what, megabytes / seconds,
                seconds * 1e9 / static_cast<double>(lines.count));
  };
  show("lines", [&] { (void)cut_lines(input); });
  show("read", [&] {
    Bed bed(input);
    if (auto done = reader->read(bed.job); !done) std::printf("%s\n", done.error().text().c_str());
  });
  show("import", [&] {
    NullSink sink;
    if (auto done = import_trace(input, sink); !done) std::printf("%s\n", done.error().text().c_str());
  });
}
