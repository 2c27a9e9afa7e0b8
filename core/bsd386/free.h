// free() of 386BSD 1.0 with its page return. Algorithm: shared/spec/osf1_and_bsd.md sections 3.2 and 4, item 4.
// The page of the block being freed is the only candidate for return: when all its blocks are free and the bucket then
// has a surplus over its high-water mark, its other blocks are unlinked and the page goes back to kmem.
#pragma once

#include "core/bsd386/machine.h"
#include "core/bsd386/state.h"

namespace kmemlab::bsd386 {

namespace detail {

/// Takes `bytes` off the type and wakes those who sleep at its limit, on the downward crossing only.
template <Machine M>
[[gnu::always_inline]] inline void discharge(M& m, State& s, unsigned type, std::uint64_t bytes) {
  kmemstats& ks = s.stats[type];
  ks.ks_memuse -= bytes;
  if (ks.ks_memuse + bytes >= ks.ks_limit && ks.ks_memuse < ks.ks_limit) {
    mark(m, Mark::wakes_limit);
    m.step({StepKind::wakes, static_cast<std::uint16_t>(type), {}, State::type_channel(type).v});
    m.wakeup(State::type_channel(type));
  }
  --ks.ks_inuse;
}

/// Unlinks every listed block of `page`; the block being freed is not on the list, so there are elmpercl - 1.
template <Machine M>
void unlink_page(M& m, State& s, Addr page, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const AddrRange range{page, s.page_bytes()};
  std::uint64_t missing = kb.kb_elmpercl - 1;
  Addr previous{};  // null: the head
  Addr a = kb.kb_next;
  while (a && missing > 0) {
    const Addr next{m.load_word(a)};
    if (range.contains(a)) {
      --missing;
      if (previous) {
        m.store_word(previous, next.v);
      } else {
        kb.kb_next = next;
      }
    } else {
      previous = a;
    }
    a = next;
  }
  if (missing != 0) panic(m, Mark::panic_missing_block, "free: missing a bucket");
}

template <Machine M>
void free_large(M& m, State& s, Addr address, Addr usage, unsigned indx, unsigned type) {
  mark(m, Mark::large_returned);
  const std::uint64_t pages = m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt);
  const std::uint64_t bytes = pages << s.page_shift;
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, 0);
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, 0);
  m.step({StepKind::page_returned, static_cast<std::uint16_t>(indx), address, bytes});
  m.kmem_free(address, bytes);
  discharge(m, s, type, bytes);
  --s.bucket[indx].kb_total;
}

template <Machine M>
void return_page(M& m, State& s, Addr page, Addr usage, unsigned indx, unsigned type) {
  mark(m, m.in_interrupt() ? Mark::page_returned_in_interrupt : Mark::page_returned);
  kmembuckets& kb = s.bucket[indx];
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, 0);
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, 0);
  discharge(m, s, type, std::uint64_t{1} << indx);
  kb.kb_total -= kb.kb_elmpercl;
  kb.kb_totalfree -= kb.kb_elmpercl;
  unlink_page(m, s, page, indx);
  m.step({StepKind::page_returned, static_cast<std::uint16_t>(indx), page, s.page_bytes()});
  m.kmem_free(page, s.page_bytes());
}

/// The page that just became wholly free goes back, unless its blocks are no surplus, or it may not go now.
template <Machine M>
bool may_return(M& m, State& s, Addr block, unsigned indx, unsigned type) {
  kmembuckets& kb = s.bucket[indx];
  if (kb.kb_totalfree <= kb.kb_highwat) {
    mark(m, Mark::whole_page_kept);
    return false;
  }
  if (type == M_MBUF) {  // mbufs are freed at interrupt level, where taking the map's lock could block
    mark(m, Mark::mbuf_page_kept);
    m.step({StepKind::return_refused, static_cast<std::uint16_t>(indx), block, kb.kb_totalfree});
    return false;
  }
  if (s.mode == Mode::documented && m.in_interrupt()) {
    ++kb.kb_couldfree;  // ours: the next free in process context that fills this page may return it
    mark(m, Mark::interrupt_page_kept);
    m.step({StepKind::return_refused, static_cast<std::uint16_t>(indx), block, kb.kb_totalfree});
    return false;
  }
  return true;
}

}  // namespace detail

/// Returns the block at `address` to its bucket, its page to kmem if it is surplus. `type` is trusted, as it was: a
/// wrong one spoils two types' statistics. Never sleeps. Panics by the original's names on an address outside the
/// arena, an unaligned one, and a block freed more often than its page has blocks.
template <Machine M>
void free(M& m, State& s, Addr address, unsigned type) {
  using detail::mark, detail::panic;
  const bool faithful = s.mode == Mode::faithful;
  if (address < s.arena.base || address >= s.arena.end()) [[unlikely]] {
    // faithful: the original compared with > and let the arena's end pass (F3).
    if (!faithful || address != s.arena.end()) panic(m, Mark::panic_outside_arena, "free: outside arena");
    mark(m, Mark::end_passes);
  }
  if (type >= M_LAST) [[unlikely]] {  // and here (F2)
    if (!faithful || type > M_LAST) panic(m, Mark::panic_free_type, "free - bogus type");
    mark(m, Mark::last_type_passes);
  }
  const Addr usage = s.usage_of(address);
  const unsigned indx = m.template load<std::uint16_t>(usage + kmemusage::ku_indx);
  if (indx >= bucket_slots) panic(m, Mark::panic_free_wrong_bucket, "free: wrong bucket");
  if (indx == 0) [[unlikely]] {
    if (!faithful) panic(m, Mark::panic_page_not_allocated, "free: page not allocated");
    mark(m, Mark::free_of_nothing);  // F4
  }
  const std::uint64_t size = std::uint64_t{1} << indx;
  const std::uint64_t alignment = size < s.page_bytes() ? size : s.page_bytes();
  if ((address.v & (alignment - 1)) != 0) panic(m, Mark::panic_unaligned, "free: unaligned addr");

  const int level = m.splimp();
  if (size >= s.maxallocsave()) {
    detail::free_large(m, s, address, usage, indx, type);
    m.splx(level);
    return;
  }
  kmembuckets& kb = s.bucket[indx];
  ++kb.kb_totalfree;
  const auto freecnt = static_cast<std::uint16_t>(m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt) + 1);
  if (freecnt > kb.kb_elmpercl) panic(m, Mark::panic_multiple_frees, "free: multiple frees");
  if (freecnt == kb.kb_elmpercl && detail::may_return(m, s, address, indx, type)) {
    detail::return_page(m, s, Addr{round_down(address.v, s.page_bytes())}, usage, indx, type);
    m.splx(level);
    return;
  }
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, freecnt);
  detail::discharge(m, s, type, size);
  m.store_word(address, kb.kb_next.v);
  kb.kb_next = address;
  m.step({StepKind::pushed_block, static_cast<std::uint16_t>(indx), address, size});
  m.splx(level);
}

}  // namespace kmemlab::bsd386
