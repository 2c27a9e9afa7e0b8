// Faults by name that a test lets strike: a resource that is there is refused, a wake-up comes late, a page comes
// dirty. The kernel asks at each site; the injector decides, by a countdown or a seed, so that every fault can be
// repeated. What a fault does is what the kernel does without one when the resource is truly short: no site has a
// code path of its own in a core.
#pragma once

#include <cstdint>
#include <string_view>

namespace kmemlab::sim {

enum class FaultSite : std::uint8_t {
  frame,        ///< no frame is free, whatever the pool says
  map_entry,    ///< no map entry is free
  late_wakeup,  ///< a wake-up is kept back until Kernel::deliver_late_wakeups()
  dirty_page,   ///< a page that nobody asked to be zeroed comes filled with 0xa5
};
inline constexpr unsigned fault_sites = 4;

constexpr std::string_view name_of(FaultSite site) {
  switch (site) {
    case FaultSite::frame: return "frame";
    case FaultSite::map_entry: return "map_entry";
    case FaultSite::late_wakeup: return "late_wakeup";
    case FaultSite::dirty_page: return "dirty_page";
  }
  return "?";
}

class FaultInjector {
 public:
  virtual ~FaultInjector() = default;
  /// The kernel is at `site`: does the fault strike? Called once for each frame, entry, wake-up or page.
  virtual bool strikes(FaultSite site) = 0;
};

}  // namespace kmemlab::sim
