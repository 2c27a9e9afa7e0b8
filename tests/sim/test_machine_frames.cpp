// The frame pool against a plain list of flags, and memory shared between copies.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "sim/machine/machine.h"
#include "tests/catch.h"

using namespace kmemlab;
using namespace kmemlab::sim;

namespace {

/// The pool as one would write it down in three lines.
struct PlainPool {
  std::vector<bool> free;

  std::optional<Frame> run(Frame count, Frame limit) const {
    for (Frame f = 0; f + count <= std::min<Frame>(limit, static_cast<Frame>(free.size())); ++f) {
      if (std::all_of(free.begin() + f, free.begin() + f + count, [](bool b) { return b; })) return f;
    }
    return std::nullopt;
  }
  unsigned unusable(unsigned order) const {
    std::uint64_t all = 0, in_short_runs = 0, run = 0;
    for (std::size_t f = 0; f <= free.size(); ++f) {
      if (f < free.size() && free[f]) {
        ++run;
        continue;
      }
      all += run;
      if (run < std::uint64_t{1} << order) in_short_runs += run;
      run = 0;
    }
    return all == 0 ? 0 : static_cast<unsigned>(in_short_runs * 1000 / all);
  }
};

}  // namespace

TEST_CASE("machine: the pool does what a plain list of flags does", "[machine]") {
  for (const Frame frames : {Frame{1}, Frame{64}, Frame{1000}, Frame{4097}}) {
    FramePool pool(frames);
    PlainPool plain{std::vector<bool>(frames, true)};
    std::uint64_t seed = frames;
    for (int i = 0; i < 4000; ++i) {
      seed = mix64(seed + 1);
      const Frame f = static_cast<Frame>(seed >> 8) % frames;
      const Frame n = static_cast<Frame>(seed >> 40) % 9 + 1;
      const Frame limit = (seed & 64) != 0 ? frames : static_cast<Frame>(seed >> 48) % frames;
      switch (seed % 4) {
        case 0: {
          const auto got = pool.take();
          REQUIRE(got == plain.run(1, frames));
          if (got) plain.free[*got] = false;
          break;
        }
        case 1: {
          const auto got = pool.take_run(n, limit);
          REQUIRE(got == plain.run(n, limit));
          if (got) std::fill_n(plain.free.begin() + *got, n, false);
          break;
        }
        default:
          REQUIRE(pool.release(f) == !plain.free[f]);
          plain.free[f] = true;
      }
      if (i % 97 == 0) {
        for (unsigned order = 0; order < 6; ++order) REQUIRE(pool.unusable_permille(order) == plain.unusable(order));
        REQUIRE(pool.free_count() == static_cast<Frame>(std::count(plain.free.begin(), plain.free.end(), true)));
      }
    }
    CHECK_FALSE(pool.release(frames));
    CHECK_FALSE(pool.is_free(frames));
  }
}

TEST_CASE("machine: runs across the borders of words and chunks; shares of unusable frames by hand", "[machine]") {
  FramePool pool(100000);
  CHECK(pool.take_run(32760, 100000) == Frame{0});
  CHECK(pool.take_run(100, 100000) == Frame{32760});
  CHECK(pool.take_run(67140, 100000) == Frame{32860});
  CHECK(pool.free_count() == 0);
  CHECK((pool.release(70000) && pool.take() == Frame{70000}));
  CHECK((pool.release(70000) && pool.release(40) && pool.take() == Frame{40} && pool.take() == Frame{70000}));
  CHECK_FALSE(pool.take().has_value());
  for (const Frame f : {10U, 20U, 21U, 62U, 63U, 64U, 65U}) CHECK(pool.release(f));
  // Runs of 1, 2 and 4: of 7 free frames, 1 is in runs shorter than 2, and 3 in runs shorter than 4.
  CHECK(pool.unusable_permille(0) == 0);
  CHECK(pool.unusable_permille(1) == 142);
  CHECK(pool.unusable_permille(2) == 428);
  CHECK(pool.unusable_permille(3) == 1000);
  std::vector<std::pair<Frame, std::uint64_t>> words;
  pool.for_each_free_word([&](Frame first, std::uint64_t bits) {
    words.emplace_back(first, bits);
    return true;
  });
  CHECK(words == std::vector<std::pair<Frame, std::uint64_t>>{{0, 0xc000000000300400}, {64, 3}});
  CHECK_FALSE(pool.take_run(4, 65).has_value());  // 62 to 65 end at 66
  CHECK(pool.take_run(3, 65) == Frame{62});
}

TEST_CASE("machine: the pool's digest tells which frames are taken, not in which order", "[machine]") {
  FramePool a(1000), b(1000);
  CHECK((a.take_at(5) && a.take_at(700)));
  CHECK((b.take_at(700) && b.take_at(6) && b.take_at(5)));
  CHECK(a.digest() != b.digest());
  CHECK(b.release(6));
  CHECK(a.digest() == b.digest());
  CHECK_FALSE(b.take_at(5));
}

TEST_CASE("machine: copies of a machine never see each other's writes", "[machine]") {
  Machine a = Machine::create(*find_profile("x86-64"), {std::uint64_t{1} << 20, 1}).value();
  const Addr base = a.profile().arena_base;
  for (std::uint64_t n = 0; n < 3; ++n) {
    a.map_page(base + n * 4096, *a.take_frame());
    a.store<std::uint64_t>(base + n * 4096, n);
  }
  Machine b = a;
  Machine c = b;
  a.store<std::uint64_t>(base, 100);
  b.store<std::uint64_t>(base, 200);
  b.store<std::uint64_t>(base + 4096, 201);
  CHECK(a.load<std::uint64_t>(base) == 100);
  CHECK(a.load<std::uint64_t>(base + 4096) == 1);
  CHECK(b.load<std::uint64_t>(base) == 200);
  CHECK(c.load<std::uint64_t>(base) == 0);
  a.unmap_page(base + 8192);  // page tables are shared and parted like any frame
  a.release_frame(2);
  CHECK(b.load<std::uint64_t>(base + 8192) == 2);
  CHECK(b.free_frames() == 253);
  CHECK(a.free_frames() == 254);
  a = c;
  CHECK(a.load<std::uint64_t>(base) == 0);
  CHECK(a.load<std::uint64_t>(base + 8192) == 2);
  a.store<std::uint64_t>(base + 8192, 9);
  CHECK(c.load<std::uint64_t>(base + 8192) == 2);
  CHECK(b.load<std::uint64_t>(base + 8192) == 2);
}

TEST_CASE("machine: the digest of memory knows contents and places, not histories", "[machine]") {
  const auto fresh = [] {
    Machine m = Machine::create(*find_profile("i386"), {std::uint64_t{1} << 20, 1}).value();
    for (std::uint64_t n = 0; n < 8; ++n) m.map_page(m.profile().arena_base + n * 4096, *m.take_frame());
    return m;
  };
  Machine a = fresh();
  Machine b = fresh();
  const Addr base = a.profile().arena_base;
  const std::uint64_t empty = a.memory_digest();
  a.store<std::uint32_t>(base + 4096, 5);
  CHECK(a.memory_digest() != empty);
  a.zero(base + 4096, 4);
  CHECK(a.memory_digest() == empty);  // zeros, written or not, are zeros

  a.store<std::uint32_t>(base, 1);
  a.store<std::uint32_t>(base + 3 * 4096, 2);
  b.store<std::uint32_t>(base + 3 * 4096, 9);
  b.memory_digest();
  const Machine kept = b;
  b.store<std::uint32_t>(base + 3 * 4096, 2);
  b.store<std::uint32_t>(base, 1);
  CHECK(a.memory_digest() == b.memory_digest());

  b.store<std::uint32_t>(base + 4, 1);  // the same page after a digest
  CHECK(a.memory_digest() != b.memory_digest());
  b.zero(base + 4, 4);
  CHECK(a.memory_digest() == b.memory_digest());

  Machine moved = fresh();  // the same words in other pages are another state
  moved.store<std::uint32_t>(base + 4096, 1);
  moved.store<std::uint32_t>(base + 3 * 4096, 2);
  CHECK(moved.memory_digest() != a.memory_digest());
}
