// Loading, writing and digesting the trace that is being shrunk.
#include "sim/check/shrink_trace.h"

#include <utility>

#include "core/base/digest.h"
#include "traces/edit/renumber.h"

namespace kmemlab::check {

namespace {

using traces::Event;
using traces::Op;

/// What lives in a slot of the trace.
struct Living {
  std::uint32_t unit = 0;
  traces::Slot chain = traces::no_slot;  ///< none: nothing lives there
};

/// Gives each event its unit, and each block a chain in the place of its slot: the one of the block that it closes (an
/// allocation whose free was lost is closed by the next one in its slot), else a fresh one.
class Units {
 public:
  explicit Units(std::uint64_t slots) : living_(slots) {}

  ShrinkEvent next(Event e) {
    const bool block = (e.op == Op::alloc || e.op == Op::realloc || e.op == Op::free) && e.slot < living_.size();
    if (!block) return {e, units_++};
    Living& l = living_[e.slot];
    const bool lives = l.chain != traces::no_slot;
    if (e.op == Op::alloc || !lives) l = {units_++, lives ? l.chain : chains_++};
    const ShrinkEvent out{with_chain(e, l.chain), l.unit};
    if (e.op == Op::free) l.chain = traces::no_slot;
    return out;
  }
  std::uint32_t units() const { return units_; }

 private:
  static Event with_chain(Event e, traces::Slot chain) {
    e.slot = chain;
    return e;
  }
  std::vector<Living> living_;
  std::uint32_t units_ = 0;
  traces::Slot chains_ = 0;
};

/// Old rows to new ones: those that were asked for, in order.
class Rows {
 public:
  explicit Rows(std::size_t rows) : used_(rows), to_(rows) {}
  void use(traces::Index row) {
    if (row < used_.size()) used_[row] = 1;
  }
  template <class T>
  std::vector<T> keep(const std::vector<T>& table) {
    std::vector<T> kept;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (used_[i] == 0) continue;
      to_[i] = static_cast<traces::Index>(kept.size());
      kept.push_back(table[i]);
    }
    return kept;
  }
  traces::Index of(traces::Index row) const { return row < to_.size() ? to_[row] : row; }

 private:
  std::vector<std::uint8_t> used_;
  std::vector<traces::Index> to_;
};

}  // namespace

Fallible<ShrinkTrace> load_shrink_trace(traces::KmtReader& trace) {
  if (trace.events() > shrink_events_max) {
    return fail("the trace has " + std::to_string(trace.events()) + " events",
                "expected at most 5,000,000: cut a part out first (kmemlab convert --from --to)");
  }
  ShrinkTrace loaded{std::make_shared<const traces::Tables>(trace.tables()), trace.source(), {}, 0};
  loaded.events.reserve(trace.events());
  Units units(trace.max_slots());
  const auto done = trace.for_each(traces::all_columns,
                                   [&](std::uint64_t, const Event& e) { loaded.events.push_back(units.next(e)); });
  if (!done) return Failure<Error>{done.error()};
  loaded.units = units.units();
  return loaded;
}

Fallible<void> write_shrink_trace(const ShrinkTrace& trace, traces::KmtWriter& out) {
  traces::Renumber renumber(*trace.tables, {}, out);
  for (const ShrinkEvent& e : trace.events) renumber.append(e.event);
  return out.finish(*trace.tables, renumber.quality(), trace.source);
}

Fallible<traces::KmtReader> open_shrink_trace(const ShrinkTrace& trace) {
  auto writer = traces::KmtWriter::to_memory();
  if (auto done = write_shrink_trace(trace, writer); !done) return Failure<Error>{done.error()};
  return traces::KmtReader::from_bytes(writer.take_bytes(), trace.source.name);
}

ShrinkTrace with_small_tables(const ShrinkTrace& trace) {
  const traces::Tables& t = *trace.tables;
  Rows names(t.names.size()), sites(t.call_sites.size()), tasks(t.tasks.size());
  Rows caches(t.caches.size()), gfps(t.gfps.size());
  for (const ShrinkEvent& e : trace.events) {
    names.use(e.event.name), sites.use(e.event.call_site), tasks.use(e.event.task);
    caches.use(e.event.cache), gfps.use(e.event.gfp);
  }
  auto small = std::make_shared<traces::Tables>();
  small->names = names.keep(t.names), small->call_sites = sites.keep(t.call_sites), small->tasks = tasks.keep(t.tasks);
  small->caches = caches.keep(t.caches), small->gfps = gfps.keep(t.gfps);
  ShrinkTrace out = trace;
  out.tables = std::move(small);
  for (ShrinkEvent& e : out.events) {
    e.event.name = names.of(e.event.name), e.event.call_site = sites.of(e.event.call_site);
    e.event.task = tasks.of(e.event.task), e.event.cache = caches.of(e.event.cache);
    e.event.gfp = gfps.of(e.event.gfp);
  }
  return out;
}

namespace {

/// What a replay reads of the flags: with another table the same row may say something else.
std::uint64_t flags_of(const Event& e, const std::vector<traces::Gfp>& gfps) {
  if (e.gfp >= gfps.size()) return 0;  // as a row that says nothing
  return std::uint64_t{static_cast<unsigned>(gfps[e.gfp].may_sleep)} << 2 | static_cast<unsigned>(gfps[e.gfp].zero);
}

}  // namespace

std::uint64_t digest_of(const ShrinkTrace& trace) {
  Digest digest;
  digest.add(trace.source.cpus);
  digest.add(trace.tables->call_sites.size() << 32 | trace.tables->caches.size());
  digest.add(trace.tables->tasks.size());  // rows of names and gfps that no event names decide nothing
  for (const ShrinkEvent& s : trace.events) {
    const Event& e = s.event;
    digest.add(std::uint64_t{s.unit} << 16 | static_cast<unsigned>(e.op) << 8 | static_cast<unsigned>(e.context));
    digest.add(e.tick), digest.add(e.requested), digest.add(e.granted);
    digest.add(std::uint64_t{e.task} << 32 | flags_of(e, trace.tables->gfps));
    digest.add(std::uint64_t{e.call_site} << 32 | e.cache);
    digest.add(std::uint64_t{e.cpu} << 8 | static_cast<unsigned>(e.cpu_state.irqs_off) << 2 |
               static_cast<unsigned>(e.cpu_state.preempt_off));
  }
  return digest.value();
}

bool digests_compare(const ShrinkTrace& a, const ShrinkTrace& b) {
  if (a.tables == b.tables) return true;
  return a.tables->call_sites == b.tables->call_sites && a.tables->tasks == b.tables->tasks &&
         a.tables->caches == b.tables->caches;
}

}  // namespace kmemlab::check
