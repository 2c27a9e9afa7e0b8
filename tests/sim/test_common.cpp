// --common: only blocks that every core granted count.
#include "sim/observe/common.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

TEST_CASE("a set of blocks, and what two sets share", "[common]") {
  sim::BlockSet a;
  sim::BlockSet b;
  for (const std::uint64_t id : {0U, 63U, 64U, 5000U}) a.add(id);
  for (const std::uint64_t id : {63U, 64U, 70U}) b.add(id);
  CHECK(a.size() == 4);
  CHECK(a.has(5000));
  CHECK_FALSE(a.has(5001));
  CHECK_FALSE(a.has(1000000));
  a.keep(b);
  CHECK(a.size() == 2);
  CHECK(a.has(63));
  CHECK_FALSE(a.has(0));
  CHECK_FALSE(a.has(5000));
}

TEST_CASE("the common ledger sums sizes, peaks and byte-ticks of its blocks only", "[common]") {
  sim::BlockSet common;
  common.add(1);
  common.add(2);
  sim::CommonLedger ledger(common);
  ledger.allocated({0, 10}, 1, 100, 128);
  ledger.allocated({1, 10}, 3, 1000, 1024);  // not common
  ledger.allocated({2, 20}, 2, 10, 16);
  ledger.freed(30, 1, 100, 128);
  ledger.freed(30, 3, 1000, 1024);
  ledger.on_end(40);
  const sim::CommonBytes& b = ledger.bytes();
  CHECK(b.requested == 110);
  CHECK(b.granted == 144);
  CHECK(b.peak_requested == 110);
  CHECK(b.peak_granted == 144);
  CHECK(b.requested_ticks == 100 * 20 + 10 * 20);
  CHECK(b.granted_ticks == 128 * 20 + 16 * 20);
}

TEST_CASE("a block ends for the common ledger when its free is refused", "[common]") {
  sim::BlockSet common;
  common.add(7);
  sim::CommonLedger ledger(common);
  sim::Completion c;
  c.id = 7;
  c.tick = 100;
  c.requested = 60;
  c.granted = 64;
  ledger.on_completion(c);
  c.tick = 200;
  c.action = sim::Action::free;
  c.ending = sim::Ending::refused;
  ledger.on_completion(c);
  ledger.on_end(1000);
  CHECK(ledger.bytes().granted_ticks == 6400);
}

TEST_CASE("a run knows what it granted", "[common]") {
  TraceMaker t;
  const auto refused = t.at(100000).context(traces::Context::softirq).alloc(100, TraceMaker::atomic);
  const auto granted = t.at(200000).context(traces::Context::task).alloc(100);
  auto reader = t.reader();
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, 0};
  const auto cores = sim::parse_core_specs({"aix"}).value();
  sim::GrantedBlocks blocks;
  REQUIRE(sim::replay(reader, cores[0], machine, {}, blocks, [](std::uint64_t) {}));
  CHECK_FALSE(blocks.blocks().has(refused));
  CHECK(blocks.blocks().has(granted));
}

}  // namespace kmemlab::test
