// How long blocks of which size live: counts and bytes by the logarithm of the requested size and of the lifetime in
// ticks, of all blocks freed so far; and of those that live now, by their age. The sums stand at up to 64 moments of
// the run, so what was freed in a range of events is a subtraction. A block whose free was refused lives on. Memory: 64
// KB a moment, and 32 to 64 bytes a live block.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/observe/event_axis.h"
#include "sim/observe/id_map.h"
#include "sim/replay/observer.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

inline constexpr unsigned lifetime_classes = 64;

/// [size class][lifetime class].
struct LifetimeGrid {
  struct Cell {
    std::uint64_t blocks = 0, bytes = 0;  ///< bytes requested
    bool operator==(const Cell&) const = default;
  };
  std::vector<Cell> cells = std::vector<Cell>(std::size_t{lifetime_classes} * lifetime_classes);

  Cell& at(unsigned size, unsigned lifetime) { return cells[size * lifetime_classes + lifetime]; }
  const Cell& at(unsigned size, unsigned lifetime) const { return cells[size * lifetime_classes + lifetime]; }
  void count(std::uint64_t requested, std::uint64_t ticks);
  /// Up to 2^n bytes and more than 2^(n-1); [0]: 0 and 1 bytes; [63] has all above.
  static unsigned size_class(std::uint64_t bytes);
  /// From 2^n to below 2^(n+1) ticks; [0]: 0 and 1.
  static unsigned lifetime_class(std::uint64_t ticks) { return ticks == 0 ? 0 : floor_log2(ticks); }
  bool operator==(const LifetimeGrid&) const = default;
};

struct LifetimeTable {
  EventAxis axis;
  std::vector<LifetimeGrid> freed;  ///< [n]: from the beginning to the end of bucket n of the axis
  LifetimeGrid live;                ///< now, by age

  /// What was freed in the buckets that touch these events, and which events these are.
  struct Part {
    EventRange events;
    LifetimeGrid grid;
  };
  Part part(EventRange events) const;
};

class Lifetimes final : public Observer {
 public:
  static constexpr std::size_t moments = 64;

  /// `expected`: see EventAxis.
  explicit Lifetimes(EventRange expected = {}) : axis_(moments, expected), now_(expected.from) {}
  /// Joins a run that is under way: its blocks are born now.
  void join(const Session& session);

  void on_completion(const Completion& c) override;
  void on_end(std::uint64_t tick) override { tick_ = std::max(tick_, tick); }

  /// Brings into the host's cache what a free of this block will ask for.
  void prefetch(std::uint64_t id) const { born_.prefetch(id); }
  LifetimeTable result() const;

 private:
  struct Birth {
    std::uint64_t tick = 0, requested = 0;
  };
  void close_moments(std::uint64_t event);

  EventAxis axis_;
  EventNow now_;
  std::uint64_t tick_ = 0;
  std::vector<LifetimeGrid> closed_;
  LifetimeGrid freed_;
  IdMap<Birth> born_;
};

}  // namespace kmemlab::sim
