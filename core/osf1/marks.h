// The rare branches of this core by name: every sleep, refusal, return of pages, step of the thread, and panic. A call
// without a mark is the plain way: a block from a list, or from a page that was there for the asking.
#pragma once

#include "core/machine/marking.h"

namespace kmemlab::osf1 {

enum class Mark : unsigned {
  wait_in_interrupt,
  too_big,
  nowait_pool_empty,
  nowait_pool_empty_asked,
  nowait_larger_than_arena,
  larger_than_arena,
  large_larger_than_arena,
  large_wraps,
  large_too_many_pages,
  sleep_for_space,
  sleep_for_entries,
  sleep_for_frames,
  sleep_for_large,
  sleep_again,
  sleeper_asks_for_surplus,
  list_filled_during_sleep,
  pages_after_sleep,
  pages_undone,
  released_before_parked,
  large_returned,
  free_signals_for_surplus,
  free_signals_for_sleeper,
  signal_in_refill,
  preload_stops,
  thread_refills,
  thread_sleeps,
  thread_sleeps_again,
  thread_filled_during_sleep,
  thread_undoes_refill,
  thread_collects,
  thread_budget_used,
  thread_wakes_sleepers,
  thread_signalled_again,
  thread_released_memory,
  panic_malloc_type,
  panic_malloc_wrong_bucket,
  panic_lost_data,
  panic_modified,
  panic_outside_arena,
  panic_free_type,
  panic_page_not_allocated,
  panic_free_wrong_bucket,
  panic_unaligned,
  panic_multiple_frees,
  panic_missing_block,
  panic_missing_page,
};

/// At the index that is the mark's number.
inline constexpr MarkName mark_names[] = {
    {"wait_in_interrupt", "M_WAITOK in an interrupt: a line on the console, and null"},                          // 0
    {"too_big", "over 16 KiB without M_WAITOK: null"},                                                           // 1
    {"nowait_pool_empty", "M_NOWAIT and an empty list: null, and the thread is asked to refill"},                // 2
    {"nowait_pool_empty_asked", "M_NOWAIT and an empty list that the thread shall refill already"},              // 3
    {"nowait_larger_than_arena", "M_NOWAIT and an empty list whose blocks are larger than the arena"},           // 4
    {"larger_than_arena", "M_WAITOK, up to 16 KiB, and the arena cannot hold such a block"},                     // 5
    {"large_larger_than_arena", "over 16 KiB, and larger than the arena"},                                       // 6
    {"large_wraps", "a size that rounds up to pages past the end of numbers"},                                   // 7
    {"large_too_many_pages", "over 16 KiB, and more pages than ku_pagecnt holds"},                               // 8
    {"sleep_for_space", "a call sleeps on the map because there is no hole"},                                    // 9
    {"sleep_for_entries", "a call sleeps on the map because there is no entry"},                                 // 10
    {"sleep_for_frames", "a call sleeps because there is no frame"},                                             // 11
    {"sleep_for_large", "a call for more than 16 KiB sleeps"},                                                   // 12
    {"sleep_again", "woken in kmem_alloc, and it is still short"},                                               // 13
    {"sleeper_asks_for_surplus", "a call goes to sleep and asks the thread for pages that the pool can spare"},  // 14
    {"list_filled_during_sleep", "woken, and the list has a block: kmem_alloc may not sleep any more"},          // 15
    {"pages_after_sleep", "a call that slept in kmem_alloc got its pages"},                                      // 16
    {"pages_undone", "kmem_alloc undid what it had, for the list has a block"},                                  // 17
    {"released_before_parked", "memory came free between the decision to sleep and the sleep: tried again"},     // 18
    {"large_returned", "more than 16 KiB go back to kmem at once"},                                              // 19
    {"free_signals_for_surplus", "a free leaves a surplus with a whole page: the thread is signalled"},          // 20
    {"free_signals_for_sleeper", "a free finds calls asleep for its bucket: the thread is signalled"},           // 21
    {"signal_in_refill", "the thread is signalled while it sleeps for memory itself"},                           // 22
    {"preload_stops", "the boot finds no memory for a preload"},                                                 // 23
    {"thread_refills", "the thread puts pages into a bucket"},                                                   // 24
    {"thread_sleeps", "the thread sleeps for memory in a refill"},                                               // 25
    {"thread_sleeps_again", "woken in a refill, and it is still short"},                                         // 26
    {"thread_filled_during_sleep", "woken in a refill that frees have made needless: finish or undo"},           // 27
    {"thread_undoes_refill", "the needless refill is undone"},                                                   // 28
    {"thread_collects", "the thread gives a whole page back"},                                                   // 29
    {"thread_budget_used", "more is to be collected than one wake-up may"},                                      // 30
    {"thread_wakes_sleepers", "the thread wakes calls whose bucket has a block now"},                            // 31
    {"thread_signalled_again", "signalled while it ran: once more, with a new budget"},                          // 32
    {"thread_released_memory", "what it collected may be what the refill lacks: once more"},                     // 33
    {"panic_malloc_type", "malloc: bogus type"},                                                                 // 34
    {"panic_malloc_wrong_bucket", "the head of a list lies in another bucket's page"},                           // 35
    {"panic_lost_data", "the head of a list lies in a page without free blocks"},                                // 36
    {"panic_modified", "kmem_debug: freed memory was modified"},                                                 // 37
    {"panic_outside_arena", "free: outside arena"},                                                              // 38
    {"panic_free_type", "free: bogus type"},                                                                     // 39
    {"panic_page_not_allocated", "free into a page where nothing begins"},                                       // 40
    {"panic_free_wrong_bucket", "free: the page's bucket is none"},                                              // 41
    {"panic_unaligned", "free: unaligned addr"},                                                                 // 42
    {"panic_multiple_frees", "free: more free blocks than the page has"},                                        // 43
    {"panic_missing_block", "the thread takes a page, and its blocks are not all on the list"},                  // 44
    {"panic_missing_page", "the thread looks for a whole page that the bucket says it has"},                     // 45
};
static_assert(marks::all_named(mark_names, Mark::panic_missing_page));

namespace detail {

using marks::mark;
using marks::panic;

constexpr Mark sleep_mark(const KmemCall& kmem) {
  return marks::sleep_in_kmem<Mark>(kmem);
}

}  // namespace detail

}  // namespace kmemlab::osf1
