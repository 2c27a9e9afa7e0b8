// The one place where osf1 is compiled for replays, and its options by name.
#include "sim/replay/osf1_adapter.h"

#include "sim/replay/cores.h"
#include "sim/replay/options.h"
#include "sim/replay/run_on.h"

namespace kmemlab::sim {

CoreInfo osf1_info() {
  return {"osf1",
          "alpha",
          "OSF/1 MALLOC(9r): preallocated pool, refilled and drained by a kernel thread; kmem_debug",
          {{"types", "standard|temp|FILE", "memory type of each allocation: built-in rules, all M_TEMP, or your rules"},
           {"debug", "off|on", "kmem_debug: checksum and freer's pc in freed memory"},
           {"lowat", "PAGES", "pages' worth of blocks that the thread refills a bucket to (default 1; 0: no preload)"},
           {"highwat", "PAGES", "pages' worth of free blocks over which it gives pages back (default 5)"},
           {"collect", "PAGES", "pages that it gives back in one run (default 1)"}}};
}

namespace {

constexpr std::uint64_t pages_max = 1 << 20;

/// The option that `key` sets to a number; null if it is none of them.
std::uint64_t* pages_of(osf1::Config& config, const std::string& key) {
  if (key == "lowat") return &config.lowat_pages;
  if (key == "highwat") return &config.highwat_pages;
  return key == "collect" ? &config.collect_pages_max : nullptr;
}

Fallible<Osf1Options> parse_options(const CoreSpec& core) {
  Osf1Options o;
  for (const auto& [key, value] : core.options) {
    if (key == "types") {
      auto rules = types_option(value, osf1::M_TEMP);
      if (!rules) return Failure<Error>{rules.error()};
      o.types = std::move(*rules);
    } else if (key == "debug") {
      const auto on = choice_option("core osf1: option debug", value, "off", "on");
      if (!on) return Failure<Error>{on.error()};
      o.config.kmem_debug = *on;
    } else if (std::uint64_t* const pages = pages_of(o.config, key)) {
      const auto n = number_option("core osf1: option " + key, value, 0, pages_max);
      if (!n) return Failure<Error>{n.error()};
      *pages = *n;
    }
  }
  if (o.config.highwat_pages >= o.config.lowat_pages) return o;
  return fail("core osf1: highwat " + std::to_string(o.config.highwat_pages) + " is below lowat " +
                  std::to_string(o.config.lowat_pages),
              "expected highwat to be at least lowat");
}

}  // namespace

Fallible<std::unique_ptr<Session>> osf1_session(const SessionInputs& in) {
  auto options = parse_options(in.core);
  if (!options) return Failure<Error>{options.error()};
  return session_on<Osf1Adapter>(*options, in);
}

}  // namespace kmemlab::sim
