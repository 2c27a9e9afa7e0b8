// Hostile bytes for every reader of lines: 1,500 mutants each. They end in an Error with words or in counted damage
// with a place, and no line makes more than a few records.
#include <string>

#include "tests/traces/import_kit.h"
#include "tests/traces/mutate.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

void survive_text(const std::string& text) {
  const MemoryBound bound;
  const std::vector<unsigned char> bytes(text.begin(), text.end());
  std::uint64_t read = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    CAPTURE(seed);
    auto input = Input::from_bytes("mutant", mutate(bytes, seed));
    REQUIRE(input.ok());
    CountingSink sink;
    const auto result = import_trace(*input, sink);
    if (!result) {
      if (result.error().what.empty()) FAIL("an error without words");
      if (!result.error().line && !result.error().byte_offset) FAIL("no position: " << result.error().text());
      continue;
    }
    ++read;
    if (sink.events > bytes.size()) FAIL("more records than bytes: " << sink.events);
    if (result->quality.damaged && result->quality.first_damage.empty()) FAIL("damage without a place");
    const Totals& t = result->totals;
    if (t.frees != t.matched + t.before_trace + t.unrecorded + t.null_frees) FAIL("frees do not add up");
  }
  CHECK(read > 700);
  CHECK(bound.kept());
}

template <class Line>
std::string lines(const std::string& head, unsigned count, Line line) {
  std::string text = head;
  for (unsigned i = 0; i < count; ++i) text += line(i) + "\n";
  return text;
}

std::string number(unsigned i) {
  return std::to_string(i);
}

}  // namespace

TEST_CASE("mutants of JSON lines", "[traces][mutations]") {
  survive_text(lines("{\"schema\":\"kmemlab.events/1\",\"cpus\":2}\n", 30, [](unsigned i) {
    if (i % 3 == 2) return "{\"op\":\"free\",\"p\":" + number(i) + "}";
    return "{\"op\":\"alloc\",\"p\":" + number(i + i % 3 * 2) + ",\"size\":" + number(i * 8) +
           ",\"got\":" + number(i * 16) + ",\"t\":" + number(i * 100) + ",\"cpu\":1,\"comm\":\"sh\",\"ctx\":\"task\"}";
  }));
}

TEST_CASE("mutants of mtrace", "[traces][mutations]") {
  survive_text(lines("= Start\n", 40,
                     [](unsigned i) {
                       const std::string at = "@ ./a.out:(f+0x1d)[0x4011ed] ";
                       if (i % 4 == 1) return at + "- 0x8064c" + number(10 + i - 1);
                       if (i % 4 == 2) return at + "< 0x8064c60";
                       if (i % 4 == 3) return at + "> 0x8064c78 0x28";
                       return at + "+ 0x8064c" + number(10 + i) + " 0x14";
                     }) +
               "= End\n");
}

TEST_CASE("mutants of .rep", "[traces][mutations]") {
  survive_text(lines("20000\n20\n60\n1\n", 60, [](unsigned i) {
    const std::string id = number(i / 3);
    return i % 3 == 0 ? "a " + id + " 512" : i % 3 == 1 ? "r " + id + " 640" : "f " + id;
  }));
}

TEST_CASE("mutants of babeltrace text", "[traces][mutations]") {
  survive_text(lines("", 30, [](unsigned i) {
    const std::string head = "[08:36:01.2112" + number(10000 + i) + "] (+0.000001400) lager ";
    const std::string ptr = "ptr = 0xCDEB5C" + number(10 + i / 2);
    if (i % 2 != 0) return head + "kmem_kfree: { cpu_id = 1 }, { call_site = 0xBF083A6C, " + ptr + " }";
    return head + "kmem_kmalloc: { cpu_id = 1 }, { call_site = 0xBF083A6C, " + ptr +
           ", bytes_req = 712, bytes_alloc = 1024, gfp_flags = 208 }";
  }));
}

TEST_CASE("mutants of ltrace", "[traces][mutations]") {
  survive_text(lines("", 40, [](unsigned i) {
    const std::string ptr = "0x55d0c02" + number(100 + i / 2);
    if (i % 8 == 6) return "[pid 12] malloc(" + number(i) + " <unfinished ...>";
    if (i % 8 == 7) return std::string("[pid 12] <... malloc resumed> ) = 0x55d0c0999");
    return i % 2 == 0 ? "malloc(" + number(i + 1) + ")   = " + ptr : "free(" + ptr + ") = <void>";
  }));
}

TEST_CASE("mutants of perf script text with call chains", "[traces][mutations]") {
  survive_text(lines("", 20, [](unsigned i) {
    const std::string head = "fio 264249 [020] 3116264.0207" + number(10 + i) + ": kmem:";
    const std::string ptr = "ptr=0xffff9234810d5" + number(100 + i / 2);
    const std::string chain = "\n\tffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])\n";
    if (i % 2 != 0) return head + "kfree: call_site=ffffffff8785c74f " + ptr + chain;
    return head + "kmalloc: call_site=ffffffff8785c74f " + ptr + " bytes_req=96 bytes_alloc=96 gfp_flags=GFP_NOFS" +
           chain;
  }));
}
