// Reading -m, --ram and --arena.
#include "sim/cli/machine_options.h"

namespace kmemlab::cli {

std::vector<OptionSpec> machine_options() {
  return {
      {"machine,m", Takes::value, "NAME", "machine (default x86-64; 'kmemlab machines'), or native: each system's own"},
      {"ram", Takes::value, "SIZE", "page frames that allocators can take (default: roomy)"},
      {"arena", Takes::value, "SIZE", "the allocator's address range (default: roomy)"}};
}

Fallible<MachineWanted> read_machine(const Parsed& p) {
  MachineWanted w;
  w.native = p.value("machine") == "native";
  const std::string name = w.native ? "x86-64" : p.value("machine").value_or("x86-64");
  const sim::Profile* profile = sim::find_profile(name);
  if (profile == nullptr) {
    std::vector<std::string> names;
    for (const sim::Profile& m : sim::all_profiles()) names.push_back(m.name);
    const std::string near = sim::nearest(name, names);
    return fail("unknown machine '" + name + "'",
                near.empty() ? "'kmemlab machines' lists them" : "did you mean '" + near + "'?");
  }
  w.machine.profile = *profile;
  for (const auto& [option, to] :
       {std::pair{"ram", &w.machine.ram_bytes}, std::pair{"arena", &w.machine.arena_bytes}}) {
    if (!p.has(option)) continue;
    auto bytes = parse_size(option, *p.value(option));
    if (!bytes) return Failure<Error>{bytes.error()};
    *to = *bytes;
  }
  return w;
}

sim::MachineSpec machine_for(const MachineWanted& wanted, const sim::CoreSpec& core) {
  sim::MachineSpec machine = wanted.machine;
  if (!wanted.native) return machine;
  for (const sim::CoreInfo& info : sim::all_cores()) {
    if (info.name == core.name) machine.profile = *sim::find_profile(info.native_machine);
  }
  return machine;
}

sim::MachineSpec sized_machine(const MachineWanted& wanted, const sim::CoreSpec& core, const traces::KmtReader& trace) {
  sim::MachineSpec machine = machine_for(wanted, core);
  const sim::KernelOptions sizes = sim::kernel_options(machine, *trace.view());
  machine.ram_bytes = sizes.ram_bytes, machine.arena_bytes = sizes.arena_bytes;
  return machine;
}

}  // namespace kmemlab::cli
