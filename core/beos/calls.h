// The calls of the module as plain data. All six may sleep: on a semaphore, and those that touch a pool's pages
// (calloc, realloc) or make a table (create_pool) on frames. Fill the arguments, run the function of the same name
// until it is not `blocked`, each time after `channel` was woken.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/base/addr.h"
#include "core/beos/types.h"
#include "core/machine/areas.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "core/machine/semaphores.h"
#include "core/machine/status.h"

namespace kmemlab::beos {

enum class Phase : std::uint8_t {
  start,
  in_queue,   ///< waits for a semaphore: `sem`, `ticket`
  in_frames,  ///< waits for page frames, with the semaphore in hand (create_pool, realloc) or without (calloc)
};

/// What every call has. The original only says NULL, B_ERROR or nothing; `reason` says why.
struct Call {
  Phase phase = Phase::start;
  Reason reason = Reason::none;         ///< when failed
  SleepCause cause = SleepCause::none;  ///< when blocked: lock or frames
  Channel channel{};                    ///< when blocked
  sem_id sem = 0;                       ///< while in_queue
  std::uint64_t ticket = 0;             ///< while in_queue
};

struct CreatePoolCall : Call {
  std::uint32_t address_spec = B_ANY_KERNEL_ADDRESS;
  std::uint64_t size = 0;  ///< bytes, a multiple of the page size
  std::uint32_t lock_spec = B_FULL_LOCK;
  std::uint32_t protection = B_READ_AREA | B_WRITE_AREA;

  PoolId pool{};            ///< result; 0 = NULL
  PoolId making{};          ///< while in_frames
  ResidentCall resident{};  ///< while in_frames
};

struct DeletePoolCall : Call {
  PoolId pool{};
  status_t status = B_ERROR;  ///< result: B_OK or B_ERROR
};

struct MallocCall : Call {
  PoolId pool{};
  std::uint64_t size = 0;

  Addr address{};             ///< result when done; null when failed
  std::uint64_t granted = 0;  ///< bytes of the block when done
};

struct CallocCall : Call {
  PoolId pool{};
  std::uint64_t members = 0;
  std::uint64_t size = 0;  ///< of one member

  Addr address{};
  std::uint64_t granted = 0;
  ResidentCall resident{};  ///< while in_frames: the new block
};

struct ReallocCall : Call {
  PoolId pool{};
  Addr ptr{};
  std::uint64_t size = 0;

  Addr address{};  ///< result; null when failed, and after realloc(ptr, 0), which is done
  std::uint64_t granted = 0;
  std::uint64_t old_granted = 0;  ///< bytes of the block at ptr
  Addr block{};                   ///< while in_frames: the new block
  bool old_resident = false;      ///< while in_frames: `resident` is about the new block
  ResidentCall resident{};        ///< while in_frames
};

struct FreeCall : Call {
  PoolId pool{};
  Addr ptr{};
};

static_assert(std::is_trivially_copyable_v<CreatePoolCall> && std::is_trivially_copyable_v<ReallocCall>);

}  // namespace kmemlab::beos
