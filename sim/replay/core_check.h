// A core's own check() for whoever has a session and no type: bsd386 and osf1 want counters to work with, aix and beos
// none. A system without a state to look at (the self-test's) is always sound.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/tables.h"

namespace kmemlab::sim {

namespace detail {

template <class K, class State>
CheckResult check_state(const K& kernel, const State& state, std::vector<std::uint32_t>& scratch) {
  if constexpr (requires { check(kernel, state, std::span<std::uint32_t>(scratch)); }) {
    scratch.resize(kernel.arena().bytes >> kernel.page_shift());
    return check(kernel, state, std::span<std::uint32_t>(scratch));
  } else {
    return check(kernel, state);
  }
}

}  // namespace detail

/// The core's first broken invariant, or none. Peeks only.
template <class K, class Adapter>
CheckResult core_check(const K& kernel, const Adapter& adapter, std::vector<std::uint32_t>& scratch) {
  if constexpr (requires { adapter.state(); }) {
    return detail::check_state(kernel, adapter.state(), scratch);
  } else {
    return {};
  }
}

}  // namespace kmemlab::sim
