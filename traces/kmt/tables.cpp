// Tables and named values to bytes and back. Counts are checked against the bytes that are there before anything is
// reserved, so that a hostile count costs nothing.
#include "traces/kmt/tables.h"

#include "traces/kmt/fields.h"

namespace kmemlab::traces::kmt {

namespace {

// One list of names for both directions: visit(key, field).
template <class Q, class F>
void visit_quality(Q& q, F visit) {
  visit("lost_events", q.lost_events), visit("lost_marks", q.lost_marks), visit("before_trace", q.before_trace);
  visit("unrecorded", q.unrecorded), visit("lost_free", q.lost_free), visit("live_at_end", q.live_at_end);
  visit("null_frees", q.null_frees), visit("null_allocs", q.null_allocs), visit("inverted", q.inverted);
  visit("out_of_order", q.out_of_order), visit("damaged", q.damaged), visit("damaged_bytes", q.damaged_bytes);
  visit("unmatchable", q.unmatchable), visit("hashed_pointers", q.hashed_pointers);
  visit("may_sleep_unknown", q.may_sleep_unknown), visit("may_sleep_yes", q.may_sleep_yes);
  visit("may_sleep_no", q.may_sleep_no), visit("context_unknown", q.context_unknown);
  visit("context_task", q.context_task), visit("context_interrupt", q.context_interrupt);
  visit("cache_known", q.cache_known), visit("cache_learned", q.cache_learned), visit("cache_unknown", q.cache_unknown);
  visit("first_damage", q.first_damage);
}
template <class S, class F>
void visit_source(S& s, F visit) {
  visit("name", s.name), visit("format", s.format), visit("kernel", s.kernel), visit("clock", s.clock);
  visit("cpus", s.cpus), visit("page_size", s.page_size), visit("long_bytes", s.long_bytes);
}
template <class T, class F>
void visit_facts(T& f, F visit) {
  visit("events", f.events), visit("slab_events", f.slab_events), visit("blocks", f.blocks);
  visit("max_slots", f.max_slots), visit("peak_live_blocks", f.peak_live_blocks);
  visit("peak_requested_bytes", f.peak_requested_bytes), visit("peak_granted_bytes", f.peak_granted_bytes);
  visit("first_tick", f.first_tick), visit("last_tick", f.last_tick);
}

// u32 count, then each row; `row_bytes_min` bounds the count.
template <class T, class F>
bool decode_rows(const unsigned char* data, std::size_t bytes, std::size_t row_bytes_min, std::vector<T>& rows,
                 F read) {
  ByteReader r(data, bytes);
  const std::uint64_t count = r.u32();
  if (!r.ok() || count > r.left() / row_bytes_min) return false;
  rows.clear();
  rows.reserve(count);
  for (std::uint64_t i = 0; i < count && r.ok(); ++i) rows.push_back(read(r));
  return r.ok();
}
template <class T, class F>
ByteVector encode_rows_of(const std::vector<T>& rows, F write) {
  ByteVector out;
  ByteWriter w(out);
  w.u32(rows.size());
  for (const T& row : rows) write(w, row);
  return out;
}

Tri tri_of(std::uint64_t v) {
  return v <= 2 ? static_cast<Tri>(v) : Tri::unknown;
}

}  // namespace

ByteVector encode_facts(const TraceFacts& facts) {
  Fields f;
  visit_facts(facts, PutField{f});
  return f.bytes();
}
ByteVector encode_quality(const Quality& quality) {
  Fields f;
  visit_quality(quality, PutField{f});
  if (quality.carried != 0) f.number("carried", quality.carried);  // of 1.1; only parts of traces have it
  return f.bytes();
}
ByteVector encode_source(const Source& source) {
  Fields f;
  visit_source(source, PutField{f});
  return f.bytes();
}
ByteVector encode_names(const std::vector<std::string>& names) {
  return encode_rows_of(names, [](ByteWriter& w, const std::string& s) { w.text(s); });
}
ByteVector encode_call_sites(const std::vector<CallSite>& sites) {
  return encode_rows_of(sites, [](ByteWriter& w, const CallSite& s) { w.u64(s.address), w.text(s.name); });
}
ByteVector encode_tasks(const std::vector<Task>& tasks) {
  return encode_rows_of(tasks,
                        [](ByteWriter& w, const Task& t) { w.u32(static_cast<std::uint32_t>(t.pid)), w.text(t.comm); });
}
ByteVector encode_gfps(const std::vector<Gfp>& gfps) {
  return encode_rows_of(gfps, [](ByteWriter& w, const Gfp& g) {
    w.u8(g.value.has_value()), w.u8(static_cast<std::uint64_t>(g.may_sleep)), w.u8(static_cast<std::uint64_t>(g.zero));
    w.u8(0), w.u64(g.value.value_or(0)), w.text(g.text);
  });
}

bool decode_facts(const unsigned char* data, std::size_t bytes, TraceFacts& facts) {
  FieldMap map;
  if (!map.parse(data, bytes)) return false;
  visit_facts(facts, GetField{map});
  return true;
}
bool decode_quality(const unsigned char* data, std::size_t bytes, Quality& quality) {
  FieldMap map;
  if (!map.parse(data, bytes)) return false;
  visit_quality(quality, GetField{map});
  map.get("carried", quality.carried);
  return true;
}
bool decode_source(const unsigned char* data, std::size_t bytes, Source& source) {
  FieldMap map;
  if (!map.parse(data, bytes)) return false;
  visit_source(source, GetField{map});
  return true;
}
bool decode_names(const unsigned char* data, std::size_t bytes, std::vector<std::string>& names) {
  return decode_rows(data, bytes, 4, names, [](ByteReader& r) { return r.text(); });
}
bool decode_call_sites(const unsigned char* data, std::size_t bytes, std::vector<CallSite>& sites) {
  return decode_rows(data, bytes, 12, sites, [](ByteReader& r) {
    CallSite s;
    s.address = r.u64();
    s.name = r.text();
    return s;
  });
}
bool decode_tasks(const unsigned char* data, std::size_t bytes, std::vector<Task>& tasks) {
  return decode_rows(data, bytes, 8, tasks, [](ByteReader& r) {
    Task t;
    t.pid = static_cast<std::int32_t>(static_cast<std::uint32_t>(r.u32()));
    t.comm = r.text();
    return t;
  });
}
bool decode_gfps(const unsigned char* data, std::size_t bytes, std::vector<Gfp>& gfps) {
  return decode_rows(data, bytes, 16, gfps, [](ByteReader& r) {
    Gfp g;
    const bool has_value = r.u8() != 0;
    g.may_sleep = tri_of(r.u8());
    g.zero = tri_of(r.u8());
    r.u8();
    const std::uint64_t value = r.u64();
    if (has_value) g.value = value;
    g.text = r.text();
    return g;
  });
}

}  // namespace kmemlab::traces::kmt
