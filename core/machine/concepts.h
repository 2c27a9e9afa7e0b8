// The Machine concepts: what a core may ask of the machine that it runs on. Split small, so that a core names only
// what it needs and a test can offer it exactly that and nothing more (tests/core/paranoid_machine.h).
//
// Contracts, stated once:
//  - load/store: naturally aligned, T is an unsigned integer of 1, 2, 4 or 8 bytes, in guest byte order. They never
//    block. Touching memory that is not mapped, or not so, is a fault: the call does not return to the core.
//  - load_word/store_word: the guest's own word (4 or 8 bytes); addresses in guest memory are words.
//  - peek: reads without being an access: no cost, no TLB, no interrupt. For check(), walk() and published tables only.
//  - splimp raises the interrupt level so that no allocating interrupt arrives, and returns the old level for splx.
//  - wakeup wakes every sleeper of the channel, first come first; they run after the present call.
//  - will_sleep is said with the level raised, before a call lowers it to return blocked on that channel: a wake-up by
//    an interrupt in between is not lost.
//  - kmem_alloc and kmem_free manage the allocator's own address range (its arena); see kmem_call.h.
//  - panic does not return: the machine stops with the message.
//  - step is free when nobody watches.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"
#include "core/machine/step.h"

namespace kmemlab {

template <class M>
concept HasMemory = requires(M m, Addr a, std::uint64_t v) {
  { m.template load<std::uint16_t>(a) } -> std::same_as<std::uint16_t>;
  { m.template load<std::uint32_t>(a) } -> std::same_as<std::uint32_t>;
  { m.template load<std::uint64_t>(a) } -> std::same_as<std::uint64_t>;
  m.template store<std::uint16_t>(a, std::uint16_t{});
  m.template store<std::uint32_t>(a, std::uint32_t{});
  m.template store<std::uint64_t>(a, std::uint64_t{});
  { m.load_word(a) } -> std::same_as<std::uint64_t>;
  m.store_word(a, v);
  m.zero(a, v);  ///< v bytes from a
};

template <class M>
concept HasShape = requires(const M m) {
  { m.page_shift() } -> std::convertible_to<unsigned>;
  { m.word_bytes() } -> std::convertible_to<unsigned>;
};

template <class M>
concept HasPeek = requires(const M m, Addr a) {
  { m.template peek<std::uint16_t>(a) } -> std::same_as<std::optional<std::uint16_t>>;
  { m.peek_word(a) } -> std::same_as<std::optional<std::uint64_t>>;
};

template <class M>
concept HasContext = requires(M m, int level) {
  { m.in_interrupt() } -> std::same_as<bool>;
  { m.splimp() } -> std::same_as<int>;
  m.splx(level);
};

template <class M>
concept HasWakeup = requires(M m, Channel c) { m.wakeup(c); };

template <class M>
concept HasSleep = requires(M m, Channel c) { m.will_sleep(c); };

template <class M>
concept HasKmem = requires(M m, KmemCall& call, Addr a, std::uint64_t bytes) {
  { m.kmem_alloc(call) } -> std::same_as<Outcome>;
  m.kmem_free(a, bytes);
  { m.arena() } -> std::same_as<AddrRange>;
};

/// Memory for an allocator's own tables, given at boot from the kernel's static memory, zeroed, never returned.
template <class M>
concept HasBootMemory = requires(M m, std::uint64_t bytes) {
  { m.boot_alloc(bytes) } -> std::same_as<Addr>;
};

template <class M>
concept HasPanic = requires(M m, const char* message) { m.panic(message); };

/// One line on the console terminal, without its end of line; the text is copied.
template <class M>
concept HasConsole = requires(M m, std::string_view line) { m.console(line); };

template <class M>
concept HasSteps = requires(M m, Step s) { m.step(s); };

}  // namespace kmemlab
