// AIX kernel heaps: xmalloc and xmfree, init_heap, kernel_heap and pinned_heap, pin and unpin; vm_galloc and vm_gfree.
// Written from IBM's public manual pages alone (AIX 4.3 init_heap, AIX 5.2 vm_galloc, and the facts gathered in
// shared/spec/aix_and_beos.md sections 1 to 3; clauses AIX-H1 to H12, AIX-G1 to G14). The documents say what the
// services promise and, through the debugger's examples, how a heap is built; the algorithm that fills the gaps is
// ours, and marked.
//
// TERMS
//   global memory  the kernel's pool that vm_galloc hands out: here the machine's arena
//   region         what vm_galloc gave: whole pages with a type and a protection key (00 kernel only, 01 users may
//                  read)
//   heap           an area of pages with a descriptor; heapaddr_t is the descriptor's address, and says HEAP
//                  (0x48454150)
//   fragment       a power of two from 16 to 2048 bytes; a page holds fragments of one size or belongs to a page run
//   page run       whole pages, for requests over 2048 bytes
//   front          the heap's own records, in the first pages of its area: descriptor, page pool, lists, page table
//   fresh tail     pages above all used ones: free, and not described one by one
//   private heap   made by init_heap in memory that its caller has: a region, a block of another heap, a process's
//                  private region, a stack
//
// LAYOUT of kernel_heap after xmalloc(100), xmalloc(100), xmalloc(3000), then xmalloc(100) from pinned_heap
//
//   arena +0        [heap_t kernel_heap | heap_t pinned_heap | pool | lists | page table ->   ]  the front
//   base  +0x0000   [#0: 128|#1: 128|free ... 30 more|                                        ]  kernel_heap, fr[7] = 0
//         +0x1000   [#2: 4096 for 3000                                                        ]  a run of one page
//         +0x2000   [#3: 128|free ... 31 more|                                                ]  pinned_heap, fr[7] = 2
//         +0x3000   fresh tail
//
// WORKED EXAMPLE. xmfree(#0, kernel_heap) sets its bit in page 0's map; the next xmalloc(128, 0, kernel_heap) takes it
// again, for it is the lowest. xmfree(#2) makes page 1 a free run; xmalloc(16, 0, pinned_heap) cuts it into 256
// fragments, for it is the lowest free page: both heaps share one array of pages, and a page belongs to the heap that
// uses it. xmfree (#3, kernel_heap) is -1: wrong heap. xmfree(#3, pinned_heap) empties page 2; it is unpinned, loses
// its frame, and joins the fresh tail.
//
// kernel_heap AND pinned_heap. Read from the debugger's example (section 1.5): one array of pages, two descriptors that
// differ in `alt` and `pinflag`. The array is a V_SYSTEM region of global memory, made at boot, of fixed size. Its
// pages get frames when they leave the pool and lose them when they come back, at once; the page table's own pages
// get frames as the used part grows, and keep them (ours: section 1.4 says pageable, and no more). Pinned pages count
// against one limit, a share of the machine's frames.
//
// DECISIONS of ours where the documents are silent: A1 to A16 of shared/spec/aix_and_beos.md section 6, as
// recommended there. Beyond:
//   D1  heaps that live are recorded outside guest memory, at most 64; the record and the word HEAP must agree
//   D2  a heap in memory that xmfree, vm_gfree or storage_gone() took is dead at once, and loses its HEAP
//   D3  vm_galloc zeroes; xmalloc does not
//   D4  vm_gfree of pages that are still pinned succeeds, and the pins are counted as leaked
//   D5  a system area remembers V_SYSTEM after vm_gfree, until other memory takes its place
//   D6  V_WORKING 1, V_SYSTEM 2, V_UREAD 4
//   D7  a heap whose records contradict each other stops the machine: "xmalloc: fragment list corrupted" and the like
// Not modelled: the 16M-page heaps of later AIX, per-processor lists, rmalloc, xmalloc's debug levels, paging of
// kernel_heap.
//
// PROCESS ENVIRONMENT. All services but unpin refuse in an interrupt and write a line on the console; Config::strict
// stops the machine instead. pinned_heap is no exception: what pinning buys is that an interrupt may touch the data.
// Because unpin may interrupt the others, they keep interrupts off while pages, pins and frames change hands.
//
// INVARIANTS, numbered as check() reports them
//   1  every live heap's descriptors say HEAP and agree with the heap's record
//   2  a list holds exactly the pages that it should: fr[k] the pages with a free fragment, and it names the lowest;
//      free runs their first pages; an upper word has a bit for each word below that is not 0
//   3  a page's count of free fragments is the number of bits in its map
//   4  no fragment page is wholly free
//   5  every page below the tail is a fragment page, in a live run whose pages point at its first, or in a free run
//   6  free runs know their length at both ends, and none borders on another or on the tail
//   7  no free run of 2^k pages or more starts below hint k
//   8  frtot, frused, pagtot, pagused and amount are what the page table adds up to
//   9  in kernel_heap a page has a frame exactly if it is in use, pinned, or a part of the front that is mapped
//  10  a pinned page has a frame, pages of pinned_heap are pinned, and pinned and leaked pages are counted, within
//      the limit
//  11  regions do not overlap, each knows its pages, and outside kernel_heap exactly their pages have frames
//  12  areas of live heaps are disjoint, or one lies among the pages of the other
#pragma once

#include "core/aix/check.h"
#include "core/aix/init_heap.h"
#include "core/aix/layout.h"
#include "core/aix/machine.h"
#include "core/aix/marks.h"
#include "core/aix/pin.h"
#include "core/aix/state.h"
#include "core/aix/vm_galloc.h"
#include "core/aix/walk.h"
#include "core/aix/xmalloc.h"
#include "core/aix/xmfree.h"
