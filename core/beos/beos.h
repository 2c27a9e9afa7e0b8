// BeOS's kernel module "generic/area_malloc/v1": pools of memory in areas of their own, for drivers. Written from the
// Be Book of Release 5 (clauses BE-1 to BE-18) and the facts gathered in shared/spec/aix_and_beos.md sections 4 to 6;
// Be's own source was neither looked for nor used. The documents say what the functions promise, and that the module
// wraps the kernel's own malloc; how that one works they do not say, so the inside is ours.
//
// TERMS
//   area      a named range of pages with a locking scheme and a protection (core/machine/areas.h)
//   pool      an area that blocks come from; create_pool names it by an opaque id, which is never used again
//   table     a second area for each pool, with all records about it: the pool's own area holds blocks and nothing
//             else
//   bin       a size from 8 to 2048 bytes; a page holds elements of one bin, or belongs to a run
//   run       whole pages, for requests over 2048 bytes
//   resident  has a page frame. Pages of a locked pool are resident from the start, those of another when asked for
//   fresh     the first page above all used ones: from there on the pool is free and has no records
//
// LAYOUT of a pool of eight pages of 4096 bytes, B_LAZY_LOCK, after malloc of 100, 100, 5000 and 20 bytes
//
//   area 1 "area_malloc pool", +0x0000  [#0: 128|#1: 128|free ... 30 more|     ]  elements, bin 128
//                              +0x1000  [#2: 8192 for 5000                     ]  run of two pages
//                              +0x2000  [            #2                        ]
//                              +0x3000  [#3: 24|free ... 169 more| 16 wasted   ]  elements, bin 24
//                              +0x4000  fresh
//   area 2 "area_malloc table"          [lists of free runs | entries of 8 pages]  one page, resident
//
// WORKED EXAMPLE. free(#0) sets a bit in page 0's map, and malloc(100) gives +0x0000 again: the lowest free element of
// the page at the head of the bin's list. free(#2) makes pages 1 and 2 a free run; malloc(500) cuts page 1 into
// elements of 512, for it is the lowest free page, and page 2 stays a free run of one. free(#3) empties page 3: it
// joins page 2, both border on fresh, and fresh falls to page 2. malloc(30000) is NULL at once: six pages are free,
// eight are needed. realloc(#1, 120) stays where it is, for 120 bytes are of bin 128 too; realloc(#1, 200) takes an
// element of 256, copies 128 bytes, and frees #1.
//
// LOCKS. One semaphore for each pool and one for the table of pools, first come, first served (B13). A call sleeps on
// its pool's while another call, on another CPU, holds it until its end tick. Frames are waited for where the module
// itself touches memory: calloc (without the semaphore), realloc (with it: the old block must not change while it is
// copied), create_pool for its table (without it). malloc and free never wait for memory.
// delete_pool takes the table's semaphore and not the pool's: the documents put that race on the caller. Who is inside
// is noticed (semaphore held or awaited, or a call asleep on frames), counted in `races`, and printed; those who
// sleep are woken and get NULL (B10).
//
// DOCUMENTED, and pinned by tests: the module's name and its lifetime; create_area's parameters but the name; NULL and
// B_ERROR; what each function promises; not in interrupts; thread-safe but for delete_pool; what is left at the end is
// deleted.
// INFERRED: realloc(NULL, n), free(NULL) as in the C library that the header refers to; pools of fixed size.
// OURS: B1 to B15 of shared/spec/aix_and_beos.md section 6, as recommended there. Beyond:
//   D1  bins 8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384, 512, 1024, 2048; first fit over runs of pages
//   D2  list order of a bin: a full page in which an element comes free goes to the head, for it is the fullest
//   D3  metadata in a second area, whose pages come with use (2 per cent of what is used)
//   D4  malloc fails (no_frames) when the table cannot grow; it does not wait
//   D5  a free or realloc of what is no live block changes nothing: a console line, a count, with Config::strict panic
//   D6  realloc in a pool that cannot be read and written may stay in place, and otherwise fails (read_only)
//   D7  at most 32 pools; an area's fresh pages hold what the frames held
// Not modelled: cloning a pool's area into another team, swapping.
//
// INVARIANTS, numbered as check() reports them
//   1  a pool's record lies in its slot, and its areas are what it says
//   2  a bin's list holds exactly the bin's pages that have a free element, linked both ways
//   3  a page's count of free elements is the number of bits in its map, and no word below the named one has any
//   4  no element page is wholly free
//   5  every page below fresh is an element page, in a live run, or in a free run; nothing begins inside one, or above
//   6  free runs know their length at both ends, and none borders on another or on fresh
//   7  the list of a class holds exactly the starts of its free runs, an upper word has a bit for each word below that
//      is not 0, and `lowest` is the lowest
//   8  total, used, runs, run_pages and bytes are what the entries add up to
//   9  exactly the first table_pages pages of a table are resident, they describe all pages below fresh, and metadata
//      is their sum
//  10  a semaphore exists, and its count is at most 1
#pragma once

#include "core/beos/blocks.h"
#include "core/beos/calls.h"
#include "core/beos/check.h"
#include "core/beos/layout.h"
#include "core/beos/machine.h"
#include "core/beos/malloc.h"
#include "core/beos/marks.h"
#include "core/beos/module.h"
#include "core/beos/pools.h"
#include "core/beos/realloc.h"
#include "core/beos/runs.h"
#include "core/beos/starts.h"
#include "core/beos/state.h"
#include "core/beos/types.h"
#include "core/beos/walk.h"
