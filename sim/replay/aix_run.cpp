// The one place where aix is compiled for replays, and its options by name.
#include "sim/replay/aix_adapter.h"

#include "sim/replay/cores.h"
#include "sim/replay/options.h"
#include "sim/replay/run_on.h"

namespace kmemlab::sim {

CoreInfo aix_info() {
  return {"aix",
          "rs6000",
          "AIX xmalloc/xmfree: kernel_heap and pinned_heap in the vm_galloc pool; process environment only",
          {{"frees", "refuse|defer", "xmfree in an interrupt: refused, the block is lost; or handed to a process"},
           {"pinned", "PERMILLE", "share of the requests that goes to pinned_heap (default 0)"},
           {"maxpin", "PERCENT", "share of the page frames that may be pinned (default 80)"}}};
}

namespace {

Fallible<AixOptions> parse_options(const CoreSpec& core) {
  AixOptions o;
  for (const auto& [key, value] : core.options) {
    if (key == "frees") {
      const auto defer = choice_option("core aix: option frees", value, "refuse", "defer");
      if (!defer) return Failure<Error>{defer.error()};
      o.frees = *defer ? InterruptFrees::defer : InterruptFrees::refuse;
    } else {
      const bool pinned = key == "pinned";
      const auto n = number_option("core aix: option " + key, value, 0, pinned ? 1000 : 100);
      if (!n) return Failure<Error>{n.error()};
      if (pinned) {
        o.pinned_permille = *n;
      } else {
        o.config.maxpin_percent = static_cast<unsigned>(*n);
      }
    }
  }
  return o;
}

}  // namespace

Fallible<std::unique_ptr<Session>> aix_session(const SessionInputs& in) {
  auto options = parse_options(in.core);
  if (!options) return Failure<Error>{options.error()};
  return session_on<AixAdapter>(*options, in);
}

}  // namespace kmemlab::sim
