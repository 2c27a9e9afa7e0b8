// calloc and realloc: the calls that touch a pool's pages, and so ask for them first (a page of an area that is not
// fully locked may not be resident). calloc has given the semaphore back by then, for the block is the caller's
// already; realloc keeps it, for the old block must stay what it is until it is copied. Nobody who could free a frame
// needs that semaphore, so sleeping with it cannot deadlock.
#pragma once

#include <algorithm>
#include <limits>

#include "core/beos/malloc.h"

namespace kmemlab::beos {

namespace detail {

/// The new block becomes resident, perhaps after a sleep, and is zeroed.
template <Machine M>
Outcome clear_block(M& m, State& s, Pool& p, CallocCall& call) {
  if (p.lock < B_FULL_LOCK) {
    const Outcome outcome = bring_in(m, s, call, call.resident);
    if (outcome == Outcome::blocked) ++p.asleep;
    if (outcome == Outcome::failed) call.address = null_addr;  // somebody deleted the area behind the module's back
    if (outcome == Outcome::blocked) return outcome;
    if (outcome == Outcome::failed) return fail_call(call, Reason::bad_heap);
  }
  m.zero(call.resident.range.base, call.resident.range.bytes);
  m.step({StepKind::zeroed, 0, call.resident.range.base, call.resident.range.bytes});
  call.phase = Phase::start;
  call.reason = Reason::none;
  return Outcome::done;
}

/// Copies whole words: both blocks are multiples of 8 bytes long.
template <Machine M>
void copy_block(M& m, Addr to, Addr from, std::uint64_t bytes) {
  for (std::uint64_t at = 0; at < bytes; at += m.word_bytes()) m.store_word(to + at, m.load_word(from + at));
}

template <Machine M>
Outcome end_realloc(M& m, Pool& p, ReallocCall& call, Addr address, std::uint64_t granted) {
  m.release_sem(p.sem);
  call.phase = Phase::start;
  call.reason = Reason::none;
  call.address = address;
  call.granted = granted;
  return Outcome::done;
}

template <Machine M>
Outcome fail_realloc(M& m, Pool& p, ReallocCall& call, Reason reason) {
  m.release_sem(p.sem);
  call.address = null_addr;
  return fail_call(call, reason);
}

/// With the semaphore in hand and call.block taken: both blocks become resident, perhaps after sleeps; copy; free.
template <Machine M>
Outcome move_block(M& m, State& s, Pool& p, ReallocCall& call) {
  const Blocks<M> blocks(m, s, p);
  const std::uint64_t bytes = std::min(call.old_granted, call.size);
  for (;; call.old_resident = true) {
    const AddrRange wanted{call.old_resident ? call.block : call.ptr, bytes};
    if (call.resident.range != wanted) {
      call.resident = ResidentCall{};
      call.resident.range = wanted;
    }
    const Outcome outcome = bring_in(m, s, call, call.resident);
    if (outcome == Outcome::blocked) {
      ++p.asleep;
      return outcome;
    }
    if (outcome == Outcome::failed) {
      mark(m, Mark::realloc_undone);
      blocks.give(blocks.find(call.block));
      return fail_realloc(m, p, call, Reason::bad_heap);
    }
    if (call.old_resident) break;
  }
  copy_block(m, call.block, call.ptr, bytes);
  blocks.give(blocks.find(call.ptr));
  return end_realloc(m, p, call, call.block, call.granted);
}

/// With the semaphore in hand, from the beginning.
template <Machine M>
Outcome resize(M& m, State& s, Pool& p, ReallocCall& call) {
  const Blocks<M> blocks(m, s, p);
  Block old{};
  if (call.ptr) {
    old = blocks.find(call.ptr);
    if (old.page == no_page) {
      complain_of_free(m, s, Mark::realloc_no_block, "area_malloc: realloc of what is no live block");
      return fail_realloc(m, p, call, Reason::bad_argument);
    }
    if (call.size == 0) {
      mark(m, Mark::realloc_zero);
      blocks.give(old);
      return end_realloc(m, p, call, null_addr, 0);
    }
    if (blocks.same_kind(old, call.size)) {
      mark(m, Mark::realloc_stays);
      return end_realloc(m, p, call, call.ptr, old.granted);
    }
    if (p.protection != (B_READ_AREA | B_WRITE_AREA)) {
      mark(m, Mark::realloc_read_only);
      return fail_realloc(m, p, call, Reason::read_only);
    }
  }
  Reason reason{};
  call.old_granted = old.granted;
  call.block = blocks.take(call.size, call.granted, reason);
  if (!call.block) {
    ++p.failed;
    mark(m, Mark::realloc_failed);
    return fail_realloc(m, p, call, reason);
  }
  if (!call.ptr) {
    mark(m, Mark::realloc_null);
    return end_realloc(m, p, call, call.block, call.granted);
  }
  call.old_resident = false;
  call.resident = ResidentCall{};
  return move_block(m, s, p, call);
}

}  // namespace detail

/// A zeroed block for `members` members of `size` bytes. done: call.address and call.granted are set. failed (NULL): as
/// malloc, and too_big (members * size overflows, B6), read_only (the pool may not be written, B4). blocked: on the
/// pool's semaphore, or on frames for the block.
template <Machine M>
Outcome calloc(M& m, State& s, CallocCall& call) {
  if (m.in_interrupt()) return detail::refuse_in_interrupt(m, s, call, "area_malloc: calloc in an interrupt");
  Pool* const p = s.find(call.pool);
  if (call.phase == Phase::in_frames) {
    if (p == nullptr) {
      call.address = null_addr;
      detail::mark(m, Mark::pool_gone_in_sleep);
      return detail::fail_call(call, Reason::bad_heap);
    }
    --p->asleep;
    return detail::clear_block(m, s, *p, call);
  }
  if (p == nullptr) return detail::no_pool(m, call);
  if (call.size != 0 && call.members > std::numeric_limits<std::uint64_t>::max() / call.size) {
    detail::mark(m, Mark::calloc_overflow);
    return detail::fail_call(call, Reason::too_big);
  }
  if ((p->protection & B_WRITE_AREA) == 0) {
    detail::mark(m, Mark::calloc_read_only);
    return detail::fail_call(call, Reason::read_only);
  }
  const detail::Turn turn = detail::take_sem(m, s, call, p->sem);
  if (turn == detail::Turn::asleep) return Outcome::blocked;
  if (turn == detail::Turn::gone) return detail::fail_call(call, Reason::bad_heap);
  const std::uint64_t bytes = call.members * call.size;
  call.address = detail::Blocks<M>(m, s, *p).take(bytes, call.granted, call.reason);
  m.release_sem(p->sem);
  if (!call.address) {
    ++p->failed;
    return Outcome::failed;
  }
  call.resident = ResidentCall{};
  call.resident.range = {call.address, bytes};
  return detail::clear_block(m, s, *p, call);
}

/// Resizes the block at call.ptr. It stays where it is if it would be of the same bin, or have as many pages; else it
/// moves. A null ptr is malloc(size); size 0 frees, and the result is null (B5). done: call.address and call.granted.
/// failed (NULL), and the old block is what it was (B7): as malloc, and bad_argument (no live block at ptr, B8),
/// read_only (a pool that may not be read and written cannot move a block). blocked: on the pool's semaphore, or on
/// frames.
template <Machine M>
Outcome realloc(M& m, State& s, ReallocCall& call) {
  if (m.in_interrupt()) return detail::refuse_in_interrupt(m, s, call, "area_malloc: realloc in an interrupt");
  Pool* const p = s.find(call.pool);
  if (p == nullptr) {
    call.address = null_addr;
    if (call.phase == Phase::in_frames) detail::mark(m, Mark::pool_gone_in_sleep);
    return detail::no_pool(m, call);
  }
  if (call.phase == Phase::in_frames) {
    --p->asleep;
    return detail::move_block(m, s, *p, call);
  }
  const detail::Turn turn = detail::take_sem(m, s, call, p->sem);
  if (turn == detail::Turn::asleep) return Outcome::blocked;
  if (turn == detail::Turn::gone) return detail::fail_call(call, Reason::bad_heap);
  return detail::resize(m, s, *p, call);
}

}  // namespace kmemlab::beos
