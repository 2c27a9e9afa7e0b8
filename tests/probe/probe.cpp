// The digest probe: one small program that runs every core on every machine profile through a seeded mixture of calls
// (mixture.h), and prints what it counted and digests of it. Built by several compilers at several optimisation levels;
// all must print the same bytes, those of expected.txt (tests/probe/CMakeLists.txt, ctest -R probe). No argument, no
// file, no clock.
#include "tests/probe/systems.h"

namespace {

using namespace kmemlab;

constexpr std::uint64_t MiB = std::uint64_t{1} << 20;

/// Runs the mixture on a fresh machine.
template <class System>
void run_mixture(const sim::Profile& profile, const std::string& title, const typename System::Config& config,
                 std::uint64_t arena_bytes, std::uint64_t ram_bytes, std::uint64_t seed) {
  sim::KernelOptions options;
  options.arena_bytes = arena_bytes;
  options.ram_bytes = ram_bytes;
  options.cpus = 2;
  auto kernel = sim::Kernel::create(profile, options);
  if (!kernel) {
    std::printf("%s: %s\n", title.c_str(), kernel.error().text().c_str());
    return;
  }
  probe::Mixture<System> mixture(*kernel, config, seed);
  mixture.run();
  mixture.print(title);
}

}  // namespace

int main() {
  std::uint64_t seed = 1;
  for (const sim::Profile& profile : sim::all_profiles()) {
    for (const auto mode : {bsd386::Mode::documented, bsd386::Mode::faithful}) {
      bsd386::Config config;
      config.mode = mode;
      const bool short_of_frames = mode == bsd386::Mode::faithful;  // else: of addresses, and at the types' limits
      run_mixture<probe::Bsd386>(profile, profile.name + (short_of_frames ? " faithful" : " documented"), config,
                                 short_of_frames ? 4 * MiB : MiB, short_of_frames ? MiB : 4 * MiB, seed++);
    }
  }
  for (const sim::Profile& profile : sim::all_profiles()) {
    for (const bool debug : {false, true}) {
      osf1::Config config;
      config.kmem_debug = debug;
      config.highwat_pages = 2;
      run_mixture<probe::Osf1>(profile, "osf1 " + profile.name + (debug ? " kmem_debug" : ""), config,
                               debug ? 8 * MiB : 2 * MiB, debug ? 2 * MiB : 8 * MiB, seed++);
    }
  }
  for (const sim::Profile& profile : sim::all_profiles()) {
    aix::Config config;
    config.maxpin_percent = 10;
    run_mixture<probe::Aix>(profile, "aix " + profile.name, config, 4 * MiB, 2 * MiB, seed++);
  }
  // A resident page of a pool stays so: with too few frames a lazily locked pool would soon sleep for good.
  for (const sim::Profile& profile : sim::all_profiles()) {
    for (const std::uint32_t lock : {B_LAZY_LOCK, B_FULL_LOCK}) {
      const char* const name = lock == B_LAZY_LOCK ? " lazy" : " full";
      run_mixture<probe::Beos>(profile, "beos " + profile.name + name, {lock}, 4 * MiB, 4 * MiB, seed++);
    }
  }
  return 0;
}
