// Totals stored with a trace are the totals that counting gives; a trace without them is counted.
#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/totals_section.h"
#include "traces/kmt/writer.h"

namespace kmemlab::traces {

TEST_CASE("totals round-trip, event counts and all", "[kmt]") {
  Totals t;
  t.records = 7;
  t.events = {{"kfree", 3}, {"kmalloc", 4}};
  t.bytes.freed = 99;
  t.perf_kmem.allocated = ~std::uint64_t{0};
  t.pages.other_order = 5;
  t.digest = 0x8000000000000001ULL;
  KmtWriter writer = KmtWriter::to_memory();
  writer.set_totals(t);
  REQUIRE(writer.finish({}, {}, {}));
  auto reader = KmtReader::from_bytes(writer.take_bytes()).value();
  REQUIRE(reader.totals());
  CHECK(*reader.totals() == t);
}

TEST_CASE("a container without totals says so, and garbage in their place is an error of the section", "[kmt]") {
  KmtWriter writer = KmtWriter::to_memory();
  REQUIRE(writer.finish({}, {}, {}));
  CHECK_FALSE(KmtReader::from_bytes(writer.take_bytes()).value().totals());
  Totals t;
  const unsigned char garbage[] = {9, 0, 0, 0, 255, 255};
  CHECK_FALSE(kmt::decode_totals(garbage, sizeof garbage, t));
}

}  // namespace kmemlab::traces
