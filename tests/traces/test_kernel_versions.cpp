// The support table of docs/formats.md, row by row: one line as a kernel of that age prints it, and the record that
// must come of it. Sources: spec/trace_formats.md 1.4 to 1.6; lines marked "real" there were seen in public logs.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

struct Row {
  std::string kernels, line;
  Op op;
  std::uint64_t requested = 0, granted = 0;  // of slab events
  std::uint64_t pfn = 0;                     // of page events
  unsigned order = 0, migratetype = 0;
  std::string site, cache, gfp;
  int node = -1;
  Tri accounted = Tri::unknown;
  Tri may_sleep = Tri::unknown;
};

Row slab(std::string kernels, std::string line, std::uint64_t requested, std::uint64_t granted, std::string site,
         std::string gfp, Tri may_sleep, int node = -1, Tri accounted = Tri::unknown, std::string cache = {}) {
  return {std::move(kernels), std::move(line),  Op::alloc,      requested, granted,   0,        0, 0,
          std::move(site),    std::move(cache), std::move(gfp), node,      accounted, may_sleep};
}
Row free_of(std::string kernels, std::string line, std::string site, std::string cache = {}) {
  return {std::move(kernels), std::move(line), Op::free, 0, 0, 0, 0, 0, std::move(site), std::move(cache), {}};
}
Row page(std::string kernels, std::string line, Op op, std::uint64_t pfn, unsigned order, unsigned migratetype = 0,
         std::string gfp = {}, Tri may_sleep = Tri::unknown) {
  return {std::move(kernels), std::move(line), op, 0, 0, pfn, order, migratetype, {}, {}, std::move(gfp), -1,
          Tri::unknown,       may_sleep};
}
Row mark(std::string kernels, std::string line) {
  return {std::move(kernels), std::move(line), Op::mark, 0, 0, 0, 0, 0, {}, {}, {}};
}

const std::string no_flags = "             Xorg-1264  [002] 18154.755581: ";
const std::string four = "             Xorg-1264  [002] ...1 18154.755581: ";
const std::string five = "             Xorg-1264    [002] ...1. 18154.755581: ";

std::vector<Row> slab_rows() {
  return {
      slab("kmalloc, 2.6.31 to 3.2",
           no_flags + "kmalloc: call_site=ffffffff8141abe8 ptr=ffff8800734f4cc0 bytes_req=168 bytes_alloc=192 "
                      "gfp_flags=GFP_KERNEL|GFP_NOWARN|GFP_NORETRY",
           168, 192, "0xffffffff8141abe8", "GFP_KERNEL|GFP_NOWARN|GFP_NORETRY", Tri::yes),
      slab("kmalloc, 3.3 to 5.3",
           four + "kmalloc: call_site=ffffffff8141abe8 ptr=ffff8800734f4cc0 bytes_req=168 bytes_alloc=192 "
                  "gfp_flags=GFP_ATOMIC|GFP_ZERO",
           168, 192, "0xffffffff8141abe8", "GFP_ATOMIC|GFP_ZERO", Tri::no),
      slab("kmem_cache_alloc, 2.6.31 to 5.3",
           four + "kmem_cache_alloc: call_site=c104dd2f ptr=c147dd20 bytes_req=29 bytes_alloc=32 gfp_flags=GFP_KERNEL",
           29, 32, "0xc104dd2f", "GFP_KERNEL", Tri::yes),
      slab("kmalloc_node, 2.6.31 to 5.19",
           four +
               "kmalloc_node: call_site=c104dd54 ptr=c1607ef0 bytes_req=22 bytes_alloc=30 gfp_flags=GFP_KERNEL node=-1",
           22, 30, "0xc104dd54", "GFP_KERNEL", Tri::yes),
      slab("kmem_cache_alloc_node, 2.6.31 to 5.19",
           four + "kmem_cache_alloc_node: call_site=copy_process+0x1a/0x20 ptr=ffff8800734f4cc0 bytes_req=2080 "
                  "bytes_alloc=2112 gfp_flags=GFP_KERNEL|__GFP_ZERO node=1",
           2080, 2112, "copy_process+0x1a", "GFP_KERNEL|__GFP_ZERO", Tri::yes, 1),
      slab("kmem_cache_alloc, 5.4 to 5.14",
           four + "kmem_cache_alloc: call_site=memleak_task_test+0x70/0xb0 [memleak] ptr=00000000844671fe "
                  "bytes_req=5678 bytes_alloc=10320 gfp_flags=GFP_KERNEL",
           5678, 10320, "memleak_task_test+0x70", "GFP_KERNEL", Tri::yes),
      slab("kmalloc, 5.15 to 5.19",
           five + "kmalloc: call_site=load_elf_phdrs+0x47/0x90 ptr=00000000f4d22f41 bytes_req=56 bytes_alloc=64 "
                  "gfp_flags=GFP_NOFS",
           56, 64, "load_elf_phdrs+0x47", "GFP_NOFS", Tri::yes),
      slab("kmalloc, 6.0",
           five + "kmalloc: call_site=load_elf_phdrs+0x47/0x90 ptr=00000000f4d22f41 bytes_req=56 bytes_alloc=64 "
                  "gfp_flags=GFP_KERNEL accounted=true",
           56, 64, "load_elf_phdrs+0x47", "GFP_KERNEL", Tri::yes, -1, Tri::yes),
      slab("kmalloc_node, 6.0",
           five + "kmalloc_node: call_site=f+0x47/0x90 ptr=00000000f4d22f41 bytes_req=56 bytes_alloc=64 "
                  "gfp_flags=GFP_KERNEL node=0 accounted=false",
           56, 64, "f+0x47", "GFP_KERNEL", Tri::yes, 0, Tri::no),
      slab("kmalloc, 6.1 to 6.18",
           five + "kmalloc: call_site=mem_cgroup_css_alloc+0xd8/0x5b4 ptr=000000003e4c3799 bytes_req=2312 "
                  "bytes_alloc=4096 gfp_flags=GFP_KERNEL|__GFP_ZERO node=-1 accounted=false",
           2312, 4096, "mem_cgroup_css_alloc+0xd8", "GFP_KERNEL|__GFP_ZERO", Tri::yes, -1, Tri::no),
      slab("kmem_cache_alloc, 6.18",
           five + "kmem_cache_alloc: call_site=getname_flags.part.0+0x2b/0x1d0 ptr=000000003e4c3799 name=names_cache "
                  "bytes_req=4096 bytes_alloc=4096 gfp_flags=GFP_KERNEL node=-1 accounted=false",
           4096, 4096, "getname_flags.part.0+0x2b", "GFP_KERNEL", Tri::yes, -1, Tri::no, "names_cache"),
      slab("options/fields=1, 6.4 to 6.18",
           five + "kmem_cache_alloc: call_site=0xffffffff92d10d97 (-1831793257) ptr=0xffff9e0e8571e000 "
                  "(-107689771147264) bytes_req=0x1000 (4096) bytes_alloc=0x1000 (4096) gfp_flags=0xcc0 (3264) "
                  "node=0xffffffff (-1) accounted=(0)",
           4096, 4096, "0xffffffff92d10d97", "0xcc0", Tri::unknown, -1, Tri::no),
      slab("trace-cmd on 6.12, 6.13 (flags are bare)",
           five + "kmalloc:              (f+0x1) call_site=f+0x1 ptr=0xffff88811390f6c0 bytes_req=576 bytes_alloc=584 "
                  "gfp_flags=0x140cca node=-1 accounted=false",
           576, 584, "f+0x1", "0x140cca", Tri::unknown, -1, Tri::no),
      slab("gfp_flags, none for 0, 4.6 to 6.18",
           five + "kmalloc: call_site=f+0x1/0x2 ptr=000000003e4c3799 bytes_req=8 bytes_alloc=8 gfp_flags=none node=-1 "
                  "accounted=false",
           8, 8, "f+0x1", "none", Tri::no, -1, Tri::no),
      slab("gfp_flags, names and a rest, all",
           four + "kmalloc: call_site=f+0x1/0x2 ptr=000000003e4c3799 bytes_req=8 bytes_alloc=8 "
                  "gfp_flags=GFP_NOWAIT|0x80000",
           8, 8, "f+0x1", "GFP_NOWAIT|0x80000", Tri::unknown),
      slab("gfp_flags, empty with options/hash-ptr=0, 6.1",
           five + "kmem_cache_alloc: call_site=getname_kernel+0x25/0x110 ptr=ffff8b654a06a000 bytes_req=4096 "
                  "bytes_alloc=4096 gfp_flags= node=-1 accounted=false",
           4096, 4096, "getname_kernel+0x25", "", Tri::unknown, -1, Tri::no),
      free_of("kfree, 2.6.31 to 5.3", four + "kfree: call_site=ffffffff8141abe8 ptr=ffff8800734f4cc0",
              "0xffffffff8141abe8"),
      free_of("kfree, 5.4 to 6.18", five + "kfree: call_site=kernfs_put+0x1/0x2 ptr=00000000f4d22f41",
              "kernfs_put+0x1"),
      free_of("kmem_cache_free, 2.6.31 to 5.11",
              four + "kmem_cache_free: call_site=ffffffff8141abe8 ptr=ffff8800734f4cc0", "0xffffffff8141abe8"),
      free_of("kmem_cache_free, 5.12 to 6.18",
              five + "kmem_cache_free: call_site=putname+0xa4/0xc8 ptr=000000000f4d22f4 name=names_cache",
              "putname+0xa4", "names_cache"),
  };
}

std::vector<Row> page_rows() {
  return {
      page("mm_page_alloc, 2.6.32 to 5.13",
           four +
               "mm_page_alloc: page=ffffea0064142000 pfn=26235008 order=3 migratetype=2 gfp_flags=GFP_KERNEL|GFP_COMP",
           Op::page_alloc, 26235008, 3, 2, "GFP_KERNEL|GFP_COMP", Tri::yes),
      page("mm_page_alloc, 5.14 to 6.18",
           five + "mm_page_alloc: page=00000000dc8c03bd pfn=0x182190 order=0 migratetype=1 "
                  "gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO",
           Op::page_alloc, 0x182190, 0, 1, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO", Tri::yes),
      page("mm_page_alloc that failed, all",
           four + "mm_page_alloc: page=          (null) pfn=0 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE_LIGHT",
           Op::page_alloc, no_pfn, 9, 1, "GFP_TRANSHUGE_LIGHT", Tri::no),
      page("mm_page_free_direct, 2.6.32 to 3.2",
           no_flags + "mm_page_free_direct: page=ffffea0000e98d40 pfn=239171 order=2", Op::page_free, 239171, 2),
      page("mm_pagevec_free, 2.6.32 to 3.2",
           no_flags + "mm_pagevec_free: page=ffffea0000e98d40 pfn=239171 order=0 cold=0", Op::page_free, 239171, 0),
      page("mm_page_free, 3.3 to 5.13", four + "mm_page_free: page=ffffea0000e98d40 pfn=239171 order=2", Op::page_free,
           239171, 2),
      page("mm_page_free, 5.14 to 6.18", five + "mm_page_free: page=00000000dc8c03bd pfn=0x182190 order=2",
           Op::page_free, 0x182190, 2),
      page("mm_page_free_batched, 3.3 to 4.14",
           four + "mm_page_free_batched: page=ffffea0000e98d40 pfn=239171 order=0 cold=1", Op::page_free, 239171, 0),
      page("mm_page_free_batched, 4.15 to 6.18",
           five + "mm_page_free_batched: page=00000000dc8c03bd pfn=0x182190 order=0", Op::page_free, 0x182190, 0),
      page("options/fields=1, 6.4 to 6.18",
           five + "mm_page_alloc: pfn=0x182190 (1581456) order=0x3 (3) gfp_flags=0xcc0 (3264) migratetype=0x1 (1)",
           Op::page_alloc, 0x182190, 3, 1, "0xcc0"),
      mark("mm_page_alloc_zone_locked, 2.6.32 to 6.18",
           four + "mm_page_alloc_zone_locked: page=ffffea0000e98d40 pfn=239171 order=0 migratetype=0 percpu_refill=1"),
      mark("mm_page_pcpu_drain, 2.6.32 to 6.18",
           four + "mm_page_pcpu_drain: page=ffffea0000e98d40 pfn=239171 order=0 migratetype=0"),
      mark("mm_page_alloc_extfrag, 2.6.32 to 6.18",
           four + "mm_page_alloc_extfrag: page=ffffea0064142000 pfn=26235008 alloc_order=3 fallback_order=3 "
                  "pageblock_order=9 alloc_migratetype=0 fallback_migratetype=2 fragmenting=1 change_ownership=1"),
      mark("rss_stat, 5.5-rc", four + "rss_stat: member=1 size=8192B"),
      mark("rss_stat, 5.5 to 5.14", four + "rss_stat: mm_id=2213312838 curr=0 member=1 size=8192B"),
      mark("rss_stat, 5.15 to 6.18", five + "rss_stat: mm_id=2213312838 curr=0 type=MM_ANONPAGES size=8192B"),
      mark("mm_setup_per_zone_wmarks and its like, 6.10 to 6.18",
           five + "mm_setup_per_zone_wmarks: node_id=0 zone name=DMA watermark_min=13 watermark_low=16"),
  };
}

void check(const Row& row) {
  INFO(row.kernels << "\n" << row.line);
  const Trial t = import_text(row.line + "\n");
  const Tables& tables = t.trace().tables;
  REQUIRE(t.sink.events.size() == 1);
  CHECK(t.trace().quality.damaged == 0);
  const Event& e = t.event(0);
  CHECK(e.op == row.op);
  CHECK(e.tick == 18'154'755'581'000);
  CHECK(e.cpu == 2);
  CHECK(tables.tasks.at(e.task) == Task{1264, "Xorg"});
  CHECK(e.requested == row.requested);
  if (row.op == Op::alloc) CHECK(e.granted == row.granted);
  if (row.op == Op::page_alloc || row.op == Op::page_free) {
    CHECK(e.pfn == row.pfn);
    CHECK(e.order == row.order);
    CHECK(e.migratetype == row.migratetype);
  }
  CHECK((e.call_site == no_index ? "" : tables.call_sites.at(e.call_site).name) == row.site);
  CHECK((e.cache == no_index ? "" : tables.caches.at(e.cache)) == row.cache);
  CHECK((e.gfp == no_index ? "" : tables.gfps.at(e.gfp).text) == row.gfp);
  CHECK((e.gfp == no_index ? Tri::unknown : tables.gfps.at(e.gfp).may_sleep) == row.may_sleep);
  CHECK(e.node == row.node);
  CHECK(e.accounted == row.accounted);
}

}  // namespace

TEST_CASE("slab events of every kernel age: one row of the support table each", "[traces][text][kernels]") {
  for (const Row& row : slab_rows()) check(row);
}

TEST_CASE("page events of every kernel age: one row of the support table each", "[traces][text][kernels]") {
  for (const Row& row : page_rows()) check(row);
}

TEST_CASE("pointers of every kernel age: one row of the support table each", "[traces][text][kernels]") {
  struct Pointer {
    std::string kernels, text;
    FreeKind kind;
    std::uint64_t unmatchable, hashed;
  };
  const Pointer pointers[] = {
      {"address, 32 bits, before 4.15", "c147dd20", FreeKind::before_trace, 0, 0},
      {"address, 64 bits, before 4.15 or with hash-ptr=0", "ffff8800734f4cc0", FreeKind::before_trace, 0, 0},
      {"hashed, 4.15 to 6.18", "00000000873301d3", FreeKind::before_trace, 0, 1},
      {"not yet hashable, 4.15 to 6.18", "(____ptrval____)", FreeKind::unrecorded, 1, 0},
      {"null, 32 bits, to 5.1", "  (null)", FreeKind::null_free, 0, 0},
      {"null, 64 bits, to 5.1", "          (null)", FreeKind::null_free, 0, 0},
      {"null, 5.8 to 6.18", "0000000000000000", FreeKind::null_free, 0, 0},
      {"null, trace-cmd and perf", "(nil)", FreeKind::null_free, 0, 0},
      {"ZERO_SIZE_PTR, 5.8 to 6.18", "0000000000000010", FreeKind::null_free, 0, 0},
  };
  for (const Pointer& p : pointers) {
    INFO(p.kernels << ": " << p.text);
    const Trial t = import_text(five + "kfree: call_site=kernfs_put+0x1/0x2 ptr=" + p.text + "\n");
    CHECK(t.event(0).free_kind == p.kind);
    CHECK(t.trace().quality.unmatchable == p.unmatchable);
    CHECK(t.trace().quality.hashed_pointers == p.hashed);
    CHECK(t.trace().quality.damaged == 0);
  }
}
