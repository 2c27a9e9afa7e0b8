#include "sim/replay/replay.h"

#include <algorithm>
#include <bit>

#include "core/base/ints.h"
#include "sim/replay/cores.h"
#include "sim/replay/worse.h"
#include "traces/kmt/verdict_check.h"

namespace kmemlab::sim {

const std::vector<CoreInfo>& all_cores() {
  static const std::vector<CoreInfo> cores = {aix_info(), beos_info(), bsd386_info(), osf1_info()};
  return cores;
}

std::uint64_t roomy_bytes(std::uint64_t peak_granted_bytes, const Profile& profile) {
  constexpr std::uint64_t least = std::uint64_t{64} << 20;
  constexpr std::uint64_t most = std::uint64_t{1} << 42;
  const std::uint64_t wanted = peak_granted_bytes > most / 16 ? most : peak_granted_bytes * 16;
  const std::uint64_t bytes = std::max(least, std::bit_ceil(wanted));
  return std::min(bytes, std::bit_floor(profile.arena_bytes_max));
}

KernelOptions kernel_options(const MachineSpec& machine, const traces::KmtView& trace) {
  KernelOptions o;
  const std::uint64_t roomy = roomy_bytes(trace.facts().peak_granted_bytes, machine.profile);
  o.arena_bytes = round_up(machine.arena_bytes != 0 ? machine.arena_bytes : roomy, machine.profile.page_bytes());
  o.ram_bytes = round_up(machine.ram_bytes != 0 ? machine.ram_bytes : roomy, machine.profile.page_bytes());
  o.cpus = std::clamp(trace.source().cpus, 1U, 1024U);
  return o;
}

Fallible<std::unique_ptr<Session>> open_session(const std::shared_ptr<const traces::KmtView>& trace,
                                                const CoreSpec& core, const MachineSpec& machine,
                                                const ReplayPolicy& policy) {
  if (policy.pressure.pages == PageEvents::pressure) {
    if (auto fit = traces::check_verdicts(trace); !fit) return Failure<Error>{fit.error()};
  }
  const SessionInputs inputs{trace, core, machine, policy};
  if (core.name == "aix") return aix_session(inputs);
  if (core.name == "beos") return beos_session(inputs);
  if (core.name == "bsd386") return bsd386_session(inputs);
  if (core.name == "osf1") return osf1_session(inputs);
  if (core.name == worse_core) return worse_session(inputs);
  return fail("unknown core '" + core.name + "'");
}

Fallible<RunFacts> replay(const traces::KmtReader& trace, const CoreSpec& core, const MachineSpec& machine,
                          const ReplayPolicy& policy, Observer& observer, const ReplayProgress& progress) {
  auto session = open_session(trace.view(), core, machine, policy);
  if (!session) return Failure<Error>{session.error()};
  const auto played = (*session)->play(trace.events(), observer, progress);
  if (!played) return Failure<Error>{played.error()};
  return (*session)->finish(observer);
}

}  // namespace kmemlab::sim
