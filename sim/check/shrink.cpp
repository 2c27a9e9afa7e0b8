// The steps of a search, in order; those that make the rest readable are in simplify.cpp.
#include "sim/check/shrink.h"

#include <algorithm>
#include <bit>

#include "sim/check/shrinking.h"
#include "sim/check/simplify.h"

namespace kmemlab::check {

using traces::Op;

bool Shrinking::shows(const ShrinkTrace& candidate) {
  if (error_ || used_up()) return false;
  const bool comparable = digests_compare(candidate, now_);
  const std::uint64_t digest = comparable ? digest_of(candidate) : 0;
  if (comparable && in_vain_.count(digest) != 0) return false;
  ++tried_;
  auto reader = open_shrink_trace(candidate);
  const auto answer = reader ? shows_(*reader) : Fallible<bool>(Failure<Error>{reader.error()});
  if (!answer) {
    error_ = answer.error();
    return false;
  }
  if (!*answer && comparable) in_vain_.insert(digest);
  if (progress_) progress_(tried_, now_.events.size());
  return *answer;
}

bool Shrinking::take(ShrinkTrace candidate) {
  if (!shows(candidate)) return false;
  put(std::move(candidate));
  ++taken_;
  return true;
}

std::vector<std::uint32_t> Shrinking::units() const {
  std::vector<std::uint8_t> seen(now_.units);
  std::vector<std::uint32_t> list;
  for (const ShrinkEvent& e : now_.events) {
    if (seen[e.unit] == 0) list.push_back(e.unit);
    seen[e.unit] = 1;
  }
  return list;
}

ShrinkTrace Shrinking::of_units(const std::vector<std::uint32_t>& units) const {
  std::vector<std::uint8_t> kept(now_.units);
  for (const std::uint32_t u : units) kept[u] = 1;
  return without([&](const ShrinkEvent& e) { return kept[e.unit] == 0; });
}

void Shrinking::fewer_units(std::size_t finest) {
  const std::vector<std::uint32_t> before = units();
  const auto left = ddmin(
      before, [&](const std::vector<std::uint32_t>& some) { return take(of_units(some)); }, finest);
  if (left.size() < before.size() && now_.events.size() < 4096) take(with_small_tables(now_));
}

namespace {

bool is_slab(const ShrinkEvent& e) {
  return e.event.op == Op::alloc || e.event.op == Op::realloc ||
         (e.event.op == Op::free && e.event.slot != traces::no_slot);
}

/// The smallest n in (low, high] for which good(n) was true, by halves; good(high) is known.
template <class Good>
std::size_t bisect(std::size_t low, std::size_t high, Good good) {
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (good(middle) ? high : low) = middle;
  }
  return high;
}

/// A window in time: the shortest beginning that shows it, then as much as can go from its start.
void shorter(Shrinking& s) {
  const std::vector<ShrinkEvent> all = s.now().events;
  const auto first = [&](std::size_t n) { return s.with({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)}); };
  if (all.empty() || s.take(first(0))) return;
  bisect(0, all.size(), [&](std::size_t n) { return s.take(first(n)); });
  const std::vector<std::uint32_t> units = s.units();
  const std::size_t n = units.size();
  bisect(0, n, [&](std::size_t last) {
    return s.take(s.of_units({units.end() - static_cast<std::ptrdiff_t>(last), units.end()}));
  });
}

/// The size that a unit begins with, as a power of two; 0 for what has no size.
std::vector<unsigned> classes_of_units(const ShrinkTrace& trace) {
  std::vector<unsigned> classes(trace.units);
  for (const ShrinkEvent& e : trace.events) {
    if (e.event.op == Op::alloc && classes[e.unit] == 0) {
      classes[e.unit] = static_cast<unsigned>(std::bit_width(e.event.requested)) + 1;
    }
  }
  return classes;
}

/// One class of sizes alone, large ones first, since few large blocks do what many small ones do; or without one.
void fewer_classes(Shrinking& s) {
  const std::vector<unsigned> classes = classes_of_units(s.now());
  for (unsigned c = 66; c-- > 0;) {
    const auto other = [&](const ShrinkEvent& e) { return classes[e.unit] != c; };
    ShrinkTrace alone = s.without(other);
    if (!alone.events.empty() && alone.events.size() < s.now().events.size() && s.take(std::move(alone))) return;
  }
  for (unsigned c = 66; c-- > 0;) {
    ShrinkTrace rest = s.without([&](const ShrinkEvent& e) { return classes[e.unit] == c; });
    if (rest.events.size() < s.now().events.size()) s.take(std::move(rest));
  }
}

/// Where thousands of blocks remain, single ones cost too many runs: first large parts; then larger blocks, of which
/// fewer are needed.
void fewer_roughly(Shrinking& s) {
  constexpr std::size_t few = 500, parts = 64;
  do {
    const std::size_t units = s.units().size();
    if (units <= few) return;
    s.fewer_units(units / parts);
    shorter(s);
  } while (s.units().size() > few && larger_blocks(s));
}

/// A free or realloc alone; its block lives on then.
void fewer_frees(Shrinking& s) {
  for (std::size_t i = s.now().events.size(); i-- > 0;) {
    const std::vector<ShrinkEvent>& events = s.now().events;
    const Op op = events[i].event.op;
    if (op != Op::free && op != Op::realloc) continue;
    std::vector<ShrinkEvent> rest = events;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    s.take(s.with(std::move(rest)));
  }
}

}  // namespace

Fallible<Shrunk> shrink(ShrinkTrace trace, const Shows& shows, const ShrinkLimits& limits,
                        const ShrinkProgress& progress) {
  constexpr std::size_t short_enough = 40;  // events: further than that no page of larger blocks is tried
  Shrinking s(std::move(trace), shows, limits, progress);
  if (!s.shows(s.now())) return Failure<Error>{s.error().value_or(Error{"the trace does not show it", "", {}, {}, {}})};
  s.take(s.without([](const ShrinkEvent& e) { return !is_slab(e); }));
  shorter(s);
  fewer_classes(s);
  fewer_roughly(s);
  s.fewer_units();
  shorter(s);
  while (s.now().events.size() > short_enough && larger_blocks(s)) s.fewer_units();
  for (std::uint64_t before = s.taken() + 1; before != s.taken() && !s.used_up() && !s.error();) {
    before = s.taken();
    fewer_frees(s);
    simplify(s);
    s.fewer_units();
  }
  if (s.error()) return Failure<Error>{*s.error()};
  const std::uint64_t units = s.units().size();
  return Shrunk{s.now(), units, s.tried(), !s.used_up()};
}

}  // namespace kmemlab::check
