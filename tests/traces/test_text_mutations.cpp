// Damaged text of every dialect: no crash, no more events than lines, and damage that says where it is.
#include <algorithm>
#include <string>

#include "core/base/digest.h"
#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string samples[] = {
    "# tracer: nop\n# entries-in-buffer/entries-written: 3/9   #P:2\n#         _-----=> irqs-off/BH-disabled\n"
    "  Binder:922_3-1022  (  922) [003] d..2   11.000001: kfree: call_site=a+0x1/0x2 [m] ptr=ffff8b654a06b000\n"
    "CPU:1 [LOST 702 EVENTS]\n"
    "  Xorg-1264  [002] ...1. 54.755581: kmalloc: call_site=f+0x1/0x2 ptr=ffff8b654a06b000 bytes_req=8 bytes_alloc=8 "
    "gfp_flags=GFP_KERNEL|0x800 node=-1 accounted=false\n"
    "  Xorg-1264  [002] ...1. 54.755582: mm_page_alloc: page=(null) pfn=0x1 order=0 migratetype=1 gfp_flags=none\n",
    " 24)               |  /* mm_page_free: page=00000000dc8c03bd pfn=0x182190 order=0 */\n"
    " 24)   sshd-1755   =>    sh-4802   \n  123.456789 |   3)   sh-77   |    |  /* kfree: call_site=a ptr=0 */\n",
    "rcu_tort-70        1dNh31 10607789211us : kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n"
    "[   12.000004]     bash-1041      0d..2. 11999999us : kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n",
    "fio 264249/7 [020] 3116264.020748: kmem:kfree: (f+0x4f) call_site=ffffffff8785c74f ptr=0xffff9234810d5000\n"
    "\tffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])\nsh 1 [000] 6.7: PERF_RECORD_LOST lost 1432\n"
    "      305.266631  4518 [000] kfree: call_site=c09f56b9 ptr=f59a7600\n",
    "<!DOCTYPE html>\n<script class=\"trace-data\">\n# tracer: nop\n  sh-1 (  922) [003] d..2   11.000001: kfree: "
    "call_site=a+0x1/0x2 ptr=ffff8b654a06b000\n</script>\n",
    "[08:36:01.211260539] (+0.1) lager:x:7 kmem_kmalloc: { cpu_id = 1 }, { tid = [ [0] = 1 ] }, { call_site = "
    "0xBF083A6C, "
    "ptr = 0xCDEB5C00, bytes_req = 712, bytes_alloc = 1024, gfp_flags = 208 }\n"
    "timestamp = 1412670961.211500000, name = kmem_kfree, event.fields = { call_site = 0xB, ptr = 0xCDEB5C00 }\n"
    "[warning] Tracer discarded 15 events between\n"
    "[2018-05-16 01:51:29.8] h lttng_ust_libc:calloc: { cpu_id = 4 }, { nmemb = 4, size = 16, ptr = 0x1F4C000 }\n",
    "[pid 1234] malloc(24 <unfinished ...>\n77 14:32:01.000001 calloc(2, 4) = 0x2000 <0.000120>\n"
    "[pid 1234] <... malloc resumed> ) = 0x1000\nrealloc(0x1000, 9) = 0x3000\n--- SIGCHLD ---\nfree(0x3000) = <void>\n",
};

}  // namespace

TEST_CASE("mutated text of every dialect", "[traces][text][mutations]") {
  for (const std::string& original : samples) {
    INFO(original);
    CHECK(import_text(original).trace().totals.records >= 1);
    std::uint64_t read = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const auto pick = [&](std::uint64_t n, std::uint64_t below) { return mix64(mix64(seed) + n) % below; };
      std::string text = original;
      for (std::uint64_t i = 0; i <= pick(0, 3); ++i) {
        const std::size_t at = pick(10 + i, text.size());
        switch (pick(40 + i, 4)) {
          case 0:
            text[at] = static_cast<char>(pick(20 + i, 256));
            break;
          case 1:
            text[at] = "0 \n-:=[]{}|(/,."[pick(30 + i, 15)];
            break;
          case 2:
            text.erase(at, 1 + pick(50 + i, 9));
            break;
          default:
            text.insert(at, text.substr(pick(60 + i, text.size()), pick(70 + i, 40)));
        }
        if (text.empty()) text = "x";
      }
      if (pick(3, 4) == 0) text.resize(1 + pick(4, text.size()));
      const Trial t = import_text(text);
      if (t.sink.events.size() > static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1)
        FAIL("more events than lines");
      if (!t.result) {
        if (t.result.error().what.empty()) FAIL("an error without words");
        continue;
      }
      ++read;
      const Quality& q = t.result->quality;
      if (q.damaged && q.first_damage.empty()) FAIL("damage without a place");
    }
    CHECK(read > 500);
  }
}
