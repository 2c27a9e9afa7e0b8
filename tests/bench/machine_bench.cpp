// How fast the simulated machine runs on this host: accesses that hit the TLB, and misses with a full walk. Prints
// numbers for a person; nothing is gated on them. Each figure is the best of five runs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "core/base/digest.h"
#include "sim/machine/machine.h"

namespace {

using namespace kmemlab;
using namespace kmemlab::sim;

template <class F>
double best_ns_per_op(std::uint64_t ops, F&& run) {
  double best = 1e300;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run(ops);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / static_cast<double>(ops));
  }
  return best;
}

void print(const char* profile, const char* what, double ns) {
  std::printf("%-8s %-44s %8.2f ns %9.1f M/s\n", profile, what, ns, 1e3 / ns);
}

Machine machine_with_pages(const Profile& profile, std::uint64_t pages) {
  Machine m = Machine::create(profile, {std::uint64_t{64} << 20, 1}).value();
  m.reserve_tables({profile.arena_base, std::uint64_t{32} << 20});
  for (std::uint64_t i = 0; i < pages; ++i) {
    const Addr page = profile.arena_base + i * m.page_bytes();
    m.map_page(page, *m.take_frame());
    m.store_word(page, i);
  }
  return m;
}

volatile std::uint64_t sink;

void hits(const Profile& profile) {
  const Addr base = profile.arena_base;
  Machine m = machine_with_pages(profile, 8);
  const std::uint64_t mask = 8 * m.page_bytes() - 4;
  print(profile.name.c_str(), "load, TLB hit, strided over 8 pages", best_ns_per_op(20'000'000, [&](std::uint64_t n) {
          std::uint64_t sum = 0;
          for (std::uint64_t i = 0; i < n; ++i) sum += m.load<std::uint32_t>(base + (i * 1096 & mask));
          sink = sum;
        }));
  print(profile.name.c_str(), "store, TLB hit, strided over 8 pages", best_ns_per_op(20'000'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) {
            m.store<std::uint32_t>(base + (i * 1096 & mask), static_cast<std::uint32_t>(i));
          }
        }));
  m.store_addr(base, base + m.page_bytes());
  m.store_addr(base + m.page_bytes(), base);
  print(profile.name.c_str(), "dependent loads (a list of two pages)", best_ns_per_op(20'000'000, [&](std::uint64_t n) {
          Addr a = base;
          for (std::uint64_t i = 0; i < n; ++i) a = m.load_addr(a);
          sink = a.v;
        }));
}

enum class Order { in_turn, random };

// 512 pages in turn all miss, and cost the simulator's own work. Random pages of 16 MiB miss in the host's own caches
// and TLB as well: there most of the time is the host's.
void misses(const Profile& profile, Order order) {
  const bool random = order == Order::random;
  const std::uint64_t pages = random ? (std::uint64_t{16} << 20) >> profile.page_shift : 512;
  Machine m = machine_with_pages(profile, pages);
  const Counters before = m.counters();
  std::uint64_t x = 1;
  const double ns = best_ns_per_op(4'000'000, [&](std::uint64_t n) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      x = random ? mix64(x + i) : x + 1;
      sum += m.load_word(profile.arena_base + (x % pages << profile.page_shift) + (x >> 40) % 64 * 64);
    }
    sink = sum;
  });
  const Counters after = m.counters();
  const std::uint64_t permille = (after.tlb_misses - before.tlb_misses) * 1000 / (after.loads - before.loads);
  print(profile.name.c_str(), random ? "load, random pages of 16 MiB" : "load, TLB miss, 512 pages in turn", ns);
  std::printf("%-8s   (%llu of 1000 missed the TLB)\n", "", static_cast<unsigned long long>(permille));
}

void whole_pages(const Profile& profile) {
  Machine m = machine_with_pages(profile, 4096);
  const Addr base = profile.arena_base;
  print(profile.name.c_str(), "take, map, store, unmap, release a page", best_ns_per_op(500'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) {
            const Addr page = base + (4096 + i % 64) * m.page_bytes();
            m.map_page(page, *m.take_frame());
            m.store_word(page, i);
            m.release_frame(m.unmap_page(page));
          }
        }));
  print(profile.name.c_str(), "zero a page", best_ns_per_op(500'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) m.zero(base + i % 8 * m.page_bytes(), m.page_bytes());
        }));
  print(profile.name.c_str(), "raise and restore the level", best_ns_per_op(5'000'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) m.restore_level(m.raise_level(3));
        }));
  print(profile.name.c_str(), "copy a machine (4096 pages written)", best_ns_per_op(2'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) {
            const Machine copy = m;
            sink = copy.accesses();
          }
        }));
  print(profile.name.c_str(), "digest after writing one page", best_ns_per_op(20'000, [&](std::uint64_t n) {
          for (std::uint64_t i = 0; i < n; ++i) {
            m.store_word(base + i % 4096 * m.page_bytes(), i);
            sink = m.digest();
          }
        }));
}

}  // namespace

int main() {
  for (const Profile& profile : all_profiles()) {
    hits(profile);
    misses(profile, Order::in_turn);
    misses(profile, Order::random);
  }
  whole_pages(*find_profile("x86-64"));
  return 0;
}
