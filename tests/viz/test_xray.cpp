// The X-ray's model: chains of every system's lists, columns, bars and strips, out of tables made by hand and out of a
// small run of each system; the words of the panel "why still here?".
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/timeline_kit.h"
#include "viz/model/why_words.h"
#include "viz/model/xray_layout.h"

namespace kmemlab::test {

namespace {

using viz::XrayKind;
using viz::XrayLayout;

std::shared_ptr<const sim::Snapshot> snapshot_of(const std::string& core, std::uint64_t event) {
  TraceMaker t;
  t.at(1'000'000).task(1);
  const auto first = t.alloc(1000);
  t.at(2'000'000).alloc(100);
  t.at(3'000'000).alloc(9000);
  t.at(4'000'000).free(first);
  t.at(5'000'000).alloc(60);
  auto reader = t.reader();
  auto timeline = timeline_of(reader, {core, 0});
  return sim::take_snapshot(timeline, {event, 0}).value();
}

/// Each address of a list is in exactly one chain, in the list's order.
void covers_its_lists(const sim::PublishedTables& tables, const XrayLayout& layout) {
  std::vector<std::vector<unsigned>> seen;
  for (const sim::PublishedList& list : tables.lists()) seen.emplace_back(list.addresses.size(), 0U);
  const auto add = [&](const viz::XrayChain& chain) {
    for (std::size_t i = 0; i < chain.count; ++i) ++seen.at(chain.list).at(chain.first + i);
  };
  for (const viz::XrayTable& x : layout.tables) {
    for (const auto& chain : x.chains) {
      if (chain) add(*chain);
    }
  }
  for (const viz::XrayChain& chain : layout.loose) add(chain);
  for (const auto& list : seen) CHECK(std::all_of(list.begin(), list.end(), [](unsigned n) { return n == 1; }));
}

}  // namespace

TEST_CASE("a list is cut at the heads that rows name", "[xray]") {
  sim::PublishedTables tables;
  tables.table("buckets", {{"size", "bytes"}, {"next", "addr"}, {"total", ""}, {"totalfree", ""}, {"sleeps", ""}});
  tables.row("", {16, 0x1010, 4, 3, 0});
  tables.row("", {32, 0, 2, 0, 0});
  tables.row("", {64, 0x2040, 2, 2, 0});
  tables.table("usage", {{"page", "addr"}, {"indx", ""}});
  tables.row("", {0x1000, 4});
  tables.row("", {0x2000, 6});
  tables.row("", {0x3000, 4});
  for (const std::uint64_t a : {0x1010, 0x1020, 0x1000, 0x2040, 0x2000}) tables.list("kb_next", Addr{a});
  tables.list("others", Addr{0x9000});

  const XrayLayout layout = viz::xray_layout(tables);
  REQUIRE(layout.tables.size() == 2);
  const viz::XrayTable& buckets = layout.tables[0];
  REQUIRE(buckets.chains.size() == 3);
  CHECK(buckets.chains[0]->count == 3);
  CHECK(!buckets.chains[1]);
  CHECK(buckets.chains[2]->first == 3);
  CHECK(buckets.chains[2]->count == 2);
  CHECK(buckets.zero == std::vector<std::size_t>{4});
  CHECK(buckets.columns.size() == 4);
  CHECK(!buckets.labels);
  REQUIRE(buckets.bars.size() == 1);
  CHECK(buckets.bars[0].part_is_free);
  CHECK(layout.tables[1].kind == XrayKind::pages);
  CHECK(layout.tables[1].keys == std::vector<std::uint64_t>{4, 6});
  REQUIRE(layout.loose.size() == 1);
  CHECK(layout.loose[0].list == 1);
  covers_its_lists(tables, layout);

  const std::vector<Step> steps = {{StepKind::took_block, 6, Addr{0x2040}, 64}};
  CHECK(viz::xray_touched(tables.tables()[0], 2, steps));
  CHECK(!viz::xray_touched(tables.tables()[0], 0, steps));
  CHECK(viz::xray_touched(AddrRange{Addr{0x2000}, 4096}, steps));
  CHECK(!viz::xray_touched(AddrRange{Addr{0x1000}, 4096}, steps));
}

TEST_CASE("what cells say", "[xray]") {
  const AddrRange arena{Addr{0xfe000000}, 65536};
  CHECK(viz::xray_text("memuse", "bytes", 1234567, arena) == "1,234,567");
  CHECK(viz::xray_text("next", "addr", 0, arena) == "-");
  CHECK(viz::xray_text("next", "addr", 0xfe001000, arena) == "+0x1000");
  CHECK(viz::xray_text("next", "addr", 0xfe010000, arena) == "0xfe010000");
  CHECK(viz::xray_text("fr", "page", 0xffffff, arena) == "-");
  CHECK(viz::xray_text("fr", "page", 3, arena) == "3");
  CHECK(viz::xray_text("sanity", "", 0x48454150, arena) == "0x48454150");
  CHECK(viz::xray_key("indx", 10) == "10: 1 KiB");
  CHECK(viz::xray_key("pins", 2) == "2");
}

TEST_CASE("every system's tables have a layout, and its lists hang on their heads", "[xray]") {
  const std::string core = GENERATE("bsd386", "osf1", "aix", "beos");
  INFO(core);
  const auto s = snapshot_of(core, 5);
  const XrayLayout layout = viz::xray_layout(s->tables);
  REQUIRE(layout.tables.size() == s->tables.tables().size());
  covers_its_lists(s->tables, layout);
  std::size_t chains = 0, bars = 0, strips = 0;
  for (const viz::XrayTable& x : layout.tables) {
    chains += static_cast<std::size_t>(std::count_if(x.chains.begin(), x.chains.end(), [](auto& c) { return !!c; }));
    bars += x.bars.size();
    strips += x.kind == XrayKind::pages;
  }
  CHECK(chains >= 1);
  CHECK(bars >= 1);
  CHECK(strips == (core == "bsd386" || core == "osf1" ? 1 : 0));
  for (const viz::XrayChain& chain : layout.loose) CHECK(s->tables.lists()[chain.list].name == "free_runs");
}

TEST_CASE("the steps that are outlined: all of the event before, or the one that the place is behind", "[xray]") {
  sim::Snapshot s;
  s.story.steps = {{StepKind::list_empty, 1, {}, 0}, {StepKind::carved, 1, Addr{1}, 2}};
  CHECK(viz::steps_of(s).size() == 2);
  s.place.steps = 2;
  REQUIRE(viz::steps_of(s).size() == 1);
  CHECK(viz::steps_of(s)[0].kind == StepKind::carved);
}

TEST_CASE("why still here: figures, what goes back, what was left out", "[xray][why]") {
  sim::WhyHeld why;
  why.rule = {sim::PageCode::no_surplus, "386BSD", "kb_highwat", {{{"kb_totalfree", 4}, {"kb_highwat", 20}}}};
  CHECK(viz::rule_numbers(why.rule) == "kb_totalfree 4, kb_highwat 20");
  CHECK(viz::all_freed_words(why).empty());
  CHECK(viz::left_out_words(why).empty());
  CHECK(viz::pages_back({{}, false}) == "nothing");
  CHECK(viz::pages_back({{Addr{1}}, true}) == "this page");
  CHECK(viz::pages_back({{Addr{1}, Addr{2}}, true}) == "this page and 1 other");
  CHECK(viz::pages_back({{Addr{1}, Addr{2}}, false}) == "2 other pages");
  why.pins.resize(1);
  CHECK(viz::all_freed_words(why) == "If its one block were freed now, no page would go back.");
  CHECK(viz::untried_word(why.pins[0]) == "not tried");
  why.pins[0].block.holding = sim::Holding::lost;
  CHECK(viz::untried_word(why.pins[0]) == "refused");
  why.pins.resize(3);
  why.cannot_be_freed = 1;
  why.not_tried = 2;
  why.all_freed = {{Addr{1}}, true};
  CHECK(viz::all_freed_words(why) == "If all its 2 blocks were freed now, this page would go back.");
  CHECK(viz::left_out_words(why) ==
        "1 block cannot be freed: the free was refused, or is under way, or the trace has no name for it. 2 blocks "
        "were not tried alone: only the first 64 are.");
}

}  // namespace kmemlab::test
