// walk() and the published tables: what a viewer or an oracle may know of this core without knowing its type. The
// tables are those of `vmstat -M` (usage by buckets; its column names are not documented, ours follow the sibling's
// netstat -m).
#pragma once

#include <string_view>

#include "core/base/tables.h"
#include "core/machine/concepts.h"
#include "core/osf1/check.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1 {

namespace detail {

/// f(block, bucket) for every listed block. Bounded even on a corrupted list: at most kb_totalfree blocks each.
template <HasPeek M, class F>
void each_free_block(const M& m, const State& s, F f) {
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    Addr a = s.bucket[i].kb_next;
    for (std::uint64_t n = 0; a && n < s.bucket[i].kb_totalfree; ++n) {
      f(a, i);
      a = Addr{m.peek_word(a + s.link_offset(i)).value_or(0)};
    }
  }
}

template <TableSink S>
void publish_buckets(const State& s, S& sink) {
  sink.table("kmembuckets", {{"size", "bytes"}, {"next", "addr"}, {"inuse", ""}, {"free", ""}, {"calls", ""},
                             {"hits", ""}, {"misses", ""}, {"fail_nowait", ""}, {"delayed", ""}, {"sleeps", ""},
                             {"freed", ""}, {"lowat", ""}, {"hiwat", ""}, {"waiting", ""}});
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    const kmembuckets& kb = s.bucket[i];
    if (kb.kb_calls == 0 && kb.kb_total == 0) continue;
    sink.row("", {std::uint64_t{1} << i, kb.kb_next.v, kb.kb_total - kb.kb_totalfree, kb.kb_totalfree, kb.kb_calls,
                  kb.kb_calls - kb.kb_misses, kb.kb_misses, kb.kb_fail_nowait, kb.kb_delayed, kb.kb_sleeps, kb.kb_freed,
                  kb.kb_lowat, kb.kb_highwat, kb.kb_waiting});
  }
}

template <TableSink S>
void publish_totals(const State& s, S& sink) {
  sink.table("large", {{"calls", ""}, {"failed", ""}, {"sleeps", ""}, {"inuse", ""}, {"memuse", "bytes"}});
  const largestats& lg = s.large;
  sink.row("over 16K", {lg.lg_calls, lg.lg_failed, lg.lg_sleeps, lg.lg_inuse, lg.lg_memuse});
  sink.table("pool_thread", {{"signals", ""}, {"wakeups", ""}, {"refilled", ""}, {"collected", ""}});
  sink.row("", {s.signals, s.wakeups, s.refilled, s.collected});
  sink.table("refused", {{"toobig", ""}, {"ctx_errors", ""}});
  sink.row("", {s.toobig, s.ctx_errors});
  sink.table("kmem_corrupt_data", {{"addr", "addr"}, {"size", "bytes"}, {"pc", "addr"}});
  const kmem_corrupt& kc = s.kmem_corrupt_data;
  if (kc.size != 0) sink.row("", {kc.addr.v, kc.size, kc.pc});
  sink.table("kmemstats", {{"inuse", ""}, {"calls", ""}, {"memuse", "bytes"}, {"maxused", "bytes"}});
  for (unsigned t = 0; t < M_LAST; ++t) {
    const kmemstats& ks = s.stats[t];
    if (ks.ks_calls != 0) sink.row(type_names[t], {ks.ks_inuse, ks.ks_calls, ks.ks_memuse, ks.ks_maxused});
  }
}

}  // namespace detail

/// Every page that holds blocks, lowest first, then every block that is on a free list. What is in a page and on no
/// list is live. A block that is larger than a page, listed or live, is a first page and the rest.
template <HasPeek M, WalkSink S>
void walk(const M& m, const State& s, S& sink) {
  for (Addr page = s.arena.base; page < s.arena.end();) {
    const detail::PageEntry e = detail::peek_usage(m, s, page);
    const std::uint64_t pages = detail::pages_of(s, e);
    const std::uint64_t block = e.indx == large_indx ? pages << s.page_shift : std::uint64_t{1} << (e.indx & 63);
    const Addr end = page + (pages > 0 ? pages << s.page_shift : s.page_bytes());
    if (e.indx >= MINBUCKET && e.indx <= large_indx && pages > 0) {
      sink.page(page, pages == 1 ? PageUse::fragments : PageUse::large_first, block);
      for (Addr rest = page + s.page_bytes(); rest < end && rest < s.arena.end(); rest = rest + s.page_bytes()) {
        sink.page(rest, PageUse::large_rest, block);
      }
    }
    page = end;
  }
  detail::each_free_block(m, s, [&](Addr a, unsigned indx) { sink.free_block(a, std::uint64_t{1} << indx); });
}

/// The buckets, the totals, kmemstats, kmemusage and kmem_corrupt_data, and each bucket's free list.
template <HasPeek M, TableSink S>
void publish(const M& m, const State& s, S& sink) {
  detail::publish_buckets(s, sink);
  detail::publish_totals(s, sink);
  sink.table("kmemusage", {{"page", "addr"}, {"indx", ""}, {"freecnt_or_pagecnt", ""}});
  for (Addr page = s.arena.base; page < s.arena.end(); page = page + s.page_bytes()) {
    const detail::PageEntry e = detail::peek_usage(m, s, page);
    if (e.indx != 0) sink.row("", {page.v, e.indx, e.freecnt});
  }
  detail::each_free_block(m, s, [&](Addr a, unsigned) { sink.list("kb_next", a); });
}

}  // namespace kmemlab::osf1
