// malloc() behind MALLOC(9r), as a resumable request. The order of the steps (shared/spec/osf1_and_bsd.md section
// 5.2): rules first, the list next, and only a call with M_WAITOK goes on to kmem_alloc. While it sleeps there,
// blocks of its bucket may be freed: each time it wakes it looks at the list again, and gives up on kmem if there is
// a block.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "core/osf1/calls.h"
#include "core/osf1/machine.h"

namespace kmemlab::osf1 {

namespace detail {

/// "displays a message on the console terminal" (MALLOC(9r), CAUTIONS); the wording is ours.
template <HasConsole M>
[[gnu::noinline, gnu::cold]] void complain_of_wait(M& m, std::uint64_t pc) {
  constexpr std::string_view text = "malloc: M_WAITOK in interrupt context, pc 0x";
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, text.size() + 16> line{};
  std::copy(text.begin(), text.end(), line.begin());
  for (unsigned i = 0; i < 16; ++i) line[text.size() + i] = digits[pc >> (60 - 4 * i) & 15];
  m.console({line.data(), line.size()});
}

/// The rules that a call breaks by itself, whatever the pool holds.
template <Machine M>
[[gnu::always_inline]] inline Reason broken_rule(M& m, State& s, const MallocCall& call) {
  const bool may_wait = (call.flags & M_NOWAIT) == 0;
  if (may_wait && m.in_interrupt()) {
    ++s.ctx_errors;
    mark(m, Mark::wait_in_interrupt);
    complain_of_wait(m, call.pc);
    return Reason::wait_in_interrupt;
  }
  if (call.type >= M_LAST) panic(m, Mark::panic_malloc_type, "malloc: bogus type");
  if (call.size > pool_size_max && !may_wait) {
    ++s.toobig;
    mark(m, Mark::too_big);
    return Reason::too_big;
  }
  return Reason::none;
}

template <Machine M>
Outcome fail_call(M& m, MallocCall& call, int level, Reason reason) {
  m.splx(level);
  call.reason = reason;
  call.address = null_addr;
  return Outcome::failed;
}

/// The call sleeps where kmem_alloc says. If the pool has pages to spare, the thread is asked to give some back.
template <Machine M>
Outcome block_call(M& m, State& s, MallocCall& call, int level) {
  call.channel = call.kmem.channel;
  call.cause = call.kmem.cause;
  s.wait_channel[static_cast<unsigned>(call.cause)] = call.channel;
  m.step({StepKind::sleeps, static_cast<std::uint16_t>(call.cause), {}, call.channel.v});
  if (std::any_of(s.bucket.begin(), s.bucket.end(), [](const kmembuckets& kb) { return kb.surplus(); })) {
    mark(m, Mark::sleeper_asks_for_surplus);
    signal_thread(m, s);
  }
  m.splx(level);
  return Outcome::blocked;
}

template <Machine M>
[[gnu::always_inline]] inline Outcome finish(M& m, State& s, MallocCall& call, int level, Addr address,
                                             std::uint64_t granted) {
  kmemstats& ks = s.stats[call.type];
  ks.ks_memuse += granted;
  ++ks.ks_inuse;
  ++ks.ks_calls;
  if (ks.ks_memuse > ks.ks_maxused) ks.ks_maxused = ks.ks_memuse;
  m.splx(level);
  call.address = address;
  call.granted = granted;
  if (call.flags & M_ZERO) {
    m.zero(address, call.size);
    m.step({StepKind::zeroed, 0, address, call.size});
  }
  return Outcome::done;
}

/// Takes the head of the list.
template <Machine M>
[[gnu::always_inline]] inline Outcome pop(M& m, State& s, MallocCall& call, int level, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const Addr block = kb.kb_next;
  const std::uint64_t granted = std::uint64_t{1} << indx;
  const Addr usage = s.usage_of(block);
  if (m.template load<std::uint16_t>(usage + kmemusage::ku_indx) != indx) {
    panic(m, Mark::panic_malloc_wrong_bucket, "malloc: wrong bucket");
  }
  const auto freecnt = m.template load<std::uint16_t>(usage + kmemusage::ku_freecnt);
  if (freecnt == 0) panic(m, Mark::panic_lost_data, "malloc: lost data");
  if (s.kmem_debug) [[unlikely]] verify_seal(m, s, block, granted);
  kb.kb_next = Addr{m.load_word(block + s.link_offset(indx))};
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, static_cast<std::uint16_t>(freecnt - 1));
  if (freecnt == kb.kb_elmpercl) --kb.kb_whole;
  --kb.kb_totalfree;
  m.step({StepKind::took_block, static_cast<std::uint16_t>(indx), block, granted});
  return finish(m, s, call, level, block, granted);
}

/// A first look at an empty list: null for who may not wait, a request to kmem for who may.
template <Machine M>
Reason miss(M& m, State& s, MallocCall& call, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const std::uint64_t bytes = s.refill_bytes(indx);
  const bool fits = bytes <= s.arena.bytes;
  ++kb.kb_misses;
  m.step({StepKind::list_empty, static_cast<std::uint16_t>(indx), {}, bytes});
  if (call.flags & M_NOWAIT) {
    ++kb.kb_fail_nowait;
    mark(m, !fits                 ? Mark::nowait_larger_than_arena
            : kb.kb_refill == 0 ? Mark::nowait_pool_empty
                                : Mark::nowait_pool_empty_asked);
    if (fits && kb.kb_refill == 0) {  // else the thread knows, and may be asleep for just these pages
      kb.kb_refill = 1;
      signal_thread(m, s);
    }
    return Reason::pool_empty;
  }
  if (!fits) {
    mark(m, Mark::larger_than_arena);
    return Reason::no_space;
  }
  ++kb.kb_delayed;
  call.phase = MallocCall::Phase::in_kmem;
  call.kmem = KmemCall{};
  call.kmem.bytes = bytes;
  return Reason::none;
}

/// The list was empty, or the call comes back from a sleep: kmem fills the list. At raised level.
template <Machine M>
[[gnu::noinline]] Outcome past_the_pool(M& m, State& s, MallocCall& call, int level, unsigned indx) {
  kmembuckets& kb = s.bucket[indx];
  const bool slept = call.phase != MallocCall::Phase::start;
  if (!slept) {
    if (const Reason reason = miss(m, s, call, indx); reason != Reason::none) return fail_call(m, call, level, reason);
  } else {
    --kb.kb_waiting;
    // Without leave to sleep, kmem_alloc either has what is missing or undoes what it did.
    if (kb.kb_next) {
      call.kmem.wait = Wait::no_sleep;
      mark(m, Mark::list_filled_during_sleep);
    }
  }
  const Outcome outcome = m.kmem_alloc(call.kmem);
  if (outcome == Outcome::blocked) {
    ++kb.kb_waiting;
    ++kb.kb_sleeps;
    mark(m, slept ? Mark::sleep_again : sleep_mark(call.kmem));
    return block_call(m, s, call, level);
  }
  if (outcome == Outcome::done) {
    if (slept) mark(m, Mark::pages_after_sleep);
    add_pages(m, s, call.kmem.va, indx);
  } else if (!kb.kb_next) {
    return fail_call(m, call, level, call.kmem.reason);
  } else {
    mark(m, Mark::pages_undone);
  }
  return pop(m, s, call, level, indx);
}

/// Up to 16 KiB: from the pool. The way of few instructions is the first one.
template <Machine M>
[[gnu::always_inline]] inline Outcome from_pool(M& m, State& s, MallocCall& call) {
  const unsigned indx = bucket_index(call.size);
  const int level = m.splimp();
  if (call.phase == MallocCall::Phase::start) {
    ++s.bucket[indx].kb_calls;
    if (s.bucket[indx].kb_next) [[likely]] return pop(m, s, call, level, indx);
  }
  return past_the_pool(m, s, call, level, indx);
}

/// More than 16 KiB: straight from kmem.
template <Machine M>
[[gnu::noinline]] Outcome from_kmem(M& m, State& s, MallocCall& call) {
  const int level = m.splimp();
  const bool slept = call.phase != MallocCall::Phase::start;
  if (!slept) {
    ++s.large.lg_calls;
    const std::uint64_t bytes = round_up(call.size, s.page_bytes());
    if (bytes < call.size || bytes > s.arena.bytes || bytes >> s.page_shift > large_pages_max) {
      ++s.large.lg_failed;
      mark(m, bytes < call.size       ? Mark::large_wraps
              : bytes > s.arena.bytes ? Mark::large_larger_than_arena
                                      : Mark::large_too_many_pages);
      return fail_call(m, call, level, Reason::no_space);
    }
    call.phase = MallocCall::Phase::in_kmem;
    call.kmem = KmemCall{};
    call.kmem.bytes = bytes;
  }
  switch (m.kmem_alloc(call.kmem)) {
    case Outcome::failed: ++s.large.lg_failed; return fail_call(m, call, level, call.kmem.reason);
    case Outcome::blocked:
      ++s.large.lg_sleeps;
      mark(m, slept ? Mark::sleep_again : Mark::sleep_for_large);
      return block_call(m, s, call, level);
    case Outcome::done: break;
  }
  if (slept) mark(m, Mark::pages_after_sleep);
  const Addr va = call.kmem.va;
  const std::uint64_t bytes = call.kmem.bytes;
  const Addr usage = s.usage_of(va);
  m.template store<std::uint16_t>(usage + kmemusage::ku_indx, large_indx);
  m.template store<std::uint16_t>(usage + kmemusage::ku_freecnt, static_cast<std::uint16_t>(bytes >> s.page_shift));
  ++s.large.lg_inuse;
  s.large.lg_memuse += bytes;
  m.step({StepKind::gave_pages, large_indx, va, bytes});
  return finish(m, s, call, level, va, bytes);
}

}  // namespace detail

/// Starts or resumes a request. done: call.address and call.granted are set. failed: null; call.reason says why:
/// wait_in_interrupt (console line, counted in ctx_errors), too_big (over 16 KiB without M_WAITOK), pool_empty
/// (M_NOWAIT), no_space (larger than the arena). blocked: park the call until call.channel is woken, then call again;
/// only with M_WAITOK. Panics "malloc: bogus type", and with kmem_debug on a freed block that was changed.
template <Machine M>
Outcome malloc(M& m, State& s, MallocCall& call) {
  if (call.phase == MallocCall::Phase::start) {
    call.reason = detail::broken_rule(m, s, call);
    if (call.reason != Reason::none) return Outcome::failed;
  }
  for (;;) {
    const std::uint64_t releases = s.releases;
    const Outcome outcome = call.size > pool_size_max ? detail::from_kmem(m, s, call) : detail::from_pool(m, s, call);
    // An interrupt that was held back until splx may have freed memory: its wake-up came before this call could be
    // parked.
    if (outcome != Outcome::blocked || s.releases == releases) return outcome;
    detail::mark(m, Mark::released_before_parked);
  }
}

}  // namespace kmemlab::osf1
