// write_json_lines: see json_lines.h. Only what differs from "unknown" is written.
#include "traces/write/json_lines.h"

#include <array>

#include "traces/readers/gfp_text.h"
#include "traces/readers/number_text.h"
#include "traces/write/block_names.h"
#include "traces/write/utf8.h"
#include "traces/write/words.h"

namespace kmemlab::traces {
namespace {

constexpr std::string_view schema = "kmemlab.events/1";

class JsonLinesWriter {
 public:
  JsonLinesWriter(KmtReader& from, LineOut& out) : tables_(from.tables()), out_(out) {
    sites_shown_.resize(tables_.call_sites.size());
    gfps_shown_.resize(tables_.gfps.size());
  }

  void header(const Source& s, const Quality& q) {
    out_ << "{\"schema\":\"" << schema << '"';
    const std::string_view from = " (from ";
    std::string original = s.format;
    if (original.starts_with(schema)) {
      const std::size_t at = original.find(from);
      original = at == std::string::npos ? std::string() : original.substr(at + from.size());
      if (original.ends_with(')')) original.pop_back();
    }
    if (!original.empty()) text("recorded_as", original);
    if (!s.kernel.empty()) text("kernel", s.kernel);
    if (!s.clock.empty()) text("clock", s.clock);
    number("cpus", s.cpus);
    number("page_size", s.page_size);
    number("long_bytes", s.long_bytes);
    quality(q);
    out_ << "}\n";
  }

  void event(const Event& e) {
    out_ << "{\"t\":";
    out_.number(e.tick);
    text("op", word_of(e.op == Op::alloc_null ? Op::alloc : e.op));
    block(e);
    if (is_page(e.op)) page(e);
    if (e.op == Op::lost) {
      if (e.requested) number("count", e.requested);
    } else if (e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::realloc) {
      number("size", e.requested);
    }
    if (e.granted != 0) number("got", e.granted);
    circumstances(e);
    names(e);
    out_ << "}\n";
  }

  Losses take() { return std::move(losses_); }

 private:
  LineOut& key(std::string_view k) { return out_ << ",\"" << k << "\":"; }
  void number(std::string_view k, std::uint64_t n) { key(k).number(n); }
  void truth(std::string_view k, Tri t) {
    if (t != Tri::unknown) key(k) << (t == Tri::yes ? "true" : "false");
  }
  void address(std::string_view k, std::uint64_t n) {
    key(k) << "\"0x";
    out_.hex(n) << '"';
  }
  void text(std::string_view k, std::string_view value) {
    key(k) << '"';
    if (put_json_text(out_, value) == Utf8::mended) losses_.one("names that are no UTF-8");
    out_ << '"';
  }

  void quality(const Quality& q) {
    const std::array<std::pair<std::string_view, std::uint64_t>, 9> counts = {{{"lost_events", q.lost_events},
                                                                               {"inverted", q.inverted},
                                                                               {"out_of_order", q.out_of_order},
                                                                               {"damaged", q.damaged},
                                                                               {"damaged_bytes", q.damaged_bytes},
                                                                               {"unmatchable", q.unmatchable},
                                                                               {"hashed_pointers", q.hashed_pointers},
                                                                               {"cache_learned", q.cache_learned},
                                                                               {"carried", q.carried}}};
    out_ << ",\"quality\":{\"live_at_end\":";
    out_.number(q.live_at_end);
    for (const auto& [k, n] : counts) {
      if (n != 0) number(k, n);
    }
    if (!q.first_damage.empty()) text("first_damage", std::string_view(q.first_damage).substr(0, 1000));
    out_ << '}';
  }

  /// Names count from 1: 0 is null.
  void block(const Event& e) {
    if (e.op == Op::alloc_null || e.free_kind == FreeKind::null_free) {
      key("p") << "null";
    } else if (e.op == Op::alloc || e.op == Op::realloc) {
      number("p", names_.alloc(e) + 1);
    } else if (e.op == Op::free && e.free_kind == FreeKind::unrecorded) {
      text("free", "unrecorded");
    } else if (e.op == Op::free) {
      number("p", names_.free(e) + 1);
    }
  }

  void page(const Event& e) {
    if (e.pfn == no_pfn) {
      key("pfn") << "null";
    } else {
      number("pfn", e.pfn);
    }
    number("order", e.order);
    if (e.migratetype != 0) number("migratetype", e.migratetype);
  }

  void circumstances(const Event& e) {
    number("cpu", e.cpu);
    if (e.task != no_index) {
      const Task& task = tables_.tasks[e.task];
      key("pid").number_signed(task.pid);
      if (!task.comm.empty()) text("comm", task.comm);
    }
    if (e.context != Context::unknown) text("ctx", word_of(e.context));
    truth("irqs_off", e.cpu_state.irqs_off);
    truth("preempt_off", e.cpu_state.preempt_off);
    if (e.node != -1) key("node").number_signed(e.node);
    truth("accounted", e.accounted);
  }

  void names(const Event& e) {
    if (e.gfp != no_index) gfp(tables_.gfps[e.gfp], gfps_shown_[e.gfp]);
    if (e.call_site != no_index) {
      const CallSite& site = tables_.call_sites[e.call_site];
      text("site", site.name);
      if (site.address != 0 && !sites_shown_[e.call_site]) address("site_at", site.address);
      sites_shown_[e.call_site] = true;
    }
    if (e.cache != no_index) text("cache", tables_.caches[e.cache]);
    if (e.name != no_index) text("name", tables_.names[e.name]);
  }

  /// What a flag text says by itself is not said again.
  void gfp(const Gfp& g, std::vector<bool>::reference shown) {
    const Gfp by_text = gfp_from_text(g.text);
    text("gfp", g.text);
    if (g.may_sleep != by_text.may_sleep) truth("may_sleep", g.may_sleep);
    if (g.zero != by_text.zero) truth("zero", g.zero);
    if (g.value && g.value != by_text.value && !shown) address("gfp_value", *g.value);
    shown = true;
  }

  const Tables& tables_;
  LineOut& out_;
  Losses losses_;
  BlockNames names_;
  std::vector<bool> sites_shown_, gfps_shown_;
};

}  // namespace

Fallible<Losses> write_json_lines(KmtReader& from, LineOut& out) {
  JsonLinesWriter writer(from, out);
  writer.header(from.source(), from.quality());
  const auto done = from.for_each(all_columns, [&](std::uint64_t, const Event& e) { writer.event(e); });
  if (!done) return Failure<Error>{done.error()};
  return writer.take();
}

}  // namespace kmemlab::traces
