// The one place where beos is compiled for replays, and its options by name. Its calls overlap: SmpReplayer.
#include "sim/replay/beos_adapter.h"

#include "sim/replay/cores.h"
#include "sim/replay/options.h"
#include "sim/replay/run_on.h"
#include "sim/replay/smp_replayer.h"

namespace kmemlab::sim {

CoreInfo beos_info() {
  return {"beos",
          "i386",
          "BeOS area_malloc: pools in areas, a semaphore each, on which calls of several CPUs contend",
          {{"pools", "one|prefix", "one pool, or one for each prefix of the call sites' symbols (at most 32)"},
           {"lock", "lazy|full", "frames of a pool: at first touch (B_LAZY_LOCK), or all at once (B_FULL_LOCK)"},
           {"frees", "refuse|defer", "free in an interrupt: refused, the block is lost; or handed to a process"}}};
}

namespace {

Fallible<BeosOptions> parse_options(const CoreSpec& core) {
  BeosOptions o;
  for (const auto& [key, value] : core.options) {
    const char* const first = key == "pools" ? "one" : key == "lock" ? "lazy" : "refuse";
    const char* const second = key == "pools" ? "prefix" : key == "lock" ? "full" : "defer";
    const auto choice = choice_option("core beos: option " + key, value, first, second);
    if (!choice) return Failure<Error>{choice.error()};
    if (key == "pools") o.pools = *choice ? PoolChoice::prefix : PoolChoice::one;
    if (key == "lock") o.lock_spec = *choice ? B_FULL_LOCK : B_LAZY_LOCK;
    if (key == "frees") o.frees = *choice ? InterruptFrees::defer : InterruptFrees::refuse;
  }
  return o;
}

}  // namespace

Fallible<std::unique_ptr<Session>> beos_session(const SessionInputs& in) {
  auto options = parse_options(in.core);
  if (!options) return Failure<Error>{options.error()};
  return session_on<BeosAdapter, SmpReplayer>(*options, in);
}

}  // namespace kmemlab::sim
