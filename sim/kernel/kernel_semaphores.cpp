// The kernel's semaphores (core/machine/semaphores.h): deletion. What every call needs is in kernel.h.
#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

status_t Kernel::delete_sem(sem_id id) {
  charge_sem();
  return sems_.remove(id, [&](Channel channel) { wakeup(channel); });
}

}  // namespace kmemlab::sim
