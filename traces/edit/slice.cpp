// Slicing a trace.
#include "traces/edit/slice.h"

#include <algorithm>
#include <vector>

#include "traces/edit/renumber.h"

namespace kmemlab::traces {

namespace {

struct Carried {
  LiveBlock block;
  Event event;
};

// The allocations of what lives at `from`, with their sizes by then, in order of id.
Fallible<std::vector<Carried>> carried_at(KmtReader& in, std::uint64_t from) {
  auto live = in.live_at(from);
  if (!live) return Failure<Error>{live.error()};
  std::vector<Carried> list;
  for (const LiveBlock& b : *live) list.push_back({b, {}});
  const auto by = [&](std::uint64_t LiveBlock::*place) {  // each block of the container is decoded once
    std::sort(list.begin(), list.end(),
              [&](const Carried& a, const Carried& b) { return a.block.*place < b.block.*place; });
  };
  by(&LiveBlock::born);
  for (Carried& c : list) {
    auto e = in.event(c.block.born);
    if (!e) return Failure<Error>{e.error()};
    if ((e->op != Op::alloc && e->op != Op::realloc) || e->id != c.block.id || e->slot != c.block.slot)
      return fail("the live blocks stored in this container are not the ones of its events", "convert it again");
    c.event = *e;
    c.event.op = Op::alloc;
  }
  by(&LiveBlock::sized);
  for (Carried& c : list) {
    if (c.block.sized == c.block.born) continue;
    auto e = in.event(c.block.sized);
    if (!e) return Failure<Error>{e.error()};
    c.event.requested = e->requested, c.event.granted = e->granted;
  }
  std::sort(list.begin(), list.end(), [](const Carried& a, const Carried& b) {
    return a.block.id != b.block.id ? a.block.id < b.block.id : a.block.born < b.block.born;
  });
  return list;
}

}  // namespace

Fallible<void> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, SliceStart start, EventSink& out,
                     Edited& edited) {
  edited.tables = in.tables();
  edited.source = in.source();
  to = std::min(to, in.events());
  edited.quality.carried = in.quality().carried;  // of these, what lies in the part
  edited.quality.carried = std::min(edited.quality.carried, to) - std::min({edited.quality.carried, to, from});
  Renumber renumber(edited.tables, in.quality(), out);
  if (start == SliceStart::carried && from < to) {
    auto carried = carried_at(in, from);
    if (!carried) return Failure<Error>{carried.error()};
    auto first = in.event(from);
    if (!first) return Failure<Error>{first.error()};
    edited.quality.carried += carried->size();
    for (Carried& c : *carried) {
      c.event.tick = first->tick;
      renumber.append(c.event);
    }
  }
  const auto block = std::make_unique<EventBlock>();
  for (std::uint64_t at = from; at < to; at = block->first_event + block->events) {
    if (Fallible<std::uint32_t> rows = in.block(at, all_columns, *block); !rows) return Failure<Error>{rows.error()};
    const std::uint64_t end = std::min(to - block->first_event, std::uint64_t{block->events});
    for (std::uint64_t i = at - block->first_event; i < end; ++i) renumber.append(block->event(i));
  }
  const std::uint64_t carried = edited.quality.carried;
  edited.quality = renumber.quality();
  edited.quality.carried = carried;
  edited.events = renumber.events();
  edited.slab_events = renumber.slab_events();
  return {};
}

Fallible<Edited> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, EventSink& out, SliceStart start) {
  Edited edited;
  if (auto done = slice(in, from, to, start, out, edited); !done) return Failure<Error>{done.error()};
  return edited;
}

}  // namespace kmemlab::traces
