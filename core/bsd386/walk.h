// walk() and the published tables: what a viewer or an oracle may know of this core without knowing its type.
#pragma once

#include <string_view>

#include "core/base/tables.h"
#include "core/bsd386/check.h"
#include "core/bsd386/state.h"
#include "core/machine/concepts.h"

namespace kmemlab::bsd386 {

/// Every page that holds blocks, lowest first, then every block that is on a free list. What is in a page and on no
/// list is live. Bounded even on a corrupted list: a list is followed for at most kb_totalfree blocks.
template <HasPeek M, WalkSink S>
void walk(const M& m, const State& s, S& sink) {
  for (Addr page = s.arena.base; page < s.arena.end(); page = page + s.page_bytes()) {
    const auto [indx, freecnt] = detail::peek_usage(m, s, page);
    if (indx < MINBUCKET || indx >= bucket_slots) continue;
    const std::uint64_t block = std::uint64_t{1} << indx;
    if (block < s.maxallocsave()) {
      sink.page(page, PageUse::fragments, block);
      continue;
    }
    const std::uint64_t bytes = std::uint64_t{freecnt} << s.page_shift;
    sink.page(page, PageUse::large_first, bytes);
    for (unsigned rest = 1; rest < freecnt; ++rest) {
      page = page + s.page_bytes();
      sink.page(page, PageUse::large_rest, bytes);
    }
  }
  for (unsigned i = MINBUCKET; i < bucket_slots; ++i) {
    Addr a = s.bucket[i].kb_next;
    for (std::uint64_t n = 0; a && n < s.bucket[i].kb_totalfree; ++n) {
      sink.free_block(a, std::uint64_t{1} << i);
      a = Addr{m.peek_word(a).value_or(0)};
    }
  }
}

/// kmembuckets, kmemstats and kmemusage as vmstat -m and a debugger would show them, and each bucket's free list.
template <HasPeek M, TableSink S>
void publish(const M& m, const State& s, S& sink) {
  sink.table("kmembuckets", {{"size", "bytes"},
                             {"next", "addr"},
                             {"calls", ""},
                             {"total", ""},
                             {"totalfree", ""},
                             {"elmpercl", ""},
                             {"highwat", ""},
                             {"couldfree", ""}});
  for (unsigned i = MINBUCKET; i < bucket_slots; ++i) {
    const kmembuckets& kb = s.bucket[i];
    if (kb.kb_calls == 0) continue;
    sink.row("", {std::uint64_t{1} << i, kb.kb_next.v, kb.kb_calls, kb.kb_total, kb.kb_totalfree, kb.kb_elmpercl,
                  kb.kb_highwat, kb.kb_couldfree});
  }
  sink.table("kmemstats", {{"inuse", ""},
                           {"calls", ""},
                           {"memuse", "bytes"},
                           {"limblocks", ""},
                           {"mapblocks", ""},
                           {"maxused", "bytes"},
                           {"limit", "bytes"}});
  for (unsigned t = 0; t <= M_LAST; ++t) {
    const kmemstats& ks = s.stats[t];
    if (ks.ks_calls == 0 && ks.ks_limblocks == 0) continue;
    sink.row(type_names[t],
             {ks.ks_inuse, ks.ks_calls, ks.ks_memuse, ks.ks_limblocks, ks.ks_mapblocks, ks.ks_maxused, ks.ks_limit});
  }
  sink.table("kmemusage", {{"page", "addr"}, {"indx", ""}, {"freecnt_or_pagecnt", ""}});
  for (Addr page = s.arena.base; page < s.arena.end(); page = page + s.page_bytes()) {
    const auto [indx, freecnt] = detail::peek_usage(m, s, page);
    if (indx != 0) sink.row("", {page.v, indx, freecnt});
  }
  for (unsigned i = MINBUCKET; i < bucket_slots; ++i) {
    Addr a = s.bucket[i].kb_next;
    for (std::uint64_t n = 0; a && n < s.bucket[i].kb_totalfree; ++n) {
      sink.list("kb_next", a);
      a = Addr{m.peek_word(a).value_or(0)};
    }
  }
}

}  // namespace kmemlab::bsd386
