#include "sim/cli/edits.h"

#include <algorithm>
#include <string>

#include "sim/cli/temporary.h"
#include "traces/edit/page_verdicts.h"
#include "traces/edit/repeat.h"
#include "traces/edit/scrub.h"
#include "traces/edit/slabinfo.h"
#include "traces/edit/slice.h"
#include "traces/edit/warm_start.h"
#include "traces/edit/where.h"
#include "traces/kmt/verdict_check.h"

namespace kmemlab::cli {

using traces::Edited;
using traces::EventSink;

OptionSpec where_option() {
  return {"where", Takes::value, "FILTER", "only blocks and events that it selects: 'size >= 4K && cache ~ ext4'"};
}

OptionSpec warm_start_option() {
  return {"warm-start", Takes::value, "FILE", "begin with the objects that a copy of /proc/slabinfo counts"};
}

std::vector<OptionSpec> edit_options() {
  return {{"from", Takes::value, "N", "from event N on (0 is the first); blocks that live there are carried along"},
          {"to", Takes::value, "N", "up to event N, which is not part of it"},
          {"from-time", Takes::value, "TIME", "the same by time since the trace's start: 1.5s, 20ms, 7us, 100ns"},
          {"to-time", Takes::value, "TIME", "the same for the end"},
          warm_start_option(),
          where_option(),
          {"scrub", Takes::nothing, "", "no names, addresses, pids and times; block identity, sizes and order stay"},
          {"repeat", Takes::value, "N", "N rounds; each frees at its end what it left live"},
          {"repeat-until", Takes::value, "N", "whole rounds until there are at least N slab events"}};
}

namespace {

Fallible<std::optional<Place>> read_place(const Parsed& p, const std::string& option) {
  const auto events = p.value(option), time = p.value(option + "-time");
  if (events && time)
    return fail("--" + option + " and --" + option + "-time exclude each other", "expected one of them");
  if (time) {
    std::uint64_t ns = 0;
    if (!traces::parse_time(*time, ns))
      return fail("--" + option + "-time is '" + *time + "'", "expected a time as in 1.5s, 20ms, 7us, 100ns");
    return std::optional(Place{Place::Unit::ns_since_start, ns});
  }
  if (!events) return std::optional<Place>{};
  auto n = parse_count(option, *events);
  if (!n) return Failure<Error>{n.error()};
  return std::optional(Place{Place::Unit::event, *n});
}

Fallible<std::optional<std::uint64_t>> read_count(const Parsed& p, const std::string& option) {
  if (!p.has(option)) return std::optional<std::uint64_t>{};
  auto n = parse_count(option, *p.value(option));
  if (!n) return Failure<Error>{n.error()};
  return std::optional(*n);
}

}  // namespace

Fallible<Edits> read_where(const Parsed& p) {
  Edits e;
  e.warm_start = p.value("warm-start");
  if (!p.has("where")) return e;
  auto filter = traces::parse_filter(*p.value("where"));
  if (!filter) return Failure<Error>{filter.error()};
  e.where = std::move(*filter);
  return e;
}

Fallible<Edits> read_edits(const Parsed& p) {
  auto filtered = read_where(p);
  if (!filtered) return filtered;
  Edits e = std::move(*filtered);
  auto from = read_place(p, "from"), to = read_place(p, "to");
  if (!from || !to) return Failure<Error>{from ? to.error() : from.error()};
  e.from = *from, e.to = *to;
  if (e.from && e.to && e.from->unit == e.to->unit && e.from->at > e.to->at)
    return fail("the part begins behind its end", "expected --from at or before --to");
  e.scrub = p.has("scrub");
  auto repeat = read_count(p, "repeat"), until = read_count(p, "repeat-until");
  if (!repeat || !until) return Failure<Error>{repeat ? until.error() : repeat.error()};
  e.repeat = *repeat, e.repeat_until = *until;
  if (e.repeat && e.repeat_until) return fail("--repeat and --repeat-until exclude each other", "expected one of them");
  return e;
}

namespace {

/// Counts the events on their way, and keeps what is known of their pages.
class CountingSink final : public EventSink {
 public:
  CountingSink(EventSink& to, const traces::Tables& tables) : to_(to), counter_(tables) {}
  void append(const traces::Event& event) override {
    counter_.add(event);
    pages_.add(event);
    to_.append(event);
  }
  void learn_cache(std::uint64_t, traces::Index) override {}
  traces::PageVerdict& present() { return pages_.present(); }
  void tell(traces::KmtWriter& out) const {
    out.set_totals(counter_.totals());
    out.set_page_verdicts(pages_.verdicts());
  }

 private:
  traces::VerdictCollector pages_;
  EventSink& to_;
  traces::TotalsCounter counter_;
};

Fallible<std::uint64_t> event_at(traces::KmtReader& in, const std::optional<Place>& place, std::uint64_t otherwise) {
  if (!place) return otherwise;
  if (place->unit == Place::Unit::event) return std::min(place->at, in.events());
  const std::uint64_t start = in.first_tick();
  return place->at > ~std::uint64_t{0} - start ? in.events() : in.seek_tick(start + place->at);
}

/// The part, or all of it, into `to`. `edited` has tables, source and what is carried before the first event goes out.
Fallible<void> take_part(traces::KmtReader& in, const Edits& edits, EventSink& sink, traces::PageVerdict& present,
                         Edited& edited) {
  const auto from = event_at(in, edits.from, 0), end = event_at(in, edits.to, in.events());
  if (!from || !end) return Failure<Error>{from ? end.error() : from.error()};
  if (auto fit = traces::check_verdicts(in.view()); !fit) return fit;
  const auto pages = traces::page_allocs_before(in, *from);
  if (!pages) return Failure<Error>{pages.error()};
  traces::VerdictTap to(in.view()->page_verdicts(), *pages, 0, sink, present);
  if (*from == 0 && *end == in.events()) {
    edited.tables = in.tables(), edited.quality = in.quality(), edited.source = in.source();
    return in.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) { to.append(e); });
  }
  if (auto done = traces::slice(in, *from, std::max(*from, *end), traces::SliceStart::carried, to, edited); !done)
    return done;
  edited.source.format += ", events " + std::to_string(*from) + " to " + std::to_string(*end) + ", " +
                          std::to_string(edited.quality.carried) + " live blocks carried";
  return {};
}

/// Part and warm start: a pass of its own, since a filter must know the tables beforehand.
Fallible<void> warm_into(traces::KmtReader& in, const Edits& edits, traces::KmtWriter& out) {
  auto caches = traces::read_slabinfo(*edits.warm_start);
  if (!caches) return Failure<Error>{caches.error()};
  Edited before;
  before.tables = in.tables();
  traces::Tables tables;
  CountingSink counting(out, tables);
  traces::WarmStart start(*caches, before, in.max_slots(), in.facts().blocks, counting);
  tables = start.tables();
  if (auto done = take_part(in, edits, start, counting.present(), before); !done) return done;
  Edited edited = start.finish();
  edited.source.format += ", warm start of " + std::to_string(start.objects()) + " objects, " +
                          std::to_string(start.matched()) + " of them freed";
  counting.tell(out);
  return out.finish(edited.tables, edited.quality, edited.source);
}

/// Part, filter, scrubbing: one pass.
Fallible<Edited> edit_once(traces::KmtReader& in, const Edits& edits, traces::KmtWriter& out) {
  Edited edited;
  edited.tables = in.tables();
  traces::Tables scrubbed;
  CountingSink counting(out, edits.scrub ? scrubbed : in.tables());
  EventSink* to = &counting;
  std::optional<traces::Scrub> scrub;
  if (edits.scrub) to = &scrub.emplace(in.tables(), scrubbed, counting);
  std::optional<traces::Where> where;
  if (edits.where) to = &where.emplace(*edits.where, edited, in.first_tick(), *to);
  if (auto done = take_part(in, edits, *to, counting.present(), edited); !done) return Failure<Error>{done.error()};
  if (where) {
    edited = where->finish();
    edited.source.format += edits.scrub ? ", filtered" : ", where " + edits.where->text;
  }
  if (scrub) {
    edited = scrub->finish(edited);
    edited.source.format += ", scrubbed";
  }
  counting.tell(out);
  if (auto done = out.finish(edited.tables, edited.quality, edited.source); !done) return Failure<Error>{done.error()};
  return edited;
}

Fallible<void> repeat_into(traces::KmtReader& in, const Edits& edits, traces::KmtWriter& out) {
  if (auto fit = traces::check_verdicts(in.view()); !fit) return fit;
  traces::Tables tables = in.tables();
  CountingSink counting(out, tables);
  const traces::PageVerdicts& verdicts = in.view()->page_verdicts();
  traces::VerdictTap tap(verdicts, 0, verdicts.size(), counting, counting.present());
  auto edited =
      edits.repeat ? traces::repeat(in, *edits.repeat, tap) : traces::repeat_events(in, *edits.repeat_until, tap);
  if (!edited) return Failure<Error>{edited.error()};
  tables.names = edited->tables.names;  // the frees at a round's end may have brought new ones
  counting.tell(out);
  return out.finish(edited->tables, edited->quality, edited->source);
}

}  // namespace

Fallible<void> edit_into(OpenTrace& trace, const Edits& edits, traces::KmtWriter& out) {
  if (edits.warm_start) {
    Edits first, rest = edits;
    first.from = edits.from, first.to = edits.to, first.warm_start = edits.warm_start;
    rest.from.reset(), rest.to.reset(), rest.warm_start.reset();
    if (!rest.any()) return warm_into(trace.reader, first, out);
    auto warmed = open_edited(std::move(trace), first);
    if (!warmed) return Failure<Error>{warmed.error()};
    return edit_into(*warmed, rest, out);
  }
  Edits first = edits;
  first.repeat.reset(), first.repeat_until.reset();
  if (!edits.repeats()) {
    auto done = edit_once(trace.reader, first, out);
    return done ? Fallible<void>{} : Failure<Error>{done.error()};
  }
  if (!first.any()) return repeat_into(trace.reader, edits, out);
  auto between = open_edited(std::move(trace), first);
  if (!between) return Failure<Error>{between.error()};
  return repeat_into(between->reader, edits, out);
}

Fallible<OpenTrace> open_edited(OpenTrace&& trace, const Edits& edits) {
  if (!edits.any()) return std::move(trace);
  const bool small = trace.reader.events() <= 1'000'000 && !edits.repeats();
  auto container =
      small ? Fallible<TemporaryContainer>(TemporaryContainer::in_memory()) : TemporaryContainer::in_file();
  if (!container) return Failure<Error>{container.error()};
  if (auto done = edit_into(trace, edits, container->writer()); !done) return Failure<Error>{done.error()};
  const std::string name = trace.reader.source().name;
  auto reader = container->open(name);
  if (!reader) return Failure<Error>{reader.error()};
  std::optional<traces::Totals> totals = reader->totals();
  return OpenTrace{std::move(*reader), std::move(totals), trace.input_bytes};
}

Fallible<OpenTrace> open_edited(const std::string& path, Defects defects, const Edits& edits) {
  auto trace = open_trace(path, defects);
  if (!trace) return trace;
  return open_edited(std::move(*trace), edits);
}

}  // namespace kmemlab::cli
