// Throughput of the `.kmt` container: kmt_bench [FILE.kmt [ROUNDS]] (the file is repeated ROUNDS times). Without a
// file, four million seeded events. Prints bytes an event and millions of events a second, best of several passes:
// "decode" by a reader that still has to check everything, "again" by one that has. Wall-clock numbers: shown, never
// tested.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "tests/traces/kmt_samples.h"
#include "traces/edit/repeat.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

double best_seconds(int passes, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < passes; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

struct Input {
  std::vector<Event> events;
  Tables tables;
  Source source;
};

struct List final : EventSink {
  std::vector<Event>& to;
  explicit List(std::vector<Event>& events) : to(events) {}
  void append(const Event& e) override { to.push_back(e); }
  void learn_cache(std::uint64_t, Index) override {}
};

ByteVector write(const Input& in, KmtOptions options) {
  KmtWriter w = KmtWriter::to_memory(options);
  for (const Event& e : in.events) w.append(e);
  if (Fallible<void> r = w.finish(in.tables, {}, in.source); !r)
    std::printf("%s\n", r.error().text().c_str()), std::exit(1);
  return w.take_bytes();
}

double decode_rate(const ByteVector& bytes, ColumnSet columns, std::size_t events, bool warm) {
  Fallible<KmtReader> warm_reader = KmtReader::from_bytes(bytes);
  std::uint64_t blocks = 0;
  double best = 1e9;
  for (int i = 0; i < 7; ++i) {
    ByteVector copy = bytes;
    Fallible<KmtReader> cold = KmtReader::from_bytes(warm ? ByteVector{} : std::move(copy));
    KmtReader& r = warm ? *warm_reader : *cold;
    best =
        std::min(best, best_seconds(1, [&] { (void)r.for_each_block(columns, [&](const EventBlock&) { ++blocks; }); }));
  }
  return static_cast<double>(events) / best / 1e6;
}

void report(const char* title, const Input& in, KmtOptions options) {
  ByteVector bytes;
  const auto n = static_cast<double>(in.events.size());
  const double seconds = best_seconds(3, [&] { bytes = write(in, options); });
  std::printf(
      "%-6s %6.2f bytes/event, write %6.1f M/s, decode all %6.1f (again %6.1f), replay columns %6.1f (again %6.1f)\n",
      title, static_cast<double>(bytes.size()) / n, n / seconds / 1e6,
      decode_rate(bytes, all_columns, in.events.size(), false), decode_rate(bytes, all_columns, in.events.size(), true),
      decode_rate(bytes, replay_columns, in.events.size(), false),
      decode_rate(bytes, replay_columns, in.events.size(), true));
  if (std::getenv("KMT_BENCH_COLUMNS") == nullptr) return;
  for (unsigned c = 0; c < column_count; ++c)
    std::printf("  column %2u alone %8.1f M/s\n", c,
                decode_rate(bytes, static_cast<Column>(c), in.events.size(), true));
}

}  // namespace

int main(int argc, char** argv) {
  Input in{{}, samples::tables(), samples::source()};
  if (argc > 1) {
    Fallible<KmtReader> r = KmtReader::open(argv[1]);
    if (!r) return std::printf("%s\n", r.error().text().c_str()), 3;
    in.source = r->source();
    List list(in.events);
    Fallible<Edited> edited = repeat(*r, argc > 2 ? static_cast<std::uint64_t>(std::atoi(argv[2])) : 1, list);
    if (!edited) return std::printf("%s\n", edited.error().text().c_str()), 3;
    in.tables = edited->tables;
  } else {
    in.events = samples::realistic(1, 4'000'000);
  }
  std::printf("%zu events\n", in.events.size());
  report("raw", in, {KmtCompression::none, 3});
  for (const int level : {1, 3}) report(level == 1 ? "zstd1" : "zstd3", in, {KmtCompression::zstd, level});
}
