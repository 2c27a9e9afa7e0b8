// write_csv: see csv.h.
#include "traces/write/csv.h"

#include "traces/write/words.h"

namespace kmemlab::traces {
namespace {

constexpr std::string_view header_row =
    "event,tick,op,free,id,size,got,pfn,order,migratetype,cpu,pid,comm,ctx,irqs_off,preempt_off,gfp,may_sleep,zero,"
    "site,"
    "cache,node,accounted,name\n";

class CsvWriter {
 public:
  CsvWriter(const Tables& tables, LineOut& out) : tables_(tables), out_(out) {}

  void event(std::uint64_t index, const Event& e) {
    out_.number(index) << ',';
    out_.number(e.tick) << ',' << word_of(e.op) << ',' << word_of(e.free_kind) << ',';
    if (e.id != no_block) out_.number(e.id);
    const bool sized = e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::realloc || e.op == Op::lost;
    cell(sized && !(e.op == Op::lost && e.requested == 0), e.requested);
    cell(e.op == Op::alloc || e.op == Op::realloc || e.granted != 0, e.granted);
    cell(is_page(e.op) && e.pfn != no_pfn, e.pfn);
    cell(is_page(e.op), e.order);
    cell(e.op == Op::page_alloc, e.migratetype);
    cell(true, e.cpu);
    task(e);
    text(e.context == Context::unknown ? std::string_view{} : word_of(e.context));
    truth(e.cpu_state.irqs_off);
    truth(e.cpu_state.preempt_off);
    const Gfp none;
    const Gfp& gfp = e.gfp == no_index ? none : tables_.gfps[e.gfp];
    text(gfp.text);
    truth(gfp.may_sleep);
    truth(gfp.zero);
    text(e.call_site == no_index ? std::string_view{} : tables_.call_sites[e.call_site].name);
    text(e.cache == no_index ? std::string_view{} : tables_.caches[e.cache]);
    cell(e.node >= 0, static_cast<std::uint64_t>(e.node));
    truth(e.accounted);
    text(e.name == no_index ? std::string_view{} : tables_.names[e.name]);
    out_ << '\n';
  }

 private:
  void cell(bool known, std::uint64_t n) {
    out_ << ',';
    if (known) out_.number(n);
  }
  void truth(Tri t) { out_ << (t == Tri::unknown ? "," : t == Tri::yes ? ",yes" : ",no"); }
  void task(const Event& e) {
    const bool known = e.task != no_index;
    cell(known && tables_.tasks[e.task].pid >= 0, known ? static_cast<std::uint64_t>(tables_.tasks[e.task].pid) : 0);
    text(known ? std::string_view(tables_.tasks[e.task].comm) : std::string_view{});
  }
  void text(std::string_view value) {
    out_ << ',';
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      out_ << value;
      return;
    }
    out_ << '"';
    for (const char c : value) {
      if (c == '"') out_ << '"';
      out_ << c;
    }
    out_ << '"';
  }

  const Tables& tables_;
  LineOut& out_;
};

}  // namespace

Fallible<Losses> write_csv(KmtReader& from, LineOut& out) {
  CsvWriter writer(from.tables(), out);
  out << header_row;
  const auto done = from.for_each(all_columns, [&](std::uint64_t i, const Event& e) { writer.event(i, e); });
  if (!done) return Failure<Error>{done.error()};
  Losses losses;
  losses.always("the quality block");
  losses.always("kernel and clock");
  return losses;
}

}  // namespace kmemlab::traces
