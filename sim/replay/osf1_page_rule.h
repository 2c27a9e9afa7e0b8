// Which rule of OSF/1 keeps a page: free() never gives one of the pool's back (core/osf1/free.h), the pool's thread
// does (core/osf1/pool_thread.h, collect()), from buckets with a surplus (state.h).
#pragma once

#include "core/osf1/osf1.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

namespace detail {

inline PageRule osf1_rule(PageCode code, std::string_view term, const std::array<PageRule::Number, 3>& numbers = {}) {
  return {code, "OSF/1", term, numbers};
}

/// The thread sleeps where the state says; one that was woken is in no queue.
inline bool osf1_thread_sleeps(const Kernel& m, const osf1::State& s) {
  for (const Sleeper& sleeper : m.sleepers().sleepers()) {
    if (sleeper.channel == s.thread_channel) return true;
  }
  return false;
}

/// A page or a run of pages that is one block, of a bucket of the pool.
inline PageRule osf1_bucket_rule(const Kernel& m, const osf1::State& s, unsigned indx, unsigned freecnt) {
  const osf1::kmembuckets& kb = s.bucket[indx];
  const std::uint64_t block = std::uint64_t{1} << indx;
  if (freecnt < kb.kb_elmpercl)
    return osf1_rule(PageCode::live_blocks, "ku_freecnt",
                     {{{"ku_freecnt", freecnt}, {"kb_elmpercl", kb.kb_elmpercl}, {"block_bytes", block}}});
  if (!kb.surplus())
    return osf1_rule(
        PageCode::no_surplus, "kb_highwat",
        {{{"kb_totalfree", kb.kb_totalfree}, {"kb_highwat", kb.kb_highwat}, {"block_bytes", block}}});
  return osf1_rule(osf1_thread_sleeps(m, s) ? PageCode::thread_done : PageCode::thread_due, "pool_thread",
                   {{{"kb_totalfree", kb.kb_totalfree},
                     {"kb_highwat", kb.kb_highwat},
                     {"collect_pages_max", s.collect_pages_max}}});
}

}  // namespace detail

/// @pre the page has a frame
inline PageRule page_rule(const Kernel& m, const osf1::State& s, Addr page) {
  // Only the first page of a run or a large block has an entry.
  for (Addr first = page;; first = first - s.page_bytes()) {
    const osf1::detail::PageEntry e = osf1::detail::peek_usage(m, s, first);
    const std::uint64_t index = (page - first) >> s.page_shift;
    if (e.indx >= osf1::MINBUCKET && e.indx <= osf1::large_indx) {
      const std::uint64_t pages = osf1::detail::pages_of(s, e);
      if (index >= pages) break;
      if (e.indx != osf1::large_indx) return detail::osf1_bucket_rule(m, s, e.indx, e.freecnt);
      return detail::osf1_rule(PageCode::large_block, "ku_pagecnt", {{{"pages", pages}, {"page_of_it", index}}});
    }
    if (first == s.arena.base) break;
  }
  return detail::osf1_rule(PageCode::in_the_middle, "kmemusage");
}

}  // namespace kmemlab::sim
