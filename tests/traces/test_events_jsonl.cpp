// Our own format, kmemlab.events/1: what a person writes by hand, what a wrong line costs, and hostile bytes.
#include <algorithm>

#include "core/base/digest.h"
#include "tests/traces/write_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

TEST_CASE("a minimal file by hand: what is not said is unknown", "[traces][jsonl]") {
  const Trial t = import_text(schema_line + R"({"op":"alloc","p":1,"size":64}
{"op":"alloc","p":"0xffff888004a1b000","size":10}
{"op":"free","p":1}
)");
  REQUIRE(t.trace().totals.records == 3);
  CHECK(t.trace().source.format == "kmemlab.events/1");
  const Event& a = t.event(0);
  CHECK(a.op == Op::alloc);
  CHECK(a.requested == 64);
  CHECK(a.granted == 0);
  CHECK(a.tick == 0);
  CHECK(a.task == no_index);
  CHECK(a.gfp == no_index);
  CHECK(a.cache == no_index);
  CHECK(a.call_site == no_index);
  CHECK(a.name == no_index);
  CHECK(a.context == Context::unknown);
  CHECK(a.cpu_state == CpuState{});
  CHECK(a.accounted == Tri::unknown);
  CHECK(t.event(2).free_kind == FreeKind::matched);
  CHECK(t.event(2).id == 0);
  CHECK(t.trace().quality.may_sleep_unknown == 2);
  CHECK_FALSE(t.trace().quality.defective());
}

TEST_CASE("a full line", "[traces][jsonl]") {
  const Trial t = import_text(
      schema_line +
      R"({"t":5,"op":"alloc","p":3,"size":1,"got":8,"cpu":2,"pid":7,"comm":"x","ctx":"hardirq",)"
      R"("irqs_off":true,"preempt_off":false,)"
      R"("gfp":"GFP_KERNEL|__GFP_ZERO","site":"f","site_at":"0x10","cache":"c",)"
      R"("node":1,"accounted":true,"name":"kmalloc","why":[1,{"a":2}]}
{"op":"alloc","p":4,"size":1,"gfp":"","may_sleep":true,"zero":false,"gfp_value":"0xcc0"}
)");
  const Event& e = t.event(0);
  const Tables& tables = t.trace().tables;
  CHECK(e.tick == 5);
  CHECK(e.granted == 8);
  CHECK(e.cpu == 2);
  CHECK(tables.tasks[e.task] == Task{7, "x"});
  CHECK(e.context == Context::hardirq);
  CHECK(e.cpu_state == CpuState{Tri::yes, Tri::no});
  CHECK(tables.gfps[e.gfp].may_sleep == Tri::yes);
  CHECK(tables.gfps[e.gfp].zero == Tri::yes);
  CHECK(tables.call_sites[e.call_site] == CallSite{"f", 16});
  CHECK(tables.caches[e.cache] == "c");
  CHECK(e.node == 1);
  CHECK(e.accounted == Tri::yes);
  CHECK(tables.names[e.name] == "kmalloc");
  CHECK(t.event(1).tick == 5);  // a line without "t" happens when the one before it did
  CHECK(tables.gfps[t.event(1).gfp] == Gfp{"", 0xcc0, Tri::yes, Tri::no});
}

TEST_CASE("null, and the kinds of frees and reallocs", "[traces][jsonl]") {
  const Trial t = import_text(schema_line + R"({"op":"alloc","p":null,"size":64}
{"op":"free","p":0}
{"op":"alloc","p":"0x10","size":0}
{"op":"free","p":5}
{"op":"free","p":5}
{"op":"free","free":"unrecorded","got":96}
{"op":"realloc","p":null,"to":6,"size":10}
{"op":"realloc","p":6,"to":7,"size":20,"got":32}
{"op":"realloc","p":7,"size":30}
{"op":"realloc","p":7,"to":null,"size":0}
{"op":"page_alloc","pfn":"0x1f","order":2,"migratetype":1}
{"op":"page_alloc","pfn":null}
{"op":"page_free","pfn":31,"order":2}
{"op":"lost","count":3}
{"op":"mark","name":"sched_switch"}
)");
  REQUIRE(t.sink.events.size() == 15);
  const std::vector<FreeKind> kinds{FreeKind::null_free, FreeKind::before_trace, FreeKind::unrecorded,
                                    FreeKind::unrecorded};
  CHECK(t.event(0).op == Op::alloc_null);
  CHECK(t.event(2).op == Op::alloc_null);
  CHECK(t.event(1).free_kind == kinds[0]);
  CHECK(t.event(3).free_kind == kinds[1]);
  CHECK(t.event(4).free_kind == kinds[2]);
  CHECK(t.event(5).free_kind == kinds[3]);
  CHECK(t.event(5).granted == 96);
  CHECK(t.event(6).op == Op::alloc);
  CHECK(t.event(7).op == Op::realloc);
  CHECK(t.event(7).id == t.event(6).id);
  CHECK(t.event(7).slot == t.event(6).slot);
  CHECK(t.event(7).granted == 32);
  CHECK(t.event(8).op == Op::realloc);
  CHECK(t.event(9).free_kind == FreeKind::matched);
  CHECK(t.event(9).id == t.event(6).id);
  CHECK(t.event(10).pfn == 31);
  CHECK(t.event(11).pfn == no_pfn);
  CHECK(t.trace().totals.pages.matched == 1);
  CHECK(t.trace().totals.reallocs == 2);
  CHECK(t.trace().totals.live_at_end == 0);
  CHECK(t.trace().quality.lost_events == 3);
  CHECK(t.trace().quality.unmatchable == 0);
}

TEST_CASE("a wrong line is counted with its number, and the next one is read", "[traces][jsonl]") {
  const std::string good = "{\"op\":\"alloc\",\"p\":1,\"size\":64}\n";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"{\"op\":\"alloc\",\"p\":1}", "no \"size\""},
      {"{\"op\":\"alloc\",\"size\":1}", "no \"p\""},
      {"{\"p\":1,\"size\":1}", "no \"op\""},
      {"{\"op\":\"malloc\",\"p\":1,\"size\":1}", "malloc"},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":-1}", "size"},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":1.5}", "size"},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":18446744073709551616}", "size"},
      {"{\"op\":\"alloc\",\"p\":\"one\",\"size\":1}", "\"one\""},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":1,\"cpu\":65536}", "cpu"},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":1,\"ctx\":\"irq\"}", "hardirq"},
      {"{\"op\":\"alloc\",\"p\":1,\"size\":1,\"may_sleep\":\"yes\"}", "true or false"},
      {"{\"op\":\"free\",\"p\":1,\"free\":\"twice\"}", "twice"},
      {"{\"op\":\"page_free\"}", "pfn"},
      {"[1]", "not a JSON object"},
      {"{\"op\":", "no JSON at column"},
      {"{} {}", "no JSON at column"},
      {"garbage", "not a JSON object"},
      {std::string(70000, '['), "64 KiB"},
  };
  for (const auto& [line, part] : wrong) {
    INFO(line.substr(0, 100));
    const Trial t = import_text(schema_line + good + line + "\n\n" + good);
    const Quality& q = t.trace().quality;
    CHECK(t.trace().totals.records == 2);
    CHECK(q.damaged == 1);
    CHECK(q.damaged_bytes == line.size());
    CHECK(q.first_damage.find("test.txt:3 ") == 0);
    CHECK(q.first_damage.find(part) != std::string::npos);
  }
  const Trial cut = import_text(schema_line + good + "{\"op\":\"free\",\"p\"");
  CHECK(cut.trace().quality.first_damage.find("test.txt:3 (byte 61): the last line is cut") == 0);
  const Trial whole = import_text(schema_line + good + "{\"op\":\"free\",\"p\":1}");
  CHECK(whole.trace().quality.damaged == 0);
}

TEST_CASE("the first line must be the header of this version", "[traces][jsonl]") {
  CHECK(import_text("{\"schema\":\"kmemlab.events/2\"}\n{\"op\":\"alloc\",\"p\":1,\"size\":1}\n")
            .error()
            .find("schema kmemlab.events/2 is not known; {\"schema\":\"kmemlab.events/1\"}") != std::string::npos);
  CHECK(import_text(schema_line).error().find("no record") != std::string::npos);
  CHECK(import_text("{\"op\":\"alloc\",\"p\":1,\"size\":1}\n").error().find("unknown format") != std::string::npos);
  const Trial t = import_text(
      "{\"schema\":\"kmemlab.events/1\",\"kernel\":\"Linux 6.1\",\"clock\":\"mono\",\"cpus\":3,\"page_size\":8192,"
      "\"long_bytes\":4,\"recorded_as\":\"my tool\",\"quality\":{\"lost_events\":5,\"damaged\":2}}\r\n"
      "{\"op\":\"alloc\",\"p\":1,\"size\":1}\r\n");
  const Source& s = t.trace().source;
  CHECK(s.kernel == "Linux 6.1");
  CHECK(s.clock == "mono");
  CHECK(s.cpus == 3);
  CHECK(s.page_size == 8192);
  CHECK(s.long_bytes == 4);
  CHECK(s.format == "kmemlab.events/1 (from my tool)");
  CHECK(t.trace().quality.lost_events == 5);
  CHECK(t.trace().quality.damaged == 2);
}

TEST_CASE("mutated JSON lines", "[traces][jsonl][mutations]") {
  std::string text = schema_line;
  for (int i = 1; i <= 20; ++i) {
    const std::string n = std::to_string(i);
    text +=
        "{\"t\":" + n + ",\"op\":\"alloc\",\"p\":" + n + ",\"size\":64,\"got\":96,\"comm\":\"c\\u00e9" + n + "\"}\n";
    text += "{\"op\":\"realloc\",\"p\":" + n + ",\"to\":\"0xffff88800" + n + "\",\"size\":70,\"gfp\":\"GFP_NOIO\"}\n";
    text += "{\"op\":\"free\",\"p\":\"0xffff88800" + n + "\",\"pid\":-1,\"x\":{\"y\":[1,2]}}\n";
  }
  std::uint64_t read = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const auto pick = [&](std::uint64_t n, std::uint64_t below) { return mix64(mix64(seed) + n) % below; };
    std::string bytes = text;
    for (std::uint64_t i = 0; i <= pick(0, 6); ++i) {
      const std::size_t at = schema_line.size() * (pick(1, 8) != 0) + pick(10 + i, bytes.size() - schema_line.size());
      bytes[at] = pick(2, 2) ? static_cast<char>(pick(20 + i, 256)) : "\"{}[],:\\\n0-e"[pick(30 + i, 12)];
    }
    if (pick(3, 4) == 0) bytes.resize(schema_line.size() + pick(4, bytes.size() - schema_line.size()));
    auto input = Input::from_bytes("mutant", {bytes.begin(), bytes.end()});
    REQUIRE(input.ok());
    CountingSink sink;
    const auto result = import_trace(*input, sink);
    if (sink.events > 70) FAIL("more events than lines");
    if (!result) {
      if (result.error().what.empty()) FAIL("an error without words");
      continue;
    }
    ++read;
    const Totals& t = result->totals;
    if (result->quality.damaged && result->quality.first_damage.empty()) FAIL("damage without a place");
    if (t.frees != t.matched + t.before_trace + t.unrecorded + t.null_frees) FAIL("frees do not add up");
  }
  CHECK(read > 2000);
}
