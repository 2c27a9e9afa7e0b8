// A bsd386 allocator on either machine, with check() after every call.
#pragma once

#include <optional>
#include <vector>

#include "core/bsd386/bsd386.h"
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {

using namespace bsd386;

template <class On>
class Heap {
 public:
  explicit Heap(const Config& config = {}, const Shape& shape = {}) : on(shape), config_(config) {
    kmeminit(on.machine(), state, config);
    scratch_.resize((on.machine().arena().bytes >> on.machine().page_shift()) + 1);
  }

  /// Offset of the block from the arena's base, or nothing if the call failed (call() keeps the reason).
  std::optional<std::uint64_t> alloc(std::uint64_t size, unsigned flags = M_NOWAIT, unsigned type = M_TEMP) {
    last = MallocCall{};
    last.size = size;
    last.type = type;
    last.flags = flags;
    return run();
  }
  /// Starts or resumes `last`.
  std::optional<std::uint64_t> run() {
    outcome = bsd386::malloc(on.machine(), state, last);
    verify();
    if (outcome != Outcome::done) return std::nullopt;
    return last.address - on.base();
  }
  void free(std::uint64_t offset, unsigned type = M_TEMP) {
    bsd386::free(on.machine(), state, on.base() + offset, type);
    verify();
  }
  void verify() {
    if (!checking) return;
    const CheckResult r = check(on.machine(), state, scratch_);
    if (!r) FAIL("invariant " << r.invariant << " broken at " << r.where.v);
  }
  const kmembuckets& bucket(std::uint64_t size) const { return state.bucket[bucket_index(size)]; }
  const kmemstats& stats(unsigned type = M_TEMP) const { return state.stats[type]; }

  On on;
  State state;
  MallocCall last;
  Outcome outcome = Outcome::done;
  bool checking = true;

 private:
  Config config_;
  std::vector<std::uint32_t> scratch_;
};

inline Config faithful() {
  Config c;
  c.mode = Mode::faithful;
  return c;
}

}  // namespace kmemlab::test
