// Dialects of kernel event text beyond the plain file: latency format, function_graph, kernel logs, mails, Android's
// systrace, Perfetto's traceconv, perf-prof. Samples: spec/trace_formats.md 0, 1.1 to 1.3, 4 and 6.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string tgid_header =
    "# tracer: nop\n#\n"
    "#           TASK-PID    TGID   CPU#  ||||    TIMESTAMP  FUNCTION\n"
    "#              | |        |      |   ||||       |         |\n";
const std::string tgid_lines =
    "          <...>-28300 (28284) [002] ....  10.418842: kmem_cache_free: call_site=putname+0xa4/0xc8 "
    "ptr=ffff8b654a06a000\n"
    "  Binder:922_3-1022  (  922) [003] d..2  11.000001: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06b000\n"
    "     kthreadd-2     (-----) [000] ....   12.000000: kfree: call_site=a+0x1/0x2 ptr=          (null)\n";

void check_tgid_lines(const Trial& t) {
  CHECK(t.trace().quality.damaged == 0);
  REQUIRE(t.trace().totals.records == 3);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{28300, ""}, {1022, "Binder:922_3"}, {2, "kthreadd"}});
  CHECK(t.event(1).tick == 11'000'001'000);
  CHECK(t.event(2).free_kind == FreeKind::null_free);
}

}  // namespace

TEST_CASE("latency format: its own header, marks behind the time, seven digits of CPU and flags", "[traces][text]") {
  const Trial t = import_text(
      "# tracer: nop\n#\n# nop latency trace v1.1.5 on 6.1.0\n"
      "# --------------------------------------------------------------------\n"
      "# latency: 0 us, #4/4, CPU#0 | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:2)\n#    -----------------\n"
      "#    | task: -0 (uid:0 nice:0 policy:0 rt_prio:0)\n#    -----------------\n#\n"
      "#                    _------=> CPU#            \n#                   / _-----=> irqs-off/BH-disabled\n"
      "#                  | / _----=> need-resched    \n#                  || / _---=> hardirq/softirq \n"
      "#                  ||| / _--=> preempt-depth   \n#                  |||| / _-=> migrate-disable \n"
      "#                  ||||| /     delay           \n#  cmd     pid     |||||| time  |   caller     \n"
      "#     \\   /        ||||||  \\    |    /       \n"
      "rcu_tort-70        1dNh31 10607789211us : kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n"
      "  <idle>-0         0.Ns1. 10607789300us+: kmalloc: call_site=a+0x1/0x2 ptr=ffff8b654a06a000 bytes_req=8 "
      "bytes_alloc=8 gfp_flags=GFP_ATOMIC node=-1 accounted=false\n"
      "    bash-1041     12..... 10607789400us!: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().source.cpus == 2);
  REQUIRE(t.trace().totals.records == 3);
  CHECK(t.event(0).cpu == 1);
  CHECK(t.event(0).context == Context::hardirq);
  CHECK(t.event(0).cpu_state.preempt_off == Tri::yes);
  CHECK(t.event(0).tick == 10'607'789'211'000);
  CHECK(t.event(1).context == Context::softirq);
  CHECK(t.event(1).cpu_state.irqs_off == Tri::no);
  CHECK(t.event(2).cpu == 12);
  CHECK(t.event(2).cpu_state.preempt_off == Tri::no);
  CHECK(t.trace().totals.matched == 1);
}

TEST_CASE("function_graph: events are comments among the functions", "[traces][text]") {
  const Trial t = import_text(
      "# tracer: function_graph\n#\n# CPU  DURATION                  FUNCTION CALLS\n"
      "# |     |   |                     |   |   |   |\n"
      " 24)               |  alloc_pages() {\n"
      " 24)   0.123 us    |    should_fail();\n"
      " 24)               |  /* mm_page_alloc: page=00000000dc8c03bd pfn=0x182190 order=0 migratetype=0 "
      "gfp_flags=GFP_KERNEL */\n"
      " 24)   4.125 us    |  }\n"
      " ------------------------------------------\n"
      " 24)   sshd-1755   =>    sh-4802   \n"
      " ------------------------------------------\n\n"
      " 24)               |  /* mm_page_free: page=00000000dc8c03bd pfn=0x182190 order=0 */\n"
      "  123.456789 |   3)   sh-77   |               |  /* kfree: call_site=a+0x1/0x2 ptr=00000000873301d3 */\n"
      "CPU:3 [LOST 5 EVENTS]\n");
  CHECK(t.trace().quality.damaged == 0);
  REQUIRE(t.trace().totals.records == 3);
  CHECK(t.event(0).cpu == 24);
  CHECK(t.event(0).pfn == 0x182190);
  CHECK(t.event(0).tick == 0);
  CHECK(t.trace().totals.pages.matched == 1);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{4802, "sh"}, {77, "sh"}});
  CHECK(t.event(0).task == no_index);
  CHECK(t.event(2).cpu == 3);
  CHECK(t.event(2).tick == 123'456'789'000);
  CHECK(t.trace().quality.lost_events == 5);
}

TEST_CASE("text out of kernel logs and mails", "[traces][text]") {
  const std::string event = "    bash-1     [001] d..1.    73.950578: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000";
  const std::uint64_t digest = import_text(event + "\n").trace().totals.digest_full;
  for (const std::string prefix :
       {"> ", ">> ", "> > ", ">", "[10612.028498] ", "[    6.000001] ", "<4>[    6.000001] ", "> [10612.028498] "}) {
    INFO(prefix);
    const Trial t = import_text(prefix + event + "\r\n" + prefix + "\r\n");
    CHECK(t.trace().quality.damaged == 0);
    CHECK(t.trace().totals.digest_full == digest);
  }
  const Trial dump = import_text(
      "[   12.000001] Dumping ftrace buffer:\n[   12.000002] ---------------------------------\n"
      "[   12.000003] CPU:0 [LOST 7 EVENTS]\n"
      "[   12.000004]     bash-1041      0d..2. 11999999us : kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n"
      "[   12.000005] ---------------------------------\n");
  CHECK(dump.trace().quality.damaged == 0);
  CHECK(dump.trace().quality.lost_events == 7);
  CHECK(dump.trace().tables.tasks == std::vector<Task>{{1041, "bash"}});
  CHECK(dump.event(1).tick == 11'999'999'000);
}

TEST_CASE("Android: TGID text behind TRACE:, and the same in systrace's HTML", "[traces][text]") {
  check_tgid_lines(import_text("TRACE:\n" + tgid_header + tgid_lines));
  const std::string viewer =
      "<!DOCTYPE HTML>\n<html>\n<script>\nvar x = 1;" + std::string(400'000, 'x') + "\n</script>\n";
  const std::string open = "  <script class=\"trace-data\" type=\"application/text\">\n";
  const std::string foreign = open + "{\"traceEvents\": []}\nPROCESS DUMP\n  </script>\n";
  const Trial t = import_text(viewer + foreign + open + tgid_header + tgid_lines + "  </script>\n</html>\n");
  check_tgid_lines(t);
  CHECK(t.trace().source.format == "systrace HTML");
  std::string oldest = viewer + "  <script class=\"trace-data\" type=\"application/text\">" + tgid_header + tgid_lines;
  for (std::size_t at = oldest.find("ptr="); at != std::string::npos; at = oldest.find("ptr=", at + 1)) {
    oldest.insert(oldest.find('\n', at), "\\n\\");
  }
  check_tgid_lines(import_text(oldest + "</script>\n"));
  CHECK(import_text(viewer + foreign).error().find("this HTML holds no kernel trace") != std::string::npos);
}

TEST_CASE("traceconv: decimal numbers, alphabetical keys", "[traces][text]") {
  const Trial t = import_text(
      "# tracer: nop\n"
      "     bash-1108    ( 1108) [000] ....   73.950578: kmalloc: bytes_alloc=64 bytes_req=56 "
      "call_site=18446744071578845184 gfp_flags=3264 ptr=18446612682070069248\n"
      "     bash-1108    ( 1108) [000] ....   73.950579: mm_page_alloc: gfp_flags=3264 migratetype=1 order=2 page=0 "
      "pfn=1534487\n"
      "     bash-1108    ( 1108) [000] ....   73.950580: kfree: call_site=18446744071578845184 "
      "ptr=18446612682070069248\n"
      "     bash-1108    ( 1108) [000] ....   73.950581: kfree: call_site=18446744071578845184 ptr=0\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(0).requested == 56);
  CHECK(t.event(0).granted == 64);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().totals.null_frees == 1);
  CHECK(t.event(1).pfn == 1534487);
  CHECK(t.event(1).order == 2);
  CHECK(t.trace().tables.call_sites == std::vector<CallSite>{{"0xffffffff81000000", 0xffffffff81000000}});
  CHECK(t.trace().quality.hashed_pointers == 0);
}

TEST_CASE("perf-prof: the time first, no name of the task", "[traces][text]") {
  const Trial t = import_text(
      "      305.266631  4518 [000] kmalloc: call_site=c09f56b9 ptr=f59a7600 bytes_req=1024 bytes_alloc=1024 "
      "gfp_flags=208\n"
      "      305.266700  4518 [001] kfree: call_site=c09f56b9 ptr=f59a7600\n");
  CHECK(t.trace().source.format == "perf-prof text");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{4518, ""}});
  CHECK(t.event(0).tick == 305'266'631'000);
  CHECK(t.event(1).cpu == 1);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().tables.gfps[t.event(0).gfp].value == 208);
  CHECK(t.trace().source.long_bytes == 4);
}

TEST_CASE("trace-cmd report: what it prints before the events, and stacks", "[traces][text]") {
  const Trial t = import_text(
      "version = 6\nCPU 3 is empty\ncpus=4\n"
      "       mkfs.ext4-664   [000]     4.776026: kmalloc:              (wb_start_writeback+0x42) "
      "call_site=ffffffff811970d2 ptr=0xffff88000d748498 bytes_req=64 bytes_alloc=392 gfp_flags=GFP_ATOMIC|GFP_ZERO\n"
      "       mkfs.ext4-664   [000]     4.776027: kernel_stack:         <stack trace>\n"
      "=> kmalloc (ffffffff811970d2)\n=> wb_start_writeback (ffffffff811970d2)\n"
      "CPU:7 [204600 EVENTS DROPPED]\nCPU:7 [EVENTS DROPPED]\n"
      "       mkfs.ext4-664   [000]     4.776028: user_stack:           <user stack trace>\n => /bin/x[+0x12]\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().source.format == "trace-cmd report text");
  CHECK(t.trace().source.cpus == 4);
  CHECK(t.count("kernel_stack") == 1);
  CHECK(t.count("user_stack") == 1);
  CHECK(t.trace().quality.lost_events == 204600);
  CHECK(t.trace().quality.lost_marks == 1);
  CHECK(t.trace().tables.call_sites[0] == CallSite{"wb_start_writeback+0x42", 0xffffffff811970d2});
}
