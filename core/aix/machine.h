// What this core asks of its machine, and small things that all services share.
#pragma once

#include "core/aix/access.h"
#include "core/aix/marks.h"
#include "core/aix/state.h"
#include "core/machine/concepts.h"
#include "core/machine/pages.h"
#include "core/machine/process.h"
#include "core/machine/reference.h"

namespace kmemlab::aix {

/// Nobody is woken, for nobody sleeps.
template <class M>
concept Machine = HasMemory<M> && HasShape<M> && HasContext<M> && HasPages<M> && HasProcesses<M> &&
    HasReferenceErrors<M> && HasBootMemory<M> && HasPanic<M> && HasConsole<M> && HasSteps<M> && HasMarks<M> &&
    requires(const M m) {
      { m.arena() } -> std::same_as<AddrRange>;
    };

namespace detail {

/// True in the process environment. Otherwise the violation is recorded (A1) and the service is to refuse.
template <Machine M>
bool process_environment(M& m, State& s, const char* complaint) {
  if (!m.in_interrupt()) [[likely]]
    return true;
  ++s.violations;
  mark(m, Mark::interrupt_refused);
  m.console(complaint);
  if (s.strict == Strict::yes) panic(m, Mark::panic_interrupt, complaint);
  return false;
}

/// Runs f with allocating interrupts off. Only unpin may be called in an interrupt; so whatever changes which pages are
/// in use, pinned or have frames is guarded, and giving out fragments of a page is not.
template <Machine M, class F>
auto guarded(M& m, F f) {
  const int level = m.splimp();
  const auto result = f();
  m.splx(level);
  return result;
}

template <Machine M>
std::uint16_t get_pins(M& m, const State& s, Addr page) {
  return m.template load<std::uint16_t>(s.vm_page_of(page) + vm_page::pins);
}
template <Machine M>
void set_pins(M& m, State& s, Addr page, std::uint16_t pins) {
  const Addr at = s.vm_page_of(page) + vm_page::pins;
  const auto before = m.template load<std::uint16_t>(at);
  s.pinned_pages += static_cast<std::uint64_t>(pins != 0) - static_cast<std::uint64_t>(before != 0);
  m.template store<std::uint16_t>(at, pins);
}

}  // namespace detail

}  // namespace kmemlab::aix
