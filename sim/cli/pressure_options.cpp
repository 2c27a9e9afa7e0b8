#include "sim/cli/pressure_options.h"

#include <sstream>
#include <string>

namespace kmemlab::cli {

namespace {

/// "2,4,8"
Fallible<sim::FrameLimits> parse_watermarks(const std::string& text) {
  const Failure<Error> bad = fail("--watermarks is '" + text + "'",
                                  "expected three numbers of frames, RESERVE,LOW,HIGH, none below the one before, "
                                  "LOW above 0 and HIGH above RESERVE");
  std::vector<std::uint64_t> numbers;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto n = parse_count("watermarks", part);
    if (!n) return bad;
    numbers.push_back(*n);
  }
  if (numbers.size() != 3 || text.ends_with(',')) return bad;
  const sim::FrameLimits limits{numbers[0], numbers[1], numbers[2]};
  const bool rising = limits.reserve <= limits.low && limits.low <= limits.high && limits.reserve < limits.high;
  if (!rising || limits.low == 0) return bad;
  return limits;
}

}  // namespace

std::vector<OptionSpec> pressure_options() {
  return {{"pages", Takes::value, "ignore|pressure",
           "page events that back no slab take frames of the machine (default ignore)"},
          {"watermarks", Takes::value, "R,L,H",
           "with --pages pressure: frames kept from those who may sleep; page daemon wanted below L, frees up to H"},
          {"daemon-latency", Takes::value, "TICKS", "from its wake-up to its run (default 1000000)"},
          {"closed-loop", Takes::nothing, "", "a task that slept does so much later what it did next"}};
}

Fallible<sim::PressurePolicy> read_pressure(const Parsed& p) {
  sim::PressurePolicy policy;
  const std::string pages = p.value("pages").value_or("ignore");
  if (pages == "pressure") {
    policy.pages = sim::PageEvents::pressure;
  } else if (pages != "ignore") {
    return fail("--pages is '" + pages + "'", "expected ignore or pressure");
  }
  for (const char* option : {"watermarks", "daemon-latency"}) {
    if (!p.has(option) || policy.pages == sim::PageEvents::pressure) continue;
    return fail(std::string("--") + option + " without --pages pressure", "expected both");
  }
  if (p.has("watermarks")) {
    auto limits = parse_watermarks(*p.value("watermarks"));
    if (!limits) return Failure<Error>{limits.error()};
    policy.limits = *limits;
  }
  if (p.has("daemon-latency")) {
    auto ticks = parse_count("daemon-latency", *p.value("daemon-latency"));
    if (!ticks) return Failure<Error>{ticks.error()};
    if (*ticks > sim::daemon_latency_max) {
      return fail("--daemon-latency is " + *p.value("daemon-latency"),
                  "expected at most " + std::to_string(sim::daemon_latency_max) + " ticks, which are eleven days");
    }
    policy.daemon_latency_ticks = *ticks;
  }
  return policy;
}

}  // namespace kmemlab::cli
