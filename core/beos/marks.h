// The rare branches of the module by name: every sleep, refusal, shortage, return of pages, race, and panic. A call
// without a mark is the plain way.
#pragma once

#include "core/machine/marking.h"

namespace kmemlab::beos {

enum class Mark : unsigned {
  interrupt_refused,
  panic_interrupt,
  no_pool,
  sleep_for_lock,
  sleep_for_lock_again,
  sem_gone,
  sleep_for_frames,
  sleep_for_frames_again,
  area_gone,
  pool_full,
  larger_than_pool,
  no_frame_for_table,
  page_returned,
  run_returned,
  free_null,
  free_no_pool,
  free_no_block,
  realloc_no_block,
  panic_free,
  not_in_pool,
  no_block_begins,
  inside_element,
  element_is_free,
  calloc_overflow,
  calloc_read_only,
  pool_gone_in_sleep,
  realloc_null,
  realloc_zero,
  realloc_stays,
  realloc_read_only,
  realloc_failed,
  realloc_undone,
  create_exact,
  create_refused,
  create_no_space,
  create_no_frames,
  create_no_space_for_table,
  create_no_slot,
  create_no_sem,
  create_put_away,
  delete_no_pool,
  deleted_in_use,
  init_no_sem,
  put_away_in_use,
  put_away_with_pools,
  put_without_user,
  panic_entry_in_free,
  panic_entry_in_malloc,
  panic_element_lost,
  panic_run_in_free,
  panic_free_run,
  panic_free_run_start,
};

/// At the index that is the mark's number.
inline constexpr MarkName mark_names[] = {
    {"interrupt_refused", "a function of the module was called in an interrupt"},             // 0
    {"panic_interrupt", "strict: and the machine stops"},                                     // 1
    {"no_pool", "malloc, calloc or realloc: there is no such pool"},                          // 2
    {"sleep_for_lock", "a call sleeps on a semaphore that another call holds"},               // 3
    {"sleep_for_lock_again", "woken in the queue of a semaphore before its turn"},            // 4
    {"sem_gone", "the semaphore was deleted: the pool or the module is gone"},                // 5
    {"sleep_for_frames", "a call sleeps because there is no frame"},                          // 6
    {"sleep_for_frames_again", "woken for frames, and there are still too few"},              // 7
    {"area_gone", "the area was deleted while a call waited for its frames"},                 // 8
    {"pool_full", "no run of free pages is long enough"},                                     // 9
    {"larger_than_pool", "more bytes than the pool has"},                                     // 10
    {"no_frame_for_table", "no frame for the pool's table"},                                  // 11
    {"page_returned", "a page whose elements are all free goes back to the pool"},            // 12
    {"run_returned", "a run of pages goes back to the pool"},                                 // 13
    {"free_null", "free of null: nothing happens"},                                           // 14
    {"free_no_pool", "free: there is no such pool"},                                          // 15
    {"free_no_block", "free: not the address of a live block of this pool"},                  // 16
    {"realloc_no_block", "realloc: not the address of a live block of this pool"},            // 17
    {"panic_free", "strict: such a free or realloc stops the machine"},                       // 18
    {"not_in_pool", "the address lies in no used page of the pool"},                          // 19
    {"no_block_begins", "the address lies in a page of a run, and is not its beginning"},     // 20
    {"inside_element", "the address is not where an element begins"},                         // 21
    {"element_is_free", "the address is that of a free element"},                             // 22
    {"calloc_overflow", "calloc: members times size is no number"},                           // 23
    {"calloc_read_only", "calloc: the pool may not be written"},                              // 24
    {"pool_gone_in_sleep", "calloc or realloc slept for frames, and the pool was deleted"},   // 25
    {"realloc_null", "realloc of null: a malloc"},                                            // 26
    {"realloc_zero", "realloc to size 0: a free"},                                            // 27
    {"realloc_stays", "realloc: the block is of the right kind already"},                     // 28
    {"realloc_read_only", "realloc: a pool that cannot be read and written moves nothing"},   // 29
    {"realloc_failed", "realloc: no room for the new block, the old one stays"},              // 30
    {"realloc_undone", "realloc: an area went while it slept, the new block is given back"},  // 31
    {"create_exact", "create_pool: an exact address cannot be said"},                         // 32
    {"create_refused", "create_pool: arguments that create_area refuses"},                    // 33
    {"create_no_space", "create_pool: no address space for the pool"},                        // 34
    {"create_no_frames", "create_pool: no frames for a locked pool"},                         // 35
    {"create_no_space_for_table", "create_pool: no address space for the table"},             // 36
    {"create_no_slot", "create_pool: pools_max pools live"},                                  // 37
    {"create_no_sem", "create_pool: no semaphore is left"},                                   // 38
    {"create_put_away", "create_pool: the module was put away while it slept"},               // 39
    {"delete_no_pool", "delete_pool: there is no such pool"},                                 // 40
    {"deleted_in_use", "a pool is deleted while a call is inside"},                           // 41
    {"init_no_sem", "get_module: no semaphore is left"},                                      // 42
    {"put_away_in_use", "the module is put away while the table of pools is in use"},         // 43
    {"put_away_with_pools", "the module is put away, and deletes the pools that are left"},   // 44
    {"put_without_user", "put_module without a user, or of an unknown module"},               // 45
    {"panic_entry_in_free", "a page entry of no bin, seen by free"},                          // 46
    {"panic_entry_in_malloc", "a bin's list names a page that has no free element of it"},    // 47
    {"panic_element_lost", "a page says it has a free element, and its map has none"},        // 48
    {"panic_run_in_free", "a live run of no length, or past all used pages"},                 // 49
    {"panic_free_run", "a free run that is none, or of the wrong length"},                    // 50
    {"panic_free_run_start", "a list of free runs names a page above all used ones"},         // 51
};
static_assert(marks::all_named(mark_names, Mark::panic_free_run_start));

namespace detail {

using marks::mark;
using marks::panic;

}  // namespace detail

}  // namespace kmemlab::beos
