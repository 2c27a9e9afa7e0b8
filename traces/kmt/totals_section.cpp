#include "traces/kmt/totals_section.h"

#include "traces/kmt/fields.h"

namespace kmemlab::traces::kmt {

namespace {

constexpr std::string_view event_prefix = "event:";                  // followed by the event's name
constexpr std::string_view order_prefix = "pages.perf_kmem.order:";  // followed by order and migratetype, "0:2"
constexpr std::string_view perf_pages_mark = "pages.perf_kmem.requests";

template <class T, class F>
void visit_totals(T& t, F visit) {
  visit("records", t.records), visit("cpus", t.cpus), visit("tasks", t.tasks);
  visit("allocs", t.allocs), visit("frees", t.frees), visit("reallocs", t.reallocs);
  visit("alloc_nulls", t.alloc_nulls), visit("refused", t.refused), visit("matched", t.matched);
  visit("before_trace", t.before_trace), visit("unrecorded", t.unrecorded), visit("null_frees", t.null_frees);
  visit("lost_free", t.lost_free), visit("live_at_end", t.live_at_end);
  visit("lost_events", t.lost_events), visit("lost_marks", t.lost_marks);
  visit("bytes.requested", t.bytes.requested), visit("bytes.granted", t.bytes.granted);
  visit("bytes.freed", t.bytes.freed);
  visit("peak_requested", t.peak_requested), visit("peak_granted", t.peak_granted);
  visit("peak_blocks", t.peak_blocks), visit("tick_first", t.tick_first), visit("tick_last", t.tick_last);
  visit("perf_kmem.requested", t.perf_kmem.requested), visit("perf_kmem.allocated", t.perf_kmem.allocated);
  visit("perf_kmem.freed", t.perf_kmem.freed);
  visit("pages.allocs", t.pages.allocs), visit("pages.failed", t.pages.failed), visit("pages.frees", t.pages.frees);
  visit("pages.matched", t.pages.matched), visit("pages.other_order", t.pages.other_order);
  visit("pages.unmatched", t.pages.unmatched), visit("pages.live_at_end", t.pages.live_at_end);
  visit("pages.allocated_pages", t.pages.allocated_pages), visit("pages.freed_pages", t.pages.freed_pages);
  auto& use = t.pages.use;
  visit("pages.use.known", use.known), visit("pages.use.slab", use.slab), visit("pages.use.large", use.large);
  visit("pages.use.other", use.other), visit("pages.use.undecided", use.undecided);
  visit("pages.use.slab_pages_peak", use.slab_pages_peak), visit("pages.use.slab_pages_end", use.slab_pages_end);
  auto& perf = t.pages.perf_kmem;
  visit(perf_pages_mark.data(), perf.allocs.requests), visit("pages.perf_kmem.pages", perf.allocs.pages);
  visit("pages.perf_kmem.frees", perf.frees.requests), visit("pages.perf_kmem.free_pages", perf.frees.pages);
  visit("pages.perf_kmem.free_only", perf.free_only.requests);
  visit("pages.perf_kmem.free_only_pages", perf.free_only.pages);
  visit("pages.perf_kmem.failures", perf.failures.requests);
  visit("pages.perf_kmem.failure_pages", perf.failures.pages);
  visit("digest", t.digest), visit("digest_full", t.digest_full);
}

/// `visit(key, cell)` for each cell of the table.
template <class Table, class F>
void visit_orders(Table& table, F visit) {
  for (std::size_t order = 0; order < table.size(); ++order) {
    for (std::size_t type = 0; type < table[order].size(); ++type) {
      visit(std::string(order_prefix) + std::to_string(order) + ":" + std::to_string(type), table[order][type]);
    }
  }
}

bool decode(const unsigned char* data, std::size_t bytes, FieldMap& fields, Totals& totals) {
  if (!fields.parse(data, bytes)) return false;
  totals = Totals{};
  visit_totals(totals, GetField{fields});
  visit_orders(totals.pages.perf_kmem.by_order,
               [&](const std::string& key, std::uint64_t& cell) { fields.get(key, cell); });
  for (const auto& [key, value] : fields.numbers) {  // ordered by name, as Totals::events is
    if (key.starts_with(event_prefix)) totals.events.push_back({key.substr(event_prefix.size()), value});
  }
  return true;
}

}  // namespace

ByteVector encode_totals(const Totals& totals) {
  Fields f;
  visit_totals(totals, PutField{f});
  visit_orders(totals.pages.perf_kmem.by_order, [&](const std::string& key, std::uint64_t cell) {
    if (cell != 0) f.number(key, cell);
  });
  for (const EventCount& e : totals.events) f.number(std::string(event_prefix) + e.name, e.count);
  return f.bytes();
}

bool decode_totals(const unsigned char* data, std::size_t bytes, Totals& totals) {
  FieldMap fields;
  return decode(data, bytes, fields, totals);
}

bool decode_totals(const unsigned char* data, std::size_t bytes, std::optional<Totals>& totals) {
  FieldMap fields;
  if (!decode(data, bytes, fields, totals.emplace())) return false;
  const bool has_pages = totals->pages.allocs != 0 || totals->pages.frees != 0;
  if (has_pages && !fields.numbers.contains(perf_pages_mark)) totals.reset();
  return true;
}

}  // namespace kmemlab::traces::kmt
