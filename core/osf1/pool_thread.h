// "A kernel thread that allocates and frees memory to and from the preallocated pool" (MALLOC(9r)). That there is
// one, and both directions, is documented; when it runs and how much it does is ours (shared/spec/osf1_and_bsd.md
//   section 5.2): refill    a bucket whose list was empty for a caller with M_NOWAIT is filled to its low-water mark;
//   may sleep collect   a bucket with more free blocks than its high-water mark loses wholly free pages, smallest
//             bucket first, lowest page first, at most collect_pages_max a wake-up ("slowly", as the sibling system
//             has it)
//   wake      calls with M_WAITOK that sleep for memory, if a block of their bucket has come free meanwhile
// It runs as a task of the machine does: once after boot, then whenever its channel was woken. It never ends.
#pragma once

#include <algorithm>

#include "core/osf1/calls.h"
#include "core/osf1/machine.h"

namespace kmemlab::osf1 {

namespace detail {

/// Brings one bucket to its mark if that was asked for. blocked: call.kmem says where.
template <Machine M>
Outcome refill_bucket(M& m, State& s, PoolThreadCall& call, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const std::uint64_t wanted = kb.kb_lowat > 0 ? kb.kb_lowat : 1;  // lowat 0 means no preload, not that NOWAIT starves
  const bool slept = call.phase == PoolThreadCall::Phase::in_kmem;
  while (call.phase == PoolThreadCall::Phase::in_kmem || (kb.kb_refill != 0 && kb.kb_totalfree < wanted)) {
    if (call.phase == PoolThreadCall::Phase::idle) {
      call.phase = PoolThreadCall::Phase::in_kmem;
      call.indx = indx;
      call.kmem = KmemCall{};
      call.kmem.bytes = s.refill_bytes(indx);
    } else if (kb.kb_totalfree >= wanted) {
      call.kmem.wait = Wait::no_sleep;  // frees filled the list meanwhile: finish or undo
      mark(m, Mark::thread_filled_during_sleep);
    }
    const Outcome outcome = m.kmem_alloc(call.kmem);
    if (outcome == Outcome::blocked) {
      mark(m, slept ? Mark::thread_sleeps_again : Mark::thread_sleeps);
      return outcome;
    }
    call.phase = PoolThreadCall::Phase::idle;
    if (outcome == Outcome::failed) {
      mark(m, Mark::thread_undoes_refill);
      break;
    }
    mark(m, Mark::thread_refills);
    add_pages(m, s, call.kmem.va, indx);
    ++s.refilled;
  }
  kb.kb_refill = 0;
  return Outcome::done;
}

template <Machine M>
Outcome refill(M& m, State& s, PoolThreadCall& call) {
  const auto one = [&](unsigned indx) {
    const int level = m.splimp();
    const Outcome outcome = refill_bucket(m, s, call, indx);
    m.splx(level);
    return outcome;
  };
  if (call.phase == PoolThreadCall::Phase::in_kmem && one(call.indx) == Outcome::blocked) return Outcome::blocked;
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    if (s.bucket[i].kb_refill != 0 && one(i) == Outcome::blocked) return Outcome::blocked;
  }
  return Outcome::done;
}

/// Gives back at most `budget` pages of buckets that have too many free blocks. The level is lowered between pages.
template <Machine M>
void collect(M& m, State& s, std::uint64_t& budget) {
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    while (budget > 0 && s.bucket[i].surplus()) {
      const int level = m.splimp();
      if (s.bucket[i].surplus()) {
        mark(m, Mark::thread_collects);
        remove_page(m, s, i);
        --budget;
      }
      m.splx(level);
    }
    if (s.bucket[i].surplus()) mark(m, Mark::thread_budget_used);
  }
}

template <Machine M>
void wake_sleepers(M& m, State& s) {
  const auto served = [](const kmembuckets& kb) { return kb.kb_waiting > 0 && kb.kb_next; };
  if (std::none_of(s.bucket.begin(), s.bucket.end(), served)) return;
  mark(m, Mark::thread_wakes_sleepers);
  for (const Channel channel : s.wait_channel) {
    if (!channel) continue;
    m.step({StepKind::wakes, 0, {}, channel.v});
    m.wakeup(channel);
  }
}

}  // namespace detail

/// One wake-up of the thread. Always returns blocked: park it until call.channel is woken. call.cause is none if it
/// has nothing to do, else what it sleeps for in the middle of a refill. Never call it in an interrupt.
template <Machine M>
Outcome pool_thread(M& m, State& s, PoolThreadCall& call) {
  ++s.wakeups;
  std::uint64_t budget = s.collect_pages_max;
  for (;;) {
    const std::uint64_t signals = s.signals;
    const std::uint64_t releases = s.releases;
    const bool asleep = detail::refill(m, s, call) == Outcome::blocked;
    detail::collect(m, s, budget);
    detail::wake_sleepers(m, s);
    call.channel = asleep ? call.kmem.channel : pool_thread_channel;
    call.cause = asleep ? call.kmem.cause : SleepCause::none;
    s.thread_channel = call.channel;
    // Interrupts between the parts may have asked for more, and what was collected may be what the refill lacked.
    if (s.signals == signals && s.releases == releases) break;
    if (s.signals != signals) budget = s.collect_pages_max;
    detail::mark(m, s.signals != signals ? Mark::thread_signalled_again : Mark::thread_released_memory);
  }
  m.step({StepKind::sleeps, static_cast<std::uint16_t>(call.cause), {}, call.channel.v});
  return Outcome::blocked;
}

}  // namespace kmemlab::osf1
