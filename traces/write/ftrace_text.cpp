// write_ftrace_text: see ftrace_text.h. Counted where the text cannot carry it: reallocs (written as a free and an
// allocation), events without a task (written as pid 0), unrecorded frees of a size that no earlier block had, blanks
// in names (written as _), event names that the text would not be read back by (written as kmalloc, kfree), may-sleep
// states that the flag text does not say.
#include "traces/write/ftrace_text.h"

#include "traces/readers/gfp_text.h"
#include "traces/readers/raw_record.h"
#include "traces/write/block_names.h"
#include "traces/write/words.h"

namespace kmemlab::traces {
namespace {

/// What the kernel prints above the lines (kernel/trace/trace.c of Linux 6.1, print_func_help_header_irq).
constexpr std::string_view columns_help =
    "#                                _-----=> irqs-off/BH-disabled\n"
    "#                               / _----=> need-resched\n"
    "#                              | / _---=> hardirq/softirq\n"
    "#                              || / _--=> preempt-depth\n"
    "#                              ||| / _-=> migrate-disable\n"
    "#                              |||| /     delay\n"
    "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "#              | |         |   |||||     |         |\n";

constexpr char letter(Tri t, char yes) {
  return t == Tri::unknown ? 'X' : t == Tri::yes ? yes : '.';
}
constexpr char letter(Context c) {
  constexpr std::string_view letters = "X.shZ";
  return letters[static_cast<std::size_t>(c)];
}

class FtraceWriter {
 public:
  FtraceWriter(const Tables& tables, LineOut& out) : tables_(tables), out_(out) {}

  void header(const Source& source, std::uint64_t records, std::uint64_t lost) {
    out_ << "# tracer: nop\n#\n# entries-in-buffer/entries-written: ";
    out_.number(records) << '/';
    out_.number(records + lost) << "   #P:";
    out_.number(source.cpus) << "\n#\n" << columns_help;
  }

  void event(const Event& e) {
    switch (e.op) {
      case Op::alloc:
      case Op::alloc_null:
        return alloc(e);
      case Op::free:
        return free(e);
      case Op::realloc:
        losses_.one("reallocs, written as a free and an allocation");
        start(e, "kfree");
        pointer(names_.realloc(e));
        out_ << '\n';
        return alloc(e);
      case Op::page_alloc:
      case Op::page_free:
        return page(e);
      case Op::lost:
        return lost(e);
      case Op::mark:
        return mark(e);
    }
  }

  Losses take() { return std::move(losses_); }
  Losses& losses() { return losses_; }

 private:
  void start(const Event& e, std::string_view name) {
    const Task* task = e.task == no_index ? nullptr : &tables_.tasks[e.task];
    if (task == nullptr || task->pid < 0) losses_.one("events without a pid, written as pid 0");
    out_ << "  ";
    comm(task == nullptr || task->comm.empty() ? std::string_view("<...>") : std::string_view(task->comm));
    out_ << '-';
    out_.number(task == nullptr || task->pid < 0 ? 0 : static_cast<std::uint64_t>(task->pid)) << " [";
    out_.padded(e.cpu, 3) << "] " << letter(e.cpu_state.irqs_off, 'd') << '.' << letter(e.context)
                          << letter(e.cpu_state.preempt_off, '1') << ". ";
    out_.number(e.tick / 1'000'000'000) << '.';
    out_.padded(e.tick % 1'000'000'000, 9) << ": ";
    token(name);
    out_ << ": ";
  }

  /// The recorded name if it is read back as what the event is.
  std::string_view name(const Event& e, RawKind kind, std::string_view otherwise) {
    if (e.name != no_index && kind_of_event(tables_.names[e.name]) == kind) return tables_.names[e.name];
    if (e.name != no_index) losses_.one("event names that are not the kernel's");
    return otherwise;
  }

  void comm(std::string_view text) {
    bool changed = false;
    for (const char c : text) {
      const bool odd = static_cast<unsigned char>(c) < 0x20;
      out_ << (odd ? '?' : c);
      changed |= odd;
    }
    if (changed) losses_.one("names with control characters");
  }
  /// Text without blanks or what looks like a key.
  void token(std::string_view text) {
    bool changed = false;
    for (const char c : text) {
      const bool odd = static_cast<unsigned char>(c) <= 0x20 || c == '=' || c == ',';
      out_ << (odd ? '_' : c);
      changed |= odd;
    }
    if (changed) losses_.one("names with blanks, commas or equals signs");
  }
  void pointer(std::uint64_t block) {
    out_ << " ptr=";
    out_.hex(0xffff'8880'0000'0000 + 16 * block, 16);
  }
  void site(const Event& e) {
    if (e.call_site == no_index) return;
    out_ << "call_site=";
    token(tables_.call_sites[e.call_site].name);
  }
  void cache(const Event& e) {
    if (e.cache == no_index) return;
    out_ << " name=";
    token(tables_.caches[e.cache]);
  }
  void flags(const Event& e) {
    if (e.gfp == no_index) return;
    const Gfp& gfp = tables_.gfps[e.gfp];
    if (gfp_from_text(gfp.text).may_sleep != gfp.may_sleep) losses_.one("may-sleep states");
    out_ << " gfp_flags=";
    token(gfp.text);
  }

  void alloc(const Event& e) {
    start(e, name(e, RawKind::slab_alloc, e.cache == no_index ? "kmalloc" : "kmem_cache_alloc"));
    site(e);
    if (e.op == Op::alloc_null) {
      out_ << " ptr=(null)";
    } else {
      pointer(names_.alloc(e));
    }
    cache(e);
    out_ << " bytes_req=";
    out_.number(e.requested) << " bytes_alloc=";
    out_.number(e.granted);
    flags(e);
    out_ << " node=";
    out_.number_signed(e.node);
    if (e.accounted != Tri::unknown) out_ << (e.accounted == Tri::yes ? " accounted=true" : " accounted=false");
    out_ << '\n';
  }

  void free(const Event& e) {
    start(e, name(e, RawKind::slab_free, e.cache == no_index ? "kfree" : "kmem_cache_free"));
    site(e);
    if (e.free_kind == FreeKind::null_free) {
      out_ << " ptr=(null)";
    } else if (e.free_kind == FreeKind::unrecorded) {
      unrecorded(e);
    } else {
      pointer(names_.free(e));
    }
    cache(e);
    out_ << '\n';
  }

  void unrecorded(const Event& e) {
    if (const auto dead = names_.dead_with(e.granted)) return pointer(*dead);
    losses_.one("unrecorded frees of an unseen size, written with an unreadable pointer");
    out_ << " ptr=(____ptrval____)";
  }

  void page(const Event& e) {
    const bool gives = e.op == Op::page_alloc;
    start(e, name(e, gives ? RawKind::page_alloc : RawKind::page_free, gives ? "mm_page_alloc" : "mm_page_free"));
    out_ << "pfn=0x";
    out_.hex(gives && e.pfn == no_pfn ? 0 : e.pfn) << " order=";
    out_.number(e.order);
    if (gives) {
      out_ << " migratetype=";
      out_.number(e.migratetype);
      flags(e);
    }
    out_ << '\n';
  }

  void lost(const Event& e) {
    out_ << "CPU:";
    out_.number(e.cpu) << " [LOST ";
    if (e.requested != 0) out_.number(e.requested) << ' ';
    out_ << "EVENTS]\n";
  }

  void mark(const Event& e) {
    const std::string_view said =
        e.name == no_index ? std::string_view("mark") : std::string_view(tables_.names[e.name]);
    const RawKind kind = kind_of_event(said);
    const bool page = kind == RawKind::page_alloc || kind == RawKind::page_free;
    start(e, kind == RawKind::mark || page ? said : "mark");
    if (page) out_ << "page=(____ptrval____) order=0";
    out_ << '\n';
  }

  const Tables& tables_;
  LineOut& out_;
  Losses losses_;
  BlockNames names_;
};

}  // namespace

Fallible<Losses> write_ftrace_text(KmtReader& from, LineOut& out) {
  std::uint64_t records = 0;
  std::uint64_t lost = 0;
  auto done = from.for_each(Column::op | Column::requested, [&](std::uint64_t, const Event& e) {
    records += e.op != Op::lost;
    lost += e.op == Op::lost ? e.requested : 0;
  });
  if (!done) return Failure<Error>{done.error()};
  FtraceWriter writer(from.tables(), out);
  writer.losses().always("kernel and clock");
  writer.losses().always("counts of damage");
  writer.losses().always("which caches were learned");
  const std::uint64_t said = from.quality().lost_events;
  writer.header(from.source(), records, said > lost ? said : 0);
  done = from.for_each(all_columns, [&](std::uint64_t, const Event& e) { writer.event(e); });
  if (!done) return Failure<Error>{done.error()};
  return writer.take();
}

}  // namespace kmemlab::traces
