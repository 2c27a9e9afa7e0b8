// An osf1 allocator on either machine, with check() after every call. The pool's thread runs only when a test lets
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/osf1/osf1.h"
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {

inline Shape alpha(std::uint64_t arena_pages = 512, std::uint64_t ram_pages = 1024) {
  return {"alpha", arena_pages * 8192, ram_pages * 8192};
}

inline osf1::Config no_preload() {
  osf1::Config c;
  c.lowat_pages = 0;
  return c;
}

inline osf1::Config with_kmem_debug() {
  osf1::Config c;
  c.kmem_debug = true;
  return c;
}

template <class On>
class OsfHeap {
 public:
  explicit OsfHeap(const osf1::Config& config = {}, const Shape& shape = alpha()) : on(shape) {
    osf1::kmeminit(on.machine(), state, config);
    scratch_.resize(on.machine().arena().bytes >> on.machine().page_shift());
    verify();
  }

  /// Offset of the block from the arena's base, or nothing if the call failed or sleeps (`outcome` and `last` say).
  std::optional<std::uint64_t> alloc(std::uint64_t size, unsigned flags = osf1::M_NOWAIT,
                                     unsigned type = osf1::M_DEVBUF) {
    last = osf1::MallocCall{};
    last.size = size;
    last.type = type;
    last.flags = flags;
    last.pc = 0xfffffc0000234560;
    return run();
  }
  /// Starts or resumes `last`.
  std::optional<std::uint64_t> run() {
    outcome = osf1::malloc(on.machine(), state, last);
    verify();
    if (outcome != Outcome::done) return std::nullopt;
    return last.address - on.base();
  }
  void free(std::uint64_t offset, unsigned type = osf1::M_DEVBUF, std::uint64_t pc = 0) {
    osf1::free(on.machine(), state, {on.base() + offset, type, pc});
    verify();
  }
  void free_all(const std::vector<std::uint64_t>& offsets) {
    for (const std::uint64_t o : offsets) free(o);
  }
  /// n blocks of a size, with M_WAITOK.
  std::vector<std::uint64_t> take(unsigned n, std::uint64_t size) {
    std::vector<std::uint64_t> blocks;
    for (unsigned i = 0; i < n; ++i) blocks.push_back(alloc(size, osf1::M_WAITOK).value());
    return blocks;
  }
  void run_thread() {
    const Outcome parked = osf1::pool_thread(on.machine(), state, thread);
    CHECK(parked == Outcome::blocked);
    CHECK(thread.channel);
    CHECK(thread.channel == state.thread_channel);
    verify();
  }
  /// Whether f wakes sleepers of the channel.
  template <class F>
  bool wakes(Channel channel, F f) {
    on.was_woken(channel);
    on.park(channel);
    f();
    return on.was_woken(channel);
  }
  void verify() {
    if (!checking) return;
    const CheckResult r = osf1::check(on.machine(), state, scratch_);
    if (!r) FAIL("invariant " << r.invariant << " broken at " << r.where.v);
  }
  unsigned broken_invariant() { return osf1::check(on.machine(), state, scratch_).invariant; }
  const osf1::kmembuckets& bucket(std::uint64_t size) const { return state.bucket[osf1::bucket_index(size)]; }
  const osf1::kmemstats& stats(unsigned type = osf1::M_DEVBUF) const { return state.stats[type]; }

  std::uint8_t byte(std::uint64_t offset) const {
    const auto half = on.machine().template peek<std::uint16_t>(on.base() + offset / 2 * 2).value();
    return static_cast<std::uint8_t>(offset % 2 == 0 ? half : half >> 8);
  }
  /// Changes one bit of guest memory behind the allocator's back.
  void flip(std::uint64_t offset) {
    const Addr a = on.base() + offset / 2 * 2;
    const auto half = on.machine().template peek<std::uint16_t>(a).value();
    on.poke16(a, static_cast<std::uint16_t>(half ^ (offset % 2 == 0 ? 1U : 0x100U)));
  }

  On on;
  osf1::State state;
  osf1::MallocCall last;
  osf1::PoolThreadCall thread;
  Outcome outcome = Outcome::done;
  bool checking = true;

 private:
  std::vector<std::uint32_t> scratch_;
};

}  // namespace kmemlab::test
