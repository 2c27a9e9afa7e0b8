// The writers: literal texts of three events, what each loses, and round trips whose digests must not change.
#include "tests/traces/kmt_samples.h"
#include "tests/traces/write_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string three =
    R"({"schema":"kmemlab.events/1","cpus":2}
{"t":1000000001,"op":"alloc","p":7,"size":100,"got":128,"cpu":1,"pid":42,"comm":"a, \"b\"","ctx":"softirq",)"
    R"("gfp":"GFP_ATOMIC","site":"f+0x2","cache":"skb","name":"kmem_cache_alloc"}
{"t":1000000002,"op":"alloc","p":8,"size":5}
{"t":2000000000,"op":"free","p":7}
)";

KmtReader three_events() {
  return stored_text(three);
}

void same_numbers(const Totals& a, const Totals& b) {
  CHECK(a.digest == b.digest);
  CHECK(a.records == b.records);
  CHECK(a.lost_events == b.lost_events);
  CHECK(a.lost_free == b.lost_free);
  CHECK(a.matched == b.matched);
  CHECK(a.unrecorded == b.unrecorded);
  CHECK(a.before_trace == b.before_trace);
  CHECK(a.bytes == b.bytes);
  CHECK(a.perf_kmem == b.perf_kmem);
  CHECK(a.pages == b.pages);
  CHECK(a.events == b.events);
}

}  // namespace

TEST_CASE("three events as JSON lines", "[traces][write]") {
  KmtReader trace = three_events();
  const Written w = written(trace, WriteFormat::json_lines);
  CHECK(w.text ==
        R"({"schema":"kmemlab.events/1","cpus":2,"page_size":4096,"long_bytes":8,"quality":{"live_at_end":1}}
{"t":1000000001,"op":"alloc","p":1,"size":100,"got":128,"cpu":1,"pid":42,"comm":"a, \"b\"","ctx":"softirq",)"
        R"("gfp":"GFP_ATOMIC","site":"f+0x2","cache":"skb","name":"kmem_cache_alloc"}
{"t":1000000002,"op":"alloc","p":2,"size":5,"cpu":0}
{"t":2000000000,"op":"free","p":1,"cpu":0}
)");
  CHECK(w.lost == "nothing");
}

TEST_CASE("three events as CSV", "[traces][write]") {
  KmtReader trace = three_events();
  const Written w = written(trace, WriteFormat::csv);
  CHECK(w.text ==
        R"(event,tick,op,free,id,size,got,pfn,order,migratetype,cpu,pid,comm,ctx,irqs_off,preempt_off,gfp,may_sleep,)"
        R"(zero,site,cache,node,accounted,name
0,1000000001,alloc,,0,100,128,,,,1,42,"a, ""b""",softirq,,,GFP_ATOMIC,no,no,f+0x2,skb,,,kmem_cache_alloc
1,1000000002,alloc,,1,5,0,,,,0,,,,,,,,,,,,,
2,2000000000,free,matched,0,,,,,,0,,,,,,,,,,,,,
)");
  CHECK(w.lost == "the quality block, kernel and clock");
}

TEST_CASE("three events as .rep", "[traces][write]") {
  KmtReader trace = three_events();
  const Written w = written(trace, WriteFormat::rep);
  CHECK(w.text == "105\n2\n3\n1\na 0 100\na 1 5\nf 0\n");
  CHECK(w.lost == "everything but op, id and size");
}

TEST_CASE("three events as ftrace text", "[traces][write]") {
  KmtReader trace = three_events();
  const Written w = written(trace, WriteFormat::ftrace_text);
  const std::size_t first = w.text.find("  a, ");
  REQUIRE(first != std::string::npos);
  CHECK(w.text.find("# entries-in-buffer/entries-written: 3/3   #P:2\n") != std::string::npos);
  CHECK(w.text.substr(first) ==
        R"(  a, "b"-42 [001] X.sX. 1.000000001: kmem_cache_alloc: call_site=f+0x2 ptr=ffff888000000000 name=skb )"
        R"(bytes_req=100 bytes_alloc=128 gfp_flags=GFP_ATOMIC node=-1
  <...>-0 [000] X.XX. 1.000000002: kmalloc:  ptr=ffff888000000010 bytes_req=5 bytes_alloc=0 node=-1
  <...>-0 [000] X.XX. 2.000000000: kfree:  ptr=ffff888000000000
)");
  CHECK(w.lost ==
        "kernel and clock, counts of damage, which caches were learned, 2 events without a pid, written as pid 0");
}

TEST_CASE("a recording through JSON lines: nothing changes", "[traces][write]") {
  KmtReader trace = stored(Input::open(sample_recording()));
  const Totals before = counted(trace);
  const Written w = written(trace, WriteFormat::json_lines);
  CHECK(w.lost == "nothing");
  KmtReader again = stored_text(w.text);
  const Totals after = counted(again);
  CHECK(before == after);
  CHECK(trace.quality() == again.quality());
  CHECK(again.source().format == "kmemlab.events/1 (from " + trace.source().format + ")");
  CHECK(again.source().cpus == trace.source().cpus);
  CHECK(written(again, WriteFormat::json_lines).text == w.text);
}

TEST_CASE("a recording through ftrace text: digests do not change", "[traces][write]") {
  KmtReader trace = stored(Input::open(sample_recording()));
  const Totals before = counted(trace);
  const Written w = written(trace, WriteFormat::ftrace_text);
  INFO(w.lost);
  KmtReader again = stored_text(w.text);
  const Totals after = counted(again);
  same_numbers(before, after);
  CHECK(before.digest_full == after.digest_full);
  CHECK(again.quality().damaged == 0);
  CHECK(again.quality().unmatchable == 0);
}

TEST_CASE("seeded traces with every kind of record, through both", "[traces][write]") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    const std::vector<Event> events = samples::realistic(seed, 3000);
    KmtWriter writer = KmtWriter::to_memory();
    for (const Event& e : events) writer.append(e);
    REQUIRE(writer.finish(samples::tables(), Quality{}, samples::source()).ok());
    auto trace = KmtReader::from_bytes(writer.take_bytes());
    REQUIRE(trace.ok());
    const Totals before = counted(*trace);
    KmtReader from_json = stored_text(written(*trace, WriteFormat::json_lines).text);
    const Totals json = counted(from_json);
    CHECK(json == before);
  }
}

TEST_CASE("a recording through compressed texts: the same bytes, the same digests", "[traces][write]") {
  KmtReader trace = stored(Input::open(sample_recording()));
  const Totals before = counted(trace);
  for (const WriteFormat format : {WriteFormat::json_lines, WriteFormat::ftrace_text, WriteFormat::rep}) {
    for (const PackAs as : {PackAs::gzip, PackAs::zstd}) {
      std::vector<unsigned char> packed;
      Packer packer(as, [&](std::string_view s) { packed.insert(packed.end(), s.begin(), s.end()); });
      REQUIRE(write_trace(trace, format, [&](std::string_view s) { packer.put(s); }));
      REQUIRE(packer.finish());
      const std::string plain = written(trace, format).text;
      CHECK(packed.size() < plain.size() / 3);
      const auto input = Input::from_bytes("packed", packed);
      REQUIRE(input);
      CHECK(input->encoding() == (as == PackAs::gzip ? Encoding::gzip : Encoding::zstd));
      const auto whole = input->whole();
      REQUIRE(whole);
      CHECK((std::string(whole->begin(), whole->end()) == plain));
      KmtReader again = stored(Input::from_bytes("packed", packed));
      const Totals after = counted(again);
      if (format != WriteFormat::rep) CHECK(after.digest_full == before.digest_full);
      CHECK(after.matched == before.matched);
    }
  }
  Packer empty(PackAs::gzip, [](std::string_view) {});
  CHECK(empty.finish());
}

TEST_CASE("what .rep cannot hold is counted", "[traces][write]") {
  KmtReader trace = stored_text(schema_line + R"({"op":"alloc","p":1,"size":10}
{"op":"alloc","p":1,"size":20}
{"op":"realloc","p":1,"size":30}
{"op":"free","p":9}
{"op":"free","p":null}
{"op":"alloc","p":null,"size":3}
{"op":"page_alloc","pfn":5}
{"op":"lost","count":4}
{"op":"mark","name":"x"}
)");
  const Written w = written(trace, WriteFormat::rep);
  CHECK(w.text == "30\n2\n4\n1\na 0 10\nf 0\na 1 20\nr 1 30\n");
  CHECK(w.lost ==
        "everything but op, id and size, 1 lost frees, written as frees, 2 frees without an allocation in the trace, 1 "
        "allocations without a block, 1 page events, 1 places where events were lost, 1 other records");
}

TEST_CASE("the ending names the format", "[traces][write]") {
  CHECK(write_format_of("a/b.jsonl") == WriteFormat::json_lines);
  CHECK(write_format_of("x.txt") == WriteFormat::ftrace_text);
  CHECK(write_format_of("x.ftrace") == WriteFormat::ftrace_text);
  CHECK(write_format_of("x.csv") == WriteFormat::csv);
  CHECK(write_format_of("x.rep") == WriteFormat::rep);
  CHECK_FALSE(write_format_of(".rep"));
  CHECK_FALSE(write_format_of("x.kmt"));
  CHECK(write_format_of("x.csv.gz") == WriteFormat::csv);
  CHECK(write_format_of("x.jsonl.zst") == WriteFormat::json_lines);
  CHECK_FALSE(write_format_of("x.kmt.gz"));
  CHECK_FALSE(write_format_of(".csv.gz"));
  CHECK_FALSE(write_format_of("x.gz"));
  CHECK(pack_of("x.csv.gz") == PackAs::gzip);
  CHECK(pack_of("x.csv.zst") == PackAs::zstd);
  CHECK(pack_of("x.csv") == PackAs::plain);
}
