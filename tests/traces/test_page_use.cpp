// Which pages are slabs': the direct map's base is found by votes, and each run of pages is judged by what fell into
// it.
#include <initializer_list>

#include "tests/catch.h"
#include "traces/import/page_use.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

constexpr std::uint64_t base = 0xffff890180000000;  // what ext4tree.dat's kernel had

class Story {
 public:
  Story& page(std::uint64_t pfn, unsigned order, unsigned migratetype = 0, unsigned cpu = 0) {
    RawRecord r;
    r.kind = RawKind::page_alloc;
    r.pfn = pfn;
    r.order = static_cast<std::uint8_t>(order);
    r.migratetype = static_cast<std::uint8_t>(migratetype);
    r.cpu = static_cast<std::uint16_t>(cpu);
    use.record(r);
    return *this;
  }
  Story& page_free(std::uint64_t pfn) {
    RawRecord r;
    r.kind = RawKind::page_free;
    r.pfn = pfn;
    use.record(r);
    return *this;
  }
  Story& block(std::uint64_t pointer, std::uint64_t granted = 64, unsigned cpu = 0) {
    RawRecord r;
    r.kind = RawKind::slab_alloc;
    r.pointer = pointer;
    r.granted = granted;
    r.cpu = static_cast<std::uint16_t>(cpu);
    use.record(r);
    return *this;
  }
  Story& free(std::uint64_t pointer) {
    RawRecord r;
    r.kind = RawKind::slab_free;
    r.pointer = pointer;
    use.record(r);
    return *this;
  }
  /// Three slabs that grow before anybody's eyes: enough to find the base. Orders 0, 1 and 3: 11 pages.
  Story& grow_three() {
    return page(0x100, 0)
        .block(base + 0x100040)
        .page(0x200, 1)
        .block(base + 0x201000)
        .page(0x308, 3)
        .block(base + 0x30f000);
  }
  PageUse use;
};

}  // namespace

TEST_CASE("three slabs that grow give the base, and all that was seen before is judged by it", "[traces][pages]") {
  Story two;
  two.page(0x100, 0).block(base + 0x100040).page(0x200, 1).block(base + 0x201000);
  CHECK(two.use.totals().known == 0);
  CHECK(two.use.totals().undecided == 2);
  CHECK(two.use.totals().slab == 0);

  const PageUseTotals t = Story().grow_three().use.totals();
  CHECK(t.known == 1);
  CHECK(t.slab == 3);
  CHECK(t.undecided == 0);
  CHECK(t.slab_pages_peak == 11);
  CHECK(t.slab_pages_end == 11);
}

TEST_CASE("votes need the same CPU, the very next block, a multiple of 1 GiB and real 64-bit pointers",
          "[traces][pages]") {
  CHECK(Story()
            .page(1, 0)
            .block(base + 0x1000, 64, 1)
            .page(2, 0)
            .block(base + 0x2000, 64, 1)
            .page(3, 0)
            .block(base + 0x3000, 64, 1)
            .use.totals()
            .known == 0);
  CHECK(Story()
            .page(1, 0)
            .block(base + 0x9000)
            .block(base + 0x1000)
            .page(2, 0)
            .block(base + 0x9000)
            .block(base + 0x2000)
            .page(3, 0)
            .block(base + 0x9000)
            .block(base + 0x3000)
            .use.totals()
            .known == 0);
  const std::uint64_t shifted = base + (1 << 29);
  CHECK(Story()
            .page(1, 0)
            .block(shifted + 0x1000)
            .page(2, 0)
            .block(shifted + 0x2000)
            .page(3, 0)
            .block(shifted + 0x3000)
            .use.totals()
            .known == 0);
  CHECK(Story()
            .page(1, 0)
            .block(0x40001000)
            .page(2, 0)
            .block(0x40002000)
            .page(3, 0)
            .block(0x40003000)
            .use.totals()
            .known == 0);
  // A machine with more than 1 GiB: page 0x40001 is 1 GiB and 4 KiB up.
  CHECK(Story()
            .page(0x40001, 0)
            .block(base + 0x40001000)
            .page(0x80002, 0)
            .block(base + 0x80002000)
            .page(3, 0)
            .block(base + 0x3000)
            .use.totals()
            .known == 1);
}

TEST_CASE("slab, large kmalloc, movable page, undecided", "[traces][pages]") {
  Story s;
  s.grow_three();
  s.page(0x400, 2).block(base + 0x400000, 16384);  // a kmalloc of four pages is its pages
  s.page(0x500, 2).block(base + 0x500000, 8192);   // a slab of order 2 whose first block is large
  s.page(0x600, 1).block(base + 0x600000, 8192);   // kmalloc-8k is a slab's, even if it fills the pages
  s.page(0x700, 0, 1);                             // movable: page cache or user memory
  s.page(0x800, 0, 0);                             // a page table, or a slab in which nothing was recorded
  s.page(0x900, 0).free(base + 0x900000);          // a block that was allocated without an event
  const PageUseTotals t = s.use.totals();
  CHECK(t.slab == 6);
  CHECK(t.large == 1);
  CHECK(t.other == 1);
  CHECK(t.undecided == 1);
  CHECK(t.slab_pages_end == 11 + 4 + 4 + 2 + 1);
}

TEST_CASE("slab pages come and go", "[traces][pages]") {
  Story s;
  s.grow_three().page_free(0x200);
  CHECK(s.use.totals().slab_pages_end == 9);
  CHECK(s.use.totals().slab_pages_peak == 11);
  s.block(base + 0x200000);  // a block in pages that are free again belongs to nobody
  CHECK(s.use.totals().slab_pages_end == 9);
  s.page(0x200, 1).page_free(0x201);  // a piece of a run was freed: the run is over
  CHECK(s.use.totals().undecided == 1);
  s.page(0x30c, 0);  // inside a slab of order 3: that slab's free was lost
  CHECK(s.use.totals().slab_pages_end == 1);
  CHECK(s.use.totals().slab == 3);
}

TEST_CASE("a failed page allocation and an absurd order are no runs", "[traces][pages]") {
  Story s;
  s.grow_three().page(no_pfn, 0).page(0x1000, 60);
  CHECK(s.use.totals().slab == 3);
  CHECK(s.use.totals().undecided == 1);
}
