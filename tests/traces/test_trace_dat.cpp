// The binary reader on files built byte by byte (dat_maker.h) and on one small real recording in three forms.
#include <string>

#include "tests/traces/dat_maker.h"
#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

constexpr std::uint64_t site_alloc = 0xffff1010, site_free = 0xffff2004;
constexpr std::uint64_t gfp_kernel = 0xcc0, gfp_zero = 0x100;

/// Two CPUs whose records alternate in time, with one of everything.
DatMaker everyday(const Flavour& flavour) {
  DatMaker m(flavour);
  m.cpu[0].record(1'000, m.kmalloc(site_alloc, 0x40001000, 100, 128, gfp_kernel | gfp_zero, 1));
  m.cpu[1].record(2'000, m.kmalloc(site_alloc, 0x40002000, 33, 64, 0, -1, 0x10 | 0x01, 2));
  m.cpu[0].record(3'000, m.page_alloc(77, 3, gfp_kernel, 2));
  m.cpu[1].record(300'000'000, m.cache_free(site_free, 0x40001000, "names_cache"));
  m.cpu[0].record(300'000'001, m.kfree(site_free, 0x40001000));
  m.cpu[0].record(300'000'002, m.kfree(site_free, 0));
  m.cpu[1].record(5'000'000'000, m.page_free(77, 3));
  m.cpu[0].record(5'000'000'000, m.kfree(site_free, 0x49999000, 0x08));
  m.cpu[0].record(5'000'000'001, m.softirq(0x10));
  return m;
}

}  // namespace

TEST_CASE("every flavour of trace.dat tells the same story", "[traces][dat]") {
  const int version = GENERATE(6, 7);
  const bool big = GENERATE(false, true);
  const unsigned long_bytes = GENERATE(4U, 8U);
  const std::string packing = GENERATE("none", "zlib", "zstd");
  if (version == 6 && packing != "none") return;
  CAPTURE(version, big, long_bytes, packing);
  const Trial t = import_bytes(everyday({version, big, long_bytes, packing}).file());
  const Imported& trace = t.trace();
  CHECK(trace.source.format == "trace.dat v" + std::to_string(version));
  CHECK(trace.source.clock == "mono");
  CHECK(trace.source.kernel == "Linux host 6.1.0-1-amd64 x86_64");
  CHECK(trace.source.cpus == 2);
  CHECK(trace.source.long_bytes == long_bytes);
  CHECK(trace.quality.damaged == 0);
  REQUIRE(t.sink.events.size() == 9);

  const Event& first = t.event(0);
  CHECK(first.op == Op::alloc);
  CHECK(first.tick == 1'000);
  CHECK(first.requested == 100);
  CHECK(first.granted == 128);
  CHECK(first.node == 1);
  CHECK(first.context == Context::task);
  CHECK(first.cpu_state == CpuState{Tri::no, Tri::no});
  CHECK(trace.tables.call_sites[first.call_site].name == "alloc_here+0x10");
  CHECK(trace.tables.tasks[first.task] == Task{42, "worker thread"});
  CHECK(trace.tables.gfps[first.gfp].text == "GFP_KERNEL|__GFP_ZERO");
  CHECK(trace.tables.gfps[first.gfp].may_sleep == Tri::yes);
  CHECK(trace.tables.gfps[first.gfp].zero == Tri::yes);

  const Event& second = t.event(1);
  CHECK(second.cpu == 1);
  CHECK(second.node == -1);
  CHECK(second.context == Context::softirq);
  CHECK(second.cpu_state == CpuState{Tri::yes, Tri::yes});
  CHECK(trace.tables.gfps[second.gfp].text == "none");
  CHECK(trace.tables.gfps[second.gfp].may_sleep == Tri::no);

  CHECK(t.event(2).op == Op::page_alloc);
  CHECK(t.event(2).pfn == 77);
  CHECK(t.event(2).order == 3);
  CHECK(t.event(2).migratetype == 2);
  CHECK(t.event(3).tick == 300'000'000);  // over a time extend
  CHECK(t.event(3).free_kind == FreeKind::matched);
  CHECK(trace.tables.caches[t.event(3).cache] == "names_cache");
  CHECK(t.sink.learned == std::vector<std::pair<std::uint64_t, Index>>{{0, t.event(3).cache}});
  CHECK(trace.tables.call_sites[t.event(3).call_site].name == "free_here+0x4");
  CHECK(t.event(4).free_kind == FreeKind::unrecorded);
  CHECK(t.event(5).free_kind == FreeKind::null_free);
  CHECK(t.event(6).op == Op::free);  // equal ticks: CPU 0 first
  CHECK(t.event(6).context == Context::hardirq);
  CHECK(t.event(7).op == Op::page_free);
  CHECK(t.event(8).op == Op::mark);
  CHECK(trace.tables.tasks[t.event(8).task] == Task{0, "<idle>"});
  CHECK(trace.totals.pages.matched == 1);

  static const std::uint64_t digest = trace.totals.digest, digest_full = trace.totals.digest_full;
  CHECK(trace.totals.digest == digest);
  CHECK(trace.totals.digest_full == digest_full);
}

TEST_CASE("lost events of the ring buffer become lost marks in their place", "[traces][dat]") {
  DatMaker m(Flavour{7, false, 8, "zstd"}, 1);
  m.cpu[0].record(10, m.kmalloc(site_alloc, 0x1000, 8, 8, gfp_kernel));
  m.cpu[0].start_page(100, 1U << 31 | 1U << 30, 702);
  m.cpu[0].record(110, m.kfree(site_free, 0x1000));
  m.cpu[0].start_page(200, 1U << 31);
  m.cpu[0].record(210, m.kfree(site_free, 0x1000));
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().quality.lost_events == 702);
  CHECK(t.trace().quality.lost_marks == 1);
  REQUIRE(t.sink.events.size() == 5);
  CHECK(t.event(1).op == Op::lost);
  CHECK(t.event(1).requested == 702);
  CHECK(t.event(1).tick == 110);
  CHECK(t.event(3).op == Op::lost);
  CHECK(t.event(3).requested == 0);
  CHECK(t.trace().totals.records == 3);
}

TEST_CASE("events that the ring overwrote before anybody read them are lost too", "[traces][dat]") {
  DatMaker m(Flavour{6, false, 8, "none"}, 1);
  m.cpu[0].record(10, m.kfree(site_free, 0x1000));
  m.cpustat = "CPU: 0\nentries: 1\noverrun: 41\ncommit overrun: 0\nbytes: 5\ndropped events: 1\nread events: 0\n";
  CHECK(import_bytes(m.file()).trace().quality.lost_events == 42);
}

TEST_CASE("discarded events pass time and nothing else; absolute stamps set it", "[traces][dat]") {
  const bool big = GENERATE(false, true);
  DatMaker m(Flavour{7, big, 8, "none"}, 1);
  m.cpu[0].record(10, m.kfree(site_free, 0x1000));
  m.cpu[0].words({m.cpu[0].header(29, 5), 8, 0xdeadbeef});  // padding with a delta: array[0] bytes behind the header
  m.cpu[0].record(20, m.kfree(site_free, 0x2000));          // the maker knows of 10, so this is 10 + 5 + 10
  m.cpu[0].words({m.cpu[0].header(31, 7), 3});
  const std::uint64_t stamp = (3ULL << 27) + 7;
  m.cpu[0].record(21, m.kfree(site_free, 0x3000));
  const Trial t = import_bytes(m.file());
  REQUIRE(t.sink.events.size() == 3);
  CHECK(t.event(1).tick == 25);
  CHECK(t.event(2).tick == stamp + 1);
  CHECK(t.trace().quality.damaged == 0);
}

TEST_CASE("a known event with an unknown layout is an error that names event and field", "[traces][dat]") {
  DatMaker m(Flavour{7, false, 8, "none"}, 1);
  SECTION("a field is missing") {
    m.kmalloc_extra_fields = "\tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;\n";
    m.cpu[0].record(10, m.kmalloc(site_alloc, 0x1000, 8, 8, 0));
    const std::string error = import_bytes(m.file()).error();
    CHECK(error.find("kmalloc") != std::string::npos);
    CHECK(error.find("bytes_req is missing") != std::string::npos);
  }
  SECTION("a field has a size that is no integer's") {
    m.kmalloc_extra_fields =
        "\tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;\n"
        "\tfield:const void * ptr;\toffset:16;\tsize:3;\tsigned:0;\n\tfield:size_t "
        "bytes_req;\toffset:24;\tsize:8;\tsigned:0;\n"
        "\tfield:size_t bytes_alloc;\toffset:32;\tsize:8;\tsigned:0;\n\tfield:unsigned long "
        "gfp_flags;\toffset:40;\tsize:8;\tsigned:0;\n";
    m.cpu[0].record(10, m.kmalloc(site_alloc, 0x1000, 8, 8, 0));
    const std::string error = import_bytes(m.file()).error();
    CHECK(error.find("kmalloc: field ptr has size 3") != std::string::npos);
  }
  SECTION("an event that does not occur may look as it likes") {
    m.kmalloc_extra_fields = "\tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;\n";
    m.cpu[0].record(10, m.kfree(site_free, 0x1000));
    CHECK(import_bytes(m.file()).trace().totals.frees == 1);
  }
}

TEST_CASE("a failed page allocation has no page", "[traces][dat]") {
  const unsigned long_bytes = GENERATE(4U, 8U);
  DatMaker m(Flavour{7, false, long_bytes, "none"}, 1);
  m.cpu[0].record(10, m.page_alloc(~0ULL, 9, gfp_kernel, 0));
  const Trial t = import_bytes(m.file());
  CHECK(t.event(0).pfn == no_pfn);
  CHECK(t.trace().totals.pages.failed == 1);
  CHECK(t.trace().totals.pages.live_at_end == 0);
}

TEST_CASE("a small real recording: version 6, version 7 and trace-cmd's own reading agree", "[traces][dat]") {
  const Trial v6 = import_file(data_file("netloop_small.v6.dat.gz"));
  const Trial v7 = import_file(data_file("netloop_small.v7.dat"));
  const Trial text = import_file(data_file("netloop_small.report.txt.zst"));
  for (const Trial* t : {&v6, &v7, &text}) {
    CAPTURE(t->trace().source.format);
    CHECK(t->count("kfree") == 130);
    CHECK(t->count("kmalloc") == 70);
    CHECK(t->count("kmem_cache_alloc") == 103);
    CHECK(t->count("kmem_cache_free") == 135);
    CHECK(t->count("mm_page_free") == 32);
    CHECK(t->count("softirq_entry") == 61);
    CHECK(t->count("softirq_exit") == 62);
    CHECK(t->trace().totals.records == 593);
    CHECK(t->trace().quality.damaged == 0);
    CHECK(t->trace().totals.digest == v6.trace().totals.digest);
    CHECK(t->trace().totals.digest_full == v6.trace().totals.digest_full);
  }
  CHECK(v6.sink.events == v7.sink.events);
}

TEST_CASE("what is cut off a trace.dat is counted, and the rest is read", "[traces][dat]") {
  for (const char* name : {"netloop_small.v7.dat", "netloop_small.v6.dat.gz"}) {
    auto input = Input::open(data_file(name));
    REQUIRE(input.ok());
    auto whole = input->whole();
    REQUIRE(whole.ok());
    const std::vector<unsigned char> all(whole->begin(), whole->end());
    std::uint64_t most = 0;
    for (std::size_t keep = 1; keep < all.size(); keep += keep < 64 ? 1 : 97) {
      CAPTURE(name, keep);
      const Trial t = import_bytes({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(keep)});
      if (!t.result) {
        CHECK(t.error().find("byte") != std::string::npos);
        continue;
      }
      CHECK(t.trace().totals.records <= 593);
      if (t.trace().totals.records < 593) CHECK(t.trace().quality.damaged > 0);
      CHECK(!t.trace().quality.first_damage.empty() == (t.trace().quality.damaged > 0));
      most = std::max(most, t.trace().totals.records);
    }
    CHECK(most > 300);  // a late cut costs little
  }
}

TEST_CASE("strict import refuses a damaged recording and accepts a good one", "[traces][dat]") {
  ImportOptions strict;
  strict.strictness = Strictness::strict;
  std::vector<unsigned char> bytes = read_bytes(data_file("netloop_small.v7.dat"));
  CHECK(import_bytes(bytes, strict).result.ok());
  bytes.resize(bytes.size() - 3000);
  CHECK(import_bytes(bytes).result.ok());
  CHECK_FALSE(import_bytes(bytes, strict).result.ok());
}
