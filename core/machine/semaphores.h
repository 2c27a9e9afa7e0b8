// Semaphores as BeOS counted them: acquire lowers the count, release raises it, and a negative count is the number of
// those who wait. First come, first served; one release serves one waiter, and hands the semaphore over: it is the
// waiter's before the waiter runs again, so nobody can overtake it (order: shared/spec/aix_and_beos.md B13).
//
// A core never sleeps, so acquire_sem answers `wait` with a ticket and a channel. The channel belongs to this one wait:
// waking it wakes one request, on every machine, and a woken request cannot be confused with another. The request parks
// on the channel, and when it runs again asks resume_sem whether its turn has come. Semaphores cannot be acquired in an
// interrupt (section 4.2). Not modelled: time-outs, counts other than one at a time, interruption by signals.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/machine/channel.h"
#include "core/machine/status.h"

namespace kmemlab {

using sem_id = std::int32_t;  ///< above 0, never used again; 0: none

enum class SemStatus : std::uint8_t {
  taken,   ///< it is the caller's
  wait,    ///< the request has a place in the queue: park it on `channel`
  no_sem,  ///< there is no such semaphore, or no more
};

struct SemReply {
  SemStatus status = SemStatus::no_sem;
  std::uint64_t ticket = 0;  ///< when waiting: for resume_sem
  Channel channel{};         ///< when waiting: of this wait alone
};

//  - create_sem: an id, or B_NO_MORE_SEMS, or B_BAD_VALUE for a negative count.
//  - delete_sem: wakes all who wait; they find no_sem. B_OK or B_BAD_SEM_ID.
//  - acquire_sem: see SemStatus. A wait in an interrupt is a machine fault.
//  - resume_sem: after the channel of `ticket` was woken. `wait` if the turn has not come.
//  - release_sem: B_OK or B_BAD_SEM_ID.
//  - get_sem_count: nothing if there is no such semaphore. Not an access, and not counted.
template <class M>
concept HasSemaphores = requires(M m, const M c, sem_id id, std::int32_t count, std::string_view name,
                                 std::uint64_t ticket) {
  { m.create_sem(count, name) } -> std::same_as<sem_id>;
  { m.delete_sem(id) } -> std::same_as<status_t>;
  { m.acquire_sem(id) } -> std::same_as<SemReply>;
  { m.resume_sem(id, ticket) } -> std::same_as<SemReply>;
  { m.release_sem(id) } -> std::same_as<status_t>;
  { c.get_sem_count(id) } -> std::same_as<std::optional<std::int32_t>>;
};

}  // namespace kmemlab
