// Time by address: by hand, folded on both sides, and against the blocks and pages of the run at a column's end.
#include "sim/observe/kymograph.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {
namespace {

sim::Completion at_event(std::uint64_t event, std::uint64_t address, std::uint64_t bytes, sim::Action action) {
  sim::Completion c;
  c.event = event;
  c.address = Addr{address};
  c.requested = c.granted = bytes;
  c.action = action;
  return c;
}

void grow(sim::Kymograph& k, std::uint64_t event, std::uint64_t page, std::uint64_t bytes) {
  k.page_mapped(Addr{page * 4096});
  k.on_completion(at_event(event, page * 4096, bytes, sim::Action::alloc));
}

std::vector<sim::Texel> column(const sim::KymographPicture& p, std::size_t c) {
  std::vector<sim::Texel> texels;
  for (std::size_t r = 0; r < p.rows; ++r) texels.push_back(p.at(c, r));
  return texels;
}

/// What the run says of a row of the picture.
sim::Texel truth(const sim::Session& session, AddrRange range) {
  sim::Texel t;
  session.kernel().for_each_held_page([&](Addr page) { t.held_pages += page >= range.base && page < range.end(); });
  session.for_each_block([&](const sim::HeldBlock& b) {
    const std::uint64_t from = std::max(b.address.v, range.base.v);
    const std::uint64_t end = std::min(b.address.v + b.granted, range.base.v + range.bytes);
    if (from < end) t.live_bytes += static_cast<std::uint32_t>(end - from);
  });
  return t;
}

}  // namespace

TEST_CASE("a kymograph by hand: three pages in four events", "[kymograph]") {
  sim::Kymograph k({0, 0}, {8, 8});
  // Its arena begins where that of a machine would; without one, it is empty. So it gets a machine's.
  const auto kernel = sim::Kernel::create(*sim::find_profile("i386"), {});
  REQUIRE(kernel);
  k.on_begin(*kernel);
  const std::uint64_t first = kernel->arena().base.v / 4096;
  grow(k, 0, first, 100);
  grow(k, 1, first + 1, 4096);
  grow(k, 2, first + 2, 8);
  k.page_unmapped(Addr{(first + 1) * 4096});
  k.on_completion(at_event(4, (first + 1) * 4096, 4096, sim::Action::free));
  k.on_end(0);
  const sim::KymographPicture p = k.result();
  CHECK(p.columns == 5);
  CHECK(p.rows == 3);
  CHECK(p.base == kernel->arena().base);
  CHECK(column(p, 0) == std::vector<sim::Texel>{{100, 1, 1}, {}, {}});
  CHECK(column(p, 1) == std::vector<sim::Texel>{{100, 1, 0}, {4096, 1, 1}, {}});
  CHECK(column(p, 2) == std::vector<sim::Texel>{{100, 1, 0}, {4096, 1, 0}, {8, 1, 1}});
  CHECK(column(p, 3) == std::vector<sim::Texel>{{100, 1, 0}, {4096, 1, 0}, {8, 1, 0}});
  CHECK(column(p, 4) == std::vector<sim::Texel>{{100, 1, 0}, {0, 0, 1}, {8, 1, 0}});

  sim::Kymograph folded({0, 0}, {2, 2});
  folded.on_begin(*kernel);
  grow(folded, 0, first, 100);
  grow(folded, 1, first + 1, 4096);
  grow(folded, 2, first + 2, 8);
  const sim::KymographPicture f = folded.result();
  CHECK(f.axis.width() == 2);
  CHECK(f.row_pages == 2);
  CHECK(column(f, 0) == std::vector<sim::Texel>{{4196, 2, 2}, {}});
  CHECK(column(f, 1) == std::vector<sim::Texel>{{4196, 2, 0}, {8, 1, 1}});
}

TEST_CASE("a kymograph's columns are the run at their ends", "[kymograph]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  if (setup.core == "beos" || setup.core == "osf1") return;  // calls under way and threads: told with a later event
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 6, .events = 2000}).reader();
  for (const sim::EventRange expected : {sim::EventRange{}, {0, 2000}}) {
    auto timeline = timeline_of(reader, setup);
    sim::Kymograph k(expected, {16, 32});
    timeline.watch(k);
    REQUIRE(timeline.prepare());
    const sim::KymographPicture p = k.result();
    REQUIRE(p.columns > 8);
    CHECK(p.rows <= 32);
    for (std::size_t c = 0; c + 1 < p.columns; c += 3) {
      auto here = timeline.at(p.axis.range_of(c).to);
      REQUIRE(here);
      for (std::size_t r = 0; r < p.rows; ++r) {
        INFO("column " << c << " row " << r);
        const sim::Texel t = truth(**here, p.range_of(r));
        CHECK(p.at(c, r).held_pages == t.held_pages);
        CHECK(p.at(c, r).live_bytes == t.live_bytes);
      }
    }
  }
}

TEST_CASE("a close-up shows a part of the events and of the addresses", "[kymograph]") {
  auto reader = busy_day({.seed = 6, .events = 2000}).reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  auto begin = timeline.at(0);
  REQUIRE(begin);
  const AddrRange arena = (*begin)->kernel().arena();
  const AddrRange part{arena.base + 3 * 4096 + 100, 8 * 4096};
  sim::Kymograph k({500, 600}, {2'048, 1'024}, part);
  const auto played = timeline.play_range(500, 600, k, {}, [&](const sim::Session& s) { k.join(s); });
  REQUIRE(played);
  const sim::KymographPicture p = k.result();
  CHECK(p.base == arena.base + 3 * 4096);
  CHECK(p.rows <= 9);
  CHECK(p.row_pages == 1);
  CHECK(p.axis.from() == 500);
  for (std::size_t c = 1; c + 1 < p.columns; c += 10) {
    auto here = timeline.at(501 + c);
    REQUIRE(here);
    for (std::size_t r = 0; r < p.rows; ++r) CHECK(p.at(c, r).live_bytes == truth(**here, p.range_of(r)).live_bytes);
  }
  int asked = 0;
  sim::Kymograph never;
  const auto stopped = timeline.play_range(0, 2000, never, [&] { return ++asked == 1; });
  REQUIRE(stopped);
  CHECK_FALSE(*stopped);
}

}  // namespace kmemlab::test
