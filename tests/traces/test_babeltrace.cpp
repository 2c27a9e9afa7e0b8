// LTTng recordings as babeltrace prints them: both layouts, contexts, tasks from sched_switch, warnings of loss, and
// the C library's calls of user space. Lines of spec/trace_formats.md 5.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string kernel =
    "[08:36:01.211260539] (+?.???????\?\?) lager kmem_kmalloc: { cpu_id = 1 }, { call_site = 0xBF083A6C, ptr = "
    "0xCDEB5C00, bytes_req = 712, bytes_alloc = 1024, gfp_flags = 208 }\n"
    "[08:36:01.211418039] (+0.000157500) lager mm_page_alloc: { cpu_id = 2 }, { page = 0xC10AEA00, order = 0, "
    "gfp_flags = 32976, migratetype = 0 }\n"
    "[08:36:01.211500000] (+0.000081961) lager kmem_kfree: { cpu_id = 1 }, { call_site = 0xBF083B00, ptr = "
    "0xCDEB5C00 }\n";
const std::string named =
    "timestamp = 1412670961.211260539, delta = +?.?????????, trace:hostname = lager, name = kmem_kmalloc, "
    "stream.packet.context = { cpu_id = 1 }, event.fields = { call_site = 0xBF083A6C, ptr = 0xCDEB5C00, bytes_req = "
    "712, bytes_alloc = 1024, gfp_flags = 208 }\n"
    "timestamp = 1412670961.211418039, delta = +0.000157500, trace:hostname = lager, name = mm_page_alloc, "
    "stream.packet.context = { cpu_id = 2 }, event.fields = { page = 0xC10AEA00, order = 0, gfp_flags = 32976, "
    "migratetype = 0 }\n"
    "timestamp = 1412670961.211500000, delta = +0.000081961, trace:hostname = lager, name = kmem_kfree, "
    "stream.packet.context = { cpu_id = 1 }, event.fields = { call_site = 0xBF083B00, ptr = 0xCDEB5C00 }\n";

void check_kernel_lines(const Trial& t, std::uint64_t seconds) {
  REQUIRE(t.trace().totals.records == 3);
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().source.format == "LTTng, as babeltrace text");
  CHECK(t.event(0).tick == seconds * 1'000'000'000 + 211'260'539);
  CHECK(t.event(0).op == Op::alloc);
  CHECK(t.event(0).cpu == 1);
  CHECK(t.event(0).requested == 712);
  CHECK(t.event(0).granted == 1024);
  CHECK(t.event(0).task == no_index);
  CHECK(t.trace().tables.gfps[t.event(0).gfp].value == 208);
  CHECK(t.trace().tables.call_sites[t.event(0).call_site] == CallSite{"0xbf083a6c", 0xbf083a6c});
  CHECK(t.event(1).op == Op::page_alloc);
  CHECK(t.event(1).pfn == 0xc10aea00);
  CHECK(t.trace().totals.matched == 1);
}

}  // namespace

TEST_CASE("babeltrace: the default layout and --names all say the same", "[traces][lttng]") {
  check_kernel_lines(import_text(kernel), 8 * 3600 + 36 * 60 + 1);
  check_kernel_lines(import_text(named), 1'412'670'961);
}

TEST_CASE("babeltrace: a date, no delta, contexts in the middle", "[traces][lttng]") {
  const Trial t = import_text(
      "[2018-05-16 01:51:29.858503019] kernel-tracing-ubuntu18 kmem_cache_free: { cpu_id = 4 }, { pid = 3197, tid = "
      "[ [0] = 124, [1] = 3197 ], procname = \"a, {b}\" }, { call_site = 0xFFFFFFFF8F23EDF0, ptr = "
      "0xFFFF8FEFEA57D000 }\n"
      "[2018-05-16 01:51:29.858503020] kernel-tracing-ubuntu18 kmem_mm_page_free: { cpu_id = 4 }, { pid = 3197 }, { "
      "page = 0xFFFFF, pfn = 77, order = 2 }\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(0).tick == 1'526'435'489'858'503'019);
  CHECK(t.event(0).cpu == 4);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{124, "a, {b}"}, {3197, ""}});
  CHECK(t.event(1).pfn == 77);
  CHECK(t.event(1).order == 2);
}

TEST_CASE("babeltrace: sched_switch names the task of its CPU", "[traces][lttng]") {
  const auto line = [](unsigned cpu, const std::string& rest) {
    return "[10:00:00.000000001] (+0.000000001) host " + rest.substr(0, rest.find('|')) +
           ": { cpu_id = " + std::to_string(cpu) + " }, { " + rest.substr(rest.find('|') + 1) + " }\n";
  };
  const std::string free = "kmem_kfree|call_site = 0x1000, ptr = 0xFFFF8FEFEA57D000";
  const std::string to_sh =
      "sched_switch|prev_comm = \"swapper/0\", prev_tid = 0, prev_prio = 20, prev_state = 0, next_comm = \"sh\", "
      "next_tid = 12, next_prio = 20";
  const std::string to_idle = "sched_switch|prev_comm = \"sh\", prev_tid = 12, next_comm = \"swapper/0\", next_tid = 0";
  const Trial t =
      import_text(line(0, free) + line(0, to_sh) + line(0, free) + line(1, free) + line(0, to_idle) + line(0, free));
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(0).task == no_index);
  CHECK(t.trace().tables.tasks.at(t.event(2).task) == Task{12, "sh"});
  CHECK(t.event(3).task == no_index);
  CHECK(t.trace().tables.tasks.at(t.event(5).task) == Task{0, "<idle>"});
  CHECK(t.count("sched_switch") == 2);
}

TEST_CASE("babeltrace: losses, midnight, damage, unknown layouts", "[traces][lttng]") {
  const Trial t = import_text(
      kernel +
      "[warning] Tracer discarded 15 events between [08:36:02.1] and [08:36:02.2] in trace UUID 4e, at path: \"x\"\n"
      "WARNING: Tracer discarded 7 trace events between [08:36:02.1] and [08:36:02.2]\n"
      "[warning] Tracer lost 3 trace packets between [..] and [..]\n"
      "[00:00:00.500000000] (+0.1) lager kmem_kfree: { cpu_id = 1 }, { call_site = 0x1000, ptr = 0x0 }\n"
      "[00:00:01.500000000] (+0.1) lager kmem_kfree: { cpu_id = 1 }, { call_site = 0x1000, pt\n"
      "[00:00:02.500000000] (+0.1) lager kmem_kfree: { cpu_id = 1 }, { call_site = 0x1000, ptr = zebra }\n"
      "[00:00:02.500000000] (+0.1) lager kmem_kfree: { cpu_id = 1 }, { call_site = 0x1000 }\n");
  CHECK(t.trace().quality.lost_events == 22);
  CHECK(t.trace().quality.lost_marks == 1);
  CHECK(t.trace().totals.records == 4);
  CHECK(t.trace().quality.out_of_order == 1);  // back by less than half a day: no midnight
  CHECK(t.trace().quality.damaged == 3);
  CHECK(t.trace().quality.first_damage.find("test.txt:8 ") == 0);
  const Trial night = import_text(
      "[23:59:59.500000000] (+0.1) a kmem_kfree: { cpu_id = 0 }, { call_site = 0x1000, ptr = 0x0 }\n"
      "[00:00:00.500000000] (+0.1) a kmem_kfree: { cpu_id = 0 }, { call_site = 0x1000, ptr = 0x0 }\n");
  CHECK(night.event(1).tick - night.event(0).tick == 1'000'000'000);
  CHECK_FALSE(night.trace().quality.defective());
  const std::string strange =
      "[10:00:00.1] (+0.1) a kmem_kfree: { cpu_id = 0 }, { call_site = 0x1000, object = 0x0 }\n";
  const Trial unknown = import_text(strange + strange + strange + strange);
  CHECK(unknown.error().find("the lines of event kmem_kfree have no ptr") != std::string::npos);
  CHECK(unknown.error().find("found: call_site, object") != std::string::npos);
}

TEST_CASE("babeltrace: the C library's calls", "[traces][lttng]") {
  const auto line = [](const std::string& call, const std::string& fields) {
    return "[11:54:36.000000001] (+0.000001000) arch:echo:24237 lttng_ust_libc:" + call + ": { cpu_id = 3 }, { " +
           fields + " }\n";
  };
  const Trial t = import_text(
      line("malloc", "size = 12, ptr = 0x1F4BEC0") + line("calloc", "nmemb = 4, size = 16, ptr = 0x1F4C000") +
      line("realloc", "in_ptr = 0x1F4BEC0, size = 100, ptr = 0x1F4D000") +
      line("realloc", "in_ptr = 0x1F4D000, size = 100000, ptr = 0x0") +
      line("memalign", "alignment = 64, size = 128, ptr = 0x1F4E000") +
      line("posix_memalign", "out_ptr = 0x1F4F000, alignment = 64, size = 32, result = 0") +
      line("posix_memalign", "out_ptr = 0x0, alignment = 3, size = 32, result = 22") + line("free", "ptr = 0x1F4D000") +
      line("free", "ptr = 0x0") + line("realloc", "in_ptr = 0x1F4F000, size = 0, ptr = 0x0"));
  const Totals& n = t.trace().totals;
  CHECK(t.trace().source.format == "LTTng-UST, as babeltrace text");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(n.records == 10);
  CHECK(n.allocs == 6);
  CHECK(n.refused == 2);
  CHECK(n.reallocs == 1);
  CHECK(n.matched == 2);
  CHECK(n.null_frees == 1);
  CHECK(n.live_at_end == 2);
  CHECK(t.event(1).requested == 64);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{24237, "echo"}});
  CHECK(t.count("posix_memalign") == 2);
}
