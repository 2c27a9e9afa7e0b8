// What explore tries on 386BSD's malloc and free. Pages of 256 bytes: blocks of 128 share a page, 256 is a page, 512
// (two pages: MAXALLOCSAVE) and 700 (three pages) are large. Limit and high-water mark are small enough to be met by a
// few calls: a type may use 3/10 of 4,096 bytes, a bucket may keep one page.
#include "sim/check/explore/menus.h"

namespace kmemlab::sim::explore {

namespace {

using Contexts = Operation::Contexts;

Operation allocation(const std::string& size, const char* flags, const char* type, std::uint64_t granted) {
  Operation o;
  const bool wait = std::string(flags) == "M_WAITOK";
  o.name = size + (wait ? " wait" : " nowait") + (std::string(type) == "M_TEMP" ? "" : " mbuf");
  o.call = "malloc(" + size + ", " + type + ", " + flags + ")";
  o.family = type;
  o.requested = std::stoul(size);
  o.granted = granted;
  o.alignment = granted < 256 ? granted : 256;
  o.contexts = wait ? Contexts::process : Contexts::both;
  o.zeroed = std::string(flags).find("ZERO") != std::string::npos;
  return o;
}

Operation release(const char* type) {
  Operation o;
  o.name = std::string("free ") + type;
  o.call = std::string("free($, ") + type + ")";
  o.kind = Operation::Kind::release;
  o.family = type;
  return o;
}

std::vector<Operation> all_operations() {
  return {allocation("100", "M_NOWAIT", "M_TEMP", 128),
          allocation("100", "M_WAITOK", "M_TEMP", 128),
          allocation("256", "M_NOWAIT | M_ZERO_IT", "M_TEMP", 256),
          allocation("256", "M_WAITOK", "M_TEMP", 256),
          allocation("512", "M_NOWAIT", "M_TEMP", 512),
          allocation("512", "M_WAITOK", "M_TEMP", 512),
          allocation("700", "M_NOWAIT", "M_TEMP", 768),
          allocation("700", "M_WAITOK", "M_TEMP", 768),
          allocation("100", "M_NOWAIT", "M_MBUF", 128),
          release("M_TEMP"),
          release("M_MBUF")};
}

/// kmemusage of page 0 comes first in static memory: the bucket's index, then the count of free blocks.
std::vector<Misuse> all_spoiled() {
  const auto spoiled = [](const char* name, std::uint64_t at, const char* value, const char* call, const char* family) {
    return only_in("long", stops(name, {call}, family, "*", {{std::to_string(at), value, 2}}));
  };
  constexpr std::uint64_t indx = 0x90000000, freecnt = indx + 2;
  const char* take = "malloc(100, M_TEMP, M_NOWAIT)";
  const char* give = "free($, M_TEMP)";
  return {spoiled("malloc from a page of another bucket", indx, "9", take, ""),
          spoiled("malloc from a page without free blocks", freecnt, "0", take, ""),
          spoiled("free into a page of no bucket", indx, "25", give, "M_TEMP"),
          spoiled("free into a page that counts one too many", freecnt, "1", give, "M_TEMP")};
}

/// The caller's errors that malloc(9) and the panics of free name, and those that nobody promises to notice.
std::vector<Misuse> all_misuses() {
  std::vector<Misuse> all = {
      stops("free below the arena", {"free(base - 16, M_TEMP)"}, "", "free: outside arena"),
      stops("free at the arena's end", {"free(end, M_TEMP)"}, "", "free: outside arena"),
      stops("free of an interior pointer", {"free($ + 4, M_TEMP)"}, "M_TEMP", "free: unaligned addr"),
      stops("free into a page that holds nothing", {"free(end - page, M_TEMP)"}, "", "free: page not allocated"),
      stops("malloc for type M_LAST", {"malloc(100, M_LAST, M_NOWAIT)"}, "", "malloc - bogus type"),
      stops("free for type M_LAST", {"free($, M_LAST)"}, "M_TEMP", "free - bogus type"),
      stops("malloc for a type after the last", {"malloc(100, M_LAST + 1, M_NOWAIT)"}, "", "malloc - bogus type"),
      stops("free for a type after the last", {"free($, M_LAST + 1)"}, "M_TEMP", "free - bogus type"),
      fails("malloc of more than the arena", {"malloc(8192, M_TEMP, M_NOWAIT)"}, "", "no_space or type_limit"),
      fails("malloc of more than 64 KB", {"malloc(65537, M_TEMP, M_NOWAIT)"}, "", "too_big or type_limit"),
      in_interrupt(stops("malloc that may sleep in an interrupt", {"malloc(100, M_TEMP, M_WAITOK)"}, "",
                         "malloc: may sleep, but called in an interrupt")),
      fails("malloc of a size that wraps", {"malloc(-1, M_TEMP, M_NOWAIT)"}, "", "too_big or type_limit"),
      stops("free twice", {"free($, M_TEMP)", "free($, M_TEMP)"}, "M_TEMP", "*"),
      stops("free for another type", {"free($, M_DEVBUF)"}, "M_TEMP", "*"),
      only_in("huge", fails("malloc of more pages than are counted", {"malloc(65536 * page, M_TEMP, M_NOWAIT)"}, "",
                            "too_big"))};
  const std::vector<Misuse> spoiled = all_spoiled();
  all.insert(all.end(), spoiled.begin(), spoiled.end());
  return all;
}

const scenario::Options small_limits = {{"limit_tenths", "3"}, {"highwater_pages", "1"}};

Run four_sizes() {
  Run r = run_of("sizes", "four sizes, processes and interrupts, waiting or not, 8 frames, a type may use 1,228 bytes",
                 toy(8, 1, 1),
                 {"100 nowait", "100 wait", "256 nowait", "256 wait", "512 nowait", "512 wait", "700 nowait",
                  "700 wait", "free M_TEMP"},
                 6, 3);
  r.options = small_limits;
  r.pairs = 3;
  r.misuse = true;
  return r;
}

Run long_sequences() {
  Run r = run_of("long", "two sizes and two types, processes and interrupts, 3 frames", toy(3, 1, 1),
                 {"100 nowait", "100 nowait mbuf", "256 wait", "free M_TEMP", "free M_MBUF"}, 9, 5);
  r.options = small_limits;
  r.misuse = true;
  return r;
}

Run short_machine() {
  Run r = run_of("tasks", "two tasks on two CPUs, 4 frames, 3 map entries", toy(4, 2, 2),
                 {"100 nowait", "100 wait", "256 wait", "512 wait", "700 wait", "free M_TEMP"}, 5, 3);
  r.toy.map_entries = 3;
  r.toy.arena_pages = 8;
  r.options = {{"limit_tenths", "5"}, {"highwater_pages", "1"}};
  return r;
}

Run full_map() {
  Run r = run_of("map", "an arena of 5 pages with 3 map entries, 8 frames, two tasks", toy(8, 1, 2),
                 {"256 nowait", "256 wait", "512 nowait", "512 wait", "free M_TEMP"}, 6, 4);
  r.toy.arena_pages = 5;
  r.toy.map_entries = 3;
  r.options = {{"limit_tenths", "10"}, {"highwater_pages", "1"}};
  r.pages_kept_max = 3;
  return r;
}

/// Two tasks sleep already.
Run doorsteps() {
  Run r = short_machine();
  r.name = "doorsteps";
  r.sentence = "from states in which both tasks sleep: for frames, and at their type's limit";
  r.toy.map_entries = 0;
  r.roots = {
      {"for frames", {step("700 wait"), step("100 nowait"), step("100 nowait"), step("100 wait"), step("100 wait", 1)}},
      {"at the limit", {step("700 wait"), step("256 wait"), step("100 wait"), step("256 wait", 1)}},
      {"for different sizes", {step("512 wait"), step("512 wait"), step("700 wait"), step("100 wait", 1)}}};
  return r;
}

/// The pages of a large block are counted in 16 bits.
Run huge() {
  Run r = run_of("huge", "an arena of 65,600 pages, with a frame for each: one block of more than 65,535",
                 toy(65600, 1, 1), {"700 nowait", "free M_TEMP"}, 1, 1);
  r.toy.arena_pages = 65600;
  r.options = {{"limit_tenths", "10"}};
  r.interrupts = false;
  return r;
}

}  // namespace

Menu bsd386_menu() {
  Menu m;
  m.system = "bsd386";
  m.operations = all_operations();
  m.misuses = all_misuses();
  m.runs = {four_sizes(), long_sequences(), short_machine(), full_map(), doorsteps(), huge()};
  m.pages_stay_in_interrupts = true;
  m.map_is_pages = true;
  m.historic = {{"F1", "kmem_alloc: map smaller than allocation", "a request larger than the arena panics"},
                {"F1", "malloc: allocation too large", "a block of more pages than 16 bits count panics"},
                {"F2", "for type M_LAST", "type M_LAST passes the test for a bogus type"},
                {"F3", "free at the arena's end", "the arena's end passes the test for the arena"},
                {"F4", "free into a page that holds nothing", "a free into a page that holds nothing is not noticed"},
                {"F4", "free twice", "likewise"},
                {"F5", "that may sleep in an interrupt", "noticed only when it comes to a sleep"},
                {"F6", "a page goes back in an interrupt", "a page is returned from an interrupt too"}};
  return m;
}

}  // namespace kmemlab::sim::explore
