// A small trace of the swarm's making, and sessions and verifications of it.
#pragma once

#include <memory>
#include <string>

#include "sim/check/verify.h"
#include "sim/replay/replay.h"
#include "tests/catch.h"
#include "tests/check/swarm_trace.h"

namespace kmemlab::test {

inline SwarmChoice verify_workload(std::uint64_t events, unsigned interrupt_permille) {
  SwarmChoice c;
  c.interrupt_permille = interrupt_permille;
  c.seed = 11;
  c.events = events;
  c.tasks = 3;
  c.size_max = 9000;
  c.gap_ticks = 500;
  c.zero_permille = 200;
  return c;
}

/// A trace, and sessions of it.
struct VerifyBench {
  explicit VerifyBench(std::uint64_t events = 600, unsigned interrupt_permille = 0)
      : trace(traces::KmtReader::from_bytes(SwarmTrace(verify_workload(events, interrupt_permille)).bytes()).value()) {}

  std::unique_ptr<sim::Session> open(const std::string& core, const std::string& interrupts = "off",
                                     std::uint64_t ram = 1 << 22) const {
    sim::ReplayPolicy policy;
    policy.interrupts = sim::parse_interrupts(interrupts).value();
    const auto cores = sim::parse_core_specs({core});
    auto session = sim::open_session(trace.view(), cores->front(), {*sim::find_profile("i386"), ram, 1 << 22}, policy);
    REQUIRE(session.ok());
    return std::move(*session);
  }
  check::VerifyResult verify(const std::string& core, const std::string& faults = {},
                             const std::string& interrupts = "off") const {
    check::VerifyOptions options;
    options.core = core.substr(0, core.find(':'));
    options.every = 50;
    options.digest_every = 128;
    if (!faults.empty()) options.faults = check::parse_faults(faults).value();
    return check::verify([&](unsigned) { return Fallible<std::unique_ptr<sim::Session>>(open(core, interrupts)); },
                         trace.view(), options)
        .value();
  }

  traces::KmtReader trace;
};

}  // namespace kmemlab::test
