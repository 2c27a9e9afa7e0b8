// The calls of this core as plain data: MALLOC, FREE, and the pool's kernel thread, which is a call that never ends.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"
#include "core/osf1/types.h"

namespace kmemlab::osf1 {

/// The flags of MALLOC(9r); the values are Berkeley's for the first two, and ours for M_ZERO.
enum Flags : unsigned { M_WAITOK = 0, M_NOWAIT = 1, M_ZERO = 2 };

/// One call of malloc in progress. Fill size, type, flags, pc; run malloc() until it is not `blocked`.
struct MallocCall {
  enum class Phase : std::uint8_t { start, in_kmem };

  std::uint64_t size = 0;
  unsigned type = M_TEMP;
  unsigned flags = M_WAITOK;
  std::uint64_t pc = 0;  ///< of the caller, for the console

  Addr address{};                        ///< result when done; null when failed
  std::uint64_t granted = 0;             ///< bytes of the block when done
  Phase phase = Phase::start;
  Reason reason = Reason::none;          ///< when failed
  SleepCause cause = SleepCause::none;   ///< when blocked
  Channel channel{};                     ///< when blocked
  KmemCall kmem{};                       ///< while in_kmem
};
static_assert(std::is_trivially_copyable_v<MallocCall>);

/// One call of FREE; it never sleeps. The size is not asked for: the page knows it.
struct FreeCall {
  Addr address{};
  unsigned type = M_TEMP;
  std::uint64_t pc = 0;  ///< of the caller; kmem_debug keeps the low 32 bits in the block
};
static_assert(std::is_trivially_copyable_v<FreeCall>);

/// The pool's kernel thread. Run pool_thread() once after boot and then whenever `channel` was woken.
struct PoolThreadCall {
  enum class Phase : std::uint8_t { idle, in_kmem };

  Phase phase = Phase::idle;
  unsigned indx = 0;                    ///< while in_kmem: the bucket to refill
  KmemCall kmem{};                      ///< while in_kmem
  SleepCause cause = SleepCause::none;  ///< none: it has nothing to do
  Channel channel{};                    ///< always set after a run
};
static_assert(std::is_trivially_copyable_v<PoolThreadCall>);

}  // namespace kmemlab::osf1
