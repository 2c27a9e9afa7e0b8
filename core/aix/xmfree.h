// xmfree: 0, or -1 and nothing changes when the address is not exactly one that xmalloc gave from this very heap and
// that lives: null (A4), interior, foreign, freed already (A13), of the other of kernel_heap and pinned_heap (A12),
// or the heap is not initialised. The page table and the fragment maps make that exact. A page whose last fragment
// was freed, and a freed run, go back to the pool at once and merge there.
#pragma once

#include "core/aix/xmalloc.h"

namespace kmemlab::aix {

namespace detail {

/// Pages p to p + n - 1 were live and go back to the pool.
template <Machine M>
void give_pages(const Work<M>& w, std::uint32_t p, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) w.table.put(p + i, {});
  w.touch.add(w.desc(heap_t::pagtot), ~n + 1);
  if (w.global()) disclaim_pages(w.m, w.s, w.g, w.at.anchor, p, n);
  w.table.give(p, n);
  w.m.step({StepKind::page_returned, 0, w.g.page(p), std::uint64_t{n} << w.g.page_shift});
}

/// All fragments of page p are free: it leaves its list (where it is, for a page has two fragments at least).
template <Machine M>
int give_fragment_page(const Work<M>& w, std::uint32_t p, unsigned k) {
  mark(w.m, Mark::fragment_page_returned);
  const PageSet<Touch<M>> list = w.table.with_free(w.at.anchor, k);
  list.erase(p);
  const Addr fr = w.desc(heap_t::fr_of(k));
  if (w.touch.get(fr) == p) w.touch.put(fr, list.next(p));
  w.touch.add(w.desc(heap_t::frtot_of(k)), ~w.fragments(k) + 1);
  give_pages(w, p, 1);
  return 0;
}

/// -1, and why.
template <Machine M>
int no_block(M& m, Mark why) {
  mark(m, why);
  return -1;
}

template <Machine M>
int free_fragment(const Work<M>& w, Addr ptr, std::uint32_t p, What what) {
  const unsigned k = what.frag_class();
  const std::uint64_t offset = ptr - w.g.page(p);
  if (k < frag_min || k > frag_max) panic(w.m, Mark::panic_fragment_class, "xmfree: page table corrupted");
  if ((offset & ((std::uint64_t{1} << k) - 1)) != 0) return no_block(w.m, Mark::free_inside_fragment);
  const auto n = static_cast<std::uint32_t>(offset >> k);
  const Addr word = w.table.map_word(p, n / 32);
  const std::uint32_t bits = w.touch.get(word);
  if ((bits >> n % 32 & 1) != 0) return no_block(w.m, Mark::free_free_fragment);
  w.touch.put(word, bits | 1U << n % 32);
  const std::uint32_t nfree = what.nfree() + 1;
  w.table.put(p, what.with_nfree(nfree));
  w.touch.add(w.desc(heap_t::frused_of(k)), ~std::uint32_t{0});
  w.change_amount(~(std::uint64_t{1} << k) + 1);
  w.m.step({StepKind::pushed_block, static_cast<std::uint16_t>(k), ptr, std::uint64_t{1} << k});
  if (nfree == w.fragments(k)) {
    guarded(w.m, [&] { return give_fragment_page(w, p, k); });
  } else if (nfree == 1) {
    w.table.with_free(w.at.anchor, k).insert(p);
    const Addr fr = w.desc(heap_t::fr_of(k));
    if (p < w.touch.get(fr)) w.touch.put(fr, p);
  }
  return 0;
}

template <Machine M>
int free_run(const Work<M>& w, Addr ptr, std::uint32_t p) {
  if (ptr != w.g.page(p)) return no_block(w.m, Mark::free_inside_run);
  const std::uint32_t n = w.table.pages(p);
  if (n == 0 || n > w.table.fresh() - p) panic(w.m, Mark::panic_run_length, "xmfree: page table corrupted");
  mark(w.m, Mark::run_returned);
  const std::uint64_t bytes = std::uint64_t{n} << w.g.page_shift;
  block_gone(w.m, w.s, {ptr, bytes});  // a heap inside the block dies (A11)
  w.touch.add(w.desc(heap_t::pagused), ~n + 1);
  w.change_amount(~bytes + 1);
  give_pages(w, p, n);
  return 0;
}

template <Machine M>
int free_block(M& m, State& s, Addr ptr, heapaddr_t heap) {
  const auto named = find_heap(m, s, heap);
  if (!named) return -1;
  const Work<M> w(m, s, *named);
  if (!w.g.pages().contains(ptr)) return no_block(m, Mark::free_outside);
  const std::uint32_t p = w.g.page_of(ptr);
  if (p >= w.table.fresh()) return no_block(m, Mark::free_never_used);
  const What what = w.table.what(p);
  if (what.anchor() != named->anchor) return no_block(m, Mark::free_wrong_heap);
  switch (what.kind()) {
    case Kind::fragments:
      return free_fragment(w, ptr, p, what);
    case Kind::run:
      return guarded(m, [&] { return free_run(w, ptr, p); });
    default:
      return no_block(m, Mark::free_no_block);
  }
}

}  // namespace detail

/// Frees the block at `ptr` of `heap`: 0, or -1 (see above; in an interrupt too).
template <Machine M>
int xmfree(M& m, State& s, Addr ptr, heapaddr_t heap) {
  const bool process = detail::process_environment(m, s, "xmfree: not in the process environment");
  const int result = process ? detail::free_block(m, s, ptr, heap) : -1;
  if (result != 0) ++s.xmfree_failed;
  return result;
}

}  // namespace kmemlab::aix
