// What one seed of the swarm is: core, machine, workload and disturbances, each option on or off by the seed (swarm
// testing: Groce, Zhang, Eide, Chen, Regehr, ISSTA 2012), so that options that hide each other also run alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/check/fault_plan.h"
#include "sim/replay/interrupt_plan.h"
#include "sim/replay/policy.h"
#include "traces/gen/random.h"

namespace kmemlab::test {

struct SwarmChoice {
  std::uint64_t seed = 0;
  std::string core;     ///< as after -a
  std::string machine;  ///< profile
  std::uint64_t arena_bytes = 0, ram_bytes = 0;
  std::uint64_t events = 0;
  unsigned cpus = 1, tasks = 1;
  std::uint64_t size_max = 0;
  std::uint64_t gap_ticks = 0;  ///< between events, on average
  unsigned interrupt_permille = 0, atomic_permille = 0, zero_permille = 0, realloc_permille = 0, lost_permille = 0;
  unsigned ramp = 0;  ///< events between growing and shrinking; 0 = steady
  std::uint64_t every = 64;
  unsigned page_permille = 0;  ///< of the events: pages of others come and go
  sim::PressurePolicy pressure;
  std::string interrupts = "off";
  std::string faults;  ///< empty: none
  bool closed_loop = false;
  sim::UnknownSleep unknown_sleep = sim::UnknownSleep::automatic;
  unsigned unknown_permille =
      0;                       ///< of the events: the recording does not say their context, nor whether they may sleep
  unsigned huge_permille = 0;  ///< of the requests: larger than the arena

  bool faithful() const { return core.find("mode=faithful") != std::string::npos; }

  std::string text() const {
    std::string s = "-a " + core + " -m " + machine + " --arena " + std::to_string(arena_bytes) + " --ram " +
                    std::to_string(ram_bytes) + " --every " + std::to_string(every);
    if (pressure.pages == sim::PageEvents::pressure) {
      const sim::FrameLimits& l = *pressure.limits;
      s += " --pages pressure --watermarks " + std::to_string(l.reserve) + "," + std::to_string(l.low) + "," +
           std::to_string(l.high) + " --daemon-latency " + std::to_string(pressure.daemon_latency_ticks);
    }
    if (interrupts != "off") s += " --interrupts " + interrupts;
    if (!faults.empty()) s += " --faults " + faults;
    if (closed_loop) s += " --closed-loop";
    if (unknown_sleep == sim::UnknownSleep::yes) s += " --unknown-sleep yes";
    if (unknown_sleep == sim::UnknownSleep::no) s += " --unknown-sleep no";
    return s;
  }
  std::string workload_text() const {
    return "events=" + std::to_string(events) + " cpus=" + std::to_string(cpus) + " tasks=" + std::to_string(tasks) +
           " size_max=" + std::to_string(size_max) + " gap_ticks=" + std::to_string(gap_ticks) +
           " interrupt=" + std::to_string(interrupt_permille) + " atomic=" + std::to_string(atomic_permille) +
           " zero=" + std::to_string(zero_permille) + " realloc=" + std::to_string(realloc_permille) +
           " lost=" + std::to_string(lost_permille) + " page=" + std::to_string(page_permille) +
           " unknown=" + std::to_string(unknown_permille) + " huge=" + std::to_string(huge_permille) +
           " (permille) ramp=" + std::to_string(ramp);
  }
};

namespace detail {

inline std::string swarm_core(traces::gen::Random& r) {
  const auto option = [&](const char* text) { return r.below(2) == 0 ? std::string() : std::string(text); };
  const auto joined = [](std::string name, std::initializer_list<std::string> parts) {
    char mark = ':';
    for (const std::string& part : parts) {
      if (part.empty()) continue;
      name += mark + part;
      mark = ',';
    }
    return name;
  };
  switch (r.below(4)) {
    case 0:
      return joined("bsd386", {option("types=temp")});
    case 1: {
      const std::string high = std::to_string(1 + r.below(8));
      return joined("osf1", {option("types=temp"), option("debug=on"), option("lowat=0"), option("collect=4"),
                             r.below(2) == 0 ? "" : "highwat=" + high});
    }
    case 2:
      return joined("aix", {option("frees=defer"), option("pinned=300"), option("maxpin=20")});
    default:
      return joined("beos", {option("lock=full"), option("frees=defer")});
  }
}

inline std::string swarm_faults(traces::gen::Random& r, std::uint64_t seed) {
  std::string text = std::to_string(seed);
  bool any = false;
  const auto site = [&](const char* name, std::uint64_t lo, std::uint64_t hi) {
    const std::uint64_t rate = r.between(lo, hi);
    if (r.below(2) != 0) return;
    text += "," + std::string(name) + "=" + std::to_string(rate);
    any = true;
  };
  site("frame", 5, 60);
  site("map_entry", 5, 60);
  site("late_wakeup", 2, 10);
  site("dirty_page", 1, 4);
  site("flip_free", 50, 400);
  site("flip_live", 50, 400);
  return any ? text : std::string();
}

}  // namespace detail

inline SwarmChoice swarm_choice(std::uint64_t seed) {
  traces::gen::Random r(seed, 77);
  const auto sometimes = [&](unsigned permille) {
    return r.below(2) == 0 ? 0U : static_cast<unsigned>(r.below(permille));
  };
  SwarmChoice c;
  c.seed = seed;
  c.core = detail::swarm_core(r);
  constexpr std::array<const char*, 5> machines = {"x86-64", "i386", "alpha", "rs6000", "power64"};
  c.machine = machines[r.below(machines.size())];
  c.events = r.between(200, 1500);
  c.cpus = r.below(2) == 0 ? 1 : static_cast<unsigned>(r.between(2, 4));
  c.tasks = static_cast<unsigned>(r.between(1, 8));
  constexpr std::array<std::uint64_t, 5> sizes = {64, 512, 4096, 16384, 70000};
  c.size_max = sizes[r.below(sizes.size())];
  c.gap_ticks = r.below(3) == 0 ? 10 : r.between(100, 20000);
  c.interrupt_permille = sometimes(300);
  c.atomic_permille = sometimes(600);
  c.zero_permille = sometimes(500);
  c.realloc_permille = sometimes(150);
  c.lost_permille = sometimes(30);
  c.ramp = r.below(2) == 0 ? 0 : static_cast<unsigned>(r.between(50, 400));
  c.arena_bytes = std::uint64_t{1} << r.between(18, 22);
  const std::uint64_t share = r.between(1, 8);  // starved, or roomy
  c.ram_bytes = r.below(2) == 0 ? c.arena_bytes * 2 : std::max<std::uint64_t>(c.arena_bytes / 8 * share, 1 << 17);
  if (c.core.find("lock=full") != std::string::npos) c.ram_bytes = c.arena_bytes * 2;  // or it cannot even boot
  if (r.below(2) == 0) c.page_permille = static_cast<unsigned>(r.below(500));
  if (r.below(2) == 0) {
    c.pressure.pages = sim::PageEvents::pressure;
    const std::uint64_t reserve = r.below(8), low = reserve + 1 + r.below(12);
    c.pressure.limits = sim::FrameLimits{reserve, low, low + 1 + r.below(16)};
    c.pressure.daemon_latency_ticks = r.below(100'000);
  }
  c.every = std::uint64_t{1} << r.between(3, 8);
  sim::InterruptPlan plan;
  plan.seed = seed;
  plan.every = r.between(20, 3000);
  plan.level = static_cast<sim::Level>(r.between(1, 5));
  plan.burst = static_cast<unsigned>(r.between(1, 4));
  plan.blocks_max = r.between(1, 40);
  if (r.below(2) == 0) c.interrupts = sim::text_of(plan);
  const std::string faults = detail::swarm_faults(r, seed);
  if (r.below(2) == 0) c.faults = faults;
  c.closed_loop = r.below(2) == 0;
  constexpr std::array<sim::UnknownSleep, 3> unknown = {sim::UnknownSleep::automatic, sim::UnknownSleep::yes,
                                                        sim::UnknownSleep::no};
  c.unknown_sleep = unknown[r.below(unknown.size())];
  c.unknown_permille = sometimes(800);
  if (r.below(4) == 0) c.huge_permille = static_cast<unsigned>(1 + r.below(20));
  if (c.core.find("bsd386") == 0 && r.below(2) == 0) {
    c.core += (c.core.find(':') == std::string::npos ? ":" : ",") + std::string("mode=faithful");
  }
  return c;
}

}  // namespace kmemlab::test
