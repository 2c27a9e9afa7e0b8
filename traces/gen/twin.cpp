// The twin of a trace: see twin.h.
#include "traces/gen/twin.h"

#include <algorithm>
#include <bit>
#include <string>

#include "core/base/ints.h"
#include "traces/gen/herd.h"
#include "traces/gen/random.h"

namespace kmemlab::traces::gen {

namespace {

/// Counts sizes and lifetimes of events as they pass.
class Measure {
 public:
  explicit Measure(std::uint64_t part_blocks) { shape_.part_blocks = part_blocks; }
  void add(const Event& e) {
    if (events_++ == 0) first_tick_ = e.tick;
    shape_.span_ticks = e.tick - first_tick_;
    if (e.op == Op::alloc) {
      if (e.slot < live_.size()) close(e.slot, shape_.blocks);  // a lost free
      const std::uint64_t now = shape_.blocks++;
      if (e.slot == no_slot) return count(e.requested, now, LifeClass::never);
      if (live_.size() <= e.slot) live_.resize(e.slot + std::size_t{1});
      live_[e.slot] = {e.requested, now, true};
      bytes_ += e.requested;
      shape_.peak_blocks = std::max(shape_.peak_blocks, ++blocks_);
      shape_.peak_bytes = std::max(shape_.peak_bytes, bytes_);
    } else if (e.op == Op::free && e.free_kind == FreeKind::matched && e.slot < live_.size()) {
      close(e.slot, shape_.blocks);
    }
  }
  Shape finish() {
    for (Live& l : live_) {
      if (l.occupied) count(l.size, l.born, LifeClass::never);
    }
    return std::move(shape_);
  }

 private:
  struct Live {
    std::uint64_t size = 0, born = 0;
    bool occupied = false;
  };
  void count(std::uint64_t size, std::uint64_t born, std::uint32_t life) {
    const std::uint64_t part = born / shape_.part_blocks;
    if (shape_.parts.size() <= part) shape_.parts.resize(part + 1);
    ++shape_.parts[part][{size, life}];
  }
  void close(Slot slot, std::uint64_t now) {
    Live& l = live_[slot];
    if (!l.occupied) return;
    count(l.size, l.born, LifeClass::of(now - l.born));
    bytes_ -= l.size;
    --blocks_;
    l.occupied = false;
  }
  Shape shape_;
  std::vector<Live> live_;
  std::uint64_t events_ = 0, first_tick_ = 0, bytes_ = 0, blocks_ = 0;
};

class MeasuredSink final : public EventSink {
 public:
  MeasuredSink(EventSink& to, std::uint64_t part_blocks) : measure(part_blocks), to_(to) {}
  void append(const Event& event) override {
    measure.add(event);
    to_.append(event);
  }
  void learn_cache(std::uint64_t event_index, Index cache) override { to_.learn_cache(event_index, cache); }
  Measure measure;

 private:
  EventSink& to_;
};

/// Draws pairs without putting back: sums over a tree, so that a draw costs the logarithm of their number.
class Urn {
 public:
  using Pair = std::pair<std::uint64_t, std::uint32_t>;
  explicit Urn(const Shape::Pairs& pairs) {
    std::vector<std::uint64_t> counts;
    for (const auto& [pair, count] : pairs) pairs_.push_back(pair), counts.push_back(count), left_ += count;
    leaves_ = std::bit_ceil(pairs_.size());
    sums_.resize(2 * leaves_);
    std::copy(counts.begin(), counts.end(), sums_.begin() + static_cast<std::ptrdiff_t>(leaves_));
    for (std::size_t i = leaves_ - 1; i > 0; --i) sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
  }
  bool empty() const { return left_ == 0; }
  Pair draw(Random& random) {
    std::uint64_t at = random.below(left_--);
    std::size_t i = 1;
    for (--sums_[1]; i < leaves_; --sums_[i]) {
      i *= 2;
      if (at >= sums_[i]) at -= sums_[i++];
    }
    return pairs_[i - leaves_];
  }

 private:
  std::uint64_t left_ = 0;
  std::size_t leaves_ = 0;
  std::vector<Pair> pairs_;
  std::vector<std::uint64_t> sums_;  // [1] is the root, [leaves_ + i] the count of pair i
};

std::uint64_t difference(const std::map<std::uint64_t, std::uint64_t>& a,
                         const std::map<std::uint64_t, std::uint64_t>& b) {
  std::uint64_t more = 0;
  for (const auto& [key, count] : a) {
    const auto other = b.find(key);
    const std::uint64_t there = other == b.end() ? 0 : other->second;
    more += count > there ? count - there : 0;
  }
  return more;
}

std::string of(std::uint64_t n, std::uint64_t all) {
  const auto permille = static_cast<std::uint64_t>(u128{n} * 1000 / (all == 0 ? 1 : all));
  return std::to_string(n) + " of " + std::to_string(all) + " (" + std::to_string(permille) + " permille)";
}

void note_closeness(Maker& make, const Shape& from, const Shape& to) {
  const Distance d = distance(from, to);
  make.note("sizes: blocks whose size differs: " + of(d.sizes, from.blocks));
  make.note("lifetimes: blocks in another class: " + of(d.lifetimes, from.blocks));
  make.note("peak of live blocks: " + std::to_string(to.peak_blocks) + ", original " +
            std::to_string(from.peak_blocks));
  make.note("peak of live bytes: " + std::to_string(to.peak_bytes) + ", original " + std::to_string(from.peak_bytes));
}

}  // namespace

std::uint32_t LifeClass::of(std::uint64_t n) {
  if (n < 8) return static_cast<std::uint32_t>(n);
  const unsigned octave = floor_log2(n);
  return 8 + (octave - 3) * 4 + static_cast<std::uint32_t>((n >> (octave - 2)) & 3);
}

std::uint64_t LifeClass::least(std::uint32_t c) {
  if (c < 8) return c;
  return std::uint64_t{4 + (c - 8) % 4} << ((c - 8) / 4 + 1);
}

Fallible<Shape> shape_of(KmtReader& trace) {
  Measure measure(trace.facts().blocks / Shape::parts_max + 1);
  const auto done = trace.for_each(all_columns, [&](std::uint64_t, const Event& e) { measure.add(e); });
  if (!done) return Failure<Error>{done.error()};
  return measure.finish();
}

Distance distance(const Shape& a, const Shape& b) {
  std::map<std::uint64_t, std::uint64_t> sizes[2], lives[2];
  for (const Shape* s : {&a, &b}) {
    for (const Shape::Pairs& pairs : s->parts) {
      for (const auto& [pair, count] : pairs) {
        sizes[s == &b][pair.first] += count;
        lives[s == &b][pair.second] += count;
      }
    }
  }
  return {difference(sizes[0], sizes[1]), difference(lives[0], lives[1])};
}

Fallible<Generated> make_twin(KmtReader& trace, std::uint64_t seed, EventSink& to) {
  const auto shape = shape_of(trace);
  if (!shape) return Failure<Error>{shape.error()};
  if (shape->blocks == 0) return fail("the trace has no slab allocations", "expected at least one");
  MeasuredSink sink(to, shape->part_blocks);
  Maker make(sink, 2 * shape->blocks);
  Random pairs(seed, 0), lives(seed, 1);
  const Place place{make.task(100, "twin"), 0, Context::task};
  const std::uint64_t gap = shape->span_ticks / (2 * shape->blocks);
  Deaths deaths;
  const auto free_one = [&] {
    make.pass(gap);
    make.free(place, deaths.take());
  };
  std::uint64_t now = 0;
  for (const Shape::Pairs& part : shape->parts) {
    for (Urn urn(part); !urn.empty(); ++now) {
      while (deaths.due(now)) free_one();
      const auto [size, life] = urn.draw(pairs);
      make.pass(gap);
      const Slot slot = make.alloc(place, size, {});
      if (life == LifeClass::never) continue;
      const std::uint64_t least = std::min(LifeClass::least(life), shape->blocks - now);
      deaths.add(now + lives.between(least, std::min(LifeClass::most(life), shape->blocks - now)), slot);
    }
  }
  while (!deaths.empty()) free_one();
  note_closeness(make, *shape, sink.measure.finish());
  return make.finish("twin", "synthetic: twin seed " + std::to_string(seed) + " of " + trace.source().name);
}

}  // namespace kmemlab::traces::gen
