// Plain data of a report: how long pages without a live byte were kept, and how few live bytes pin the others. A page
// is *wholly free* while it is held, no live block's granted bytes lie on it, and none of the system's tables.
// docs/report.md says what each field means; who counts it is kept_pages.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/ints.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

/// Held pages by their live bytes; pages with tables of the system are not among them.
struct PageFillStats {
  /// [0]: no live byte; [n]: 2^(n-1) to 2^n - 1 of them. Pages have at most 64 KiB.
  static constexpr unsigned classes = 18;
  std::array<std::uint64_t, classes> pages{};
  std::array<std::uint64_t, classes> free_bytes{};  ///< what is not live on them: held because of those few
  bool operator==(const PageFillStats&) const = default;
};

struct KeptPagesStats {
  std::uint64_t times = 0;     ///< that a page became wholly free and stayed beyond that call
  std::uint64_t returned = 0;  ///< of them: it went back to the machine in the end
  std::uint64_t used = 0;      ///< it was used again
  std::uint64_t at_end = 0;    ///< it is kept still
  std::uint64_t most = 0;      ///< pages at one time
  u128 page_ticks = 0;
  std::uint64_t ticks_max = 0;
  std::array<std::uint64_t, 64> histogram{};  ///< [n]: times of 2^n to 2^(n+1) - 1 ticks; [0] has those of 0 ticks too
  std::array<std::uint64_t, page_codes> by_rule{};  ///< of those that are kept at the end: the rule that keeps them
  bool operator==(const KeptPagesStats&) const = default;
};

}  // namespace kmemlab::sim
