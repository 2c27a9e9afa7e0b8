// malloc() of 386BSD 1.0, as a resumable request. Algorithm: shared/spec/osf1_and_bsd.md sections 3.1 and 4.
// The order of the steps is the original's, since it decides addresses: limit before list, list before kmem, and after
// a sleep in kmem the limit is not tested again.
#pragma once

#include "core/bsd386/machine.h"
#include "core/bsd386/state.h"

namespace kmemlab::bsd386 {

namespace detail {

template <Machine M>
Outcome fail_call(M& m, MallocCall& call, int level, Reason reason) {
  m.splx(level);
  call.reason = reason;
  call.address = null_addr;
  return Outcome::failed;
}

template <Machine M>
Outcome block_call(M& m, MallocCall& call, int level, Channel channel, SleepCause cause) {
  if (m.in_interrupt()) {  // faithful mode comes here (F5)
    panic(m, Mark::panic_sleep_in_interrupt, "malloc: sleep in an interrupt");
  }
  m.step({StepKind::sleeps, static_cast<std::uint16_t>(cause), {}, channel.v});
  call.channel = channel;
  call.cause = cause;
  m.will_sleep(channel);
  m.splx(level);
  return Outcome::blocked;
}

/// Bytes to ask of kmem for a request that finds its list empty: a page to carve, or the request in whole pages. (On
/// the way from one page to two there is nothing between: 4097 bytes are bucket 8192, two pages, large.)
inline std::uint64_t allocation_bytes(const State& s, std::uint64_t size, unsigned indx) {
  const std::uint64_t block = std::uint64_t{1} << indx;
  if (block < s.maxallocsave()) return s.page_bytes();
  return size < s.maxallocsave() ? s.maxallocsave() : round_up(size, s.page_bytes());
}

/// Cuts a fresh page into blocks: the highest becomes the head of the list, each links to the next lower one, the
/// lowest to what the list holds now (others may have filled it while this request slept).
template <Machine M>
void carve(M& m, State& s, Addr page, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const std::uint64_t block = std::uint64_t{1} << indx;
  m.template store<std::uint16_t>(s.usage_of(page) + kmemusage::ku_freecnt, static_cast<std::uint16_t>(kb.kb_elmpercl));
  kb.kb_totalfree += kb.kb_elmpercl;
  const Addr saved = kb.kb_next;
  if (saved) mark(m, Mark::list_filled_during_sleep);
  const Addr highest = page + (kb.kb_elmpercl - 1) * block;
  for (Addr a = highest; a > page; a = a - block) m.store_word(a, (a - block).v);
  m.store_word(page, saved.v);
  kb.kb_next = highest;
  m.step({StepKind::carved, static_cast<std::uint16_t>(indx), page, block});
}

/// The type's share is used up: fail, or sleep until a free crosses the limit downwards. True if the caller may go on.
inline bool under_limit(const State& s, const MallocCall& call) {
  const kmemstats& ks = s.stats[call.type];
  return ks.ks_memuse < ks.ks_limit;
}

template <Machine M>
Outcome at_limit(M& m, State& s, MallocCall& call, int level) {
  kmemstats& ks = s.stats[call.type];
  m.step({StepKind::limit_reached, static_cast<std::uint16_t>(call.type), {}, ks.ks_memuse});
  if (call.flags & M_NOWAIT) {
    mark(m, Mark::nowait_at_limit);
    return fail_call(m, call, level, Reason::type_limit);
  }
  mark(m, call.phase == MallocCall::Phase::start ? Mark::sleep_at_limit : Mark::sleep_at_limit_again);
  if (ks.ks_limblocks < 65535) ++ks.ks_limblocks;
  call.phase = MallocCall::Phase::at_limit;
  return block_call(m, call, level, State::type_channel(call.type), SleepCause::type_limit);
}

[[gnu::always_inline]] inline void charge(kmembuckets& kb, kmemstats& ks, std::uint64_t bytes) {
  ks.ks_memuse += bytes;
  ++kb.kb_calls;
  ++ks.ks_inuse;
  ++ks.ks_calls;
  if (ks.ks_memuse > ks.ks_maxused) ks.ks_maxused = ks.ks_memuse;
}

template <Machine M>
[[gnu::always_inline]] inline Outcome finish(M& m, MallocCall& call, int level, Addr address, std::uint64_t granted) {
  m.splx(level);
  call.address = address;
  call.granted = granted;
  if (call.flags & M_ZERO_IT) {
    m.zero(address, call.size);
    m.step({StepKind::zeroed, 0, address, call.size});
  }
  return Outcome::done;
}

/// Takes the head of the list.
template <Machine M>
[[gnu::always_inline]] inline Outcome pop(M& m, State& s, MallocCall& call, int level, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const Addr block = kb.kb_next;
  kb.kb_next = Addr{m.load_word(block)};
  const Addr usage = s.usage_of(block);
  if (m.template load<std::uint16_t>(usage + kmemusage::ku_indx) != indx) {
    panic(m, Mark::panic_malloc_wrong_bucket, "malloc: wrong bucket");
  }
  const auto freecnt = m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt);
  if (freecnt == 0) panic(m, Mark::panic_lost_data, "malloc: lost data");
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, static_cast<std::uint16_t>(freecnt - 1));
  --kb.kb_totalfree;
  const std::uint64_t granted = std::uint64_t{1} << indx;
  m.step({StepKind::took_block, static_cast<std::uint16_t>(indx), block, granted});
  charge(kb, s.stats[call.type], granted);
  return finish(m, call, level, block, granted);
}

/// The list is empty (or, for large sizes, always is): pages from kmem, which may sleep in there.
template <Machine M>
Outcome refill(M& m, State& s, MallocCall& call, int level, unsigned indx) {
  const bool slept = call.phase == MallocCall::Phase::in_kmem;
  if (!slept) {
    const std::uint64_t bytes = allocation_bytes(s, call.size, indx);
    m.step({StepKind::list_empty, static_cast<std::uint16_t>(indx), {}, bytes});
    if (bytes > s.arena.bytes || bytes < call.size) {  // the second: the rounding wrapped
      if (bytes < call.size) mark(m, Mark::size_wraps);
      if (s.mode == Mode::faithful) {
        panic(m, Mark::panic_larger_than_arena, "kmem_alloc: map smaller than allocation");
      }
      mark(m, Mark::larger_than_arena);
      return fail_call(m, call, level, Reason::no_space);
    }
    call.phase = MallocCall::Phase::in_kmem;
    call.kmem = KmemCall{};
    call.kmem.bytes = bytes;
    call.kmem.wait = (call.flags & M_NOWAIT) ? Wait::no_sleep : Wait::may_sleep;
    call.kmem.zero = (call.flags & M_ZERO_IT) ? Zero::yes : Zero::no;
  }
  switch (m.kmem_alloc(call.kmem)) {
    case Outcome::failed:
      mark(m, nowait_mark(call.kmem.reason));
      return fail_call(m, call, level, call.kmem.reason);
    case Outcome::blocked:
      mark(m, slept ? Mark::sleep_in_kmem_again : sleep_mark(call.kmem));
      return block_call(m, call, level, call.kmem.channel, call.kmem.cause);
    case Outcome::done:
      break;
  }
  if (slept) mark(m, Mark::pages_after_sleep);
  const Addr va = call.kmem.va;
  const std::uint64_t bytes = call.kmem.bytes;
  kmembuckets& kb = s.bucket[indx];
  kb.kb_total += kb.kb_elmpercl;
  m.step({StepKind::pages_obtained, static_cast<std::uint16_t>(indx), va, bytes});
  const Addr usage = s.usage_of(va);
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, static_cast<std::uint16_t>(indx));
  if (bytes >= s.maxallocsave()) {
    const std::uint64_t pages = bytes >> s.page_shift;
    if (pages > 65535) panic(m, Mark::panic_too_many_pages, "malloc: allocation too large");
    m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, static_cast<std::uint16_t>(pages));
    m.step({StepKind::gave_pages, static_cast<std::uint16_t>(indx), va, bytes});
    charge(kb, s.stats[call.type], bytes);
    return finish(m, call, level, va, bytes);
  }
  carve(m, s, va, indx);
  return pop(m, s, call, level, indx);
}

}  // namespace detail

/// Starts or resumes a request. done: call.address and call.granted are set. failed: call.reason says why. blocked:
/// park the call until call.channel is woken, then call again. Cannot sleep if M_NOWAIT is set.
/// @pre not in an interrupt unless M_NOWAIT is set; documented mode panics otherwise (our choice: malloc(9) only says
/// that NOWAIT is for interrupt level), faithful mode panics if it comes to a sleep.
template <Machine M>
Outcome malloc(M& m, State& s, MallocCall& call) {
  using detail::mark, detail::panic;
  const unsigned indx = bucket_index(call.size);
  if (call.phase == MallocCall::Phase::start) {
    if (call.type >= M_LAST) [[unlikely]] {  // faithful: the original compared with > (F2)
      if (s.mode == Mode::documented || call.type > M_LAST) panic(m, Mark::panic_malloc_type, "malloc - bogus type");
      mark(m, Mark::last_type_passes);
    }
    if (s.mode == Mode::documented) {
      if (call.size > documented_size_max) {
        ++s.toobig;
        mark(m, Mark::too_big);
        call.reason = Reason::too_big;
        return Outcome::failed;
      }
      if (!(call.flags & M_NOWAIT) && m.in_interrupt()) {
        panic(m, Mark::panic_wait_in_interrupt, "malloc: may sleep, but called in an interrupt");
      }
    }
  }
  const int level = m.splimp();
  if (call.phase != MallocCall::Phase::in_kmem) {
    if (!detail::under_limit(s, call)) return detail::at_limit(m, s, call, level);
    if (s.bucket[indx].kb_next) return detail::pop(m, s, call, level, indx);
  }
  return detail::refill(m, s, call, level, indx);
}

}  // namespace kmemlab::bsd386
