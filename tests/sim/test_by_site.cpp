// Who owns the bytes: accounts by hand, and sums over call sites and over sizes that are the ledger's totals.
#include "sim/replay/observer_list.h"
#include "sim/observe/by_site.h"
#include "tests/sim/busy_trace.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {
namespace {

template <class Accounts>
sim::Account sum_of(const Accounts& accounts) {
  sim::Account sum;
  for (const sim::Account& a : accounts) {
    sum.requests += a.requests, sum.granted += a.granted, sum.failed += a.failed, sum.refused += a.refused;
    sum.unfinished += a.unfinished;
    sum.requested_bytes += a.requested_bytes, sum.granted_bytes += a.granted_bytes;
    sum.failed_bytes += a.failed_bytes, sum.refused_bytes += a.refused_bytes;
    sum.requested_ticks += a.requested_ticks, sum.granted_ticks += a.granted_ticks;
  }
  return sum;
}

void same(const sim::Account& sum, const sim::Report& report) {
  CHECK(sum.requests == report.requests);
  CHECK(sum.granted == report.granted);
  CHECK(sum.failed == report.failed);
  CHECK(sum.refused == report.refused);
  CHECK(sum.unfinished == report.asleep_at_end);
  CHECK(sum.requested_bytes == report.bytes.requested);
  CHECK(sum.granted_bytes == report.bytes.granted);
  CHECK(sum.failed_bytes == report.bytes.failed);
  CHECK(sum.refused_bytes == report.bytes.refused);
  CHECK((sum.requested_ticks == report.byte_ticks.requested));
  CHECK((sum.waste_ticks() == report.byte_ticks.internal));
}

void check_sums(const std::string& spec, const sim::MetricsWindow& window) {
  INFO(spec << " from " << window.from);
  auto reader = busy_trace().reader();
  sim::BySite sites(
      [](std::uint64_t event) { return event % 7 == 0 ? sim::BySite::no_site : std::uint32_t(event % 7); }, window);
  sim::Ledger ledger(window);
  sim::ObserverList both;
  both.add(sites);
  both.add(ledger);
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, 128 << 10};
  const auto core = sim::parse_core_specs({spec});
  REQUIRE(core);
  sim::ReplayPolicy policy;
  policy.window = window;
  auto facts = sim::replay(reader, core.value()[0], machine, policy, both.observer(), [](std::uint64_t) {});
  REQUIRE(facts);
  const sim::Report report = ledger.finish(*facts);
  REQUIRE(report.requests > 0);
  same(sum_of(sites.sites()), report);
  same(sum_of(sites.sizes()), report);
}

}  // namespace

TEST_CASE("classes of sizes are powers of two, each upper end included", "[by_site]") {
  for (const auto& [bytes, wanted] : {std::pair<std::uint64_t, unsigned>{0, 0},
                                      {1, 0},
                                      {2, 1},
                                      {3, 2},
                                      {4, 2},
                                      {5, 3},
                                      {4096, 12},
                                      {4097, 13},
                                      {~std::uint64_t{0}, 64}}) {
    INFO(bytes);
    CHECK(sim::BySite::size_class(bytes) == wanted);
  }
}

TEST_CASE("bytes and byte-ticks are charged to the site that asked, until the block is freed", "[by_site]") {
  sim::BySite sites([](std::uint64_t event) { return static_cast<std::uint32_t>(event == 0 ? 0 : 2); });
  sim::Completion c;
  c.id = 5, c.tick = 10, c.requested = 100, c.granted = 128;
  sites.on_completion(c);
  c.id = 6, c.tick = 20, c.event = 1, c.requested = 10, c.granted = 16;
  sites.on_completion(c);
  c.ending = sim::Ending::failed, c.event = 2, c.granted = 0, c.id = 7;
  sites.on_completion(c);
  c.ending = sim::Ending::ok, c.action = sim::Action::free, c.event = 3, c.tick = 30;
  c.id = 5, c.requested = 100, c.granted = 128;
  sites.on_completion(c);
  sites.on_end(50);
  REQUIRE(sites.sites().size() == 4);  // [0] is for events without a site
  const sim::Account& first = sites.sites()[1];
  const sim::Account& second = sites.sites()[3];
  CHECK((first.requested_ticks == 100 * 20));
  CHECK((first.waste_ticks() == 28 * 20));
  CHECK(first.live_granted == 0);
  CHECK((second.granted_ticks == 16 * 30));
  CHECK(second.requests == 2);
  CHECK(second.failed_bytes == 10);
  CHECK((sites.sizes()[7].granted_ticks == 128 * 20));
  CHECK(sites.sizes()[4].requests == 2);
}

TEST_CASE("sums over call sites and over sizes are the ledger's totals", "[by_site]") {
  for (const char* core : {"bsd386", "bsd386:types=temp", "osf1", "aix", "aix:frees=defer", "beos"}) {
    check_sums(core, {});
    check_sums(core, {100, sim::MetricsWindow::no_end});
    check_sums(core, {150, 400});
  }
}

}  // namespace kmemlab::test
