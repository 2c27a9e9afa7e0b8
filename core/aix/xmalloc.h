// xmalloc: fragments of a page for small requests, page runs above (shared/spec/aix_and_beos.md sections 1 and 6).
// Rules: align is log2; a fragment of 2^k bytes lies on a multiple of 2^k, so the class is that of max(size, 2^align)
// (A5); lowest page of the class, lowest free fragment in it, first fit for page runs (A16). It never sleeps for
// memory: null at once when there is no fragment, no page run, no frame or no pin left (section 1.7). Contents are
// not zeroed.
#pragma once

#include <bit>
#include <limits>

#include "core/aix/heap_records.h"
#include "core/aix/page_frames.h"

namespace kmemlab::aix {

namespace detail {

inline Outcome fail_call(State& s, XmallocCall& call, Reason reason) {
  ++s.xmalloc_failed;
  call.reason = reason;
  call.address = null_addr;
  call.granted = 0;
  return Outcome::failed;
}

/// Class of a request that fits into a fragment, or frag_max + 1. size > 0, align >= 0.
constexpr unsigned class_of(std::uint64_t size, unsigned align) {
  const unsigned by_size = size > (std::uint64_t{1} << frag_max) ? frag_max + 1 : ceil_log2(size);
  const unsigned k = by_size > align ? by_size : align;
  return k < frag_min ? frag_min : k > frag_max ? frag_max + 1 : k;
}

/// A heap's records as one call works with them.
template <Machine M>
struct Work {
  M& m;
  State& s;
  const Geometry& g;
  Named at;
  Touch<M> touch{m};
  PageTable<Touch<M>> table{touch, g};

  Work(M& machine, State& state, Named named) : m(machine), s(state), g(state.heap[named.slot].g), at(named) {}
  bool global() const { return at.slot == 0; }
  Addr desc(std::uint64_t field) const { return at.desc + field; }
  std::uint32_t fragments(unsigned k) const { return 1U << (g.page_shift - k); }
  void change_amount(std::uint64_t by) const {
    touch.put8(desc(heap_t::amount), touch.get8(desc(heap_t::amount)) + by);
  }
};

/// Takes n pages from the pool: first fit, frames, pins. no_page if that fails; `reason` says why.
template <Machine M>
std::uint32_t take_pages(const Work<M>& w, std::uint32_t n, Reason& reason) {
  const std::uint32_t p = w.table.find(n);
  reason = Reason::no_space;
  if (p == no_page) {
    mark(w.m, Mark::no_space);
    return no_page;
  }
  if (p > w.g.numpages || n > w.g.numpages - p) panic(w.m, Mark::panic_page_list, "xmalloc: page list corrupted");
  if (w.global()) {
    reason = claim_pages(w.m, w.s, w.g, w.at.anchor, p, n);
    if (reason != Reason::none) return no_page;
  }
  w.table.take(p, n);
  w.touch.add(w.desc(heap_t::pagtot), n);
  w.m.step({StepKind::pages_obtained, 0, w.g.page(p), std::uint64_t{n} << w.g.page_shift});
  return p;
}

/// Gives a page of class k to the descriptor, all of its fragments free.
template <Machine M>
std::uint32_t carve_page(const Work<M>& w, unsigned k, Reason& reason) {
  w.m.step({StepKind::list_empty, static_cast<std::uint16_t>(k), {}, w.g.page_bytes()});
  const std::uint32_t p = take_pages(w, 1, reason);
  if (p == no_page) return no_page;
  const std::uint32_t n = w.fragments(k);
  w.table.put(p, What::of(Kind::fragments, w.at.anchor, k, n));
  const std::uint32_t all = n < 32 ? (1U << n) - 1 : ~std::uint32_t{0};
  for (std::uint32_t i = 0; i < n; i += 32) w.touch.put(w.table.map_word(p, i / 32), all);
  w.table.with_free(w.at.anchor, k).insert(p);
  w.touch.put(w.desc(heap_t::fr_of(k)), p);
  w.touch.add(w.desc(heap_t::frtot_of(k)), n);
  w.m.step({StepKind::carved, static_cast<std::uint16_t>(k), w.g.page(p), std::uint64_t{1} << k});
  return p;
}

/// The lowest free fragment of page p, marked live.
template <Machine M>
std::uint32_t take_lowest(const Work<M>& w, std::uint32_t p, unsigned k) {
  for (std::uint32_t i = 0; i < w.fragments(k); i += 32) {
    const Addr word = w.table.map_word(p, i / 32);
    const std::uint32_t bits = w.touch.get(word);
    if (bits == 0) continue;
    w.touch.put(word, bits & (bits - 1));
    return i + static_cast<std::uint32_t>(std::countr_zero(bits));
  }
  panic(w.m, Mark::panic_lost_fragment, "xmalloc: lost fragment");
  return 0;
}

template <Machine M>
Outcome take_fragment(const Work<M>& w, XmallocCall& call, unsigned k) {
  const Addr fr = w.desc(heap_t::fr_of(k));
  std::uint32_t p = w.touch.get(fr);
  if (p == no_page) {
    Reason reason{};
    p = guarded(w.m, [&] { return carve_page(w, k, reason); });
    if (p == no_page) return fail_call(w.s, call, reason);
  }
  if (p >= w.g.numpages) panic(w.m, Mark::panic_fragment_list, "xmalloc: fragment list corrupted");
  const What what = w.table.what(p);
  if (what.with_nfree(0).bits != What::of(Kind::fragments, w.at.anchor, k).bits || what.nfree() == 0) {
    panic(w.m, Mark::panic_fragment_page, "xmalloc: fragment list corrupted");
  }
  const std::uint32_t n = take_lowest(w, p, k);
  w.table.put(p, what.with_nfree(what.nfree() - 1));
  if (what.nfree() == 1) {  // full now: the next page of the class is above, since this was the lowest
    const PageSet<Touch<M>> list = w.table.with_free(w.at.anchor, k);
    list.erase(p);
    w.touch.put(fr, list.next(p));
  }
  w.touch.add(w.desc(heap_t::frused_of(k)), 1);
  call.granted = std::uint64_t{1} << k;
  call.address = w.g.page(p) + (std::uint64_t{n} << k);
  w.change_amount(call.granted);
  w.m.step({StepKind::took_block, static_cast<std::uint16_t>(k), call.address, call.granted});
  return Outcome::done;
}

template <Machine M>
Outcome take_run(const Work<M>& w, XmallocCall& call) {
  const std::uint64_t n = div_ceil(static_cast<std::uint64_t>(call.size), w.g.page_bytes());
  if (n > w.g.numpages) {
    mark(w.m, Mark::larger_than_heap);
    return fail_call(w.s, call, Reason::no_space);
  }
  Reason reason{};
  const auto pages = static_cast<std::uint32_t>(n);
  const std::uint32_t p = take_pages(w, pages, reason);
  if (p == no_page) return fail_call(w.s, call, reason);
  w.table.put(p, What::of(Kind::run, w.at.anchor), pages);
  for (std::uint32_t i = 1; i < pages; ++i) w.table.put(p + i, What::of(Kind::rest, w.at.anchor), i);
  w.touch.add(w.desc(heap_t::pagused), pages);
  call.granted = n << w.g.page_shift;
  call.address = w.g.page(p);
  w.change_amount(call.granted);
  w.m.step({StepKind::gave_pages, 0, call.address, call.granted});
  return Outcome::done;
}

}  // namespace detail

/// Allocates call.size bytes on a boundary of 2^call.align from call.heap. done: call.address and call.granted are set.
/// failed (NULL): call.reason is process_only (an interrupt), bad_heap (not initialised, or dead), bad_argument (size
/// <= 0, align negative or above the page), too_big (no `int`), no_space, no_frames, pin_limit. Panics on a corrupted
/// heap.
template <Machine M>
Outcome xmalloc(M& m, State& s, XmallocCall& call) {
  ++s.xmalloc_calls;
  if (!detail::process_environment(m, s, "xmalloc: not in the process environment")) {
    return detail::fail_call(s, call, Reason::process_only);
  }
  const auto named = detail::find_heap(m, s, call.heap);
  if (!named) return detail::fail_call(s, call, Reason::bad_heap);
  if (call.size <= 0 || call.align < 0 || call.align > static_cast<int>(s.page_shift)) {
    detail::mark(m, Mark::bad_argument);
    return detail::fail_call(s, call, Reason::bad_argument);
  }
  if (call.size > std::numeric_limits<std::int32_t>::max()) {
    detail::mark(m, Mark::too_big);
    return detail::fail_call(s, call, Reason::too_big);
  }
  const detail::Work<M> work(m, s, *named);
  const unsigned k = detail::class_of(static_cast<std::uint64_t>(call.size), static_cast<unsigned>(call.align));
  if (k <= frag_max) return detail::take_fragment(work, call, k);
  return detail::guarded(m, [&] { return detail::take_run(work, call); });
}

}  // namespace kmemlab::aix
