// Waste by reason and owner: a page worked out by hand, and the law on every system: sums over reasons, call sites and
// sizes are what the ledger counts, at every event and over time.
#include "sim/replay/observer_list.h"
#include "sim/observe/waste.h"
#include "tests/sim/busy_trace.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {
namespace {

using sim::Waste;
using sim::WasteReason;

std::uint64_t of(const sim::ByReason<std::uint64_t>& bytes, WasteReason reason) {
  return bytes[static_cast<unsigned>(reason)];
}

template <class Sum>
Sum sum(const sim::ByReason<Sum>& parts) {
  Sum all = 0;
  for (const Sum part : parts) all += part;
  return all;
}

u128 waste_of(const sim::Report& r) {
  return r.byte_ticks.held - (r.byte_ticks.requested - r.leaked_ticks.requested);
}

/// Holds the two against each other after every event.
class Law final : public sim::Observer {
 public:
  Law(const sim::Ledger& ledger, const Waste& waste) : ledger_(ledger), waste_(waste) {}
  void on_completion(const sim::Completion& c) override {
    if (c.action == sim::Action::free && c.ending == sim::Ending::refused) leaked_ += c.requested;
    const auto now = ledger_.now();
    const std::uint64_t wanted = now.held - (now.requested - leaked_);
    const std::uint64_t cached = of(waste_.now(), WasteReason::free_in_used_page) +
                                 of(waste_.now(), WasteReason::free_page_kept) +
                                 of(waste_.now(), WasteReason::never_used);
    if (sum(waste_.now()) != wanted || cached != now.cached) {
      FAIL("event " << c.event << ": waste " << sum(waste_.now()) << " of " << wanted << ", free " << cached << " of "
                    << now.cached);
    }
    ++events;
  }
  std::uint64_t events = 0;

 private:
  const sim::Ledger& ledger_;
  const Waste& waste_;
  std::uint64_t leaked_ = 0;
};

void check_law(traces::KmtReader& reader, const std::string& spec, const sim::MetricsWindow& window,
               std::uint64_t arena) {
  INFO(spec << " from " << window.from);
  Waste waste([](std::uint64_t event) { return Waste::Asker{std::uint32_t(event % 5), 64}; }, window);
  sim::Ledger ledger(window);
  Law law(ledger, waste);
  sim::ObserverList all;
  all.add(ledger), all.add(waste), all.add(law);
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, arena};
  const auto core = sim::parse_core_specs({spec});
  REQUIRE(core);
  sim::ReplayPolicy policy;
  policy.window = window;
  auto facts = sim::replay(reader, core.value()[0], machine, policy, all.observer(), [](std::uint64_t) {});
  REQUIRE(facts);
  const sim::Report report = ledger.finish(*facts);
  REQUIRE(law.events > 10);
  if (spec == "aix" || spec == "beos") CHECK(report.refused_frees > 0);
  u128 total = 0, internal = 0, metadata = 0;
  for (const Waste::Cell& cell : waste.cells()) {
    total += sum(cell.ticks);
    internal += cell.ticks[0] + cell.ticks[1];
    metadata += cell.ticks[5];
  }
  CHECK(total > 0);
  CHECK((total == waste_of(report)));
  CHECK((internal == report.byte_ticks.internal + report.leaked_ticks.requested));
  CHECK((metadata == report.byte_ticks.metadata));
}

}  // namespace

TEST_CASE("waste of a few blocks on one page, worked out by hand", "[waste]") {
  // 386BSD: 100 bytes become 128, and their page is cut into 32 blocks. A second page holds 4096 - 3000.
  TraceMaker t;
  t.task(1);
  t.at(1'000'000), t.alloc(100);
  t.at(2'000'000), t.alloc(120);
  t.at(3'000'000), t.free(0);
  t.at(4'000'000), t.free(1);
  t.at(5'000'000), t.alloc(50 + 60);
  class Steps final : public sim::Observer {
   public:
    explicit Steps(const Waste& waste) : waste_(waste) {}
    void on_completion(const sim::Completion&) override { now.push_back(waste_.now()); }
    std::vector<sim::ByReason<std::uint64_t>> now;

   private:
    const Waste& waste_;
  };
  Waste waste([](std::uint64_t event) { return Waste::Asker{std::uint32_t(event), 100}; });
  Steps steps(waste);
  sim::ObserverList all;
  all.add(waste), all.add(steps);
  auto reader = t.reader();
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, 0};
  REQUIRE(sim::replay(reader, {"bsd386", {}}, machine, {}, all.observer(), [](std::uint64_t) {}));
  REQUIRE(steps.now.size() == 5);
  using Parts = sim::ByReason<std::uint64_t>;
  CHECK(steps.now[0] == Parts{28, 0, 0, 0, 4096 - 128, 0});
  CHECK(steps.now[1] == Parts{28 + 8, 0, 0, 0, 4096 - 256, 0});
  CHECK(steps.now[2] == Parts{8, 0, 128, 0, 4096 - 256, 0});
  CHECK(steps.now[3] == Parts{0, 0, 0, 256, 4096 - 256, 0});
  // The list is last in, first out or not: one of the two is used again, the other lies in a used page.
  CHECK(steps.now[4] == Parts{18, 0, 128, 0, 4096 - 256, 0});
  // Never used: all by the first request, for whom the page was mapped. Free: each by who had it.
  const auto cells = waste.cells();
  REQUIRE(cells.size() >= 2);
  CHECK(cells[0].site == 0);
  CHECK(cells[0].size_class == 7);
  CHECK(cells[0].ticks[4] > 0);
  for (std::size_t i = 1; i < cells.size(); ++i) CHECK((cells[i].ticks[4] == 0));
}

TEST_CASE("a free that is refused is waste from then on", "[waste]") {
  Waste waste([](std::uint64_t) { return Waste::Asker{}; });
  sim::Completion c;
  c.id = 1, c.requested = 100, c.granted = 128, c.tick = 10, c.address = Addr{0x1000};
  waste.on_completion(c);
  CHECK(of(waste.now(), WasteReason::internal) == 28);
  c.action = sim::Action::free, c.ending = sim::Ending::refused, c.tick = 30;
  waste.on_completion(c);
  CHECK(of(waste.now(), WasteReason::internal) == 0);
  CHECK(of(waste.now(), WasteReason::leaked) == 128);
  waste.on_end(40);
  REQUIRE(waste.cells().size() == 1);
  CHECK(waste.cells()[0].site == Waste::no_site);
  CHECK((waste.cells()[0].ticks == sim::ByReason<u128>{28 * 20, 128 * 10, 0, 0, 0, 0}));
}

TEST_CASE("the sum over reasons is the ledger's waste, at every event and over time", "[waste]") {
  auto reader = busy_trace().reader();
  for (const char* core : {"bsd386", "bsd386:mode=faithful", "osf1", "osf1:collect=9", "aix", "aix:frees=defer", "beos",
                           "beos:lock=full"}) {
    check_law(reader, core, {}, 128 << 10);
    check_law(reader, core, {}, 0);
    check_law(reader, core, {100, sim::MetricsWindow::no_end}, 128 << 10);
    check_law(reader, core, {150, 400}, 128 << 10);
  }
}

}  // namespace kmemlab::test
