// A trace that keeps an allocator busy, for laws that hold at every event.
#pragma once

#include "tests/sim/traces.h"

namespace kmemlab::test {

/// Some hundred blocks of odd sizes by three tasks and an interrupt handler, freed in another order, more than a small
/// arena holds. The clock stood at `tick` when it began.
inline TraceMaker busy_trace(std::uint64_t tick = 1000) {
  TraceMaker t;
  std::uint64_t random = 12345;
  std::vector<traces::BlockId> live;
  for (int i = 0; i < 600; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    t.at(tick += 20'000 + (random >> 50)).task(1 + i % 3);
    t.context(i % 11 == 5 ? traces::Context::softirq : traces::Context::task);
    if (live.size() > 40 && (random >> 33) % 5 < 3) {
      const std::size_t at = (random >> 40) % live.size();
      t.free(live[at]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      live.push_back(t.alloc(1 + (random >> 45) % 6000, i % 4 == 0 ? TraceMaker::atomic : TraceMaker::kernel));
    }
  }
  return t;
}

}  // namespace kmemlab::test
