#include "sim/check/metrics.h"

#include <limits>

#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "sim/check/numbers.h"
#include "sim/replay/core_spec.h"

namespace kmemlab::check {

namespace {

using sim::Report;

constexpr u128 never = std::numeric_limits<std::uint64_t>::max();

using Read = u128 (*)(const Report&, unsigned);

struct Row {
  const char* name;
  Read read;
};

// clang-format off
constexpr Row counts[] = {
    {"requests", [](const Report& r, unsigned) -> u128 { return r.requests; }},
    {"granted", [](const Report& r, unsigned) -> u128 { return r.granted; }},
    {"slept", [](const Report& r, unsigned) -> u128 { return r.slept; }},
    {"failed", [](const Report& r, unsigned) -> u128 { return r.failed; }},
    {"refused", [](const Report& r, unsigned) -> u128 { return r.refused; }},
    {"asleep_at_end", [](const Report& r, unsigned) -> u128 { return r.asleep_at_end; }},
    {"frees", [](const Report& r, unsigned) -> u128 { return r.frees; }},
    {"skipped_frees", [](const Report& r, unsigned) -> u128 { return r.skipped_frees; }},
    {"refused_frees", [](const Report& r, unsigned) -> u128 { return r.refused_frees; }},
    {"deferred_frees", [](const Report& r, unsigned) -> u128 { return r.deferred_frees; }},
    {"thread_runs", [](const Report& r, unsigned) -> u128 { return r.thread_runs; }},
    {"implied_frees", [](const Report& r, unsigned) -> u128 { return r.implied_frees; }},
    {"unmatched_frees", [](const Report& r, unsigned) -> u128 { return r.unmatched_frees; }},
    {"bytes.requested", [](const Report& r, unsigned) -> u128 { return r.bytes.requested; }},
    {"bytes.granted", [](const Report& r, unsigned) -> u128 { return r.bytes.granted; }},
    {"bytes.failed", [](const Report& r, unsigned) -> u128 { return r.bytes.failed; }},
    {"bytes.refused", [](const Report& r, unsigned) -> u128 { return r.bytes.refused; }},
    {"bytes.asleep", [](const Report& r, unsigned) -> u128 { return r.bytes.asleep; }},
    {"bytes.peak_requested", [](const Report& r, unsigned) -> u128 { return r.bytes.peak_requested; }},
    {"bytes.peak_granted", [](const Report& r, unsigned) -> u128 { return r.bytes.peak_granted; }},
    {"bytes.recorded_granted", [](const Report& r, unsigned) -> u128 { return r.bytes.recorded_granted; }},
    {"bytes.leaked", [](const Report& r, unsigned) -> u128 { return r.bytes.leaked; }},
    {"pages.mapped", [](const Report& r, unsigned) -> u128 { return r.pages.mapped; }},
    {"pages.returned", [](const Report& r, unsigned) -> u128 { return r.pages.returned; }},
    {"pages.peak", [](const Report& r, unsigned) -> u128 { return r.pages.peak; }},
    {"pages.end", [](const Report& r, unsigned) -> u128 { return r.pages.end; }},
};

constexpr Row memory[] = {
    {"at_peak.held", [](const Report& r, unsigned) -> u128 { return r.at_peak.held; }},
    {"at_peak.requested", [](const Report& r, unsigned) -> u128 { return r.at_peak.requested; }},
    {"at_peak.internal", [](const Report& r, unsigned) -> u128 { return r.at_peak.internal; }},
    {"at_peak.cached", [](const Report& r, unsigned) -> u128 { return r.at_peak.cached; }},
    {"at_peak.metadata", [](const Report& r, unsigned) -> u128 { return r.at_peak.metadata; }},
    {"at_peak.event", [](const Report& r, unsigned) -> u128 { return r.peak_event; }},
    {"at_peak.tick", [](const Report& r, unsigned) -> u128 { return r.peak_tick; }},
    {"byte_ticks.held", [](const Report& r, unsigned) -> u128 { return r.byte_ticks.held; }},
    {"byte_ticks.requested", [](const Report& r, unsigned) -> u128 { return r.byte_ticks.requested; }},
    {"byte_ticks.internal", [](const Report& r, unsigned) -> u128 { return r.byte_ticks.internal; }},
    {"byte_ticks.cached", [](const Report& r, unsigned) -> u128 { return r.byte_ticks.cached; }},
    {"byte_ticks.metadata", [](const Report& r, unsigned) -> u128 { return r.byte_ticks.metadata; }},
    {"byte_ticks.leaked", [](const Report& r, unsigned) -> u128 { return r.leaked_ticks.granted; }},
    {"byte_ticks.leaked_requested", [](const Report& r, unsigned) -> u128 { return r.leaked_ticks.requested; }},
    {"waste_permille_of_granted", [](const Report& r, unsigned) -> u128 { return r.waste_permille(); }},
    {"kept_pages.times", [](const Report& r, unsigned) -> u128 { return r.kept.times; }},
    {"kept_pages.returned", [](const Report& r, unsigned) -> u128 { return r.kept.returned; }},
    {"kept_pages.used", [](const Report& r, unsigned) -> u128 { return r.kept.used; }},
    {"kept_pages.at_end", [](const Report& r, unsigned) -> u128 { return r.kept.at_end; }},
    {"kept_pages.most", [](const Report& r, unsigned) -> u128 { return r.kept.most; }},
    {"kept_pages.page_ticks", [](const Report& r, unsigned) -> u128 { return r.kept.page_ticks; }},
    {"kept_pages.ticks_max", [](const Report& r, unsigned) -> u128 { return r.kept.ticks_max; }},
    {"largest_free_run", [](const Report& r, unsigned) -> u128 { return r.largest_free_run; }},
    {"external_permille", [](const Report& r, unsigned) -> u128 { return r.external_permille; }},
};

constexpr Row times[] = {
    {"blocking.sleeps", [](const Report& r, unsigned) -> u128 { return r.blocking.sleeps; }},
    {"blocking.ticks_total", [](const Report& r, unsigned) -> u128 { return r.blocking.ticks_total; }},
    {"blocking.ticks_max", [](const Report& r, unsigned) -> u128 { return r.blocking.ticks_max; }},
    {"blocking.deadlock", [](const Report& r, unsigned) -> u128 { return r.blocking.deadlock ? 1 : 0; }},
    {"blocking.atomic_slept", [](const Report& r, unsigned) -> u128 { return r.blocking.atomic_slept; }},
    {"interrupts_off.sum", [](const Report& r, unsigned) -> u128 { return r.interrupts_off.ticks; }},
    {"interrupts_off.max", [](const Report& r, unsigned) -> u128 { return r.interrupts_off.ticks_max; }},
    {"lock.ticks", [](const Report& r, unsigned) -> u128 { return r.lock_ticks; }},
    {"accesses.loads", [](const Report& r, unsigned) -> u128 { return r.accesses.loads; }},
    {"accesses.stores", [](const Report& r, unsigned) -> u128 { return r.accesses.stores; }},
    {"tlb.misses", [](const Report& r, unsigned) -> u128 { return r.accesses.tlb_misses; }},
    {"tlb.table_reads", [](const Report& r, unsigned) -> u128 { return r.accesses.table_reads; }},
    {"call_ticks", [](const Report& r, unsigned) -> u128 { return r.call_ticks; }},
    {"lag_ticks_max", [](const Report& r, unsigned) -> u128 { return r.lag_ticks_max; }},
    {"counterfactual_from", [](const Report& r, unsigned) -> u128 {
       return r.counterfactual_from ? u128{*r.counterfactual_from} : never; }},
    {"stopped", [](const Report& r, unsigned) -> u128 { return r.stopped.empty() ? 0 : 1; }},
};
// clang-format on

std::vector<Metric> make_all() {
  std::vector<Metric> all;
  const auto add_rows = [&](const auto& rows) {
    for (const Row& row : rows) all.push_back({row.name, false, 0, row.read});
  };
  const auto add_each = [&](const std::string& group, unsigned from, unsigned to, auto name, Read read) {
    for (unsigned i = from; i < to; ++i) all.push_back({group + "." + name(i), false, i, read});
  };
  const auto reason = [](unsigned i) { return std::string(name_of(static_cast<Reason>(i))); };
  const auto cause = [](unsigned i) { return std::string(name_of(static_cast<SleepCause>(i))); };
  const auto rule = [](unsigned i) { return std::string(sim::page_code_names[i]); };
  const auto number = [](unsigned i) { return std::to_string(i); };
  add_rows(counts);
  add_each("failed_by", 1, reasons, reason, [](const Report& r, unsigned i) -> u128 { return r.failed_by[i]; });
  add_each("failed_nowait", 1, reasons, reason, [](const Report& r, unsigned i) -> u128 { return r.failed_nowait[i]; });
  add_each("violations", 1, reasons, reason, [](const Report& r, unsigned i) -> u128 { return r.violations[i]; });
  add_each("free_violations", 1, reasons, reason,
           [](const Report& r, unsigned i) -> u128 { return r.free_violations[i]; });
  add_rows(memory);
  add_each("unusable_permille", 0, sim::report_orders, number,
           [](const Report& r, unsigned i) -> u128 { return r.unusable_permille[i]; });
  add_each("kept_pages.by_rule", 0, sim::page_codes, rule,
           [](const Report& r, unsigned i) -> u128 { return r.kept.by_rule[i]; });
  add_each("kept_pages.histogram", 0, 64, number,
           [](const Report& r, unsigned i) -> u128 { return r.kept.histogram[i]; });
  constexpr unsigned fills = sim::PageFillStats::classes;
  add_each("page_fill.at_peak.pages", 0, fills, number,
           [](const Report& r, unsigned i) -> u128 { return r.fill_at_peak.pages[i]; });
  add_each("page_fill.at_peak.free_bytes", 0, fills, number,
           [](const Report& r, unsigned i) -> u128 { return r.fill_at_peak.free_bytes[i]; });
  add_each("page_fill.at_end.pages", 0, fills, number,
           [](const Report& r, unsigned i) -> u128 { return r.fill_at_end.pages[i]; });
  add_each("page_fill.at_end.free_bytes", 0, fills, number,
           [](const Report& r, unsigned i) -> u128 { return r.fill_at_end.free_bytes[i]; });
  add_rows(times);
  add_each("blocking.by_cause", 1, sleep_causes, cause,
           [](const Report& r, unsigned i) -> u128 { return r.blocking.by_cause[i]; });
  add_each("blocking.histogram", 0, 64, number,
           [](const Report& r, unsigned i) -> u128 { return r.blocking.histogram[i]; });
  for (unsigned i = 1; i < sleep_causes; ++i) {
    const std::string group = "blocking.of_cause." + cause(i);
    all.push_back({group + ".ticks_total", false, i,
                   [](const Report& r, unsigned c) -> u128 { return r.blocking.of_cause[c].ticks_total; }});
    all.push_back({group + ".ticks_max", false, i,
                   [](const Report& r, unsigned c) -> u128 { return r.blocking.of_cause[c].ticks_max; }});
  }
  all.push_back({"digest", true, 0, [](const Report& r, unsigned) -> u128 { return r.digest; }});
  return all;
}

}  // namespace

std::string Metric::shown(u128 value) const {
  if (!hexadecimal) return grouped(value);
  std::string digits(16, '0');
  for (auto d = digits.rbegin(); d != digits.rend(); ++d, value >>= 4) {
    *d = "0123456789abcdef"[static_cast<unsigned>(value & 15)];
  }
  return digits;
}

const std::vector<Metric>& all_metrics() {
  static const std::vector<Metric> all = make_all();
  return all;
}

const Metric* find_metric(std::string_view name) {
  for (const Metric& m : all_metrics()) {
    if (m.name == name) return &m;
  }
  return nullptr;
}

std::string nearest_metric(std::string_view name) {
  std::vector<std::string> names;
  for (const Metric& m : all_metrics()) names.push_back(m.name);
  return sim::nearest(name, names);
}

}  // namespace kmemlab::check
