// malloc and free. A block comes from the pool or there is none: NULL at once when the pool is full (B13). malloc(0) is
// a smallest block of its own (B5). The contents are not zeroed, and pages of a lazily locked pool need not be
// resident: who touches them asks first.
#pragma once

#include "core/beos/blocks.h"

namespace kmemlab::beos {

/// done: call.address and call.granted are set. failed (NULL): call.reason is process_only (an interrupt), bad_heap (no
/// such pool, or it was deleted meanwhile), no_space (the pool is full, or smaller than the request), no_frames (no
/// frame for the pool's table). blocked: on the pool's semaphore.
template <Machine M>
Outcome malloc(M& m, State& s, MallocCall& call) {
  if (m.in_interrupt()) [[unlikely]]
    return detail::refuse_in_interrupt(m, s, call, "area_malloc: malloc in an interrupt");
  Pool* const p = s.find(call.pool);
  if (p == nullptr) [[unlikely]]
    return detail::no_pool(m, call);
  if (const detail::Turn turn = detail::take_sem(m, s, call, p->sem); turn != detail::Turn::mine) [[unlikely]] {
    return turn == detail::Turn::asleep ? Outcome::blocked : detail::fail_call(call, Reason::bad_heap);
  }
  call.address = detail::Blocks<M>(m, s, *p).take(call.size, call.granted, call.reason);
  m.release_sem(p->sem);
  if (call.address) [[likely]] {
    call.reason = Reason::none;
    return Outcome::done;
  }
  ++p->failed;
  return Outcome::failed;
}

/// done: the block is free, or call.ptr was null. failed, and nothing has changed (B8): call.reason is process_only,
/// bad_heap (no such pool), bad_argument (not exactly the address of a live block of this pool). blocked: on the pool's
/// semaphore.
template <Machine M>
Outcome free(M& m, State& s, FreeCall& call) {
  if (m.in_interrupt()) [[unlikely]]
    return detail::refuse_in_interrupt(m, s, call, "area_malloc: free in an interrupt");
  if (!call.ptr) [[unlikely]] {
    detail::mark(m, Mark::free_null);
    return Outcome::done;
  }
  Pool* const p = s.find(call.pool);
  const detail::Turn turn = p != nullptr ? detail::take_sem(m, s, call, p->sem) : detail::Turn::gone;
  if (turn != detail::Turn::mine) [[unlikely]] {
    if (turn == detail::Turn::asleep) return Outcome::blocked;
    detail::complain_of_free(m, s, Mark::free_no_pool, "area_malloc: free to no pool");
    return detail::fail_call(call, Reason::bad_heap);
  }
  const detail::Blocks<M> blocks(m, s, *p);
  const detail::Block block = blocks.find(call.ptr);
  if (block.page == no_page) [[unlikely]] {
    m.release_sem(p->sem);
    detail::complain_of_free(m, s, Mark::free_no_block, "area_malloc: free of what is no live block");
    return detail::fail_call(call, Reason::bad_argument);
  }
  blocks.give(block);
  m.release_sem(p->sem);
  call.reason = Reason::none;
  return Outcome::done;
}

}  // namespace kmemlab::beos
