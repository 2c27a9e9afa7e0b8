// What explore tries on OSF/1's MALLOC and FREE. Pages of 256 bytes: blocks of 128 share a page, 256 is a page, 512 and
// 1,000 are runs of two and four pages. Nothing is preloaded (the pool would take all frames), a bucket keeps one
// page's worth, the thread gives back one page a wake-up. The thread's step is an action like any other.
#include "sim/check/explore/menus.h"

namespace kmemlab::sim::explore {

namespace {

using Contexts = Operation::Contexts;

Operation allocation(const std::string& size, const char* flags, std::uint64_t granted) {
  Operation o;
  const bool wait = std::string(flags).find("M_WAITOK") == 0;
  o.name = size + (wait ? " wait" : " nowait");
  o.call = "malloc(" + size + ", M_TEMP, " + flags + ")";
  o.family = "M_TEMP";
  o.requested = std::stoul(size);
  o.granted = granted;
  o.alignment = granted < 256 ? granted : 256;
  o.contexts = wait ? Contexts::process : Contexts::both;
  o.zeroed = std::string(flags).find("ZERO") != std::string::npos;
  o.failure_signals = true;  // M_NOWAIT asks the thread for a refill
  return o;
}

std::vector<Operation> all_operations() {
  Operation release;
  release.name = "free";
  release.call = "free($, M_TEMP)";
  release.kind = Operation::Kind::release;
  release.family = "M_TEMP";
  return {allocation("100", "M_NOWAIT", 128),          allocation("100", "M_WAITOK", 128),
          allocation("256", "M_NOWAIT | M_ZERO", 256), allocation("256", "M_WAITOK", 256),
          allocation("512", "M_NOWAIT", 512),          allocation("512", "M_WAITOK | M_ZERO", 512),
          allocation("1000", "M_NOWAIT", 1024),        allocation("1000", "M_WAITOK", 1024),
          allocation("16640", "M_WAITOK", 16640),      release};
}

/// Memory that somebody spoils before the last call: kmemusage of page 0 comes first in static memory.
std::vector<Misuse> all_spoiled() {
  const char* take = "malloc(100, M_TEMP, M_NOWAIT)";
  const char* give = "free($, M_TEMP)";
  return {only_in("long", stops("malloc from a page of another bucket", {take}, "", "*", {{"0x90000000", "9", 2}})),
          only_in("long", stops("malloc from a page without free blocks", {take}, "", "*", {{"0x90000002", "0", 2}})),
          only_in("long", stops("free into a page of no bucket", {give}, "M_TEMP", "*", {{"0x90000000", "25", 2}})),
          only_in("debug", stops("malloc of a block that was written after it was freed", {give, take}, "M_TEMP", "*",
                                 {{"$", "0x55", 4}}))};
}

/// Memory that somebody spoils before the thread goes on, which was signalled.
std::vector<Misuse> all_spoiled_for_the_thread() {
  Misuse block = stops("the thread collects a page whose block was written after it was freed", {"free($, M_TEMP)"},
                       "M_TEMP", "*", {{"$", "0", 4}});
  Misuse page = stops("the thread collects a page, and the pages' counts are gone", {}, "", "*");
  for (unsigned n = 0; n < 16; ++n) page.pokes.push_back({"0x90000002 + " + std::to_string(4 * n), "0", 2});
  block.resumes = page.resumes = "pool_thread";
  return {only_in("doorsteps", block), only_in("doorsteps", page)};
}

std::vector<Misuse> all_misuses() {
  std::vector<Misuse> all = {
      stops("free below the arena", {"free(base - 16, M_TEMP)"}, "", "free: outside arena"),
      stops("free at the arena's end", {"free(end, M_TEMP)"}, "", "free: outside arena"),
      stops("free of an interior pointer", {"free($ + 4, M_TEMP)"}, "M_TEMP", "free: unaligned addr"),
      stops("free into a page that holds nothing", {"free(end - page, M_TEMP)"}, "", "free: page not allocated"),
      stops("malloc for type M_LAST", {"malloc(100, M_LAST, M_NOWAIT)"}, "", "malloc: bogus type"),
      stops("free for type M_LAST", {"free($, M_LAST)"}, "M_TEMP", "free: bogus type"),
      fails("malloc of more than the arena", {"malloc(65536, M_TEMP, M_WAITOK)"}, "", "no_space"),
      fails("malloc of more than the arena from the pool", {"malloc(8192, M_TEMP, M_WAITOK)"}, "", "no_space"),
      fails("the same, and may not wait", {"malloc(8192, M_TEMP, M_NOWAIT)"}, "", "pool_empty"),
      fails("malloc of a size that wraps", {"malloc(-1, M_TEMP, M_WAITOK)"}, "", "no_space"),
      fails("malloc of more than 16 KiB that may not wait", {"malloc(16385, M_TEMP, M_NOWAIT)"}, "", "too_big"),
      in_interrupt(
          fails("malloc that may sleep in an interrupt", {"malloc(100, M_TEMP, M_WAITOK)"}, "", "wait_in_interrupt")),
      stops("free twice", {"free($, M_TEMP)", "free($, M_TEMP)"}, "M_TEMP", "*"),
      stops("free for another type", {"free($, M_DEVBUF)"}, "M_TEMP", "*"),
      only_in("huge", fails("malloc of more pages than are counted", {"malloc(65536 * page, M_TEMP, M_WAITOK)"}, "",
                            "no_space"))};
  for (const auto& more : {all_spoiled(), all_spoiled_for_the_thread()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

const scenario::Options small_pool = {{"lowat_pages", "0"}, {"highwat_pages", "1"}, {"collect_pages_max", "1"}};

Run four_sizes() {
  Run r =
      run_of("sizes", "four sizes, processes, interrupts and the pool's thread, waiting or not, 8 frames", toy(8, 1, 1),
             {"100 nowait", "100 wait", "256 nowait", "256 wait", "512 nowait", "512 wait", "1000 nowait", "1000 wait",
              "free"},
             6, 3);
  r.options = small_pool;
  r.pairs = 3;
  r.misuse = true;
  return r;
}

Run long_sequences() {
  Run r = run_of("long", "two sizes, processes, interrupts and the pool's thread, 3 frames", toy(3, 1, 1),
                 {"100 nowait", "100 wait", "256 wait", "free"}, 9, 5);
  r.options = small_pool;
  r.misuse = true;
  return r;
}

Run short_machine() {
  Run r = run_of("tasks", "two tasks on two CPUs, the pool's thread, 4 frames, 3 map entries", toy(4, 2, 2),
                 {"100 nowait", "100 wait", "256 wait", "512 wait", "free"}, 5, 3);
  r.toy.map_entries = 3;
  r.toy.arena_pages = 8;
  r.options = small_pool;
  return r;
}

Run full_map() {
  Run r = run_of("map", "an arena of 5 pages with 3 map entries, 8 frames, two tasks", toy(8, 1, 2),
                 {"256 nowait", "256 wait", "512 wait", "free"}, 6, 4);
  r.toy.arena_pages = 5;
  r.toy.map_entries = 3;
  r.options = small_pool;
  return r;
}

Run preload() {
  Run r = run_of("preload", "the boot takes a page for each bucket, as far as 8 frames go", toy(8, 2, 2),
                 {"100 nowait", "100 wait", "512 wait", "free"}, 5, 3);
  r.options = {{"lowat_pages", "1"}, {"highwat_pages", "1"}};
  return r;
}

RootStep freed(unsigned block) {
  RootStep s = step("free");
  s.block = block;
  return s;
}

RootStep thread_goes_on() {
  RootStep s = step("pool_thread");
  s.kind = RootStep::Kind::resume;
  return s;
}

/// States that few sequences reach: the thread asleep in a refill, callers asleep for one bucket, pages to collect.
Run doorsteps() {
  Run r = short_machine();
  r.name = "doorsteps";
  r.sentence = "from states in which the thread or both tasks sleep, or much is to be collected; 8 frames";
  r.toy = toy(8, 2, 2);
  r.operations = {"100 nowait", "100 wait", "256 wait", "1000 wait", "free"};
  r.roots = {
      {"the thread sleeps in a refill", {step("100 nowait"), step("1000 nowait"), step("1000 wait"), thread_goes_on()}},
      {"two sleep for one bucket",
       {step("1000 wait"), step("512 wait"), step("256 wait"), step("100 wait"), step("100 wait"), step("100 wait"),
        step("100 wait", 1)}},
      {"a sleeper holds pages",
       {step("1000 wait"), step("256 wait"), step("256 wait"), step("1000 wait"), step("256 wait", 1)}},
      {"much to collect",
       {step("256 wait"), step("256 wait"), step("256 wait"), step("256 wait"), freed(0), freed(1), freed(2)}},
      {"surplus while others are short",
       {step("256 wait"), step("256 wait"), step("256 wait"), step("1000 wait"), freed(0), freed(1)}}};
  return r;
}

Run debug() {
  Run r = run_of("debug", "kmem_debug: freed blocks are sealed and verified", toy(8, 1, 1),
                 {"100 nowait", "100 wait", "256 nowait", "512 wait", "free"}, 6, 3);
  r.options = small_pool;
  r.options.push_back({"kmem_debug", "yes"});
  r.misuse = true;
  return r;
}

Run large() {
  Run r = run_of("large", "blocks over 16 KiB, two tasks, 80 frames", toy(80, 1, 2),
                 {"16640 wait", "1000 wait", "100 nowait", "free"}, 4, 3);
  r.toy.arena_pages = 140;
  r.options = small_pool;
  return r;
}

/// The pages of a large block are counted in 16 bits.
Run huge() {
  Run r = run_of("huge", "an arena of 65,600 pages, 8 frames: a block of more pages than 65,535 is refused",
                 toy(8, 1, 1), {"1000 nowait", "free"}, 2, 1);
  r.toy.arena_pages = 65600;
  r.options = small_pool;
  r.interrupts = false;
  return r;
}

}  // namespace

Menu osf1_menu() {
  Menu m;
  m.system = "osf1";
  m.operations = all_operations();
  m.misuses = all_misuses();
  m.runs = {four_sizes(), long_sequences(), short_machine(), debug(), large(),
            full_map(),   preload(),        doorsteps(),     huge()};
  m.map_is_pages = true;
  return m;
}

}  // namespace kmemlab::sim::explore
