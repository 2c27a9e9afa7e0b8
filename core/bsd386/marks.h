// The rare branches of this core by name: every sleep, refusal, return of a page, and panic. A call without a mark is
// the plain way: a block from a list, or from a page that was there for the asking.
#pragma once

#include "core/machine/marking.h"

namespace kmemlab::bsd386 {

enum class Mark : unsigned {
  too_big,
  last_type_passes,
  nowait_at_limit,
  sleep_at_limit,
  sleep_at_limit_again,
  size_wraps,
  larger_than_arena,
  nowait_no_space,
  nowait_no_entries,
  nowait_no_frames,
  sleep_for_space,
  sleep_for_entries,
  sleep_for_frames,
  sleep_in_kmem_again,
  pages_after_sleep,
  list_filled_during_sleep,
  wakes_limit,
  large_returned,
  whole_page_kept,
  mbuf_page_kept,
  interrupt_page_kept,
  page_returned,
  page_returned_in_interrupt,
  end_passes,
  free_of_nothing,
  panic_malloc_type,
  panic_wait_in_interrupt,
  panic_sleep_in_interrupt,
  panic_larger_than_arena,
  panic_too_many_pages,
  panic_malloc_wrong_bucket,
  panic_lost_data,
  panic_outside_arena,
  panic_free_type,
  panic_free_wrong_bucket,
  panic_page_not_allocated,
  panic_unaligned,
  panic_multiple_frees,
  panic_missing_block,
};

/// At the index that is the mark's number.
inline constexpr MarkName mark_names[] = {
    {"too_big", "documented: a request over 64 KB is refused"},                                           // 0
    {"last_type_passes", "faithful (F2): type M_LAST passes malloc's or free's test for a bogus type"},   // 1
    {"nowait_at_limit", "M_NOWAIT at the type's limit: null"},                                            // 2
    {"sleep_at_limit", "a call sleeps because its type is at its limit"},                                 // 3
    {"sleep_at_limit_again", "woken at the limit, and the limit is still reached"},                       // 4
    {"size_wraps", "faithful: a size that rounds up to pages past the end of numbers"},                   // 5
    {"larger_than_arena", "documented: larger than the arena, null at once"},                             // 6
    {"nowait_no_space", "M_NOWAIT, and the map has no hole"},                                             // 7
    {"nowait_no_entries", "M_NOWAIT, and the map has no entry left"},                                     // 8
    {"nowait_no_frames", "M_NOWAIT, and there is no frame: what was mapped is undone"},                   // 9
    {"sleep_for_space", "a call sleeps on the map because there is no hole"},                             // 10
    {"sleep_for_entries", "a call sleeps on the map because there is no entry"},                          // 11
    {"sleep_for_frames", "a call sleeps because there is no frame"},                                      // 12
    {"sleep_in_kmem_again", "woken in kmem_alloc, and it is still short"},                                // 13
    {"pages_after_sleep", "a call that slept in kmem_alloc got its pages"},                               // 14
    {"list_filled_during_sleep", "a page is carved for a list that others filled meanwhile"},             // 15
    {"wakes_limit", "a free takes its type below the limit and wakes those who sleep there"},             // 16
    {"large_returned", "two pages or more go back to kmem at once"},                                      // 17
    {"whole_page_kept", "a page came wholly free and stays, for it is no surplus"},                       // 18
    {"mbuf_page_kept", "a surplus page stays because mbufs are freed at interrupt level"},                // 19
    {"interrupt_page_kept", "documented: a surplus page stays because the free came from an interrupt"},  // 20
    {"page_returned", "a surplus page goes back to kmem"},                                                // 21
    {"page_returned_in_interrupt", "faithful (F6): it goes back from an interrupt too"},                  // 22
    {"end_passes", "faithful (F3): the arena's end passes free's test"},                                  // 23
    {"free_of_nothing", "faithful (F4): a free into a page that holds nothing feeds bucket 0"},           // 24
    {"panic_malloc_type", "malloc - bogus type"},                                                         // 25
    {"panic_wait_in_interrupt", "documented: malloc may sleep, but is called in an interrupt"},           // 26
    {"panic_sleep_in_interrupt", "faithful (F5): malloc comes to a sleep in an interrupt"},               // 27
    {"panic_larger_than_arena", "faithful (F1): kmem_alloc: map smaller than allocation"},                // 28
    {"panic_too_many_pages", "faithful (F1): more pages than ku_pagecnt holds"},                          // 29
    {"panic_malloc_wrong_bucket", "the head of a list lies in another bucket's page"},                    // 30
    {"panic_lost_data", "the head of a list lies in a page without free blocks"},                         // 31
    {"panic_outside_arena", "free: outside arena"},                                                       // 32
    {"panic_free_type", "free - bogus type"},                                                             // 33
    {"panic_free_wrong_bucket", "free: the page's bucket is none"},                                       // 34
    {"panic_page_not_allocated", "documented: free into a page that holds nothing"},                      // 35
    {"panic_unaligned", "free: unaligned addr"},                                                          // 36
    {"panic_multiple_frees", "free: more free blocks than the page has"},                                 // 37
    {"panic_missing_block", "a page goes back, and its blocks are not all on the list"},                  // 38
};
static_assert(marks::all_named(mark_names, Mark::panic_missing_block));

namespace detail {

using marks::mark;
using marks::panic;

constexpr Mark nowait_mark(Reason reason) {
  return reason == Reason::no_space     ? Mark::nowait_no_space
         : reason == Reason::no_entries ? Mark::nowait_no_entries
                                        : Mark::nowait_no_frames;
}

constexpr Mark sleep_mark(const KmemCall& kmem) {
  return marks::sleep_in_kmem<Mark>(kmem);
}

}  // namespace detail

}  // namespace kmemlab::bsd386
