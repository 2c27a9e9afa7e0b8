// The text reader: one real line (or more) of every header variant that spec/trace_formats.md 1.1 lists, the ways in
// which values are printed, and what is not an event.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string header_5 =
    "# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/2   #P:2\n#\n"
    "#                                _-----=> irqs-off/BH-disabled\n"
    "#                               / _----=> need-resched\n"
    "#                              | / _---=> hardirq/softirq\n"
    "#                              || / _--=> preempt-depth\n"
    "#                              ||| / _-=> migrate-disable\n"
    "#                              |||| /     delay\n"
    "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "#              | |         |   |||||     |         |\n";

struct HeadCase {
  std::string line;
  std::string comm;
  int pid;
  unsigned cpu;
  std::uint64_t tick;
  Context context;
  Tri irqs_off, preempt_off;
};

const std::string payload = "kfree: call_site=c104dd2f ptr=c147dd20";

const HeadCase heads[] = {
    // (a) <= 3.2: no flag column
    {"  gnome-terminal-1567  [000]  4415.246466: ", "gnome-terminal", 1567, 0, 4'415'246'466'000, Context::unknown,
     Tri::unknown, Tri::unknown},
    // (b) 3.3 .. 5.14: four columns
    {"            init-1     [000] .N..     0.150000: ", "init", 1, 0, 150'000'000, Context::task, Tri::no, Tri::no},
    {"             Xorg-1264  [002] ...1 18154.755581: ", "Xorg", 1264, 2, 18'154'755'581'000, Context::task, Tri::no,
     Tri::yes},
    {"          <idle>-0     [006] d.s.  1110.217281: ", "<idle>", 0, 6, 1'110'217'281'000, Context::softirq, Tri::yes,
     Tri::no},
    // (c) >= 5.15: five columns
    {"    test:.sh-1299    [004] .....  2886.040608: ", "test:.sh", 1299, 4, 2'886'040'608'000, Context::task, Tri::no,
     Tri::no},
    {" kworker/10:1-440     [010] DNh31   355.369905: ", "kworker/10:1", 440, 10, 355'369'905'000, Context::hardirq,
     Tri::yes, Tri::yes},
    {"            bash-1108    [000] b.Z21    73.950578: ", "bash", 1108, 0, 73'950'578'000, Context::nmi, Tri::no,
     Tri::yes},
    // (d) PREEMPT_RT: seven columns
    {"            bash-1108    [001] d..h1..    73.950578: ", "bash", 1108, 1, 73'950'578'000, Context::hardirq,
     Tri::yes, Tri::yes},
    // (e) record-tgid
    {"          <...>-28300 (28284) [002] ....  313039.418842: ", "", 28300, 2, 313'039'418'842'000, Context::task,
     Tri::no, Tri::no},
    {"  Binder:922_3-1022  (  922) [003] d..2   100.000001: ", "Binder:922_3", 1022, 3, 100'000'001'000, Context::task,
     Tri::yes, Tri::yes},
    {"     kthreadd-2     (-----) [000] ....     1.000000: ", "kthreadd", 2, 0, 1'000'000'000, Context::task, Tri::no,
     Tri::no},
    // (f) latency-format
    {"rcu_tort-70        1dNh3. 10607789211us : ", "rcu_tort", 70, 1, 10'607'789'211'000, Context::hardirq, Tri::yes,
     Tri::yes},
    {"  <idle>-0         12.Ns1     55us+: ", "<idle>", 0, 12, 55'000, Context::softirq, Tri::no, Tri::yes},
    // trace-cmd report, with and without flags, and -l
    {"        watchdog-713   [002]   127.479896: ", "watchdog", 713, 2, 127'479'896'000, Context::unknown, Tri::unknown,
     Tri::unknown},
    {"make-16810 [004] d..1.  2319.000863: ", "make", 16810, 4, 2'319'000'863'000, Context::task, Tri::yes, Tri::yes},
    {"    init-1       1.....     3.436768123: ", "init", 1, 1, 3'436'768'123, Context::task, Tri::no, Tri::no},
    // names with blanks, dashes and brackets
    {"  Web Content-7-8 [001] .... 5.000000: ", "Web Content-7", 8, 1, 5'000'000'000, Context::task, Tri::no, Tri::no},
    {"     a[0] b-x-77    [001] .... 5.000000: ", "a[0] b-x", 77, 1, 5'000'000'000, Context::task, Tri::no, Tri::no},
    {"      jbd2/dm-3-8-7666 [000]  4666.621521: ", "jbd2/dm-3-8", 7666, 0, 4'666'621'521'000, Context::unknown,
     Tri::unknown, Tri::unknown},
};

}  // namespace

TEST_CASE("every shape of line head", "[traces][text]") {
  for (const HeadCase& c : heads) {
    CAPTURE(c.line);
    const Trial t = import_text(c.line + payload + "\n");
    REQUIRE(t.trace().totals.records == 1);
    const Event& e = t.event(0);
    CHECK(t.trace().tables.tasks[e.task] == Task{c.pid, c.comm});
    CHECK(e.cpu == c.cpu);
    CHECK(e.tick == c.tick);
    CHECK(e.context == c.context);
    CHECK(e.cpu_state.irqs_off == c.irqs_off);
    CHECK(e.cpu_state.preempt_off == c.preempt_off);
    CHECK(t.trace().quality.damaged == 0);
    CHECK(import_text(c.line + payload + "\r\n").trace().totals.digest_full == t.trace().totals.digest_full);
  }
}

TEST_CASE("a header names its columns, whatever their number", "[traces][text]") {
  const std::string rt =
      "# tracer: nop\n#\n#                                _-------=> irqs-off/BH-disabled\n"
      "#                               / _------=> need-resched\n#                              | / _-----=> "
      "need-resched-lazy\n"
      "#                              || / _----=> hardirq/softirq\n#                              ||| / _---=> "
      "preempt-depth\n"
      "#                              |||| / _--=> preempt-lazy-depth\n#                              ||||| / _-=> "
      "migrate-disable\n"
      "            bash-1     [000] ....1..     1.000000: kfree: call_site=a+0x1/0x2 ptr=00000000c147dd20\n"
      "            bash-1     [000] ...s...     1.000000: kfree: call_site=a+0x1/0x2 ptr=00000000c147dd20\n";
  const Trial t = import_text(rt);
  CHECK(t.event(0).cpu_state.preempt_off == Tri::yes);
  CHECK(t.event(0).context == Context::task);
  CHECK(t.event(1).cpu_state.preempt_off == Tri::no);
  CHECK(t.event(1).context == Context::softirq);
}

TEST_CASE("event texts of every kernel age", "[traces][text]") {
  struct Case {
    std::string text;
    std::uint64_t requested, granted;
    std::string gfp;
    Tri may_sleep;
    std::string site;
  };
  const Case cases[] = {
      {"kmalloc: call_site=ffffffff8141abe8 ptr=ffff8800734f4cc0 bytes_req=168 bytes_alloc=192 "
       "gfp_flags=GFP_KERNEL|GFP_NOWARN|GFP_NORETRY",
       168, 192, "GFP_KERNEL|GFP_NOWARN|GFP_NORETRY", Tri::yes, "0xffffffff8141abe8"},
      {"kmalloc_node: call_site=c104dd54 ptr=c1607ef0 bytes_req=22 bytes_alloc=30 gfp_flags=GFP_KERNEL node=-1", 22, 30,
       "GFP_KERNEL", Tri::yes, "0xc104dd54"},
      {"kmem_cache_alloc: call_site=memleak_task_test+0x70/0xb0 [memleak] ptr=00000000844671fe bytes_req=5678 "
       "bytes_alloc=10320 gfp_flags=GFP_ATOMIC",
       5678, 10320, "GFP_ATOMIC", Tri::no, "memleak_task_test+0x70"},
      {"kmalloc: call_site=mem_cgroup_css_alloc+0xd8/0x5b4 ptr=000000003e4c3799 bytes_req=2312 bytes_alloc=4096 "
       "gfp_flags=GFP_KERNEL|__GFP_ZERO node=-1 accounted=false",
       2312, 4096, "GFP_KERNEL|__GFP_ZERO", Tri::yes, "mem_cgroup_css_alloc+0xd8"},
      {"kmem_cache_alloc: call_site=getname+0xa4/0xc8 ptr=000000000f4d22f4 name=names_cache bytes_req=4096 "
       "bytes_alloc=4096 gfp_flags=none node=0 accounted=true",
       4096, 4096, "none", Tri::no, "getname+0xa4"},
      {"kmem_cache_alloc: call_site=0xffffffff92d10d97 (-1831793257) ptr=0xffff9e0e8571e000 (-107689771147264) "
       "bytes_req=0x1000 (4096) bytes_alloc=0x1000 (4096) gfp_flags=0xcc0 (3264) node=0xffffffff (-1) accounted=(0)",
       4096, 4096, "0xcc0", Tri::unknown, "0xffffffff92d10d97"},
      {"kmalloc:              (wb_start_writeback+0x42) call_site=ffffffff811970d2 ptr=0xffff88000d748498 bytes_req=64 "
       "bytes_alloc=392 gfp_flags=GFP_NOWAIT|GFP_ZERO",
       64, 392, "GFP_NOWAIT|GFP_ZERO", Tri::no, "wb_start_writeback+0x42"},
      {"kmem_cache_alloc: call_site=xas_alloc+0x9f ptr=0xffff88811390f6c0 bytes_req=576 bytes_alloc=584 "
       "gfp_flags=0x402800 node=-1 accounted=true",
       576, 584, "0x402800", Tri::unknown, "xas_alloc+0x9f"},
      {"kmalloc: call_site=a+0x1/0x2 ptr=ffff8b654a06a000 bytes_req=56bytes_alloc=64 gfp_flags=GFP_NOIO|0x80000", 56,
       64, "GFP_NOIO|0x80000", Tri::yes, "a+0x1"},
      {"kmalloc: gfp_flags=3264 node=-1 bytes_alloc=64 bytes_req=56 nr_free=3650 ptr=ffff8b654a06a000 "
       "call_site=a+0x1/0x2",
       56, 64, "3264", Tri::unknown, "a+0x1"},
      {"kmem_cache_alloc: call_site=getname_kernel+0x25/0x110 ptr=ffff8b654a06a000 bytes_req=4096 bytes_alloc=4096 "
       "gfp_flags= node=-1 accounted=false",
       4096, 4096, "", Tri::unknown, "getname_kernel+0x25"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Trial t = import_text("    bash-1  [000] .....     1.000000: " + c.text + "\n");
    REQUIRE(t.trace().totals.allocs == 1);
    const Event& e = t.event(0);
    CHECK(e.op == Op::alloc);
    CHECK(e.requested == c.requested);
    CHECK(e.granted == c.granted);
    CHECK(e.node == (c.text.find("node=0 ") == std::string::npos ? -1 : 0));
    CHECK((e.gfp == no_index ? "" : t.trace().tables.gfps[e.gfp].text) == c.gfp);
    CHECK((e.gfp == no_index ? Tri::unknown : t.trace().tables.gfps[e.gfp].may_sleep) == c.may_sleep);
    CHECK(t.trace().tables.call_sites[e.call_site].name == c.site);
    CHECK(t.trace().quality.damaged == 0);
  }
}

TEST_CASE("null, hashed and unmatchable pointers", "[traces][text]") {
  const std::string head = "    bash-1  [000] .....     1.000000: ";
  const auto free_kind = [&](const std::string& pointer) {
    const Trial t = import_text(head + "kfree: call_site=a+0x1/0x2 ptr=" + pointer + "\n");
    return t.event(0).free_kind;
  };
  for (const char* null : {"  (null)", "          (null)", "(nil)", "0000000000000000", "0x0", "0000000000000010"}) {
    CAPTURE(null);
    CHECK(free_kind(null) == FreeKind::null_free);
  }
  const Trial unready = import_text(
      head + "kmalloc: call_site=a+0x1 ptr=(____ptrval____) bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL\n" + head +
      "kfree: call_site=a+0x1 ptr=(____ptrval____)\n");
  CHECK(unready.trace().quality.unmatchable == 2);
  CHECK(unready.trace().totals.matched == 0);
  CHECK(unready.trace().totals.live_at_end == 1);

  const std::string hashed = head + "kfree: call_site=a+0x1/0x2 ptr=00000000873301d3\n";
  const std::string real = head + "kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  CHECK(import_text(hashed + hashed).trace().quality.hashed_pointers == 1);
  CHECK(import_text(hashed + real).trace().quality.hashed_pointers == 0);
  CHECK(import_text(real).trace().quality.hashed_pointers == 0);
  CHECK(import_text(head + "kfree: call_site=c104dd2f ptr=c147dd20\n").trace().source.long_bytes == 4);
}

TEST_CASE("page events: decimal and hexadecimal pfn, failures, batched frees", "[traces][text]") {
  const std::string head = "    bash-1  [000] .....     1.000000: ";
  const Trial t = import_text(
      head + "mm_page_alloc: page=ffffea0064142000 pfn=26235008 order=3 migratetype=2 gfp_flags=GFP_KERNEL\n" + head +
      "mm_page_free: page=00000000dc8c03bd pfn=0x1905080 order=3\n" + head +
      "mm_page_alloc: page=          (null) pfn=0 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE_LIGHT\n" + head +
      "mm_page_free_batched: page=00000000dc8c03bd pfn=0x182190 order=0\n" + head +
      "mm_page_alloc_extfrag: page=ffffea0064142000 pfn=26235008 alloc_order=3 fallback_order=3 pageblock_order=9 "
      "alloc_migratetype=0 fallback_migratetype=2 fragmenting=1 change_ownership=1\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(0).pfn == 26235008);
  CHECK(t.event(0).order == 3);
  CHECK(t.event(0).migratetype == 2);
  CHECK(t.event(1).pfn == 0x1905080);
  CHECK(t.event(2).pfn == no_pfn);
  CHECK(t.trace().tables.gfps[t.event(2).gfp].may_sleep == Tri::no);
  CHECK(t.event(3).op == Op::page_free);
  CHECK(t.event(4).op == Op::mark);
  CHECK(t.trace().totals.pages.matched == 1);
  CHECK(t.trace().totals.pages.failed == 1);
  CHECK(t.trace().totals.pages.unmatched == 1);
}

TEST_CASE("losses: in the stream, in the header, in trace-cmd's words", "[traces][text]") {
  const std::string event = "    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  const Trial t = import_text(event + "CPU:1 [LOST 702 EVENTS]\n" + event +
                              "CPU:0 [LOST EVENTS]\nCPU:7 [204600 EVENTS DROPPED]\n"
                              "CPU:7 [EVENTS DROPPED]\n" +
                              event);
  CHECK(t.trace().quality.lost_events == 702 + 204600);
  CHECK(t.trace().quality.lost_marks == 2);
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(1).op == Op::lost);
  CHECK(t.event(1).cpu == 1);
  CHECK(t.trace().totals.records == 3);
  const Trial overwritten = import_text("# tracer: nop\n# entries-in-buffer/entries-written: 1/11   #P:4\n" + event);
  CHECK(overwritten.trace().quality.lost_events == 10);
  CHECK(overwritten.trace().source.cpus == 4);
}

TEST_CASE("what is not an event is passed over in silence, other records count as marks", "[traces][text]") {
  const Trial t = import_text(header_5 +
                              "##### CPU 2 buffer started ####\n"
                              "            bash-1108    [000] .....    73.950578: rss_stat: mm_id=2213312838 curr=0 "
                              "type=MM_ANONPAGES size=8192B\n"
                              "            bash-1108    [000] .....    73.950579: <stack trace>\n"
                              " => getname_flags\n => do_sys_open+0x12\n"
                              "            bash-1108    [000] .....    73.950580: tracing_mark_write: hello = world\n"
                              "            bash-1108    [000] .....    73.950581: vfs_read <-ksys_read\n"
                              "\n"
                              "    test:.sh-1299    [004] .....  2886.040608: kmem_cache_free: "
                              "call_site=putname+0xa4/0xc8 ptr=000000000f4d22f4 name=names_cache\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().totals.records == 5);
  CHECK(t.count("rss_stat") == 1);
  CHECK(t.count("kernel_stack") == 1);
  CHECK(t.count("tracing_mark_write") == 1);
  CHECK(t.count("function") == 1);
  CHECK(t.trace().tables.caches == std::vector<std::string>{"names_cache"});
  CHECK(t.trace().source.format == "ftrace text");
}

TEST_CASE("perf script lines, with a call chain", "[traces][text]") {
  const Trial t = import_text(
      "fio 264249 [020] 3116264.020748: kmem:kmem_cache_alloc: (getname_flags+0x4f) call_site=ffffffff8785c74f "
      "ptr=0xffff9234810d5000 "
      "bytes_req=4096 bytes_alloc=4096 gfp_flags=GFP_KERNEL\n"
      "\tffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])\n"
      "\t    7fd8de3ea365 __lxstat64+0x15 (/usr/lib64/libc-2.17.so)\n\n"
      "jbd2/dm-3-8  7666/7667 [000]  4666.621521: kmem:kfree: call_site=c0000000003ce108 ptr=0xffff9234810d5000\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().source.format == "perf script text");
  CHECK(t.trace().tables.tasks == std::vector<Task>{{264249, "fio"}, {7667, "jbd2/dm-3-8"}});
  CHECK(t.trace().tables.call_sites[0] == CallSite{"getname_flags+0x4f", 0xffffffff8785c74f});
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().quality.out_of_order == 1);
  CHECK(t.event(1).tick == t.event(0).tick);
}

TEST_CASE("damaged text is counted with its line, and the rest is read", "[traces][text]") {
  const std::string good = "    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  struct Case {
    std::string line, what;
  };
  const Case cases[] = {
      {"    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2\n", "no ptr="},
      {"    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=zebra\n", "ptr=zebra"},
      {"    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=\n", "ptr="},
      {"    bash-1  [000] .....     1.000000: kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_req=-8 bytes_alloc=8 "
       "gfp_flags=\n",
       "bytes_req=-8"},
      {"    bash-1  [000] .....     1.000000: kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_req=8\n",
       "no bytes_alloc="},
      {"    bash-1  [000] .....     1.000000: mm_page_alloc: page=0 pfn=12 migratetype=0\n", "no order="},
      {"some other text\n", "not an event line"},
      {std::string("    bash-1  [000] ..\0..     1.0", 32) + "\n", "not an event line"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.line);
    const Trial t = import_text(good + c.line + good);
    CHECK(t.trace().totals.records == 2);
    CHECK(t.trace().quality.damaged == 1);
    CHECK(t.trace().quality.damaged_bytes >= c.line.size() - 1);
    CHECK(t.trace().quality.first_damage.find("test.txt:2 (byte " + std::to_string(good.size()) + ")") !=
          std::string::npos);
    CHECK(t.trace().quality.first_damage.find(c.what) != std::string::npos);
  }
}

TEST_CASE("a line without an end is damage, however long, and costs no memory", "[traces][text]") {
  const std::string good = "    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  const Trial t = import_text(good + std::string(3'000'000, 'x') + "\n" + good);
  CHECK(t.trace().totals.records == 2);
  CHECK(t.trace().quality.damaged == 1);
  const Trial endless = import_text(good + std::string(3'000'000, 'x'));
  CHECK(endless.trace().totals.records == 1);
  CHECK(endless.trace().quality.damaged == 1);
}

TEST_CASE("text that ends inside a line: every offset", "[traces][text]") {
  const std::string first =
      "    bash-1  [000] .....     1.000000: kmem_cache_alloc: call_site=getname_kernel+0x25/0x110 "
      "ptr=ffff8b654a06a000 bytes_req=4096 "
      "bytes_alloc=4096 gfp_flags=GFP_KERNEL node=-1 accounted=false\n";
  std::string second = first;
  second.replace(second.find("06a000"), 6, "07b000");
  const std::size_t last_key = second.find("accounted=");
  for (std::size_t keep = 1; keep < second.size() - 1; ++keep) {
    CAPTURE(second.substr(0, keep));
    const Trial t = import_text(first + second.substr(0, keep));
    if (second.substr(0, keep).find_first_not_of(' ') == std::string::npos) continue;
    CHECK(t.trace().totals.records == 1);
    CHECK(t.trace().quality.damaged == 1);
    if (keep > last_key) CHECK(t.trace().quality.first_damage.find(":2 ") != std::string::npos);
  }
  CHECK(import_text(first + second.substr(0, second.size() - 1)).trace().totals.records == 2);
}
