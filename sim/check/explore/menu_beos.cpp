// What explore tries on BeOS's area_malloc. Pages of 2,048 bytes: the smallest that hold an element of the largest bin,
// so 100, 1,000 and 2,048 bytes are elements, and 3,000 a run of two pages. `pool` is fully locked, four pages behind
// which its table lies; `lazy` is lazily locked, so that its blocks have frames only when the module touches them. Who
// uses such a block must ask for its pages first; here nobody does, and its content is looked at only after calloc.
// Operations that hold keep their semaphore until a step of their own, as a call does that runs on another CPU.
#include "sim/check/explore/menus.h"

namespace kmemlab::sim::explore {

namespace {

using Kind = Operation::Kind;
using Contexts = Operation::Contexts;

constexpr const char* both_ways = "B_READ_AREA + B_WRITE_AREA";

Operation allocation(const std::string& name, const std::string& pool, const std::string& call, std::uint64_t bytes,
                     std::uint64_t granted) {
  Operation o;
  o.name = name;
  o.call = call;
  o.family = o.needs = pool;
  o.requested = bytes;
  o.granted = granted;
  o.alignment = 8;
  o.zeroed = call.starts_with("calloc");
  o.lazy = pool != "pool" && !o.zeroed;
  return o;
}

Operation release(const std::string& name, const std::string& pool, const std::string& call) {
  Operation o = plain_operation(name, call, Kind::release);
  o.family = o.needs = pool;
  return o;
}

Operation resize(const std::string& name, const std::string& pool, const std::string& call, std::uint64_t bytes,
                 std::uint64_t granted) {
  Operation o = allocation(name, pool, call, bytes, granted);
  o.kind = Kind::resize;
  o.contexts = Contexts::process;
  return o;
}

/// Runs of pages are a family of their own, for the errors of callers that need one.
Operation of_family(const char* family, Operation o) {
  o.family = family;
  return o;
}

std::vector<Operation> blocks() {
  std::vector<Operation> all = {
      allocation("100", "pool", "malloc(pool, 100)", 100, 128),
      allocation("1000", "pool", "malloc(pool, 1000)", 1000, 1024),
      allocation("2048", "pool", "malloc(pool, 2048)", 2048, 2048),
      of_family("run", allocation("3000", "pool", "malloc(pool, 3000)", 3000, 4096)),
      allocation("calloc", "pool", "calloc(pool, 10, 10)", 100, 128),
      allocation("realloc of null", "pool", "realloc(pool, 0, 100)", 100, 128),
      release("free", "pool", "free(pool, $)"),
      of_family("run", release("free run", "pool", "free(pool, $)")),
      release("realloc to 0", "pool", "realloc(pool, $, 0)"),
      resize("realloc to 1000", "pool", "realloc(pool, $, 1000)", 1000, 1024),
      resize("realloc to 3000", "pool", "realloc(pool, $, 3000)", 3000, 4096),
      allocation("lazy 100", "lazy", "malloc(lazy, 100)", 100, 128),
      allocation("lazy calloc", "lazy", "calloc(lazy, 10, 10)", 100, 128),
      allocation("lazy calloc of two pages", "lazy", "calloc(lazy, 2, 2000)", 4000, 4096),
      release("lazy free", "lazy", "free(lazy, $)"),
      resize("lazy realloc to 1000", "lazy", "realloc(lazy, $, 1000)", 1000, 1024),
      allocation("read-only 100", "readonly", "malloc(readonly, 100)", 100, 128),
      allocation("read-only calloc", "readonly", "calloc(readonly, 10, 10)", 100, 128),
      release("read-only free", "readonly", "free(readonly, $)"),
      resize("read-only realloc to 120", "readonly", "realloc(readonly, $, 120)", 120, 128),
      resize("read-only realloc to 1000", "readonly", "realloc(readonly, $, 1000)", 1000, 1024)};
  return all;
}

/// The same, holding the pool's semaphore.
std::vector<Operation> holders() {
  std::vector<Operation> all;
  for (Operation o : blocks()) {
    const bool of_two = o.name == "100" || o.name == "free" || o.name == "lazy calloc" || o.name == "lazy free" ||
                        o.name == "realloc to 1000" || o.name == "lazy calloc of two pages" ||
                        o.name == "lazy realloc to 1000" || o.name == "calloc";
    if (!of_two) continue;
    o.name += ", held";
    o.holds = true;
    o.contexts = Contexts::process;
    all.push_back(o);
  }
  return all;
}

Operation named(const char* name, const std::string& call, const char* sets) {
  Operation o = plain_operation(name, call);
  o.sets = o.unless = sets;
  return o;
}
Operation ending(const char* name, const std::string& call, const char* ends) {
  Operation o = plain_operation(name, call);
  o.needs = o.ends = ends;
  return o;
}

std::string pool_of(const char* size, const char* lock, const char* protection = both_ways) {
  return std::string("create_pool(B_ANY_KERNEL_ADDRESS, ") + size + ", " + lock + ", " + protection + ")";
}

std::vector<Operation> pools() {
  Operation get = named("get_module", "get_module(B_AREA_MALLOC_MODULE_NAME)", "module");
  Operation put = ending("put_module", "put_module(B_AREA_MALLOC_MODULE_NAME)", "module");
  Operation held = named("create, held", pool_of("4096", "B_FULL_LOCK"), "pool");
  Operation held_delete = ending("delete, held", "delete_pool(pool)", "pool");
  held.holds = held_delete.holds = true;
  return {get,
          put,
          held,
          held_delete,
          named("create", pool_of("4096", "B_FULL_LOCK"), "pool"),
          ending("delete", "delete_pool(pool)", "pool"),
          named("create lazy", pool_of("4096", "B_LAZY_LOCK"), "lazy"),
          ending("delete lazy", "delete_pool(lazy)", "lazy"),
          named("create of 33 pages", pool_of("33 * page", "B_LAZY_LOCK"), "long"),
          ending("delete of 33 pages", "delete_pool(long)", "long"),
          named("create of 16 pages", pool_of("16 * page", "B_LAZY_LOCK"), "whole"),
          named("create of one page", pool_of("page", "B_LAZY_LOCK"), "small"),
          named("others' area", std::string("create_area(4096, B_FULL_LOCK, ") + both_ways + ")", "area"),
          ending("its end", "delete_area(area)", "area"),
          named("others' page", std::string("create_area(2048, B_FULL_LOCK, ") + both_ways + ")", "area2"),
          ending("its end too", "delete_area(area2)", "area2")};
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all = blocks();
  for (const auto& more : {holders(), pools()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

const RootStep module = call_step("get_module(B_AREA_MALLOC_MODULE_NAME)", "module");

/// From what these steps make.
Run from(std::vector<RootStep> steps, Run r) {
  r.roots = {{"pools made", std::move(steps)}};
  return r;
}

std::vector<RootStep> with_pool() {
  return {module, call_step(pool_of("8192", "B_FULL_LOCK"), "pool")};
}
std::vector<RootStep> with_lazy() {
  return {module, call_step(pool_of("8192", "B_LAZY_LOCK"), "lazy")};
}

Run sizes() {
  Run r = from(with_pool(), run_of("sizes", "four sizes in a pool of four pages, processes and interrupts, 8 frames",
                                   toy_2k(), {"100", "1000", "2048", "3000", "free", "free run"}, 6, 4));
  r.pages_kept_max = 5;
  return r;
}

Run long_sequences() {
  Run r = from(with_pool(), run_of("long", "two sizes in a pool of four pages, processes and interrupts", toy_2k(),
                                   {"100", "3000", "free", "free run"}, 9, 6));
  r.pages_kept_max = 5;
  return r;
}

Run resizing() {
  Run r = from(
      with_pool(),
      run_of("realloc", "calloc and realloc in a pool of four pages", toy_2k(),
             {"100", "calloc", "realloc of null", "realloc to 1000", "realloc to 3000", "realloc to 0", "free"}, 5, 3));
  r.interrupts = false;
  r.pages_kept_max = 5;
  return r;
}

Run lazily() {
  Run r = from(with_lazy(),
               run_of("lazy", "two tasks and a lazily locked pool, 4 frames, of which others take three", toy_2k(4, 2),
                      {"lazy 100", "lazy calloc", "lazy calloc of two pages", "lazy free", "lazy realloc to 1000",
                       "others' area", "its end", "others' page", "its end too"},
                      5, 3));
  r.interrupts = false;
  return r;
}

Run tasks() {
  Run r = from(
      {module, call_step(pool_of("8192", "B_FULL_LOCK"), "pool"), call_step(pool_of("4096", "B_LAZY_LOCK"), "lazy")},
      run_of("tasks", "two tasks on two CPUs, each keeps the semaphore until it leaves; 7 frames", toy_2k(7, 2),
             {"100, held", "calloc, held", "realloc to 1000, held", "free, held", "lazy calloc, held",
              "lazy calloc of two pages, held", "lazy realloc to 1000, held", "lazy free, held"},
             5, 3));
  r.interrupts = false;
  return r;
}

Run races() {
  Run r = from({module},
               run_of("races", "three tasks; pools are made and deleted under calls that sleep in them", toy_2k(5, 3),
                      {"create, held", "delete, held", "create lazy", "delete lazy", "100, held", "lazy calloc, held",
                       "lazy calloc of two pages, held", "others' area", "its end"},
                      7, 4));
  r.interrupts = false;
  return r;
}

Run lifetime() {
  Run r = from({}, run_of("module", "the module comes and goes while a pool's table waits for a frame", toy_2k(3, 2),
                          {"get_module", "put_module", "create, held", "create of 33 pages", "delete of 33 pages",
                           "others' area", "its end", "others' page", "its end too"},
                          6, 4));
  r.toy.arena_pages = 48;
  r.interrupts = false;
  return r;
}

Run protections() {
  Run r = from({module, call_step(pool_of("4096", "B_FULL_LOCK", "B_READ_AREA"), "readonly")},
               run_of("protection", "a pool that may only be read", toy_2k(),
                      {"read-only 100", "read-only calloc", "read-only free", "read-only realloc to 120",
                       "read-only realloc to 1000"},
                      4, 3));
  r.interrupts = false;
  return r;
}

Run misuse() {
  Run r = from(with_pool(), run_of("misuse", "the callers' errors and spoiled tables, in every state", toy_2k(),
                                   {"100", "3000", "free", "free run"}, 4, 4));
  r.interrupts = false;
  return r;
}

Run strict() {
  Run r = from(with_pool(),
               run_of("strict", "strict=yes: what is refused elsewhere stops the machine", toy_2k(), {"100"}, 2, 2));
  r.options = {{"strict", "yes"}};
  r.interrupts = false;
  return r;
}

/// Pools until the table of pools is full; addresses until none are left.
Run crowds() {
  Run r = run_of("crowd", "31 pools and one or two more; a pool of the whole arena", toy_2k(),
                 {"create of one page", "create lazy", "create of 16 pages", "create"}, 3, 3);
  r.toy.arena_pages = 80;
  r.interrupts = false;
  r.roots = {{"31 pools", {module, call_step(pool_of("page", "B_LAZY_LOCK"), "", 31)}},
             {"64 pages are taken", {module, call_step(pool_of("62 * page", "B_LAZY_LOCK"))}}};
  return r;
}

Run no_table() {
  Run r = from(with_pool(), run_of("table", "no frame is left for a pool's table", toy_2k(4),
                                   {"100", "3000", "calloc", "free", "free run"}, 3, 3));
  r.interrupts = false;
  return r;
}

/// Others hold most of the 64 semaphores; the module needs one, and each pool.
Run semaphores() {
  Run r = run_of("semaphores", "others hold 62 of the 64 semaphores, or more", toy_2k(),
                 {"get_module", "put_module", "create", "delete", "create lazy", "delete lazy"}, 5, 4);
  r.interrupts = false;
  r.roots.clear();
  for (const unsigned held : {62U, 63U, 64U}) {
    r.roots.push_back({std::to_string(held) + " are held", {call_step("create_sem(1)", "", held)}});
  }
  return r;
}

}  // namespace

Menu beos_menu() {
  Menu m;
  m.system = "beos";
  m.operations = all_operations();
  m.misuses = beos_misuses();
  m.runs = {sizes(),       long_sequences(), resizing(), lazily(), tasks(),    races(),     lifetime(),
            protections(), misuse(),         strict(),   crowds(), no_table(), semaphores()};
  return m;
}

}  // namespace kmemlab::sim::explore
