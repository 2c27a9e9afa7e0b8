// The worked example of docs/report.md, played on the core and the machine that its numbers are for, with an observer
// beside the ledger that it is held against.
#pragma once

#include "sim/replay/observer_list.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

/// The ledger's report; `other` has seen the same run.
inline sim::Report play_worked_example(sim::Observer& other) {
  auto reader = worked_example().reader();
  sim::Ledger ledger;
  sim::ObserverList both;
  both.add(ledger);
  both.add(other);
  const sim::MachineSpec machine{*sim::find_profile("i386"), 0, 1 << 20};
  const auto core = sim::parse_core_specs({"bsd386:mode=faithful,types=temp"});
  REQUIRE(core);
  auto facts = sim::replay(reader, core.value()[0], machine, {}, both.observer(), [](std::uint64_t) {});
  REQUIRE(facts);
  return ledger.finish(*facts);
}

}  // namespace kmemlab::test
