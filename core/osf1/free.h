// free() behind FREE(9r). Blocks of the pool go to the head of their list and stay: giving pages back is the thread's
// business, which is the difference to 386BSD. Blocks over 16 KiB go straight back to kmem. Never sleeps.
#pragma once

#include "core/osf1/calls.h"
#include "core/osf1/machine.h"

namespace kmemlab::osf1 {

namespace detail {

inline void discharge(kmemstats& ks, std::uint64_t bytes) {
  ks.ks_memuse -= bytes;
  --ks.ks_inuse;
}

template <Machine M>
[[gnu::noinline]] void free_large(M& m, State& s, const FreeCall& call, Addr usage) {
  mark(m, Mark::large_returned);
  const std::uint64_t pages = m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt);
  const std::uint64_t bytes = pages << s.page_shift;
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, 0);
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, 0);
  --s.large.lg_inuse;
  s.large.lg_memuse -= bytes;
  discharge(s.stats[call.type], bytes);
  m.step({StepKind::page_returned, large_indx, call.address, bytes});
  m.kmem_free(call.address, bytes);
}

template <Machine M>
[[gnu::always_inline]] inline void push(M& m, State& s, const FreeCall& call, Addr usage, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const std::uint64_t size = std::uint64_t{1} << indx;
  const auto freecnt = static_cast<std::uint16_t>(m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt) + 1);
  if (freecnt > kb.kb_elmpercl) panic(m, Mark::panic_multiple_frees, "free: multiple frees");
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, freecnt);
  discharge(s.stats[call.type], size);
  if (s.kmem_debug) [[unlikely]] seal_freed(m, call.address, size, call.pc);
  m.store_word(call.address + s.link_offset(indx), kb.kb_next.v);
  kb.kb_next = call.address;
  ++kb.kb_totalfree;
  if (freecnt == kb.kb_elmpercl) page_became_whole(kb, s.page_of(call.address));
  m.step({StepKind::pushed_block, static_cast<std::uint16_t>(indx), call.address, size});
  // The thread may sleep in a refill of this very bucket, holding pages, and what it waits for is needless now.
  const bool refill_needless = kb.kb_refill != 0 && s.thread_channel != pool_thread_channel;
  if (kb.surplus() || kb.kb_waiting > 0 || refill_needless) {
    if (kb.kb_waiting > 0) mark(m, Mark::free_signals_for_sleeper);
    if (kb.kb_waiting == 0 && kb.surplus()) mark(m, Mark::free_signals_for_surplus);
    signal_thread(m, s);
  }
}

}  // namespace detail

/// Returns a block. call.type is trusted, as Berkeley's was: a wrong one spoils two types' statistics. FREE(9r) names
/// no errors; what cannot be a live block panics, by Berkeley's names. A double free that leaves the page's count
/// within bounds is not noticed.
template <Machine M>
void free(M& m, State& s, const FreeCall& call) {
  using detail::panic;
  if (!s.arena.contains(call.address)) panic(m, Mark::panic_outside_arena, "free: outside arena");
  if (call.type >= M_LAST) panic(m, Mark::panic_free_type, "free: bogus type");
  const Addr usage = s.usage_of(call.address);
  const unsigned indx = m.template load<std::uint16_t>(usage + kmemusage::ku_indx);
  if (indx == 0) panic(m, Mark::panic_page_not_allocated, "free: page not allocated");
  if (indx < MINBUCKET || indx > large_indx) panic(m, Mark::panic_free_wrong_bucket, "free: wrong bucket");
  const std::uint64_t alignment = std::uint64_t{1} << (indx < s.page_shift ? indx : s.page_shift);
  if ((call.address.v & (alignment - 1)) != 0) panic(m, Mark::panic_unaligned, "free: unaligned addr");

  const int level = m.splimp();
  ++s.releases;
  if (indx == large_indx) {
    detail::free_large(m, s, call, usage);
  } else {
    detail::push(m, s, call, usage, indx);
  }
  m.splx(level);
}

}  // namespace kmemlab::osf1
