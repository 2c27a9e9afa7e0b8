// Simplifying, one property of events after the other.
#include "sim/check/simplify.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

namespace kmemlab::check {

namespace {

using traces::Event;
using traces::Op;
using traces::Tri;

/// `change(event)` on the events [from, to) of a copy; nothing is tried if nothing changes.
template <class Change>
bool change_some(Shrinking& s, std::size_t from, std::size_t to, Change change) {
  ShrinkTrace candidate = s.now();
  bool differs = false;
  for (std::size_t i = from; i < to; ++i) {
    const Event before = candidate.events[i].event;
    change(candidate.events[i].event);
    differs |= !(before == candidate.events[i].event);
  }
  return differs && s.take(std::move(candidate));
}

/// The fewest events that a change is tried on: nobody reads a long trace event by event.
std::size_t finest(std::size_t events) {
  return events <= 256 ? 1 : events / 64;
}

/// On all events; if that is too much, on halves, quarters, ..., single ones.
template <class Change>
void change_events(Shrinking& s, Change change) {
  const std::size_t n = s.now().events.size();
  for (std::size_t part = n; part >= finest(n); part /= 2) {
    for (std::size_t at = 0; at < n; at += part) change_some(s, at, std::min(at + part, n), change);
  }
}

/// The flags that a request is left with: what a person knows.
struct PlainFlags {
  traces::Index sleeps = 0, nowait = 0;  ///< rows of the gfp table
};

bool is_request(const Event& e) {
  return e.op == Op::alloc || e.op == Op::realloc;
}

PlainFlags add_plain_flags(Shrinking& s) {
  auto tables = std::make_shared<traces::Tables>(*s.now().tables);
  const auto row = [&](const traces::Gfp& plain) {
    const auto at = std::find(tables->gfps.begin(), tables->gfps.end(), plain);
    const auto index = static_cast<traces::Index>(at - tables->gfps.begin());
    if (at == tables->gfps.end()) tables->gfps.push_back(plain);
    return index;
  };
  const traces::Index sleeps = row({"GFP_KERNEL", {}, Tri::yes, Tri::no});
  const traces::Index nowait = row({"GFP_NOWAIT", {}, Tri::no, Tri::no});
  ShrinkTrace with_both = s.now();
  with_both.tables = std::move(tables);
  s.put(std::move(with_both));  // rows that nobody names change no run
  return {sleeps, nowait};
}

void plain_flags(Shrinking& s) {
  const PlainFlags plain = add_plain_flags(s);
  change_events(s, [&](Event& e) { e.gfp = is_request(e) ? plain.sleeps : traces::no_index; });
  change_events(s, [&](Event& e) {
    if (is_request(e) && e.gfp != plain.sleeps) e.gfp = plain.nowait;
  });
}

void one_task(Shrinking& s) {
  traces::Index first = traces::no_index;
  for (const ShrinkEvent& e : s.now().events) first = std::min(first, e.event.task);
  if (first != traces::no_index) change_events(s, [&](Event& e) { e.task = first; });
}

void one_cpu(Shrinking& s) {
  change_events(s, [](Event& e) { e.cpu = 0; });
  std::uint32_t cpus = 1;
  for (const ShrinkEvent& e : s.now().events) cpus = std::max(cpus, e.event.cpu + 1U);
  if (s.now().source.cpus == cpus) return;
  ShrinkTrace fewer = s.now();
  fewer.source.cpus = cpus;
  s.take(std::move(fewer));
}

std::uint64_t round_size(std::uint64_t size) {
  return size <= 1 ? size : std::bit_ceil(size);
}

void round_sizes(Shrinking& s) {
  const auto set = [](Event& e, std::uint64_t size) {
    if (e.requested != 0) e.requested = size, e.granted = std::max(e.granted, size);
  };
  change_events(s, [&](Event& e) {
    if (e.requested < (std::uint64_t{1} << 40)) set(e, round_size(e.requested));
  });
  std::uint64_t most = 0;
  for (const ShrinkEvent& e : s.now().events) most = std::max(most, e.event.requested);
  change_events(s, [&](Event& e) { set(e, most); });
  change_some(s, 0, s.now().events.size(), [](Event& e) { e.granted = e.requested; });
}

/// Gaps of [from, to): closed to at most a microsecond.
bool close_gaps(Shrinking& s, std::size_t from, std::size_t to, std::uint64_t gap) {
  ShrinkTrace candidate = s.now();
  std::uint64_t before = 0, tick = 0;
  bool differs = false;
  for (std::size_t i = 0; i < candidate.events.size(); ++i) {
    std::uint64_t& at = candidate.events[i].event.tick;
    const std::uint64_t wide = i == 0 ? 0 : at - std::min(at, before);
    before = at;
    tick += i >= from && i < to && wide > gap ? gap : wide;
    differs |= at != tick;
    at = tick;
  }
  return differs && s.take(std::move(candidate));
}

void close_times(Shrinking& s) {
  constexpr std::uint64_t microsecond = 1000;
  const std::size_t n = s.now().events.size();
  // Exactly a microsecond between any two reads best.
  ShrinkTrace even = s.now();
  for (std::size_t i = 0; i < n; ++i) even.events[i].event.tick = i * microsecond;
  if (digest_of(even) == digest_of(s.now()) || s.take(std::move(even))) return;
  for (std::size_t part = n; part >= finest(n); part /= 2) {
    for (std::size_t at = 0; at < n; at += part) close_gaps(s, at, std::min(at + part, n), microsecond);
  }
}

}  // namespace

void simplify(Shrinking& s) {
  one_task(s);
  one_cpu(s);
  change_events(s, [](Event& e) { e.context = traces::Context::task, e.cpu_state = {Tri::no, Tri::no}; });
  plain_flags(s);
  change_events(s, [](Event& e) { e.call_site = traces::no_index; });
  change_events(s, [](Event& e) { e.cache = traces::no_index; });
  change_some(s, 0, s.now().events.size(), [](Event& e) { e.node = -1, e.accounted = Tri::unknown; });
  round_sizes(s);
  close_times(s);
  ShrinkTrace small = with_small_tables(s.now());
  if (digest_of(small) == digest_of(s.now())) {
    s.put(std::move(small));
  } else {
    s.take(std::move(small));
  }
}

namespace {

bool all_of_size(Shrinking& s) {
  for (const std::uint64_t size : {4096U, 8192U, 16384U, 65536U, 2048U, 1024U, 512U, 256U, 128U}) {
    const bool taken = change_some(s, 0, s.now().events.size(), [&](Event& e) {
      if (e.requested != 0 && e.requested < size) e.requested = size, e.granted = std::max(e.granted, e.requested);
    });
    if (taken) return true;
  }
  return false;
}

}  // namespace

bool larger_blocks(Shrinking& s) {
  if (all_of_size(s)) return true;
  // Larger blocks may make others sleep before it shows.
  const PlainFlags plain = add_plain_flags(s);
  const bool nobody_sleeps = change_some(s, 0, s.now().events.size(), [&](Event& e) {
    if (is_request(e)) e.gfp = plain.nowait;
  });
  return nobody_sleeps && all_of_size(s);
}

}  // namespace kmemlab::check
