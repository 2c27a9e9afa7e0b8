// Pages by address at three moments: by hand, folded when addresses outgrow the cells, and against the ledger.
#include "sim/observe/strips.h"
#include "tests/sim/worked_example.h"

namespace kmemlab::test {
namespace {

sim::StripCell sum_of(const sim::Strip& strip) {
  sim::StripCell sum;
  for (const sim::StripCell& c : strip.cells) sum.held_pages += c.held_pages, sum.live_bytes += c.live_bytes;
  return sum;
}

sim::Completion alloc_at(std::uint64_t tick, std::uint64_t address, std::uint64_t bytes) {
  sim::Completion c;
  c.tick = tick;
  c.address = Addr{address};
  c.requested = c.granted = bytes;
  return c;
}

}  // namespace

TEST_CASE("strips keep cells by address, and fold them when the addresses outgrow them", "[strips]") {
  sim::Strips strips({}, 2);  // no machine: the arena begins at 0, pages are 4 KiB
  strips.page_mapped(Addr{4096});
  strips.on_completion(alloc_at(5, 4096, 100));
  CHECK(strips.peak().cells == std::vector<sim::StripCell>{{0, 0}, {1, 100}});
  strips.page_mapped(Addr{8192});
  strips.page_mapped(Addr{12288});
  strips.on_completion(alloc_at(6, 8192, 5000));
  CHECK(strips.peak().cell_pages == 2);
  CHECK(strips.peak().cells == std::vector<sim::StripCell>{{1, 100}, {2, 5000}});
  CHECK(strips.peak().pages == 3);
  CHECK(strips.after_returns().cells.empty());
  sim::Completion c = alloc_at(7, 8192, 5000);
  c.action = sim::Action::free;
  strips.page_unmapped(Addr{8192});
  strips.page_unmapped(Addr{12288});
  strips.on_completion(c);
  strips.on_end(9);
  CHECK(strips.after_returns().tick == 7);
  CHECK(strips.after_returns().pages == 2);
  CHECK(strips.after_returns().cells == std::vector<sim::StripCell>{{1, 100}, {0, 0}});
  CHECK(strips.end().tick == 9);
  CHECK(strips.peak().tick == 6);
}

TEST_CASE("the strips of the worked example are the ledger's peak and end", "[strips]") {
  for (const std::size_t cells : {std::size_t{2}, sim::Strips::default_cells}) {
    sim::Strips strips({}, cells);
    const sim::Report report = play_worked_example(strips);
    CHECK(sum_of(strips.peak()).held_pages == 5);
    CHECK(sum_of(strips.peak()).live_bytes == 16640);
    CHECK(strips.peak().tick == report.peak_tick);
    CHECK(sum_of(strips.after_returns()).held_pages == 2);
    CHECK(sum_of(strips.after_returns()).live_bytes == 4352);
    CHECK(sum_of(strips.end()).held_pages == report.pages.end);
    CHECK(sum_of(strips.end()).live_bytes == 16640);
  }
}

}  // namespace kmemlab::test
