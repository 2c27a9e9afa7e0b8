// Finding the pins of a page, and freeing them in copies. The sentences are in page_reason_words.cpp.
#include "sim/observe/page_reason.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/ints.h"
#include "traces/kmt/cursor.h"

namespace kmemlab::sim {

namespace {

bool touches(const HeldBlock& b, AddrRange page) {
  return b.address < page.end() && page.base < b.address + std::max<std::uint64_t>(b.granted, 1);
}

std::vector<PinReport> pins_on(const Session& session, AddrRange page) {
  std::vector<PinReport> pins;
  session.for_each_block([&](const HeldBlock& b) {
    if (touches(b, page)) pins.push_back({b, 0, 0, false, {}});
  });
  std::sort(pins.begin(), pins.end(), [](const PinReport& a, const PinReport& b) {
    return a.block.address != b.block.address ? a.block.address < b.block.address : a.block.id < b.block.id;
  });
  return pins;
}

bool can_be_freed(const HeldBlock& b) {
  return b.holding == Holding::live && b.id != traces::no_block;
}

PagesBack freed_in_a_copy(const Session& session, std::vector<std::uint64_t> ids, Addr page) {
  const auto copy = session.copy();
  PagesBack back{carry_out({std::move(ids)}, *copy).returned, false};
  std::sort(back.pages.begin(), back.pages.end());
  back.this_page = std::binary_search(back.pages.begin(), back.pages.end(), page);
  return back;
}

/// Ages in events and in ticks; the ticks of arrivals are the trace's.
Fallible<void> tell_ages(std::vector<PinReport>& pins, const Session& session,
                         const std::shared_ptr<const traces::KmtView>& trace) {
  traces::KmtCursor cursor(trace);
  const auto block = std::make_unique<traces::EventBlock>();
  for (PinReport& pin : pins) {
    const std::uint64_t born = pin.block.event;
    if (born >= session.next_event()) continue;  // not known
    pin.age_events = session.next_event() - born;
    if (auto rows = cursor.block(born, traces::Column::tick, *block); !rows) return Failure<Error>{rows.error()};
    const std::uint64_t tick = block->tick[born - block->first_event];
    pin.age_ticks = session.tick() - std::min(tick, session.tick());
  }
  return {};
}

/// Since when nothing lives on the page.
Fallible<void> tell_free_since(WhyHeld& why, Timeline& timeline, AddrRange page, std::uint64_t now_tick) {
  const auto last = timeline.last_on(page, why.place.event);
  if (!last) return Failure<Error>{last.error()};
  if (!*last) return {};
  why.free_since = (*last)->during;
  traces::KmtCursor cursor(timeline.trace());
  const auto block = std::make_unique<traces::EventBlock>();
  if (auto rows = cursor.block(why.free_since, traces::Column::tick, *block); !rows)
    return Failure<Error>{rows.error()};
  why.free_ticks = now_tick - std::min(block->tick[why.free_since - block->first_event], now_tick);
  return {};
}

}  // namespace

Fallible<WhyHeld> why_held(Timeline& timeline, Place place, Addr page, const std::function<bool()>& stop) {
  std::unique_ptr<Session> guest;
  if (place.steps != 0) {
    auto inside = timeline.inside(place.event, place.steps);
    if (!inside) return Failure<Error>{inside.error()};
    guest = std::move(*inside);
  }
  auto at = timeline.at(place.event);
  if (!at) return Failure<Error>{at.error()};
  const Session& session = **at;
  const std::uint64_t page_bytes = std::uint64_t{1} << session.kernel().page_shift();
  WhyHeld why;
  why.place = place;
  why.page = Addr{round_down(page.v, page_bytes)};
  why.rule = (guest != nullptr ? *guest : session).page_rule(why.page);
  why.pins = pins_on(session, {why.page, page_bytes});
  if (why.pins.empty() && why.rule.code != PageCode::not_held) {
    if (auto told = tell_free_since(why, timeline, {why.page, page_bytes}, session.tick()); !told)
      return Failure<Error>{told.error()};
    return why;
  }
  if (auto told = tell_ages(why.pins, session, timeline.trace()); !told) return Failure<Error>{told.error()};

  std::vector<std::uint64_t> all;
  for (PinReport& pin : why.pins) {
    if (!can_be_freed(pin.block)) {
      ++why.cannot_be_freed;
      continue;
    }
    all.push_back(pin.block.id);
    why.stopped = why.stopped || (stop && stop());
    if (why.stopped || all.size() > pins_tried_max) {
      ++why.not_tried;
      continue;
    }
    pin.alone = freed_in_a_copy(session, {pin.block.id}, why.page);
    pin.tried = true;
  }
  why.stopped = why.stopped || (stop && stop());
  if (!why.stopped && !all.empty()) why.all_freed = freed_in_a_copy(session, std::move(all), why.page);
  return why;
}

}  // namespace kmemlab::sim
