// How many calls a second the area_malloc core makes on the simulated x86-64 machine: a pool of 1 GiB with 100,000 live
// blocks, then a full one. Prints numbers for a person; nothing is gated on them.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/base/digest.h"
#include "core/beos/beos.h"
#include "sim/kernel/kernel.h"

namespace {

using namespace kmemlab;
using Kernel = sim::ShapedKernel<sim::Shape4k64>;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::uint64_t sizes[] = {8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 64, 64, 192, 32, 1032};

class Bench {
 public:
  Bench() : kernel_(make_kernel()) {
    beos::boot(kernel_, state_, {});
    beos::get_module(kernel_, state_);
    beos::CreatePoolCall call;
    call.size = gib;
    call.lock_spec = B_LAZY_LOCK;
    if (beos::create_pool(kernel_, state_, call) != Outcome::done) std::abort();
    pool_ = call.pool;
  }
  std::uint64_t random() { return mix64(seed_ += 0x9e3779b97f4a7c15ULL); }
  Addr take(std::uint64_t size) {
    beos::MallocCall call;
    call.pool = pool_;
    call.size = size;
    beos::malloc(kernel_, state_, call);
    return call.address;
  }
  void give(Addr a) {
    beos::FreeCall call;
    call.pool = pool_;
    call.ptr = a;
    if (beos::free(kernel_, state_, call) != Outcome::done) std::abort();
  }

 private:
  static sim::Kernel make_kernel() {
    sim::KernelOptions options;
    options.arena_bytes = 2 * gib;
    options.ram_bytes = 2 * gib;
    return std::move(sim::Kernel::create(*sim::find_profile("x86-64"), options).value());
  }
  Kernel kernel_;
  beos::State state_;
  beos::PoolId pool_;
  std::uint64_t seed_ = 1;
};

template <class F>
void measure(const char* what, std::uint64_t calls, F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
  std::printf("%-60s %8.1f M calls/s\n", what, static_cast<double>(calls) / spent.count());
}

}  // namespace

int main() {
  Bench b;
  std::vector<Addr> live;
  for (unsigned n = 0; n < 100'000; ++n) live.push_back(b.take(sizes[b.random() % 16]));
  constexpr std::uint64_t rounds = 5'000'000;
  measure("one of 100,000 replaced at random", 2 * rounds, [&] {
    for (std::uint64_t n = 0; n < rounds; ++n) {
      const std::uint64_t r = b.random();
      Addr& a = live[r % live.size()];
      b.give(a);
      a = b.take(sizes[r >> 60]);
    }
  });
  measure("192 bytes taken and given", 2 * rounds, [&] {
    for (std::uint64_t n = 0; n < rounds; ++n) b.give(b.take(192));
  });
  std::vector<Addr> burst(2000);
  measure("2000 taken, then given", 2 * 500 * burst.size(), [&] {
    for (unsigned n = 0; n < 500; ++n) {
      for (Addr& a : burst) a = b.take(sizes[b.random() % 16]);
      for (const Addr a : burst) b.give(a);
    }
  });
  while (const Addr a = b.take(2600 + b.random() % 9000)) live.push_back(a);
  std::printf("full: %zu blocks live\n", live.size());
  constexpr std::uint64_t full_rounds = 500'000;
  measure("full pool, runs of 1 to 3 pages replaced at random", 2 * full_rounds, [&] {
    for (std::uint64_t n = 0; n < full_rounds; ++n) {
      Addr& a = live[b.random() % live.size()];
      if (a) b.give(a);
      a = b.take(2600 + b.random() % 9000);
    }
  });
}
