// What this core asks of its machine, how it is set up at boot, and what all its calls share: the refusal in an
// interrupt, and taking a semaphore or sleeping on it.
#pragma once

#include "core/beos/calls.h"
#include "core/beos/marks.h"
#include "core/beos/state.h"
#include "core/machine/areas.h"
#include "core/machine/concepts.h"
#include "core/machine/modules.h"
#include "core/machine/semaphores.h"

namespace kmemlab::beos {

template <class M>
concept Machine = HasMemory<M> && HasShape<M> && HasContext<M> && HasAreas<M> && HasSemaphores<M> && HasModules<M> &&
    HasPanic<M> && HasConsole<M> && HasSteps<M> && HasMarks<M>;

/// Makes the module known to the registry. Nobody uses it yet: no pool can be made before get_module().
template <Machine M>
void boot(M& m, State& s, const Config& config) {
  s = State{};
  s.page_shift = m.page_shift();
  s.strict = config.strict;
  m.modules().add(B_AREA_MALLOC_MODULE_NAME);
}

namespace detail {

/// A word of a table: as the module reads and writes it (counted accesses, faults).
template <class M>
struct Touch {
  M& m;
  std::uint32_t get(Addr a) const { return m.template load<std::uint32_t>(a); }
  void put(Addr a, std::uint32_t v) const { m.template store<std::uint32_t>(a, v); }
};

/// The same as a viewer does: never counted, 0 where nothing is resident.
template <class M>
struct Look {
  const M& m;
  std::uint32_t get(Addr a) const { return m.template peek<std::uint32_t>(a).value_or(0); }
};

inline Outcome fail_call(Call& call, Reason reason) {
  call.phase = Phase::start;
  call.reason = reason;
  return Outcome::failed;
}

template <Machine M>
[[gnu::noinline, gnu::cold]] Outcome no_pool(M& m, Call& call) {
  mark(m, Mark::no_pool);
  return fail_call(call, Reason::bad_heap);
}

/// B1: the module's functions may block, so an interrupt may not call them. True if it did: refuse.
template <Machine M>
[[gnu::noinline, gnu::cold]] Outcome refuse_in_interrupt(M& m, State& s, Call& call, const char* complaint) {
  ++s.violations;
  mark(m, Mark::interrupt_refused);
  m.console(complaint);
  if (s.strict == Strict::yes) panic(m, Mark::panic_interrupt, complaint);
  return fail_call(call, Reason::process_only);
}

/// B8: a free, or realloc, of what is no live block. Nothing changes.
template <Machine M>
[[gnu::noinline, gnu::cold]] void complain_of_free(M& m, State& s, Mark which, const char* complaint) {
  ++s.free_errors;
  mark(m, which);
  m.console(complaint);
  if (s.strict == Strict::yes) panic(m, Mark::panic_free, complaint);
}

enum class Turn : std::uint8_t { mine, asleep, gone };

template <Machine M>
[[gnu::noinline, gnu::cold]] Turn not_taken(M& m, State& s, Call& call, sem_id sem, const SemReply& reply) {
  if (reply.status == SemStatus::no_sem) {
    mark(m, Mark::sem_gone);
    return Turn::gone;
  }
  mark(m, call.phase == Phase::in_queue ? Mark::sleep_for_lock_again : Mark::sleep_for_lock);
  call.phase = Phase::in_queue;
  call.sem = sem;
  call.ticket = reply.ticket;
  call.channel = reply.channel;
  call.cause = SleepCause::lock;
  ++s.sleeps;
  m.step({StepKind::sleeps, static_cast<std::uint16_t>(call.cause), {}, call.channel.v});
  return Turn::asleep;
}

/// Takes the semaphore, or a place in its queue; resumed, looks whether the turn has come. gone: it was deleted.
template <Machine M>
[[gnu::always_inline]] inline Turn take_sem(M& m, State& s, Call& call, sem_id sem) {
  const SemReply reply = call.phase == Phase::in_queue ? m.resume_sem(call.sem, call.ticket) : m.acquire_sem(sem);
  if (reply.status != SemStatus::taken) [[unlikely]]
    return not_taken(m, s, call, call.phase == Phase::in_queue ? call.sem : sem, reply);
  call.phase = Phase::start;
  return Turn::mine;
}

/// The range is resident, or the call is to sleep (blocked) or to give up (failed: the area is gone).
template <Machine M>
Outcome bring_in(M& m, State& s, Call& call, ResidentCall& resident) {
  const Outcome outcome = m.make_resident(resident);
  if (outcome == Outcome::failed) mark(m, Mark::area_gone);
  if (outcome != Outcome::blocked) return outcome;
  mark(m, call.phase == Phase::in_frames ? Mark::sleep_for_frames_again : Mark::sleep_for_frames);
  call.phase = Phase::in_frames;
  call.channel = resident.channel;
  call.cause = resident.cause;
  ++s.frame_sleeps;
  m.step({StepKind::sleeps, static_cast<std::uint16_t>(call.cause), {}, call.channel.v});
  return outcome;
}

}  // namespace detail

}  // namespace kmemlab::beos
