// The pool's parts that malloc, free, the boot and the thread share: putting pages in, taking a page out, and asking
// for the thread. All of them run with the interrupt level raised.
#pragma once

#include "core/machine/concepts.h"
#include "core/osf1/debug.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1::detail {

/// Something for the thread to do. It may be asleep for memory itself: then it is woken there (with everybody who
/// sleeps there, all of whom look again), or it could not give back the page that it is waiting for. It is awake from
/// then on, though it has not run yet: a second signal must not wake those others again, for each of them may signal
/// when it goes back to sleep, and so on without end.
template <class M>
  requires HasWakeup<M> && HasSteps<M> && HasMarks<M>
[[gnu::noinline]] void signal_thread(M& m, State& s) {
  ++s.signals;
  if (s.thread_channel != pool_thread_channel) mark(m, Mark::signal_in_refill);
  m.step({StepKind::wakes, 0, {}, s.thread_channel.v});
  m.wakeup(s.thread_channel);
  s.thread_channel = pool_thread_channel;
}

inline void page_became_whole(kmembuckets& kb, Addr page) {
  ++kb.kb_whole;
  if (page < kb.kb_whole_low) kb.kb_whole_low = page;
}

/// Makes fresh pages blocks of the bucket: the highest becomes the head of the list, each links to the next lower
/// one, the lowest to what the list holds now (Berkeley's order).
template <class M>
  requires HasMemory<M> && HasShape<M> && HasSteps<M>
void add_pages(M& m, State& s, Addr va, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const std::uint64_t block = std::uint64_t{1} << indx;
  const Addr usage = s.usage_of(va);
  m.step({StepKind::pages_obtained, static_cast<std::uint16_t>(indx), va, s.refill_bytes(indx)});
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, static_cast<std::uint16_t>(indx));
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, static_cast<std::uint16_t>(kb.kb_elmpercl));
  const std::uint64_t link = s.link_offset(indx);
  for (std::uint64_t i = 0; i < kb.kb_elmpercl; ++i) {
    const Addr a = va + i * block;
    m.store_word(a + link, kb.kb_next.v);
    if (s.kmem_debug) seal_fresh(m, a, block);
    kb.kb_next = a;
  }
  kb.kb_total += kb.kb_elmpercl;
  kb.kb_totalfree += kb.kb_elmpercl;
  page_became_whole(kb, va);
  m.step({StepKind::carved, static_cast<std::uint16_t>(indx), va, block});
}

/// Unlinks all blocks of a wholly free page or run. Walks the list: as long as it is, with the level raised.
template <class M>
  requires HasMemory<M> && HasPanic<M> && HasMarks<M>
void unlink_page(M& m, State& s, Addr page, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const AddrRange range{page, s.refill_bytes(indx)};
  const std::uint64_t link = s.link_offset(indx);
  std::uint64_t missing = kb.kb_elmpercl;
  Addr previous{};  // null: the head
  for (Addr a = kb.kb_next; a && missing > 0;) {
    const Addr next{m.load_word(a + link)};
    if (!range.contains(a)) {
      previous = a;
    } else {
      --missing;
      if (previous) {
        m.store_word(previous + link, next.v);
      } else {
        kb.kb_next = next;
      }
    }
    a = next;
  }
  if (missing != 0) panic(m, Mark::panic_missing_block, "pool thread: missing a free block");
}

/// The wholly free page or run with the lowest address. There is one: kb_whole > 0.
template <class M>
  requires HasMemory<M> && HasPanic<M> && HasMarks<M>
Addr lowest_whole_page(M& m, const State& s, unsigned indx) {
  const kmembuckets& kb = s.bucket[indx];
  for (Addr page = kb.kb_whole_low; page < s.arena.end(); page = page + s.page_bytes()) {
    const Addr usage = s.usage_of(page);
    if (m.template load<std::uint16_t>(usage + kmemusage::ku_indx) == indx &&
        m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt) == kb.kb_elmpercl) {
      return page;
    }
  }
  panic(m, Mark::panic_missing_page, "pool thread: missing a free page");
  return null_addr;
}

/// Gives the lowest wholly free page or run of the bucket back to kmem.
template <class M>
  requires HasMemory<M> && HasPanic<M> && HasSteps<M> && HasKmem<M> && HasMarks<M>
void remove_page(M& m, State& s, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const Addr page = lowest_whole_page(m, s, indx);
  unlink_page(m, s, page, indx);
  const Addr usage = s.usage_of(page);
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, 0);
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, 0);
  kb.kb_total -= kb.kb_elmpercl;
  kb.kb_totalfree -= kb.kb_elmpercl;
  kb.kb_freed += kb.kb_elmpercl;
  --kb.kb_whole;
  kb.kb_whole_low = page + s.page_bytes();
  ++s.releases;
  ++s.collected;
  m.step({StepKind::page_returned, static_cast<std::uint16_t>(indx), page, s.refill_bytes(indx)});
  m.kmem_free(page, s.refill_bytes(indx));
}

}  // namespace kmemlab::osf1::detail
