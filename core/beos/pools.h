// create_pool and delete_pool. The table of pools has a semaphore of its own; it is given back before create_pool waits
// for frames, because a delete_pool that could free some needs it.
#pragma once

#include <algorithm>

#include "core/beos/machine.h"

namespace kmemlab::beos {

namespace detail {

/// Deletes a pool with all that it has, whoever is inside: those sleep, are woken, and find it gone (B10).
template <Machine M>
void remove_pool(M& m, State& s, Pool& p) {
  if (p.asleep > 0 || m.get_sem_count(p.sem).value_or(1) < 1) {
    ++s.races;
    mark(m, Mark::deleted_in_use);
    m.console("area_malloc: a pool is deleted while it is in use");
  }
  const Pool gone = p;
  p = Pool{};
  s.table_pages -= gone.table_pages;
  m.step({StepKind::page_returned, 0, gone.g.base, gone.g.range().bytes});
  m.delete_sem(gone.sem);
  m.delete_area(gone.area);
  m.delete_area(gone.table_area);
}

/// Why create_area failed. B_NO_MEMORY means address space or frames: an area that needs no frames tells which.
template <Machine M>
Reason reason_of(M& m, status_t status, const CreatePoolCall& call) {
  if (status != B_NO_MEMORY) {
    mark(m, Mark::create_refused);
    return Reason::bad_argument;
  }
  Addr base{};
  const area_id probe = m.create_area(pool_area_name, base, call.address_spec, call.size, B_NO_LOCK, call.protection);
  mark(m, probe < 0 ? Mark::create_no_space : Mark::create_no_frames);
  if (probe < 0) return Reason::no_space;
  m.delete_area(probe);
  return Reason::no_frames;
}

/// The pool's two areas; none of them if one cannot be had.
template <Machine M>
Reason create_areas(M& m, const CreatePoolCall& call, Pool& p) {
  Addr base{};  // B_BASE_ADDRESS has no address to begin from: 0 (B3)
  p.area = m.create_area(pool_area_name, base, call.address_spec, call.size, call.lock_spec, call.protection);
  if (p.area < 0) return reason_of(m, p.area, call);
  const std::uint64_t pages = call.size >> m.page_shift();
  if (pages <= pool_pages_max) {
    const Geometry g = lay_out(static_cast<std::uint32_t>(pages), m.page_shift());
    Addr table{};
    p.table_area = m.create_area(table_area_name, table, B_ANY_KERNEL_ADDRESS, g.table_bytes(), B_LAZY_LOCK,
                                 B_READ_AREA | B_WRITE_AREA);
    p.g = placed(g, base, table);
    if (p.table_area > 0) return Reason::none;
  }
  mark(m, Mark::create_no_space_for_table);
  m.delete_area(p.area);
  return Reason::no_space;
}

/// With the table's semaphore in hand: a slot, areas and a semaphore for the new pool.
template <Machine M>
Reason reserve_pool(M& m, State& s, CreatePoolCall& call) {
  const auto slot = std::find_if(s.pool.begin(), s.pool.end(), [](const Pool& p) { return !p.id; });
  if (slot == s.pool.end()) {
    mark(m, Mark::create_no_slot);
    return Reason::no_entries;
  }
  Pool p;
  if (const Reason reason = create_areas(m, call, p); reason != Reason::none) return reason;
  p.sem = m.create_sem(1, pool_area_name);
  if (p.sem < 0) {
    mark(m, Mark::create_no_sem);
    m.delete_area(p.area);
    m.delete_area(p.table_area);
    return Reason::no_entries;
  }
  p.id = PoolId{++s.serial * pools_max + static_cast<std::uint64_t>(slot - s.pool.begin())};
  p.lock = call.lock_spec;
  p.protection = call.protection;
  p.lowest.fill(no_page);
  *slot = p;
  call.making = p.id;
  call.resident = ResidentCall{};
  call.resident.range = {p.g.table, p.g.front_pages() << s.page_shift};
  return Reason::none;
}

/// The front of the table becomes resident, perhaps after a sleep; then the pool lives.
template <Machine M>
Outcome finish_pool(M& m, State& s, CreatePoolCall& call) {
  Pool& p = s.pool[call.making.v % pools_max];
  if (p.id != call.making) {  // the module was put away meanwhile
    mark(m, Mark::create_put_away);
    return fail_call(call, Reason::bad_heap);
  }
  p.asleep = 0;
  const Outcome outcome = bring_in(m, s, call, call.resident);
  if (outcome == Outcome::blocked) {
    p.asleep = 1;
    return Outcome::blocked;
  }
  if (outcome == Outcome::failed) {  // somebody deleted the table's area behind the module's back
    remove_pool(m, s, p);
    return fail_call(call, Reason::bad_heap);
  }
  m.zero(p.g.table, call.resident.range.bytes);
  p.table_pages = static_cast<std::uint32_t>(p.g.front_pages());
  s.table_pages += p.table_pages;
  p.described = p.g.described_by(p.table_pages);
  p.live = true;
  call.phase = Phase::start;
  call.reason = Reason::none;
  call.pool = p.id;
  m.step({StepKind::pages_obtained, 0, p.g.base, p.g.range().bytes});
  return Outcome::done;
}

}  // namespace detail

/// Makes a pool in an area of its own. done: call.pool is set. failed (NULL): call.reason is process_only, bad_heap
/// (the module is not loaded, or was unloaded meanwhile), bad_argument (what create_area calls B_BAD_VALUE, and
/// B_EXACT_ADDRESS: there is no address argument, B3), no_space, no_frames, no_entries (too many pools). blocked: on
/// the semaphore of the table of pools, or on frames for the pool's own table.
template <Machine M>
Outcome create_pool(M& m, State& s, CreatePoolCall& call) {
  if (m.in_interrupt()) return detail::refuse_in_interrupt(m, s, call, "area_malloc: create_pool in an interrupt");
  if (call.phase == Phase::in_frames) return detail::finish_pool(m, s, call);
  if (call.address_spec == B_EXACT_ADDRESS) {
    detail::mark(m, Mark::create_exact);
    return detail::fail_call(call, Reason::bad_argument);
  }
  const detail::Turn turn = detail::take_sem(m, s, call, s.table_sem);
  if (turn == detail::Turn::asleep) return Outcome::blocked;
  if (turn == detail::Turn::gone) return detail::fail_call(call, Reason::bad_heap);
  const Reason reason = detail::reserve_pool(m, s, call);
  m.release_sem(s.table_sem);
  if (reason != Reason::none) return detail::fail_call(call, reason);
  return detail::finish_pool(m, s, call);
}

/// done: call.status is B_OK, and every pointer of the pool is invalid. failed: B_ERROR, no such pool (or an interrupt,
/// or the module is not loaded). blocked: on the semaphore of the table of pools.
template <Machine M>
Outcome delete_pool(M& m, State& s, DeletePoolCall& call) {
  call.status = B_ERROR;
  if (m.in_interrupt()) return detail::refuse_in_interrupt(m, s, call, "area_malloc: delete_pool in an interrupt");
  const detail::Turn turn = detail::take_sem(m, s, call, s.table_sem);
  if (turn == detail::Turn::asleep) return Outcome::blocked;
  if (turn == detail::Turn::gone) return detail::fail_call(call, Reason::bad_heap);
  Pool* const p = s.find(call.pool);
  if (p != nullptr) detail::remove_pool(m, s, *p);
  m.release_sem(s.table_sem);
  if (p == nullptr) {
    detail::mark(m, Mark::delete_no_pool);
    return detail::fail_call(call, Reason::bad_heap);
  }
  call.status = B_OK;
  call.reason = Reason::none;
  return Outcome::done;
}

}  // namespace kmemlab::beos
