// Makes the calls of bad_calls_table.h against one system, each on a machine of its own, and compares what came back
// and what has changed. `Rig<On>` (test_bad_calls_SYSTEM.cpp) has some live blocks and
//   prepare(bad)  what must have happened before (the first of two frees, a heap that goes)
//   call(bad)     makes the call; its answer in words of the table
//   checked()     the core's check(); digest() of the state; live(): bytes or blocks that live
//   tables()      what the system keeps in boot memory
#pragma once

#include <string>

#include "core/base/digest.h"
#include "core/base/tables.h"
#include "core/machine/outcome.h"
#include "tests/catch.h"
#include "tests/core/bad_calls_table.h"
#include "tests/core/machines.h"

namespace kmemlab::test {

struct Snapshot {
  std::uint64_t state = 0, memory = 0, frames = 0, live = 0;
};

template <class M>
void add_memory(Digest& d, std::uint64_t& frames, const M& m, AddrRange range) {
  const std::uint64_t page = std::uint64_t{1} << m.page_shift();
  for (Addr p = range.base; p < range.end(); p = p + page) {
    if (!m.peek_word(p)) continue;
    ++frames;
    d.add(p.v);
    for (std::uint64_t at = 0; at < page; at += 4) d.add(m.template peek<std::uint32_t>(p + at).value());
  }
}

template <class Rig>
Snapshot snapshot(Rig& rig) {
  Snapshot s;
  Digest d;
  add_memory(d, s.frames, rig.machine(), rig.machine().arena());
  add_memory(d, s.frames, rig.machine(), rig.tables());
  s.state = rig.digest();
  s.memory = d.value();
  s.live = rig.live();
  return s;
}

inline std::string null_because(Reason reason) {
  return std::string("null ") + name_of(reason);
}

template <class Rig>
void check_after(Rig& rig, After after, const Snapshot& before) {
  const Snapshot now = snapshot(rig);
  const bool untouched = after == After::same || after == After::stopped;
  if (untouched) CHECK(now.state == before.state);
  if (untouched || after == After::counted) {
    CHECK(now.memory == before.memory);
    CHECK(now.frames == before.frames);
    CHECK(now.live == before.live);
  }
  if (after == After::granted) CHECK(now.live > before.live);
  if (after == After::freed) CHECK(now.live < before.live);
  if (after == After::unnoticed || after == After::stopped_inside) return;
  const CheckResult r = rig.checked();
  CHECK(r.invariant == 0);
}

/// Every row of the table; `column` is the system's.
template <template <class> class Rig, class On>
void make_bad_calls(Cell BadRow::* column) {
  for (const BadRow& row : bad_rows) {
    const Cell& cell = row.*column;
    INFO(row.name << " on the " << On::name << " machine: " << cell.answer << " (" << cell.source << ")");
    if (cell.after == After::not_applicable) {
      CHECK(std::string(cell.answer) != "");
      continue;
    }
    CHECK(std::string(cell.source) != "");
    Rig<On> rig;
    rig.prepare(row.call);
    const Snapshot before = snapshot(rig);
    std::string answer;
    const std::string trap = rig.on().trap([&] { answer = rig.call(row.call); });
    if (!trap.empty()) answer = "panic " + trap;
    CHECK(answer == cell.answer);
    check_after(rig, cell.after, before);
  }
}

template <template <class> class Rig>
void make_bad_calls(Cell BadRow::* column) {
  make_bad_calls<Rig, OnSim>(column);
  make_bad_calls<Rig, OnHost>(column);
}

}  // namespace kmemlab::test
