// What explore tries on AIX's kernel heaps and global memory. Pages of 2,048 bytes: the smallest in which every class
// of fragments fits (256 and 512 cannot hold one of 1,024), so 64, 1,000 and 2,048 bytes are fragments, and 3,000 a run
// of two pages. vm_galloc rounds to 4,096 on every machine: two pages. The arena has 16 pages; kernel_heap ten of them,
// the first its front. A word of the front is named by its offset from kernel_heap (core/aix/layout.h, for 9 pages).
#include "sim/check/explore/menus.h"

namespace kmemlab::sim::explore {

namespace {

using Kind = Operation::Kind;
using Contexts = Operation::Contexts;

Operation allocation(const std::string& name, const std::string& family, const std::string& call, std::uint64_t bytes,
                     std::uint64_t granted) {
  Operation o;
  o.name = name;
  o.call = call;
  o.family = family;
  o.requested = bytes;
  o.granted = granted;
  o.alignment = granted < 2048 ? granted : 2048;
  o.failure_remembers = true;  // hints of free runs
  return o;
}

/// Services are for processes; an interrupt is refused, which `both` tries.
std::vector<Operation> blocks() {
  std::vector<Operation> all = {
      allocation("64", "small", "xmalloc(64, 0, kernel_heap)", 64, 64),
      allocation("1000", "kernel", "xmalloc(1000, 0, kernel_heap)", 1000, 1024),
      allocation("2048", "kernel", "xmalloc(2048, 0, kernel_heap)", 2048, 2048),
      allocation("3000", "kernel", "xmalloc(3000, 0, kernel_heap)", 3000, 4096),
      allocation("64 on 1024", "kernel", "xmalloc(64, 10, kernel_heap)", 64, 1024),
      allocation("64 pinned", "pinned", "xmalloc(64, 0, pinned_heap)", 64, 64),
      allocation("3000 pinned", "pinned", "xmalloc(3000, 0, pinned_heap)", 3000, 4096),
      allocation("4096 global", "region", "vm_galloc(V_WORKING, 4096, &got)", 4096, 4096),
      allocation("100 for users", "region", "vm_galloc(V_WORKING | V_UREAD, 100, &got)", 4096, 4096),
      allocation("64 inner", "inner", "xmalloc(64, 0, inner)", 64, 64),
      allocation("3000 inner", "inner", "xmalloc(3000, 0, inner)", 3000, 4096)};
  for (Operation& o : all) {
    if (o.family == "region") o.zeroed = true;
    if (o.family == "inner") o.needs = "inner";
  }
  return all;
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all = blocks();
  for (const auto& [family, call] : {std::pair{"small", "xmfree($, kernel_heap)"},
                                     {"kernel", "xmfree($, kernel_heap)"},
                                     {"pinned", "xmfree($, pinned_heap)"},
                                     {"region", "vm_gfree($, 4096)"},
                                     {"inner", "xmfree($, inner)"}}) {
    Operation o = plain_operation(std::string("free ") + family, call, Kind::release);
    o.family = family;
    if (o.family == "inner") o.needs = "inner";
    all.push_back(o);
  }
  Operation pin = plain_operation("pin", "pin(heap_pages, 2048)");
  pin.sets = pin.unless = "pinned_page";
  Operation unpin = plain_operation("unpin", "unpin(heap_pages, 2048)");
  unpin.needs = unpin.ends = "pinned_page";
  unpin.contexts = Contexts::both;  // the one service for interrupts
  unpin.may_fail = false;
  Operation region = plain_operation("region for a heap", "vm_galloc(V_WORKING | V_SYSTEM, 8192, &inner)");
  Operation block = plain_operation("block for a heap", "xmalloc(6144, 11, kernel_heap)");
  for (Operation* o : {&region, &block}) o->sets = o->unless = "inner";
  Operation init = plain_operation("init", "init_heap(inner, 6144, &nothing)");
  init.needs = "inner";
  Operation lose_region = plain_operation("free its region", "vm_gfree(inner, 8192)");
  Operation lose_block = plain_operation("free its block", "xmfree(inner, kernel_heap)");
  for (Operation* o : {&lose_region, &lose_block}) o->needs = o->ends = "inner";
  for (Operation* o : {&pin, &region, &block, &init, &lose_region, &lose_block}) o->failure_remembers = true;
  for (const Operation& o : {pin, unpin, region, block, init, lose_region, lose_block}) all.push_back(o);
  return all;
}

/// Noted by the system, and done all the same.
Misuse works(const char* name, std::vector<std::string> calls, const char* family) {
  Misuse m = refused(name, std::move(calls), family, "0");
  m.works = true;
  return m;
}

std::vector<Misuse> wrong_heaps() {
  return {fails("xmalloc from no heap", {"xmalloc(64, 0, base + 64)"}, "", "bad_heap"),
          fails("xmalloc of nothing", {"xmalloc(0, 0, kernel_heap)"}, "", "bad_argument"),
          fails("xmalloc of more than an int", {"xmalloc(0x100000000, 0, kernel_heap)"}, "", "too_big"),
          fails("xmalloc of more than the heap", {"xmalloc(100000, 0, kernel_heap)"}, "", "no_space"),
          refused("xmfree of the front", {"xmfree(base, kernel_heap)"}, "", "-1"),
          refused("xmfree of the fresh tail", {"xmfree(heap_pages + 8 * 2048, kernel_heap)"}, "", "-1"),
          refused("xmfree to the other heap", {"xmfree($, pinned_heap)"}, "kernel", "-1"),
          refused("xmfree to the other heap, pinned", {"xmfree($, kernel_heap)"}, "pinned", "-1"),
          refused("xmfree inside a fragment", {"xmfree($ + 8, kernel_heap)"}, "small", "-1"),
          refused("xmfree inside a block", {"xmfree($ + 8, kernel_heap)"}, "kernel", "-1"),
          refused("xmfree of a page inside a block", {"xmfree($ + 2048, kernel_heap)"}, "kernel", "-1"),
          refused("xmfree twice", {"xmfree($, kernel_heap)", "xmfree($, kernel_heap)"}, "small", "-1"),
          refused("xmfree twice of a block", {"xmfree($, kernel_heap)", "xmfree($, kernel_heap)"}, "kernel", "-1"),
          refused("init_heap off a page", {"init_heap(galloc + 8, 4096, &nothing)"}, "", "0"),
          refused("init_heap without heapp", {"init_heap(galloc, 4096, NULL)"}, "", "0"),
          refused("init_heap past all numbers", {"init_heap(-2048, 4096, &nothing)"}, "", "0"),
          refused("init_heap of one page", {"init_heap(galloc, 2048, &nothing)"}, "", "0"),
          refused("init_heap past the arena", {"init_heap(end - 2048, 8192, &nothing)"}, "", "0"),
          refused("init_heap over the front", {"init_heap(base, 4096, &nothing)"}, "", "0"),
          refused("init_heap over fragments", {"init_heap($, 4096, &nothing)"}, "small", "0")};
}

std::vector<Misuse> wrong_memory() {
  return {refused("vm_galloc without V_WORKING", {"vm_galloc(V_SYSTEM, 4096, &got)"}, "", "EINVAL"),
          refused("vm_galloc of nothing", {"vm_galloc(V_WORKING, 0, &got)"}, "", "EINVAL"),
          refused("vm_galloc of more than the arena", {"vm_galloc(V_WORKING, 0x100000, &got)"}, "", "ENOSPC"),
          refused("vm_gfree off a page", {"vm_gfree(base + 8, 4096)"}, "", "EINVAL"),
          refused("vm_gfree inside a region", {"vm_gfree(galloc + 2048, 4096)"}, "", "EINVAL"),
          refused("vm_gfree of kernel_heap", {"vm_gfree(base, 20480)"}, "", "EINVAL"),
          refused("vm_gfree of another size", {"vm_gfree($, 8192)"}, "region", "EINVAL"),
          works("vm_gfree of pinned memory", {"pin($, 4096)", "vm_gfree($, 4096)"}, "region"),
          refused("pin outside the arena", {"pin(base - 2048, 2048)"}, "", "EINVAL"),
          refused("pin of no memory", {"pin(heap_pages + 8 * 2048, 2048)"}, "", "EINVAL"),
          refused("unpin outside the arena", {"unpin(end, 2048)"}, "", "EINVAL"),
          refused("unpin of what nobody pins", {"unpin(base, 2048)"}, "", "EINVAL"),
          works("unpin of pinned_heap's page", {"unpin($, 64)", "xmfree($, pinned_heap)"}, "pinned")};
}

/// Memory of the heap that somebody spoiled: offsets from kernel_heap. Entry of page 0: 564, its map 572 to 587.
std::vector<Misuse> spoiled() {
  return {stops("a descriptor is overwritten", {"xmalloc(64, 0, kernel_heap)"}, "", "*", {{"kernel_heap", "0"}}),
          stops("the fresh tail lies above the heap", {"xmalloc(18000, 0, kernel_heap)"}, "",
                "xmalloc: page list corrupted", {{"kernel_heap + 368", "100"}}),
          stops("a list of fragments leads out of the heap", {"xmalloc(64, 0, kernel_heap)"}, "",
                "xmalloc: fragment list corrupted", {{"kernel_heap + 160", "1000"}}),
          stops("a list of fragments names an unused page", {"xmalloc(64, 0, kernel_heap)"}, "",
                "xmalloc: fragment list corrupted", {{"kernel_heap + 160", "8"}}),
          stops("a page's map has lost its fragments", {"xmalloc(64, 0, kernel_heap)"}, "small", "*",
                {{"kernel_heap + 572", "0"},
                 {"kernel_heap + 576", "0"},
                 {"kernel_heap + 580", "0"},
                 {"kernel_heap + 584", "0"}}),
          stops("a page of no class", {"xmfree($, kernel_heap)"}, "small", "*", {{"kernel_heap + 564", "0x303"}}),
          stops("a run of no length", {"xmfree($, kernel_heap)"}, "kernel", "*", {{"kernel_heap + 568", "0"}})};
}

std::vector<Misuse> in_strict() {
  return {in_interrupt(stops("xmalloc in an interrupt", {"xmalloc(64, 0, kernel_heap)"}, "",
                             "xmalloc: not in the process environment")),
          in_interrupt(stops("xmfree in an interrupt", {"xmfree($, kernel_heap)"}, "small",
                             "xmfree: not in the process environment")),
          stops("a pin of pinned_heap is missing", {"unpin($, 64)", "xmfree($, pinned_heap)"}, "pinned",
                "pin count lower than expected")};
}

std::vector<Misuse> all_misuses() {
  std::vector<Misuse> all;
  for (const auto& part : {wrong_heaps(), wrong_memory(), spoiled()}) {
    for (const Misuse& m : part) all.push_back(only_in("misuse", m));
  }
  for (const Misuse& m : in_strict()) all.push_back(only_in("strict", m));
  return all;
}

const scenario::Options ten_pages = {{"kernel_heap", "20480"}};

/// Of all runs whose heap has ten pages.
Run usual(const char* name, const char* sentence, std::vector<std::string> operations, unsigned depth,
          unsigned quick_depth, Toy toy = toy_2k()) {
  Run r = run_of(name, sentence, std::move(toy), std::move(operations), depth, quick_depth);
  r.options = ten_pages;
  return r;
}

Run sizes() {
  Run r = usual("sizes", "four sizes, processes and interrupts, 8 frames",
                {"64", "1000", "2048", "3000", "free small", "free kernel"}, 6, 4);
  r.pages_kept_max = 1;
  return r;
}

Run long_sequences() {
  Run r = usual("long", "two sizes, processes and interrupts, 6 frames", {"64", "3000", "free small", "free kernel"}, 9,
                6, toy_2k(6));
  r.pages_kept_max = 1;
  return r;
}

Run pins() {
  Run r = usual("pins", "both heaps, a page that its user pins, and unpins in an interrupt; three pages may be pinned",
                {"64", "64 pinned", "3000 pinned", "free small", "free pinned", "pin", "unpin"}, 6, 4);
  r.options.push_back({"maxpin_percent", "40"});
  const RootStep pin = call_step("pin(heap_pages, 2048)", "", 0xffff);
  r.roots.push_back({"the page is pinned 65,535 times", {step("64"), pin}});
  return r;
}

Run tasks() {
  Run r = usual("tasks", "two tasks on two CPUs, 5 frames",
                {"64", "3000", "64 pinned", "4096 global", "free small", "free kernel", "free pinned", "free region"},
                5, 3, toy_2k(5, 2));
  r.interrupts = false;
  return r;
}

Run regions() {
  Run r = usual("regions", "global memory beside the kernel's heap, 8 frames",
                {"3000", "4096 global", "100 for users", "free kernel", "free region"}, 6, 4);
  r.pairs = 0;  // a region is zeroed word by word: a million pairs of places in one call
  r.pages_kept_max = 1;
  return r;
}

Run heaps() {
  Run r = usual("heaps", "a heap in a region, or in a block of kernel_heap, that goes away under it",
                {"64", "free small", "64 inner", "3000 inner", "free inner", "region for a heap", "block for a heap",
                 "init", "free its region", "free its block"},
                6, 4);
  r.interrupts = false;
  return r;
}

Run overwritten() {
  Run r = usual("overwritten", "the descriptor of a heap was overwritten: the heap is dead",
                {"init", "64 inner", "free inner"}, 3, 3);
  r.interrupts = false;
  RootStep poke;
  poke.kind = RootStep::Kind::poke;
  poke.text = "inner";
  poke.value = "0";
  r.roots = {{"its word is gone", {step("region for a heap"), step("init"), poke}}};
  return r;
}

Run misuse() {
  Run r = usual("misuse", "the callers' errors and spoiled memory, in every state",
                {"64", "3000", "64 pinned", "4096 global", "free small", "free kernel"}, 3, 3);
  r.interrupts = false;
  return r;
}

Run strict() {
  Run r = usual("strict", "strict=yes: what is refused elsewhere stops the machine", {"64", "64 pinned"}, 2, 2);
  r.options.push_back({"strict", "yes"});
  r.interrupts = false;
  return r;
}

/// A heap of more than 32 pages describes them in a second page of its front.
Run table() {
  Run r = run_of("table", "the front needs its second page, and there is one frame, or none", toy_2k(34),
                 {"64", "3000", "free small", "free kernel"}, 3, 3);
  r.options = {{"kernel_heap", "81920"}};  // two of 40 pages are the front
  r.toy.arena_pages = 42;
  r.interrupts = false;
  const RootStep pages_32 = call_step("xmalloc(65536, 0, kernel_heap)"),
                 pages_31 = call_step("xmalloc(63488, 0, kernel_heap)"),
                 two_more = call_step("vm_galloc(V_WORKING, 4096, &got)");
  r.roots = {{"one frame is left", {pages_32}}, {"no frame is left", {pages_31, two_more}}};
  return r;
}

/// As many heaps as can live.
Run records() {
  Run r = run_of("records", "63 private heaps, and one more", toy_2k(140), {"64", "init 64th"}, 2, 2);
  r.options = {{"kernel_heap", "8192"}};
  r.toy.arena_pages = 4 + 128;
  r.interrupts = false;
  Root root;
  root.name = "63 heaps";
  root.steps.push_back(call_step("vm_galloc(V_WORKING, 262144, &all)", "all"));
  for (int i = 0; i < 63; ++i) {
    root.steps.push_back(call_step("init_heap(all + " + std::to_string(i * 4096) + ", 4096, &nothing)"));
  }
  root.steps.push_back(call_step("vm_galloc(V_WORKING, 4096, &none)"));  // ENOSPC: the arena is full
  r.roots = {root};
  return r;
}

/// kernel_heap has the size that it gets at boot, and its first records need frames then.
std::vector<Run> no_boots() {
  const auto stops = [](const char* name, const char* sentence, const char* kernel_heap, const char* panic) {
    Run r = run_of(name, sentence, toy_2k(), {}, 0, 0);
    r.options = {{"kernel_heap", kernel_heap}};
    r.boot_panic = panic;
    return r;
  };
  std::vector<Run> all = {
      stops("no-space", "kernel_heap is larger than the arena", "65536", "kernel_heap: no space in the arena"),
      stops("no-page", "kernel_heap has one page, of 4,096 bytes, for its records", "4096", "kernel_heap: too small"),
      stops("no-frames", "no frame for kernel_heap's records", "20480", "kernel_heap: no frames")};
  all[1].toy.profile = *find_profile("rs6000");
  all[2].toy.reserve_frames = all[2].toy.frames;
  return all;
}

}  // namespace

Menu aix_menu() {
  Menu m;
  m.system = "aix";
  m.operations = all_operations();
  Operation last = plain_operation("init 64th", "init_heap(all + 258048, 4096, &nothing)");
  last.needs = "all";
  m.operations.push_back(last);
  m.misuses = all_misuses();
  m.runs = {sizes(),       long_sequences(), pins(),   tasks(), regions(), heaps(),
            overwritten(), misuse(),         strict(), table(), records()};
  for (Run& r : no_boots()) m.runs.push_back(std::move(r));
  m.zero_is_success = true;
  return m;
}

}  // namespace kmemlab::sim::explore
