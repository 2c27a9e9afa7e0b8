// Callers' errors that explore makes on BeOS's area_malloc, in runs of menu_beos.cpp: the pools there are `pool`, fully
// locked, of two runs of pages at most, and `lazy`, lazily locked.
#include "sim/check/explore/menus.h"

namespace kmemlab::sim::explore {

namespace {

std::vector<Misuse> wrong_calls() {
  return {
      fails("malloc from no pool", {"malloc(4711, 100)"}, "", "bad_heap"),
      fails("calloc from no pool", {"calloc(4711, 1, 100)"}, "", "bad_heap"),
      fails("realloc to no pool", {"realloc(4711, $, 100)"}, "pool", "bad_heap"),
      fails("malloc of more than the pool", {"malloc(pool, 100000)"}, "", "no_space"),
      fails("calloc of more than there are numbers", {"calloc(pool, 0x100000000, 0x100000000)"}, "", "too_big"),
      fails("free to no pool", {"free(4711, $)"}, "pool", "bad_heap"),
      fails("free outside the pool", {"free(pool, base - 8)"}, "", "bad_argument"),
      fails("free inside an element", {"free(pool, $ + 4)"}, "pool", "bad_argument"),
      fails("free of a run's second page", {"free(pool, $ + 2048)"}, "run", "bad_argument"),
      fails("free twice", {"free(pool, $)", "free(pool, $)"}, "pool", "bad_argument"),
      fails("realloc inside an element", {"realloc(pool, $ + 4, 10)"}, "pool", "bad_argument"),
      refused("free of null", {"free(pool, 0)"}, "", "0"),
      fails("create_pool at an exact address", {"create_pool(B_EXACT_ADDRESS, 4096, B_LAZY_LOCK, 3)"}, "",
            "bad_argument"),
      fails("create_pool of half a page", {"create_pool(B_ANY_KERNEL_ADDRESS, 1024, B_LAZY_LOCK, 3)"}, "",
            "bad_argument"),
      fails("create_pool of more frames than there are", {"create_pool(B_ANY_KERNEL_ADDRESS, 16384, B_FULL_LOCK, 3)"},
            "", "no_frames"),
      fails("create_pool of more than the arena", {"create_pool(B_ANY_KERNEL_ADDRESS, 65536, B_LAZY_LOCK, 3)"}, "",
            "no_space"),
      refused("delete_pool of none", {"delete_pool(4711)"}, "", "B_ERROR"),
      refused("put_module of another", {"put_module(nothing)"}, "", "B_BAD_VALUE"),
      refused("put_module twice", {"put_module(B_AREA_MALLOC_MODULE_NAME)", "put_module(B_AREA_MALLOC_MODULE_NAME)"},
              "", "B_BAD_VALUE")};
}

/// The table of `pool` lies behind its four pages: lists of free runs, 25 words, then an entry of 44 bytes a page.
std::vector<Misuse> spoiled() {
  return {stops("a page of no bin", {"free(pool, $)"}, "pool", "*", {{"base + 8192 + 100", "0xf9"}}),
          stops("a page that is not of its bin", {"malloc(pool, 100)"}, "pool", "*", {{"base + 8192 + 100", "0"}}),
          stops("a page's map has lost its elements", {"malloc(pool, 100)"}, "pool", "*", {{"base + 8192 + 112", "0"}}),
          stops("a run of no length", {"free(pool, $)"}, "run", "*", {{"base + 8192 + 104", "0"}}),
          stops("a free run of no length", {"malloc(pool, 10)"}, "", "*", {{"base + 8192 + 104", "0"}}),
          stops("a free run above all used pages", {"malloc(pool, 3000)"}, "", "*",
                {{"base + 8192 + 104", "1"}, {"base + 8192 + 4", "9"}})};
}

std::vector<Misuse> in_strict() {
  return {
      in_interrupt(stops("malloc in an interrupt", {"malloc(pool, 100)"}, "", "area_malloc: malloc in an interrupt")),
      stops("free twice, strictly", {"free(pool, $)", "free(pool, $)"}, "pool",
            "area_malloc: free of what is no live block")};
}

/// Somebody deletes an area behind the module's back, while a call sleeps for its frames (BE-9, BE-10, BE-16).
std::vector<Misuse> area_deleted() {
  std::vector<Misuse> all = {fails("the area is deleted under a call that sleeps",
                                   {"delete_area(areas[area_malloc pool].area)"}, "", "bad_heap"),
                             fails("the table is deleted under a create_pool that sleeps",
                                   {"delete_area(areas[area_malloc table].area)"}, "", "bad_heap")};
  all[0].only_in = "lazy";
  all[1].only_in = "module";
  for (Misuse& m : all) {
    m.resumes = "t0";
    m.slept_for = SleepCause::frames;
  }
  return all;
}

}  // namespace

std::vector<Misuse> beos_misuses() {
  std::vector<Misuse> all;
  for (const auto& part : {wrong_calls(), spoiled()}) {
    for (const Misuse& m : part) all.push_back(only_in("misuse", m));
  }
  for (const Misuse& m : in_strict()) all.push_back(only_in("strict", m));
  for (const Misuse& m : area_deleted()) all.push_back(m);
  return all;
}

}  // namespace kmemlab::sim::explore
