// perf script's text: what its options add to lines, and that each line still says what it says.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const Task& task_of(const Trial& t, std::size_t event) {
  return t.trace().tables.tasks.at(t.event(event).task);
}

}  // namespace

TEST_CASE("perf text: call chains belong to the line above them", "[traces][perf]") {
  const Trial t = import_text(
      "fio 264249 [020] 3116264.020748: kmem:kmem_cache_alloc: (getname_flags+0x4f) call_site=ffffffff8785c74f "
      "ptr=0xffff9234810d5000 bytes_req=4096 bytes_alloc=4096 gfp_flags=GFP_KERNEL\n"
      "\tffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])\n"
      "\t    7fd8de3ea365 __lxstat64+0x15 (/usr/lib64/libc-2.17.so)\n"
      "\t               0 [unknown] ([unknown])\n"
      "\t          4005d0 main+0x10 (/tmp/a file (deleted))\n"
      "\n"
      "fio 264249 [020] 3116264.020801: kmem:kmem_cache_free: (putname+0x3d) call_site=ffffffff8785cb1d "
      "ptr=0xffff9234810d5000\n"
      "\tffffffff87826a5d kmem_cache_free+0x1cd ([kernel.kallsyms])\n"
      "\tffffffffc0a12345 [unknown] ([nvme])\n"
      "\n");
  CHECK(t.trace().source.format == "perf script text");
  CHECK(t.trace().totals.records == 2);
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.event(0).tick == 3'116'264'020'748'000ULL);
  CHECK(t.event(0).cpu == 20);
  CHECK(task_of(t, 0) == Task{264249, "fio"});
  CHECK(t.trace().tables.call_sites[t.event(0).call_site].name == "getname_flags+0x4f");
  CHECK(t.trace().tables.call_sites[t.event(0).call_site].address == 0xffffffff8785c74f);
}

TEST_CASE("perf text: pid/tid, nanoseconds, padded and bare names", "[traces][perf]") {
  const Trial t = import_text(
      "            perf   124/126   [001]     6.595154859:          kmem:kmalloc: "
      "call_site=alloc_cpumask_var_node+0x1b "
      "ptr=0xffff8bb0bfc34258 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=false\n"
      "     kworker/0:1    10 [000]     6.595154860: kmem:kmem_cache_alloc: call_site=security_file_alloc+0x29 "
      "ptr=0xffff8bb08224ecc0 bytes_req=24 bytes_alloc=24 gfp_flags=GFP_KERNEL|__GFP_ZERO node=-1 accounted=true\n"
      "  jbd2/dm-3-8  7666 [000]  4666.621521: kmalloc: call_site=c0000000003ce108 ptr=0xc000000fcd646360 "
      "bytes_req=96 bytes_alloc=96 gfp_flags=GFP_NOFS|GFP_ZERO\n"
      " my task name   77 [003]  4666.621600:            kmem:kfree: call_site=seq_release+0x13 ptr=(nil)\n"
      "perf  6429 [000]  4666.622498:             kmem:mm_page_alloc: page=0x176a17 pfn=1534487 order=0 migratetype=0 "
      "gfp_flags=GFP_KERNEL\n"
      "perf  6429 [000]  4666.622500:              kmem:mm_page_free: page=0x176a17 pfn=0x176a17 order=0\n");
  CHECK(t.trace().quality.damaged == 0);
  REQUIRE(t.trace().totals.records == 6);
  CHECK(t.event(0).tick == 6'595'154'859);
  CHECK(t.event(1).tick == 6'595'154'860);
  CHECK(task_of(t, 0) == Task{126, "perf"});
  CHECK(t.event(0).cpu == 1);
  CHECK(task_of(t, 1) == Task{10, "kworker/0:1"});
  CHECK(t.event(1).accounted == Tri::yes);
  CHECK(task_of(t, 2) == Task{7666, "jbd2/dm-3-8"});
  CHECK(t.count("kmalloc") == 2);
  CHECK(task_of(t, 3) == Task{77, "my task name"});
  CHECK(t.event(3).free_kind == FreeKind::null_free);
  CHECK(t.event(4).pfn == 1'534'487);
  CHECK(t.trace().totals.pages.matched == 1);
  for (std::size_t i = 0; i < 6; ++i) CHECK(t.event(i).context == Context::unknown);
}

TEST_CASE("perf text: lost records, and other records that perf can show", "[traces][perf]") {
  const Trial t = import_text(
      "sh   127 [000]     6.700000:          kmem:kmalloc: call_site=f+0x1 ptr=0xffff8bb0bfc34258 bytes_req=8 "
      "bytes_alloc=8 gfp_flags=GFP_KERNEL node=-1 accounted=false\n"
      "sh   127 [001]     6.700100: PERF_RECORD_LOST lost 1432\n"
      "sh   127 [000]     6.700200: PERF_RECORD_COMM: find:127/127\n"
      "sh   127 [000]     6.700300:            kmem:kfree: call_site=f+0x2 ptr=0xffff8bb0bfc34258\n");
  CHECK(t.trace().totals.allocs == 1);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().totals.lost_events == 1432);
  CHECK(t.trace().quality.damaged == 0);
}

TEST_CASE("perf text: a task that is dead has no number any more", "[traces][perf]") {
  const Trial t = import_text(
      "              :-1    -1 [000]     7.491510:            kmem:kfree: call_site=free_pipe_info+0x82 "
      "ptr=0xffff8bb0bfc34258\n"
      "             :200   200 [000]     7.491520:            kmem:kfree: call_site=free_pipe_info+0x82 "
      "ptr=0xffff8bb0bfc34300\n");
  REQUIRE(t.trace().totals.records == 2);
  CHECK(task_of(t, 0).pid == -1);
  CHECK(task_of(t, 1).pid == 200);
}
