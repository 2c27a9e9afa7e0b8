// OSF/1 (Digital UNIX, Tru64) MALLOC(9r): the kernel allocator with a preallocated pool, a kernel thread that fills
// and empties it, and kmem_debug. Written from the manual page (clauses OSF-1 to OSF-19) and
// shared/spec/osf1_and_bsd.md sections 2 and 5.2; the vendor's source was neither looked for nor used. What the
// documents do not say is taken from Berkeley's allocator, the ancestor, or is ours; the list below says which.
//
// TERMS
//   arena      a range of kernel addresses that only this allocator uses
//   bucket     a size class 2^i, i = 5..14: 32 bytes to 16 KiB, on every page size
//   pool       the free blocks of all buckets
//   run        a block larger than a page: consecutive pages, kept on its bucket's list like any other block
//   large      more than 16 KiB: whole pages straight from kmem_alloc, back at once by FREE; needs M_WAITOK
//   whole page a page (or run) of a bucket with all its blocks free
//   thread     the pool's kernel thread; refills, collects, wakes
//   kmemusage  four bytes for each page of the arena: bucket and number of free blocks; large: number of pages
//
// LAYOUT, 8 KiB pages, no preload, after 100, 100, 10000 and 20000 bytes with M_WAITOK
//
//   arena +0x0000 [128|128|...|128|#1 |#0 ]   ku_indx 7,  ku_freecnt 62: highest block first
//         +0x2000 [#2: 16384 for 10000    ]   ku_indx 14, ku_freecnt 0: a run of two pages
//         +0x4000 [            #2         ]   ku_indx 0
//         +0x6000 [#3: 24576 for 20000    ]   ku_indx 15, ku_pagecnt 3: large
//         +0x8000 [            #3         ]   ku_indx 0
//         +0xa000 [            #3         ]   ku_indx 0
//
//   kmembuckets[7].kb_next -> +0x1e80 -> +0x1e00 -> ... -> +0x0 -> null
//
// WORKED EXAMPLE. FREE(#0) pushes +0x1f80, and MALLOC(128) gives it again (last in, first out). FREE(#2) puts the run
// on bucket 14's list: MALLOC(16384) with M_NOWAIT, in an interrupt too, now gives +0x2000. A second one finds the
// list empty: null, fail_nowait 1, and the thread is signalled although memory abounds; once it has run, the same
// call succeeds. FREE(#3) gives three pages back at once. Free eight pages' worth of a bucket: nothing goes back in
// FREE, but each free that leaves more than five pages' worth and a whole page signals the thread, which returns one
// page a wake-up.
//
// SLEEPING. Only with M_WAITOK, only in kmem_alloc, on kmem's channels (address space, frames). A call that sleeps
// because its list was empty does not hold the list: if a block of its bucket is freed, FREE signals the thread, the
// thread wakes the sleepers, and the call takes the block and undoes what it had got from kmem. Nothing else in here
// sleeps but the thread, in a refill; a signal finds it there too, because the pages that it waits for may be its own
// to collect.
//
// DOCUMENTED, and pinned by tests: the pool and who may go past it (M_WAITOK to kmem_alloc, M_NOWAIT never), M_ZERO,
// types that count, 16 KiB (more needs M_WAITOK, and cannot be had in an interrupt), M_WAITOK in an interrupt
// (console and null), the thread and its two directions, kmem_debug with the freer's pc and a checksum in the last
// word, verified by MALLOC, kmem_corrupt_data, panic.
// INFERRED: power-of-two buckets with 16 KiB the largest (twice the Alpha's page, Berkeley's rule); last in, first
// out; kmemusage. The documents were written for 8 KiB pages; elsewhere 16 KiB stays 16,384 bytes.
// OURS: 32 as the smallest size; order of the tests (interrupt before size); the preload and both water marks; when
// the thread is signalled, how much it does in which order, that it wakes sleepers; null for what is larger than the
// arena or than 65535 pages; the format of the last word and the checksum (debug.h); the wording of the console line
// and of all panics; statistics' names; that no limit and no reserve exists. Per-CPU lists, which we cannot confirm,
// are left out.
//
// INVARIANTS, numbered as check() reports them
//   1  a bucket's list holds exactly kb_totalfree blocks and ends
//   2  every listed block lies in the arena, aligned to its size (to a page if it is larger)
//   3  the page of a listed block has this bucket in ku_indx
//   4  a page's ku_freecnt is the number of its blocks on the list
//   5  ku_indx is 0, a bucket from 5 to 14, or large; where nothing begins both fields are 0
//   6  ku_freecnt is at most elmpercl
//   7  kb_total is elmpercl times the bucket's pages or runs
//   8  the memuse of all types together is the size of all live blocks
//   9  kb_whole is the number of the bucket's whole pages, and none lies below kb_whole_low
//  10  large blocks are more than 16 KiB and lie in the arena, and lg_inuse and lg_memuse are their sums
#pragma once

#include "core/osf1/calls.h"
#include "core/osf1/check.h"
#include "core/osf1/debug.h"
#include "core/osf1/free.h"
#include "core/osf1/machine.h"
#include "core/osf1/malloc.h"
#include "core/osf1/marks.h"
#include "core/osf1/pool.h"
#include "core/osf1/pool_thread.h"
#include "core/osf1/state.h"
#include "core/osf1/types.h"
#include "core/osf1/walk.h"
#include "core/osf1/wrapper.h"
