// Processes with a private region each: one range of kernel addresses, outside the arena, that shows the pages of the
// process that runs. Models the segment that AIX switches with the process; here its pages are mapped and unmapped at
// the switch, at the page tables' cost. Holds which frames belong to whom; Kernel does the mapping.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/addr.h"
#include "sim/machine/frames.h"
#include "sim/machine/profile.h"

namespace kmemlab::sim {

/// Where the private region lies: kernel addresses that neither the arena nor static memory can use.
inline AddrRange private_region_of(const Profile& profile) {
  constexpr std::uint64_t bytes = std::uint64_t{1} << 20;
  const bool below = profile.kernel_range.base < profile.arena_base;
  return {below ? profile.kernel_range.base : profile.arena_base + profile.arena_bytes_max, bytes};
}

struct Process {
  std::vector<Frame> frames;  ///< of its private region, from the lowest page on
  bool alive = false;
};

class Processes {
 public:
  /// Numbers are never used again.
  unsigned add(std::vector<Frame> frames) {
    all_.push_back({std::move(frames), true});
    return static_cast<unsigned>(all_.size());
  }
  bool exists(unsigned number) const { return number > 0 && number <= all_.size() && all_[number - 1].alive; }
  const std::vector<Frame>& frames(unsigned number) const { return all_[number - 1].frames; }
  void remove(unsigned number) { all_[number - 1] = {}; }
  unsigned running() const { return running_; }
  void set_running(unsigned number) { running_ = number; }

 private:
  std::vector<Process> all_;
  unsigned running_ = 0;
};

}  // namespace kmemlab::sim
