// perf.data in every flavour: what the reader makes of records, their order, their times and their tasks.
#include <algorithm>

#include "tests/traces/import_kit.h"
#include "tests/traces/perf_maker.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

/// Two CPUs in two rounds; records of a round stand CPU by CPU, as perf writes its buffers.
void fill(PerfMaker& m) {
  m.comm({0, 42, 0}, "sh");
  m.sample(id_kmalloc, {1000, 42, 0}, m.dat.kmalloc(0xffff1010, 0x8000, 100, 128, 0xdc0, -1, 0x10));
  m.sample(id_kmalloc, {3000, 42, 0}, m.dat.kmalloc(0xffff1010, 0x9000, 50, 64, 0xcc0, 1));
  m.sample(id_page_alloc, {2000, 43, 1}, m.dat.page_alloc(0x1234, 2, 0xcc0, 1));
  m.sample(id_kfree, {3000, 42, 1}, m.dat.kfree(0xffff2000, 0x8000));
  m.round();
  m.sample(id_page_free, {4000, 42, 0}, m.dat.page_free(0x1234, 2));
  m.sample(id_cache_free, {3500, 43, 1}, m.dat.cache_free(0xffff2000, 0x9000, "names_cache"));
  m.sample(id_softirq, {5000, 0, 1}, m.dat.softirq(0));
  m.round();
}

std::string comm_of(const Trial& t, std::size_t event) {
  return t.trace().tables.tasks[t.event(event).task].comm;
}

}  // namespace

TEST_CASE("perf.data: the same events from every flavour", "[traces][perf]") {
  std::uint64_t digest = 0;
  for (const bool big : {false, true}) {
    for (const std::size_t pieces : {std::size_t{0}, std::size_t{100}, std::size_t{1000}}) {
      for (const char* version : {"0.5", "0.6"}) {
        for (const bool piped : {false, true}) {
          CAPTURE(big, pieces, version, piped);
          PerfMaker m(big);
          m.version = version;
          m.pack_pieces = pieces;
          fill(m);
          const Trial t = import_bytes(piped ? m.pipe() : m.file());
          REQUIRE(t.trace().totals.records == 7);
          CHECK(t.trace().quality.damaged == 0);
          CHECK(t.trace().quality.out_of_order == 0);
          if (!digest) digest = t.trace().totals.digest_full;
          CHECK(t.trace().totals.digest_full == digest);
          CHECK(t.trace().source.format == (piped ? "perf.data (pipe)" : "perf.data"));
          CHECK(t.trace().source.kernel == "Linux host 6.1.0-1-amd64 x86_64");
          CHECK(t.trace().source.clock == "local");
          CHECK(t.trace().source.cpus == 4);
        }
      }
    }
  }
}

TEST_CASE("perf.data: what a sample says, and the order of time and then of the file", "[traces][perf]") {
  PerfMaker m;
  fill(m);
  const Trial t = import_bytes(m.file());
  const std::vector<std::uint64_t> ticks{1000, 2000, 3000, 3000, 3500, 4000, 5000};
  REQUIRE(t.sink.events.size() == ticks.size());
  for (std::size_t i = 0; i < ticks.size(); ++i) CHECK(t.event(i).tick == ticks[i]);
  const Event& first = t.event(0);
  CHECK(first.op == Op::alloc);
  CHECK(first.requested == 100);
  CHECK(first.granted == 128);
  CHECK(first.context == Context::softirq);
  CHECK(t.trace().tables.gfps[first.gfp].text == "GFP_KERNEL|__GFP_ZERO");
  CHECK(t.trace().tables.call_sites[first.call_site].name == "alloc_here+0x10");
  CHECK(t.event(1).pfn == 0x1234);
  CHECK(t.event(1).cpu == 1);
  CHECK(t.event(2).op == Op::alloc);  // stands before the free of the same tick in the file
  CHECK(t.event(3).free_kind == FreeKind::matched);
  CHECK(t.trace().tables.caches[t.event(4).cache] == "names_cache");
  CHECK(t.event(6).op == Op::mark);
  CHECK(t.trace().tables.tasks[t.event(6).task].comm == "<idle>");
}

TEST_CASE("perf.data: the tids and names of the samples, not of the raw records", "[traces][perf]") {
  PerfMaker m;
  const auto raw = m.dat.kmalloc(0xffff1010, 0, 8, 8, 0xcc0);
  m.comm({0, 10, 0}, "shell");
  m.sample(id_kmalloc, {100, 10, 0}, raw);
  m.fork({200, 10, 0}, 11);
  m.sample(id_kmalloc, {300, 11, 0}, raw);
  m.comm({400, 11, 0}, "find");
  m.sample(id_kmalloc, {500, 11, 0}, raw);
  m.fork({600, 11, 0}, 11, 4);  // EXIT: the name stays for what the task still does
  m.sample(id_kmalloc, {700, 11, 0}, raw);
  m.fork({800, 10, 0}, 11);  // the number is used again
  m.sample(id_kmalloc, {900, 11, 0}, raw);
  m.sample(id_kmalloc, {1000, 12, 0}, raw);
  m.fork({1100, 12, 0}, 13);
  m.sample(id_kmalloc, {1200, 13, 0}, raw);
  m.sample(id_kmalloc, {350, 11, 1}, raw);  // another CPU, later in the file
  const Trial t = import_bytes(m.file());
  const std::vector<std::string> names{"shell", "shell", "shell", "find", "find", "shell", ":12", ":13"};
  REQUIRE(t.sink.events.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(i);
    CHECK(comm_of(t, i) == names[i]);
  }
  CHECK(t.trace().tables.tasks[t.event(7).task].pid == 13);
}

TEST_CASE("perf.data: samples of several types, told apart by their ids", "[traces][perf]") {
  for (const bool identifier : {true, false}) {
    for (const bool big : {false, true}) {
      CAPTURE(identifier, big);
      PerfMaker m(big);
      m.events.clear();
      const std::uint64_t base = sample_tid | sample_time | sample_cpu | (identifier ? sample_identifier : sample_id);
      m.events.push_back({2, id_kmalloc, base | sample_raw, 0, 71});
      m.events.push_back({2, id_kfree, base | sample_raw | sample_period | sample_chain, 0, 72});
      m.events.push_back({2, id_page_alloc, base | sample_raw | sample_read | sample_stream, 1 | 2 | 4 | 16, 73});
      m.events.push_back({2, id_page_free, base | sample_raw | sample_read | sample_chain, 2 | 4 | 8 | 16, 74});
      m.events.push_back({1, 9, base | sample_period, 4, 75});  // a software event has no raw data
      m.sample(id_kmalloc, {1, 5, 0}, m.dat.kmalloc(0xffff1010, 0x8000, 100, 128, 0xcc0));
      m.sample(id_kfree, {2, 5, 0}, m.dat.kfree(0xffff2000, 0x8000));
      m.sample(9, {3, 5, 0}, {});
      m.sample(id_page_alloc, {4, 5, 0}, m.dat.page_alloc(0x44, 0, 0xcc0, 0));
      m.sample(id_page_free, {5, 5, 0}, m.dat.page_free(0x44, 0));
      const Trial t = import_bytes(m.file());
      CHECK(t.trace().quality.damaged == 0);
      CHECK(t.count("kmalloc") == 1);
      CHECK(t.count("sample") == 1);
      CHECK(t.trace().totals.matched == 1);
      CHECK(t.trace().totals.pages.matched == 1);
    }
  }
}

TEST_CASE("perf.data: everything that a tracepoint's sample may hold before its raw data", "[traces][perf]") {
  PerfMaker m;
  m.events = {{2, id_kmalloc, 0x103ff | sample_raw, 31 & ~8U, 71}};  // bits 0 to 9, and the identifier
  m.sample(id_kmalloc, {77, 5, 3}, m.dat.kmalloc(0xffff1010, 0x8000, 100, 128, 0xcc0));
  const Trial t = import_bytes(m.file());
  REQUIRE(t.trace().totals.allocs == 1);
  CHECK(t.event(0).tick == 77);
  CHECK(t.event(0).cpu == 3);
  CHECK(t.trace().tables.tasks[t.event(0).task].pid == 5);
}

TEST_CASE("perf.data: lost records are counted once", "[traces][perf]") {
  PerfMaker m;
  fill(m);
  m.lost({4500, 42, 1}, 17);
  m.lost_samples(17);              // perf's own sum of the same at the end
  m.lost_samples(1000, 1U << 15);  // dropped by a filter, as asked
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().totals.records == 7);
  CHECK(t.trace().totals.lost_events == 17);
  CHECK(t.trace().quality.lost_events == 17);
  const auto lost = std::find_if(t.sink.events.begin(), t.sink.events.end(), [](auto& e) { return e.op == Op::lost; });
  REQUIRE(lost != t.sink.events.end());
  CHECK(lost->tick == 4500);
  PerfMaker only_sum;
  fill(only_sum);
  only_sum.lost_samples(5);
  CHECK(import_bytes(only_sum.file()).trace().quality.lost_events == 5);
}

TEST_CASE("perf.data: AUX data and unknown records are stepped over", "[traces][perf]") {
  PerfMaker m;
  m.auxtrace(4096);
  m.record(17, {1, 2, 3, 4, 5, 6, 7, 8});
  m.record(999, {});
  fill(m);
  m.auxtrace(8);
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().totals.records == 7);
  CHECK(t.trace().quality.damaged == 0);
}

TEST_CASE("perf.data: a record that comes after its round is out of order, and counted", "[traces][perf]") {
  PerfMaker m;
  const auto raw = m.dat.kfree(0xffff2000, 0);
  for (const std::uint64_t tick : {100, 200}) m.sample(id_kfree, {tick, 1, 0}, raw);
  m.round();
  m.sample(id_kfree, {300, 1, 0}, raw);
  m.round();  // hands on what came up to the first mark
  m.sample(id_kfree, {150, 1, 0}, raw);
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().totals.records == 4);
  CHECK(t.trace().quality.out_of_order == 1);
}
