// Hostile bytes: seeded flips, truncations, and overwritten sizes. Whatever happens, it ends in an Error or in counted
// damage, in bounded memory, and under the sanitizers without a report.
#include <string>

#include "tests/traces/dat_maker.h"
#include "tests/traces/import_kit.h"
#include "tests/traces/mutate.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

void survive(const std::vector<unsigned char>& original, std::uint64_t rounds, std::uint64_t records_max) {
  const MemoryBound bound;
  std::uint64_t good = 0, errors = 0;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    auto input = Input::from_bytes("mutant", mutate(original, seed));
    if (!input) {
      ++errors;
      continue;
    }
    CountingSink sink;
    const auto result = import_trace(*input, sink);
    if (!result) {
      ++errors;
      if (result.error().what.empty()) FAIL("an error without words");
      if (!result.error().line && !result.error().byte_offset) FAIL("no position: " << result.error().text());
      continue;
    }
    ++good;
    if (sink.events > records_max) FAIL("more records than bytes can hold: " << sink.events);
    if (result->quality.damaged && result->quality.first_damage.empty()) FAIL("damage without a place");
    const Totals& t = result->totals;
    if (t.frees != t.matched + t.before_trace + t.unrecorded + t.null_frees) FAIL("frees do not add up");
  }
  CHECK(good + errors == rounds);
  CHECK(bound.kept());
  CHECK(good > 0);
  CHECK(errors > 0);
}

std::vector<unsigned char> built(const Flavour& flavour) {
  DatMaker m(flavour);
  for (unsigned i = 0; i < 60; ++i) {
    m.cpu[i % 2].record(1000 * i, m.kmalloc(0xffff1010, 0x1000 + 64 * i, i, 64, 0xcc0));
    if (i % 3 == 0) m.cpu[i % 2].record(1000 * i + 500, m.cache_free(0xffff2010, 0x1000 + 64 * i, "cache_name"));
  }
  m.cpu[0].start_page(100'000, 1U << 31 | 1U << 30, 5);
  m.cpu[0].record(100'001, m.page_alloc(77, 1, 0xcc0, 1));
  return m.file();
}

}  // namespace

TEST_CASE("mutated trace.dat files", "[traces][mutations]") {
  survive(built({6, false, 8, "none"}), 1500, 10000);
  survive(built({7, false, 8, "none"}), 1500, 10000);
  survive(built({7, true, 4, "zstd"}), 1500, 10000);
  survive(built({7, false, 8, "zlib"}), 1500, 10000);
  survive(read_bytes(data_file("netloop_small.v7.dat")), 1000, 20000);
}

TEST_CASE("mutated text", "[traces][mutations]") {
  std::string text = "# tracer: nop\n# entries-in-buffer/entries-written: 40/41   #P:2\n";
  for (int i = 0; i < 20; ++i) {
    const std::string ptr = "ffff8b654a06a0" + std::to_string(10 + i);
    text += "    bash-1  [000] ....." + std::string(5, ' ') + "1.0000" + std::to_string(10 + i) +
            ": kmalloc: call_site=f+0x1/0x2 [m] ptr=" + ptr +
            " bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=false\n";
    text += "    bash-1  (  12) [000] d.h1.     1.0001" + std::to_string(10 + i) +
            ": kmem_cache_free: call_site=f+0x1/0x2 ptr=" + ptr + " name=x\n";
  }
  const std::vector<unsigned char> bytes(text.begin(), text.end());
  std::uint64_t read = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    auto input = Input::from_bytes("mutant", mutate(bytes, seed));
    REQUIRE(input.ok());
    CountingSink sink;
    const auto result = import_trace(*input, sink);
    read += result.ok();
    if (!result && result.error().what.empty()) FAIL("an error without words");
    if (!result && !result.error().line && !result.error().byte_offset) {
      FAIL("no position: " << result.error().text());
    }
    if (sink.events > 100) FAIL("more events than lines");
  }
  CHECK(read > 2500);
}
