// kmem_alloc as a request: plain data that can be parked while it sleeps, shown, checkpointed and resumed.
// Models kmem(9) of 386BSD 1.0 (shared/spec/osf1_and_bsd.md section 4, item 5): first fit in a kernel map, then page by
// page a frame; with NOWAIT every shortage fails and undoes, without it the caller sleeps for address space on the map
// and for frames on the free count.
#pragma once

#include <cstdint>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"

namespace kmemlab {

enum class Wait : std::uint8_t { may_sleep, no_sleep };
enum class Zero : std::uint8_t { no, yes };

struct KmemCall {
  enum class Phase : std::uint8_t { find_space, take_frames };

  std::uint64_t bytes = 0;  ///< a multiple of the page size
  Wait wait = Wait::may_sleep;
  Zero zero = Zero::no;  ///< zero each page as it is obtained
  Phase phase = Phase::find_space;

  Addr va{};                       ///< start of the range, once there is one
  std::uint64_t pages_mapped = 0;  ///< so far; the rest of the range has no frames yet

  Channel channel{};  ///< when blocked: what to wait for
  SleepCause cause = SleepCause::none;
  Reason reason = Reason::none;  ///< when failed
};

}  // namespace kmemlab
