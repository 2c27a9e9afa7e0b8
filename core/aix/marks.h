// The rare branches of these services by name: every refusal, shortage, undoing, return of pages, death of a heap, and
// panic. A call without a mark is the plain way. (process_gone() has no machine to tell, and so no mark.)
#pragma once

#include "core/machine/marking.h"

namespace kmemlab::aix {

enum class Mark : unsigned {
  interrupt_refused,
  panic_interrupt,
  heap_unknown,
  heap_overwritten,
  bad_argument,
  too_big,
  larger_than_heap,
  no_space,
  no_frame_for_table,
  no_frame_for_page,
  pin_limit,
  pin_count_full,
  pinned_page_kept,
  pinned_page_used_again,
  fragment_page_returned,
  run_returned,
  pin_missing,
  panic_pin_missing,
  free_outside,
  free_never_used,
  free_wrong_heap,
  free_inside_fragment,
  free_free_fragment,
  free_inside_run,
  free_no_block,
  heap_dies_with_block,
  heap_dies_with_storage,
  heap_dies_overwritten,
  init_area,
  init_heapp,
  init_wraps,
  init_too_small,
  init_not_there,
  init_overlaps_front,
  init_not_in_one_block,
  init_no_record,
  galloc_bad_type,
  galloc_bad_size,
  galloc_larger_than_arena,
  galloc_no_space,
  galloc_no_entries,
  galloc_no_frames,
  gfree_bad_argument,
  gfree_no_region,
  gfree_kernel_heap,
  gfree_wrong_size,
  gfree_leaks_pins,
  pin_bad_range,
  pin_not_there,
  unpin_bad_range,
  unpin_not_pinned,
  unpin_returns_page,
  panic_boot_space,
  panic_boot_too_small,
  panic_boot_frames,
  panic_page_list,
  panic_lost_fragment,
  panic_fragment_list,
  panic_fragment_page,
  panic_fragment_class,
  panic_run_length,
};

/// At the index that is the mark's number.
inline constexpr MarkName mark_names[] = {
    {"interrupt_refused", "a service for processes only was called in an interrupt"},                    // 0
    {"panic_interrupt", "strict: and the machine stops"},                                                // 1
    {"heap_unknown", "xmalloc or xmfree: no live heap has this name"},                                   // 2
    {"heap_overwritten", "xmalloc or xmfree: the descriptor does not say HEAP any more"},                // 3
    {"bad_argument", "xmalloc: a size or alignment without a meaning"},                                  // 4
    {"too_big", "xmalloc: a size that no int holds"},                                                    // 5
    {"larger_than_heap", "xmalloc: more pages than the heap has"},                                       // 6
    {"no_space", "xmalloc: no run of free pages is long enough"},                                        // 7
    {"no_frame_for_table", "xmalloc: no frame for the page table"},                                      // 8
    {"no_frame_for_page", "xmalloc: no frame for a page; what was mapped is undone"},                    // 9
    {"pin_limit", "no more pages may be pinned"},                                                        // 10
    {"pin_count_full", "a page is pinned as often as its count can say"},                                // 11
    {"pinned_page_kept", "a free page keeps its frame, because somebody pins it"},                       // 12
    {"pinned_page_used_again", "such a page is taken, and has its frame already"},                       // 13
    {"fragment_page_returned", "a page whose fragments are all free goes back to the pool"},             // 14
    {"run_returned", "a page run goes back to the pool"},                                                // 15
    {"pin_missing", "a page of pinned_heap is freed, and its user has unpinned it"},                     // 16
    {"panic_pin_missing", "strict: and the machine stops"},                                              // 17
    {"free_outside", "xmfree: outside the heap's pages"},                                                // 18
    {"free_never_used", "xmfree: above all pages that were ever used"},                                  // 19
    {"free_wrong_heap", "xmfree: of the other of kernel_heap and pinned_heap"},                          // 20
    {"free_inside_fragment", "xmfree: not where a fragment begins"},                                     // 21
    {"free_free_fragment", "xmfree: a fragment that is free"},                                           // 22
    {"free_inside_run", "xmfree: not where a page run begins"},                                          // 23
    {"free_no_block", "xmfree: a page in which no block begins"},                                        // 24
    {"heap_dies_with_block", "the block that a heap lies in is freed"},                                  // 25
    {"heap_dies_with_storage", "a region or stack frame goes that a heap has a part in"},                // 26
    {"heap_dies_overwritten", "init_heap meets the record of a heap that was overwritten"},              // 27
    {"init_area", "init_heap: an area without a meaning"},                                               // 28
    {"init_heapp", "init_heap: heapp is null, or *heapp is not"},                                        // 29
    {"init_wraps", "init_heap: the area runs past the end of numbers"},                                  // 30
    {"init_too_small", "init_heap: nothing is left after the heap's own records"},                       // 31
    {"init_not_there", "init_heap: a page of the area is not there"},                                    // 32
    {"init_overlaps_front", "init_heap: the area begins before a live heap's pages"},                    // 33
    {"init_not_in_one_block", "init_heap: the area lies in a live heap, but not in one of its blocks"},  // 34
    {"init_no_record", "init_heap: heaps_max heaps live"},                                               // 35
    {"galloc_bad_type", "vm_galloc: a type without a meaning, or nowhere to store"},                     // 36
    {"galloc_bad_size", "vm_galloc: no size, or one that wraps"},                                        // 37
    {"galloc_larger_than_arena", "vm_galloc: more than all of global memory"},                           // 38
    {"galloc_no_space", "vm_galloc: no stretch of addresses"},                                           // 39
    {"galloc_no_entries", "vm_galloc: no map entry"},                                                    // 40
    {"galloc_no_frames", "vm_galloc: too few frames; what was taken goes back"},                         // 41
    {"gfree_bad_argument", "vm_gfree: not a page of global memory, or no size"},                         // 42
    {"gfree_no_region", "vm_gfree: no region begins there"},                                             // 43
    {"gfree_kernel_heap", "vm_gfree: of the kernel's own heap"},                                         // 44
    {"gfree_wrong_size", "vm_gfree: not the region's size"},                                             // 45
    {"gfree_leaks_pins", "vm_gfree: of a region that is still pinned"},                                  // 46
    {"pin_bad_range", "pin: not a range of global memory"},                                              // 47
    {"pin_not_there", "pin: a page of the range has no frame"},                                          // 48
    {"unpin_bad_range", "unpin: not a range of global memory"},                                          // 49
    {"unpin_not_pinned", "unpin: a page that nobody pins"},                                              // 50
    {"unpin_returns_page", "unpin: the last pin of a free page goes, and its frame with it"},            // 51
    {"panic_boot_space", "boot: no space for kernel_heap in the arena"},                                 // 52
    {"panic_boot_too_small", "boot: kernel_heap has no page left after its records"},                    // 53
    {"panic_boot_frames", "boot: no frames for kernel_heap's records"},                                  // 54
    {"panic_page_list", "xmalloc: page list corrupted"},                                                 // 55
    {"panic_lost_fragment", "xmalloc: a page says it has a free fragment, and its map has none"},        // 56
    {"panic_fragment_list", "xmalloc: a list of fragments names a page that does not exist"},            // 57
    {"panic_fragment_page", "xmalloc: a list of fragments names a page that has none of them"},          // 58
    {"panic_fragment_class", "xmfree: a page of fragments of no class"},                                 // 59
    {"panic_run_length", "xmfree: a page run of no length, or past all used pages"},                     // 60
};
static_assert(marks::all_named(mark_names, Mark::panic_run_length));

namespace detail {

using marks::mark;
using marks::panic;

}  // namespace detail

}  // namespace kmemlab::aix
