// MALLOC and FREE as kernel modules write them (MALLOC(9r)): wrappers over malloc and free, which a module should not
// call itself. The C macro assigns `addr` cast to a type; here the cast is the type of a guest pointer.
#pragma once

#include "core/osf1/free.h"
#include "core/osf1/malloc.h"

namespace kmemlab::osf1 {

/// A guest address of a Cast. The host cannot follow it.
template <class Cast>
struct Pointer {
  Addr addr{};
  explicit operator bool() const { return static_cast<bool>(addr); }
};

/// Runs the call; done sets `addr` to the memory, failed to null, blocked leaves it (resume with the same call).
template <class Cast, Machine M>
Outcome MALLOC(M& m, State& s, Pointer<Cast>& addr, MallocCall& call) {
  const Outcome outcome = malloc(m, s, call);
  if (outcome != Outcome::blocked) addr.addr = outcome == Outcome::done ? call.address : null_addr;
  return outcome;
}

template <class Cast, Machine M>
void FREE(M& m, State& s, Pointer<Cast> addr, unsigned type, std::uint64_t pc) {
  free(m, s, FreeCall{addr.addr, type, pc});
}

}  // namespace kmemlab::osf1
