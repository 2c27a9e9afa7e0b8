// Which rule of 386BSD's free() keeps a page: core/bsd386/free.h, may_return() and free_large().
#pragma once

#include "core/bsd386/bsd386.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

namespace detail {

inline PageRule bsd386_rule(PageCode code, std::string_view term, const std::array<PageRule::Number, 3>& numbers = {}) {
  return {code, "386BSD", term, numbers};
}

/// A page of a bucket, cut into blocks.
inline PageRule bsd386_bucket_rule(const bsd386::State& s, unsigned indx, unsigned freecnt) {
  const bsd386::kmembuckets& kb = s.bucket[indx];
  const std::uint64_t block = std::uint64_t{1} << indx;
  if (freecnt < kb.kb_elmpercl)
    return bsd386_rule(PageCode::live_blocks, "ku_freecnt",
                       {{{"ku_freecnt", freecnt}, {"kb_elmpercl", kb.kb_elmpercl}, {"block_bytes", block}}});
  const auto code = kb.kb_totalfree <= kb.kb_highwat ? PageCode::no_surplus : PageCode::no_candidate;
  return bsd386_rule(
      code, "kb_highwat",
      {{{"kb_totalfree", kb.kb_totalfree}, {"kb_highwat", kb.kb_highwat}, {"block_bytes", block}}});
}

}  // namespace detail

/// @pre the page has a frame
inline PageRule page_rule(const Kernel& m, const bsd386::State& s, Addr page) {
  // Only the first page of a large block has an entry.
  for (Addr first = page;; first = first - s.page_bytes()) {
    const auto [indx, freecnt] = bsd386::detail::peek_usage(m, s, first);
    const std::uint64_t index = (page - first) >> s.page_shift;
    if (indx >= bsd386::MINBUCKET && indx < bsd386::bucket_slots) {
      if (std::uint64_t{1} << indx >= s.maxallocsave()) {
        if (index >= freecnt) break;
        return detail::bsd386_rule(PageCode::large_block, "maxallocsave",
                                   {{{"pages", freecnt}, {"page_of_it", index}}});
      }
      if (index != 0) break;
      return detail::bsd386_bucket_rule(s, indx, freecnt);
    }
    if (first == s.arena.base) break;
  }
  return detail::bsd386_rule(PageCode::in_the_middle, "kmemusage");
}

}  // namespace kmemlab::sim
