// All state of the module outside guest memory: one trivially copyable struct. Page entries, maps and lists of a pool
// lie in guest memory, in the pool's table (layout.h); areas and semaphores are the machine's.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/base/addr.h"
#include "core/base/digest.h"
#include "core/base/ints.h"
#include "core/beos/layout.h"
#include "core/beos/types.h"
#include "core/machine/areas.h"
#include "core/machine/semaphores.h"

namespace kmemlab::beos {

/// Elements of one bin in one pool.
struct Bin {
  std::uint32_t head = no_page;  ///< first page that has both live and free elements
  std::uint64_t total = 0;       ///< elements that exist
  std::uint64_t used = 0;        ///< of them, live
  std::uint64_t calls = 0;       ///< elements handed out so far
};

struct Pool {
  PoolId id{};        ///< 0: the slot is empty
  bool live = false;  ///< false: create_pool is still at it
  sem_id sem = 0;
  area_id area = 0;
  area_id table_area = 0;
  std::uint32_t lock = 0;
  std::uint32_t protection = 0;
  Geometry g{};
  std::uint32_t fresh = 0;        ///< from this page on all are free, and have no records
  std::uint32_t described = 0;    ///< pages whose entries are resident
  std::uint32_t table_pages = 0;  ///< resident pages of the table
  std::uint32_t asleep = 0;       ///< calls that wait for frames, with or without the semaphore
  std::array<Bin, bins> bin{};
  std::array<std::uint32_t, run_classes> lowest{};  ///< start of the lowest free run of each class, or no_page
  std::uint64_t run_pages = 0;                      ///< pages of live runs
  std::uint64_t runs = 0;                           ///< live runs
  std::uint64_t bytes = 0;                          ///< granted and not freed
  std::uint64_t failed = 0;                         ///< requests that the pool had no memory for
};

struct State {
  std::array<Pool, pools_max> pool{};
  sem_id table_sem = 0;           ///< guards the table of pools; 0: the module is not loaded
  std::uint64_t serial = 0;       ///< pools made so far
  std::uint64_t violations = 0;   ///< calls made in an interrupt
  std::uint64_t free_errors = 0;  ///< free or realloc of what is no live block of the pool, or of no pool
  std::uint64_t races = 0;        ///< pools deleted while a call was inside
  std::uint64_t sleeps = 0;       ///< waits for a semaphore
  std::uint64_t frame_sleeps = 0;
  std::uint64_t table_pages = 0;  ///< resident pages of all tables
  unsigned page_shift = 12;
  Strict strict = Strict::no;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  Pool* find(PoolId id) {
    Pool& p = pool[id.v % pools_max];
    return id.v != 0 && p.id == id && p.live ? &p : nullptr;
  }
};
static_assert(std::is_trivially_copyable_v<State>);

/// Bytes of held pages that are the module's own tables.
inline std::uint64_t metadata_bytes(const State& s) {
  return s.table_pages << s.page_shift;
}

namespace detail {
inline void add_pool(Digest& d, const Pool& p) {
  for (const std::uint64_t v :
       {p.id.v, std::uint64_t{p.live}, static_cast<std::uint64_t>(p.sem), static_cast<std::uint64_t>(p.area),
        static_cast<std::uint64_t>(p.table_area), std::uint64_t{p.lock}, std::uint64_t{p.protection}, p.g.base.v,
        p.g.table.v, std::uint64_t{p.g.pages}, std::uint64_t{p.fresh}, std::uint64_t{p.described},
        std::uint64_t{p.table_pages}, std::uint64_t{p.asleep}, p.run_pages, p.runs, p.bytes, p.failed}) {
    d.add(v);
  }
  for (const Bin& b : p.bin) {
    for (const std::uint64_t v : {std::uint64_t{b.head}, b.total, b.used, b.calls}) d.add(v);
  }
  for (const std::uint32_t start : p.lowest) d.add(start);
}
}  // namespace detail

/// Field by field, so that padding never counts.
inline std::uint64_t digest(const State& s) {
  Digest d;
  for (const Pool& p : s.pool) {
    if (p.id) detail::add_pool(d, p);
  }
  for (const std::uint64_t v : {static_cast<std::uint64_t>(s.table_sem), s.serial, s.violations, s.free_errors, s.races,
                                s.sleeps, s.frame_sleeps, s.table_pages}) {
    d.add(v);
  }
  return d.value();
}

}  // namespace kmemlab::beos
