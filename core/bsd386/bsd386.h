// 386BSD 1.0 malloc(9): the power-of-two allocator of McKusick and Karels (Summer USENIX 1988) with the page return
// that William and Lynne Jolitz added in 1994. Written from the documents alone; facts: shared/spec/osf1_and_bsd.md
// sections 3 and 4, the manual page (clauses BSD-1 to BSD-11).
//
// TERMS
//   arena      a range of kernel addresses (kmem_map) that only this allocator uses; 4 MB in the system, here any size
//   bucket     a size class 2^i, i = 4..19; kmembuckets[i] heads the list of its free blocks
//   block      what malloc hands out; a block smaller than two pages is one of elmpercl equal parts of a page
//   large      two pages and more: whole pages from kmem, given back at once by free
//   kmemusage  four bytes for each page of the arena: the bucket, and how many of the page's blocks are free. It
//              replaces a header before each block: a 128-byte request takes 128 bytes
//   type       what the memory is for; counted, and limited to 6/10 of the arena each
//
// LAYOUT, 4 KiB pages, after malloc(100), malloc(100), malloc(3000), malloc(5000)
//
//   arena +0x0000 [128|128|...|128|#1 |#0 ]   ku_indx 7,  ku_freecnt 30: highest block first
//         +0x1000 [#2: 4096 for 3000      ]   ku_indx 12, ku_freecnt 0
//         +0x2000 [#3: 8192 for 5000      ]   ku_indx 13, ku_pagecnt 2: large
//         +0x3000 [            #3         ]   ku_indx 0
//
//   kmembuckets[7].kb_next -> +0xe80 -> +0xe00 -> ... -> +0x0 -> null      (each free block's first word is the link)
//
// WORKED EXAMPLE. free(#0) pushes +0xf80 at the head (last in, first out), so malloc(128) gives +0xf80 again. free(#2)
// makes its page wholly free, but one free 4096-byte block is not over the high-water mark of 5, so the page stays.
// free(#3) gives two pages back at once. 256 x malloc(128) and then all freed: pages go back at frees 192, 224 and 256,
// and five pages' worth (160 blocks) stay cached.
//
// SLEEPING. A call that may sleep does so in three places: on its type's record while the type is at its limit; on the
// map while no hole is large enough; on the free count while there is no frame. Each time everybody on the channel
// wakes and tries again. With M_NOWAIT the call returns null in all three, the first even if the free list is not
// empty.
//
// RECURSION. The virtual memory system under kmem_alloc needs map entries, and for user maps takes them from malloc.
// The kernel's maps use entries that were set aside at boot, so malloc -> kmem_alloc -> entry never comes back here.
//
// MODES. `documented` is the manual page without the defects that we know of. `faithful` keeps what the system did:
//   F1  no limit of 64 KB; a request larger than the arena panics "kmem_alloc: map smaller than allocation", NOWAIT too
//   F2  type M_LAST passes the test for a bogus type (> instead of >=)
//   F3  an address equal to the arena's end passes the arena check of free (> instead of >=)
//   F4  freeing into a page that holds nothing is not noticed: it feeds bucket 0
//   F5  a call that may sleep is accepted in an interrupt, and stops the machine only when it comes to a sleep
//   F6  a page is returned from an interrupt too, through the map's lock; documented keeps it and counts couldfree
// Both modes trust the caller's type in free, and miss a double free that leaves the page's count within bounds: the
// callers' errors, which the documents do not promise to catch.
//
// INVARIANTS, numbered as check() reports them
//   1  a bucket's list holds exactly kb_totalfree blocks and ends
//   2  every listed block lies in the arena, aligned to its size (to a page if it is larger)
//   3  the page of a listed block has this bucket in ku_indx
//   4  a page's ku_freecnt is the number of its blocks on the list
//   5  a page with ku_indx 0 has no count; ku_indx is 0 or a bucket from 4 to 19
//   6  ku_freecnt is at most elmpercl
//   7  kb_total is elmpercl times the bucket's pages (large: the number of allocations)
//   8  the memuse of all types together is the size of all live blocks
#pragma once

#include "core/bsd386/check.h"
#include "core/bsd386/free.h"
#include "core/bsd386/machine.h"
#include "core/bsd386/malloc.h"
#include "core/bsd386/marks.h"
#include "core/bsd386/state.h"
#include "core/bsd386/types.h"
#include "core/bsd386/walk.h"
