// The module "generic/area_malloc/v1" and its lifetime: loaded by the first get_module, unloaded by the last
// put_module, which deletes the pools that are left, in the order in which they were made (B11, B12).
#pragma once

#include "core/beos/pools.h"

namespace kmemlab::beos {

namespace detail {

/// The oldest pool, finished or not; nullptr: there is none.
inline Pool* oldest_pool(State& s) {
  Pool* oldest = nullptr;
  for (Pool& p : s.pool) {
    if (p.id && (oldest == nullptr || p.id.v / pools_max < oldest->id.v / pools_max)) oldest = &p;
  }
  return oldest;
}

template <Machine M>
status_t uninit(M& m, State& s) {
  if (m.get_sem_count(s.table_sem).value_or(1) < 1) {
    ++s.races;
    mark(m, Mark::put_away_in_use);
    m.console("area_malloc: the module is put away while it is in use");
  }
  if (oldest_pool(s) != nullptr) mark(m, Mark::put_away_with_pools);
  while (Pool* p = oldest_pool(s)) remove_pool(m, s, *p);
  m.delete_sem(s.table_sem);
  s.table_sem = 0;
  return B_OK;
}

}  // namespace detail

/// What the module system calls. B_ERROR for an operation that it does not know.
template <Machine M>
status_t std_ops(M& m, State& s, std::int32_t op) {
  switch (op) {
    case B_MODULE_INIT: {
      const sem_id sem = m.create_sem(1, "area_malloc pools");
      if (sem < 0) {
        detail::mark(m, Mark::init_no_sem);
        return sem;
      }
      s.table_sem = sem;
      return B_OK;
    }
    case B_MODULE_UNINIT:
      return detail::uninit(m, s);
    default:
      return B_ERROR;
  }
}

/// One more user of a module. B_OK; B_BAD_VALUE for no name, B_ENTRY_NOT_FOUND for an unknown one, B_ERROR in an
/// interrupt, or what std_ops said.
template <Machine M>
status_t get_module(M& m, State& s, std::string_view name = B_AREA_MALLOC_MODULE_NAME) {
  Call call;
  if (m.in_interrupt()) {
    detail::refuse_in_interrupt(m, s, call, "area_malloc: get_module in an interrupt");
    return B_ERROR;
  }
  return m.modules().get(name, [&](std::int32_t op) { return std_ops(m, s, op); });
}

/// One user less. B_OK, or B_BAD_VALUE for an unknown module or one without users (with a line on the console, B11), or
/// B_ERROR in an interrupt.
template <Machine M>
status_t put_module(M& m, State& s, std::string_view name = B_AREA_MALLOC_MODULE_NAME) {
  Call call;
  if (m.in_interrupt()) {
    detail::refuse_in_interrupt(m, s, call, "area_malloc: put_module in an interrupt");
    return B_ERROR;
  }
  const status_t status = m.modules().put(name, [&](std::int32_t op) { return std_ops(m, s, op); });
  if (status == B_BAD_VALUE) {
    detail::mark(m, Mark::put_without_user);
    m.console("area_malloc: put_module without a user");
  }
  return status;
}

}  // namespace kmemlab::beos
