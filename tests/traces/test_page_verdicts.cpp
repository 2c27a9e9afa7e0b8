// What each page allocation was for, from the importer through the container and its edits; and sections that lie.
#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "tests/traces/write_kit.h"
#include "traces/edit/page_verdicts.h"
#include "traces/edit/repeat.h"
#include "traces/edit/slice.h"
#include "traces/import/page_use.h"
#include "traces/kmt/verdict_check.h"
#include "traces/kmt/verdict_section.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using V = PageVerdict;

namespace {

PageVerdicts list_of(const std::vector<V>& list) {
  PageVerdicts verdicts;
  for (const V v : list) verdicts.append(v);
  return verdicts;
}

/// Page and other events in turn: events 0, 2, 4, ... are page allocations.
std::vector<Event> pages_and_marks(std::uint64_t pages) {
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < pages; ++i) {
    Event e;
    e.tick = 10 * i;
    e.op = Op::page_alloc, e.pfn = 100 + i;
    events.push_back(e);
    e.op = Op::mark, e.pfn = 0;
    events.push_back(e);
  }
  return events;
}

ByteVector container(const std::vector<Event>& events, const PageVerdicts& verdicts, KmtCompression compression) {
  KmtWriter w = KmtWriter::to_memory({compression, 3});
  for (const Event& e : events) w.append(e);
  w.set_page_verdicts(verdicts);
  REQUIRE(w.finish(samples::tables(), samples::quality(), samples::source()));
  return w.take_bytes();
}

KmtReader reader_of(const std::vector<Event>& events, const PageVerdicts& verdicts) {
  return KmtReader::from_bytes(container(events, verdicts, KmtCompression::none)).value();
}

}  // namespace

TEST_CASE("two bits a page allocation, unknown beyond the last", "[traces][pages]") {
  PageVerdicts v = list_of({V::slab, V::other, V::unknown, V::large, V::other});
  CHECK(v.size() == 5);
  CHECK(v.at(0) == V::slab);
  CHECK(v.at(3) == V::large);
  CHECK(v.at(4) == V::other);
  CHECK(v.at(5) == V::unknown);
  CHECK(v.at(~std::uint64_t{0}) == V::unknown);
  CHECK(v.bytes() == std::vector<unsigned char>{0x8d, 0x03});
  v.set(1, V::unknown);
  CHECK(v.bytes() == std::vector<unsigned char>{0x81, 0x03});
  CHECK(v.any());
  CHECK_FALSE(list_of({V::unknown, V::unknown}).any());
}

TEST_CASE("each page allocation of an import gets the verdict that its run ends with", "[traces][pages]") {
  PageUse use;
  const auto page = [&](std::uint64_t pfn, unsigned order, unsigned migratetype) {
    RawRecord r;
    r.kind = RawKind::page_alloc;
    r.pfn = pfn;
    r.order = static_cast<std::uint8_t>(order), r.migratetype = static_cast<std::uint8_t>(migratetype);
    use.record(r);
  };
  const auto block = [&](std::uint64_t pointer, std::uint64_t granted) {
    RawRecord r;
    r.kind = RawKind::slab_alloc;
    r.pointer = pointer, r.granted = granted;
    use.record(r);
  };
  constexpr std::uint64_t base = 0xffff890180000000;
  page(0x100, 0, 0), block(base + 0x100040, 64);  // 0 to 2: slabs, whose blocks vote for the base
  page(0x200, 1, 0), block(base + 0x201000, 64);
  page(0x308, 3, 0), block(base + 0x30f000, 64);
  page(no_pfn, 0, 1);                                // 3: failed in the recorded system
  page(0x400, 0, 1);                                 // 4: movable
  page(0x500, 0, 0);                                 // 5: nobody knows
  page(0x610, 4, 0), block(base + 0x610000, 65536);  // 6: a kmalloc of its own
  page(0x400, 0, 0), block(base + 0x400000, 64);     // 7: page 0x400 again, now a slab; 4 ends
  const PageVerdicts v = use.verdicts();
  CHECK(v == list_of({V::slab, V::slab, V::slab, V::unknown, V::other, V::unknown, V::large, V::slab}));
  CHECK(use.totals().other == 1);
}

TEST_CASE("kmt: verdicts come back, and a file without any is one of 1.1", "[kmt][pages]") {
  const std::vector<Event> events = pages_and_marks(1000);
  PageVerdicts verdicts;
  for (std::uint64_t i = 0; i < 1000; ++i) verdicts.append(static_cast<V>(mix64(i) % 4));
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    auto reader = KmtReader::from_bytes(container(events, verdicts, c));
    REQUIRE(reader);
    CHECK(reader->view()->page_verdicts() == verdicts);
    CHECK(reader->format() == "kmt 1.2");
    CHECK(reader->verify_all());
  }
  const ByteVector without = container(events, list_of(std::vector<V>(1000, V::unknown)), KmtCompression::none);
  CHECK(without == container(events, {}, KmtCompression::none));
  auto reader = KmtReader::from_bytes(without);
  REQUIRE(reader);
  CHECK(reader->format() == "kmt 1.1");
  CHECK(reader->view()->page_verdicts().size() == 0);
}

TEST_CASE("kmt: a section of verdicts that is not what it says is refused", "[kmt][pages]") {
  const auto decoded = [](ByteVector raw, std::uint64_t events) {
    PageVerdicts v;
    return kmt::decode_verdicts(raw.data(), raw.size(), events, v);
  };
  const ByteVector five = kmt::encode_verdicts(list_of({V::slab, V::other, V::other, V::large, V::other}));
  REQUIRE(five.size() == 10);
  CHECK(decoded(five, 5));
  CHECK_FALSE(decoded(five, 4));  // more page allocations than events
  for (std::size_t n = 0; n < five.size(); ++n) {
    CHECK_FALSE(decoded({five.begin(), five.begin() + static_cast<std::ptrdiff_t>(n)}, 5));
  }
  ByteVector longer = five;
  longer.push_back(0);
  CHECK_FALSE(decoded(longer, 5));
  ByteVector unused = five;
  unused.back() |= 4;
  CHECK_FALSE(decoded(unused, 5));
  ByteVector huge = five;
  for (int i = 0; i < 8; ++i) huge[static_cast<std::size_t>(i)] = 0xff;
  CHECK_FALSE(decoded(huge, ~std::uint64_t{0}));
  CHECK(decoded(kmt::encode_verdicts({}), 0));
}

TEST_CASE("kmt: verdicts that are not as many as the page allocations are refused", "[kmt][pages]") {
  const std::vector<Event> events = pages_and_marks(70'000);  // three chunks
  const auto refused = [](const Fallible<void>& result, const std::string& verdicts) {
    REQUIRE_FALSE(result);
    CHECK(result.error().what ==
          "section 13 has " + verdicts + " page verdicts, but the trace has 70000 page_alloc events");
    CHECK_FALSE(result.error().expected.empty());
  };
  for (const std::uint64_t count : {69'999, 70'000, 70'001}) {
    const PageVerdicts verdicts = list_of(std::vector<V>(count, V::other));
    KmtReader unsaid = reader_of(events, verdicts);  // it has no totals, so that opening cannot know
    if (count == 70'000) {
      CHECK(unsaid.verify_all());
      CHECK(check_verdicts(unsaid.view()));
    } else {
      refused(unsaid.verify_all(), std::to_string(count));
      refused(check_verdicts(unsaid.view()), std::to_string(count));
      CHECK(check_verdicts(unsaid.view()).error().file == samples::source().name);
    }
    KmtWriter said = KmtWriter::to_memory();
    const Tables tables = samples::tables();
    TotalsCounter totals(tables);
    for (const Event& e : events) said.append(e), totals.add(e);
    said.set_totals(totals.totals());
    said.set_page_verdicts(verdicts);
    REQUIRE(said.finish(tables, samples::quality(), samples::source()));
    const auto opened = KmtReader::from_bytes(said.take_bytes());
    CHECK(opened.ok() == (count == 70'000));
    if (!opened) refused(Failure<Error>{opened.error()}, std::to_string(count));
  }
}

TEST_CASE("kmt: no flipped byte of a file with verdicts goes unseen or does harm", "[kmt][pages]") {
  const std::vector<Event> events = pages_and_marks(40);
  PageVerdicts verdicts;
  for (std::uint64_t i = 0; i < 40; ++i) verdicts.append(static_cast<V>(i % 4));
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    const ByteVector whole = container(events, verdicts, c);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      ByteVector b = whole;
      b[at] ^= static_cast<unsigned char>(1U << at % 8);
      auto reader = KmtReader::from_bytes(std::move(b));
      if (!reader || !reader->verify_all()) continue;
      CHECK(reader->view()->page_verdicts() == verdicts);
    }
  }
}

TEST_CASE("verdicts go with their events through parts and rounds", "[traces][pages]") {
  const std::vector<Event> events = pages_and_marks(2000);
  PageVerdicts verdicts;
  for (std::uint64_t i = 0; i < 2000; ++i) verdicts.append(static_cast<V>(mix64(i) % 4));
  KmtReader in = reader_of(events, verdicts);

  class Sink final : public EventSink {
   public:
    void append(const Event& e) override { pages.add(e); }
    void learn_cache(std::uint64_t, Index) override {}
    VerdictCollector pages;
  };
  const std::uint64_t from = 2501;  // 1,251 page allocations are before it
  Sink part;
  const auto before = page_allocs_before(in, from);
  REQUIRE(before);
  CHECK(*before == 1251);
  VerdictTap tap(in.view()->page_verdicts(), *before, 0, part, part.pages.present());
  REQUIRE(slice(in, from, 3000, tap));
  CHECK(part.pages.verdicts().size() == 249);
  for (std::uint64_t i = 0; i < 249; ++i) REQUIRE(part.pages.verdicts().at(i) == verdicts.at(1251 + i));

  Sink rounds;
  VerdictTap again(in.view()->page_verdicts(), 0, verdicts.size(), rounds, rounds.pages.present());
  REQUIRE(repeat(in, 3, again));
  CHECK(rounds.pages.verdicts().size() == 6000);
  for (std::uint64_t i = 0; i < 6000; ++i) REQUIRE(rounds.pages.verdicts().at(i) == verdicts.at(i % 2000));
}

TEST_CASE("a real recording's verdicts are as many as its totals say", "[traces][pages]") {
  KmtReader in = testing::stored(Input::open(std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/pages.dat.zst"));
  const PageTotals pages = in.totals()->pages;
  REQUIRE(pages.use.known == 1);
  const PageVerdicts& v = in.view()->page_verdicts();
  CHECK(v.size() == pages.allocs);
  std::uint64_t n[4] = {};
  for (std::uint64_t i = 0; i < v.size(); ++i) ++n[static_cast<unsigned>(v.at(i))];
  CHECK(n[static_cast<unsigned>(V::slab)] == pages.use.slab);
  CHECK(n[static_cast<unsigned>(V::large)] == pages.use.large);
  CHECK(n[static_cast<unsigned>(V::other)] == pages.use.other);
  CHECK(n[static_cast<unsigned>(V::unknown)] == pages.use.undecided + pages.failed);
}
