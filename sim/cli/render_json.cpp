// JSON of `info --json` (kmemlab.info/1) and of reports (kmemlab.report/1). Names are a contract: additions are fine, a
// rename is a new schema number. Integers throughout, except events_per_second; digests are 16 hexadecimal digits,
// since many readers of JSON round integers over 2^53; a byte_ticks sum over 2^64 is a string of decimal digits.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/cli/render.h"
#include "sim/cli/render_faults.h"
#include "sim/cli/wait_graph_view.h"

namespace kmemlab::cli {

namespace {

using Json = nlohmann::ordered_json;

Json big(u128 n) {
  if (n <= std::numeric_limits<std::uint64_t>::max()) return static_cast<std::uint64_t>(n);
  return decimal(n);
}

Json quality_json(const traces::Quality& q) {
  return {{"lost_events", q.lost_events},
          {"lost_marks", q.lost_marks},
          {"before_trace", q.before_trace},
          {"unrecorded", q.unrecorded},
          {"lost_free", q.lost_free},
          {"live_at_end", q.live_at_end},
          {"carried", q.carried},
          {"null_frees", q.null_frees},
          {"null_allocs", q.null_allocs},
          {"inverted", q.inverted},
          {"out_of_order", q.out_of_order},
          {"damaged", q.damaged},
          {"damaged_bytes", q.damaged_bytes},
          {"first_damage", q.first_damage},
          {"unmatchable", q.unmatchable},
          {"hashed_pointers", q.hashed_pointers},
          {"may_sleep", {{"yes", q.may_sleep_yes}, {"no", q.may_sleep_no}, {"unknown", q.may_sleep_unknown}}},
          {"context", {{"task", q.context_task}, {"interrupt", q.context_interrupt}, {"unknown", q.context_unknown}}},
          {"cache", {{"known", q.cache_known}, {"learned", q.cache_learned}, {"unknown", q.cache_unknown}}}};
}

Json reasons_json(const std::array<std::uint64_t, reasons>& counts) {
  Json j = Json::object();
  for (unsigned i = 1; i < reasons; ++i) {
    if (counts[i] != 0) j[name_of(static_cast<Reason>(i))] = counts[i];
  }
  return j;
}

template <class Sum>
Json parts_json(const sim::HeldParts<Sum>& p) {
  return {{"held", big(p.held)},
          {"requested", big(p.requested)},
          {"internal", big(p.internal)},
          {"cached", big(p.cached)},
          {"metadata", big(p.metadata)}};
}

/// Without the zeros behind the last count.
template <std::size_t n>
Json counts_json(const std::array<std::uint64_t, n>& counts) {
  std::size_t used = n;
  while (used > 0 && counts[used - 1] == 0) --used;
  Json j = Json::array();
  for (std::size_t i = 0; i < used; ++i) j.push_back(counts[i]);
  return j;
}

Json blocking_json(const sim::SleepStats& b) {
  Json causes = Json::object();
  for (unsigned i = 1; i < sleep_causes; ++i) causes[name_of(static_cast<SleepCause>(i))] = b.by_cause[i];
  Json of_cause = Json::object();
  for (unsigned i = 1; i < sleep_causes; ++i) {
    const sim::SleepStats::OfCause& c = b.of_cause[i];
    of_cause[name_of(static_cast<SleepCause>(i))] = {
        {"ticks_total", c.ticks_total}, {"ticks_max", c.ticks_max}, {"histogram", counts_json(c.histogram)}};
  }
  return {{"sleeps", b.sleeps},
          {"by_cause", causes},
          {"ticks_total", b.ticks_total},
          {"ticks_max", b.ticks_max},
          {"histogram", counts_json(b.histogram)},
          {"of_cause", of_cause},
          {"deadlock", b.deadlock ? 1 : 0},
          {"atomic_slept", b.atomic_slept}};
}

Json frames_json(const sim::FrameFacts& f) {
  return {{"ram", f.ram},
          {"reserve", f.limits.reserve},
          {"low", f.limits.low},
          {"high", f.limits.high},
          {"free_min", f.free_min},
          {"below_reserve", f.below_reserve},
          {"page_allocs",
           {{"other", f.events_other},
            {"slab", f.events_slab},
            {"undecided", f.events_undecided},
            {"failed", f.events_failed}}},
          {"page_frees", {{"undecided", f.frees_undecided}}},
          {"other_taken", f.other_taken},
          {"other_peak", f.other_peak},
          {"other_end", f.other_end},
          {"shortfall", f.shortfall},
          {"debt", f.debt},
          {"already_reclaimed", f.already_reclaimed},
          {"lost_frees", f.lost_frees},
          {"daemon",
           {{"latency_ticks", f.daemon_latency_ticks},
            {"wanted", f.daemon.wanted},
            {"runs", f.daemon.runs},
            {"reclaimed", f.daemon.reclaimed},
            {"starved", f.daemon.starved}}}};
}

Json kept_json(const sim::KeptPagesStats& k) {
  Json rules = Json::object();
  for (unsigned i = 0; i < sim::page_codes; ++i) {
    if (k.by_rule[i] != 0) rules[std::string(sim::page_code_names[i])] = k.by_rule[i];
  }
  return {{"times", k.times},         {"returned", k.returned},
          {"used", k.used},           {"at_end", k.at_end},
          {"most", k.most},           {"page_ticks", big(k.page_ticks)},
          {"ticks_max", k.ticks_max}, {"histogram", counts_json(k.histogram)},
          {"by_rule", rules}};
}

Json fill_json(const sim::PageFillStats& fill) {
  return {{"pages", counts_json(fill.pages)}, {"free_bytes", counts_json(fill.free_bytes)}};
}

Json run_json(const sim::Report& r) {
  Json j;
  j["core"] = r.core;
  j["options"] = r.options;
  j["requests"] = r.requests;
  j["granted"] = r.granted;
  j["slept"] = r.slept;
  j["failed"] = r.failed;
  j["refused"] = r.refused;
  j["asleep_at_end"] = r.asleep_at_end;
  j["failed_by"] = reasons_json(r.failed_by);
  j["violations"] = reasons_json(r.violations);
  j["frees"] = r.frees;
  j["skipped_frees"] = r.skipped_frees;
  j["refused_frees"] = r.refused_frees;
  j["free_violations"] = reasons_json(r.free_violations);
  j["deferred_frees"] = r.deferred_frees;
  j["thread_runs"] = r.thread_runs;
  j["implied_frees"] = r.implied_frees;
  j["unmatched_frees"] = r.unmatched_frees;
  j["bytes"] = {{"requested", r.bytes.requested},
                {"granted", r.bytes.granted},
                {"failed", r.bytes.failed},
                {"refused", r.bytes.refused},
                {"asleep", r.bytes.asleep},
                {"peak_requested", r.bytes.peak_requested},
                {"peak_granted", r.bytes.peak_granted},
                {"recorded_granted", r.bytes.recorded_granted},
                {"leaked", r.bytes.leaked}};
  j["pages"] = {
      {"mapped", r.pages.mapped}, {"returned", r.pages.returned}, {"peak", r.pages.peak}, {"end", r.pages.end}};
  j["at_peak"] = parts_json(r.at_peak);
  j["at_peak"]["event"] = r.peak_event;
  j["at_peak"]["tick"] = r.peak_tick;
  j["byte_ticks"] = parts_json(r.byte_ticks);
  j["byte_ticks"]["leaked"] = big(r.leaked_ticks.granted);
  j["waste_permille_of_granted"] = big(r.waste_permille());
  j["largest_free_run"] = r.largest_free_run;
  j["external_permille"] = r.external_permille;
  j["unusable_permille"] = r.unusable_permille;
  j["kept_pages"] = kept_json(r.kept);
  j["page_fill"] = {{"at_peak", fill_json(r.fill_at_peak)}, {"at_end", fill_json(r.fill_at_end)}};
  j["blocking"] = blocking_json(r.blocking);
  if (r.frames.pressure) j["frames"] = frames_json(r.frames);
  j["failed_nowait"] = reasons_json(r.failed_nowait);
  j["interrupts_off"] = {{"sum", r.interrupts_off.ticks}, {"max", r.interrupts_off.ticks_max}};
  j["lock"] = {{"ticks", r.lock_ticks}};
  j["accesses"] = {{"loads", r.accesses.loads}, {"stores", r.accesses.stores}};
  j["tlb"] = {{"misses", r.accesses.tlb_misses}, {"table_reads", r.accesses.table_reads}};
  j["call_ticks"] = r.call_ticks;
  j["lag_ticks_max"] = r.lag_ticks_max;
  j["counterfactual_from"] = r.counterfactual_from ? Json(*r.counterfactual_from) : Json(nullptr);
  if (!r.wait_graph.empty()) j["wait_graph"] = Json::parse(wait_graph_json(r.wait_graph));
  j["stopped"] = r.stopped;
  if (r.fault) j["fault"] = fault_json<Json>(*r.fault);
  if (r.interrupts != sim::InterruptFacts{}) j["interrupts"] = interrupts_json<Json>(r.interrupts);
  j["digest"] = hex(r.digest);
  j["events_per_second"] = r.events_per_second;
  return j;
}

}  // namespace

namespace {

Json machine_json(const sim::MachineSpec& machine, const traces::KmtReader& trace) {
  const sim::Profile& p = machine.profile;
  const sim::KernelOptions kernel = sim::kernel_options(machine, *trace.view());
  return {{"name", p.name},
          {"page_size", p.page_bytes()},
          {"word_bytes", p.word_bytes},
          {"cpus", kernel.cpus},
          {"ram", kernel.ram_bytes},
          {"arena", {{"base", p.arena_base.v}, {"bytes", kernel.arena_bytes}}},
          {"map_entries", sim::map_entries_for(kernel.arena_bytes >> p.page_shift)}};
}

Json common_bytes_json(const std::string& core, const sim::CommonBytes& b) {
  return {{"core", core},
          {"requested", b.requested},
          {"granted", b.granted},
          {"peak_requested", b.peak_requested},
          {"peak_granted", b.peak_granted},
          {"byte_ticks", {{"requested", big(b.requested_ticks)}, {"granted", big(b.granted_ticks)}}}};
}

Json common_json(const ReplayReport& report) {
  Json j;
  j["blocks"] = report.common->blocks;
  j["recorded"] = common_bytes_json("recorded", report.common->recorded);
  j["runs"] = Json::array();
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    Json run = common_bytes_json(report.runs[i].core, report.common->runs[i]);
    run["options"] = report.runs[i].options;
    j["runs"].push_back(std::move(run));
  }
  return j;
}

}  // namespace

std::string report_json(const ReplayReport& report) {
  const traces::Totals& t = report.totals;
  Json j;
  j["schema"] = "kmemlab.report/1";
  j["trace"] = {{"name", report.trace.source().name},
                {"format", report.trace.source().format},
                {"records", t.records},
                {"digest", hex(t.digest)},
                {"digest_full", hex(t.digest_full)},
                {"quality", quality_json(report.trace.quality())}};
  j["machine"] = report.native ? Json{{"name", "native"}} : machine_json(report.machine, report.trace);
  j["loop"] = report.closed_loop ? "closed" : "open";
  if (!report.window.whole()) {
    j["window"] = {{"from", report.window.from}, {"to", std::min(report.window.to, report.trace.events())}};
  }
  j["recorded"] = {{"core", "recorded"},
                   {"requests", t.allocs},
                   {"granted", t.allocs - t.alloc_nulls},
                   {"frees", t.matched},
                   {"bytes",
                    {{"requested", t.bytes.requested},
                     {"granted", t.bytes.granted},
                     {"peak_requested", t.peak_requested},
                     {"peak_granted", t.peak_granted}}}};
  j["runs"] = Json::array();
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    j["runs"].push_back(run_json(report.runs[i]));
    if (report.native) j["runs"].back()["machine"] = machine_json(report.machines[i], report.trace);
  }
  if (report.common) j["common"] = common_json(report);
  return j.dump(2) + "\n";
}

namespace {

/// Requests and KB, as perf kmem prints them, under `key` and `key`_kb.
void put_perf_count(Json& j, const std::string& key, const traces::PerfPageTotals::Count& count,
                    std::uint64_t page_bytes) {
  j[key] = count.requests;
  j[key + "_kb"] = count.pages * page_bytes / 1024;
}

Json perf_pages_json(const traces::PerfPageTotals& perf, std::uint64_t page_bytes) {
  Json j;
  put_perf_count(j, "requests", perf.allocs, page_bytes);
  put_perf_count(j, "frees", perf.frees, page_bytes);
  put_perf_count(j, "alloc_freed", perf.alloc_freed(), page_bytes);
  put_perf_count(j, "alloc_only", perf.alloc_only(), page_bytes);
  put_perf_count(j, "free_only", perf.free_only, page_bytes);
  put_perf_count(j, "failures", perf.failures, page_bytes);
  j["by_order"] = Json::array();
  for (std::size_t order = 0; order < perf.by_order.size(); ++order) {
    const auto& row = perf.by_order[order];
    j["by_order"].push_back({{"order", order},
                             {"unmovable", row[0]},
                             {"reclaimable", row[1]},
                             {"movable", row[2]},
                             {"reserved", row[3]},
                             {"cma", row[4]}});
  }
  return j;
}

}  // namespace

std::string info_json(const Summary& summary) {
  const traces::Totals& t = summary.totals;
  Json events = Json::object();
  for (const traces::EventCount& e : t.events) events[e.name] = e.count;
  Json j;
  j["schema"] = "kmemlab.info/1";
  j["name"] = summary.source.name;
  j["format"] = summary.source.format;
  j["kernel"] = summary.source.kernel;
  j["clock"] = summary.source.clock;
  j["cpus"] = summary.source.cpus;
  j["tasks"] = t.tasks;
  j["records"] = t.records;
  j["events"] = events;
  j["allocs"] = t.allocs;
  j["frees"] = t.frees;
  j["reallocs"] = t.reallocs;
  j["null_allocs"] = t.alloc_nulls;
  j["null_frees"] = t.null_frees;
  j["matched"] = t.matched;
  j["before_trace"] = t.before_trace;
  j["unrecorded"] = t.unrecorded;
  j["lost_free"] = t.lost_free;
  j["live_at_end"] = t.live_at_end;
  j["lost"] = t.lost_events;
  j["bytes"] = {{"requested", t.bytes.requested}, {"granted", t.bytes.granted}, {"freed", t.bytes.freed}};
  j["peak"] = {{"requested", t.peak_requested}, {"granted", t.peak_granted}, {"blocks", t.peak_blocks}};
  j["perf_kmem"] = {
      {"requested", t.perf_kmem.requested}, {"allocated", t.perf_kmem.allocated}, {"freed", t.perf_kmem.freed}};
  j["pages"] = {{"allocs", t.pages.allocs},
                {"failed", t.pages.failed},
                {"frees", t.pages.frees},
                {"matched", t.pages.matched},
                {"other_order", t.pages.other_order},
                {"unmatched", t.pages.unmatched},
                {"live_at_end", t.pages.live_at_end},
                {"allocated_pages", t.pages.allocated_pages},
                {"freed_pages", t.pages.freed_pages},
                {"use",
                 {{"known", t.pages.use.known},
                  {"slab", t.pages.use.slab},
                  {"large_kmalloc", t.pages.use.large},
                  {"other", t.pages.use.other},
                  {"unknown", t.pages.use.undecided},
                  {"slab_pages_peak", t.pages.use.slab_pages_peak},
                  {"slab_pages_end", t.pages.use.slab_pages_end}}},
                {"perf_kmem", perf_pages_json(t.pages.perf_kmem, summary.source.page_size)}};
  j["ticks"] = {{"first", t.tick_first}, {"last", t.tick_last}};
  j["quality"] = quality_json(summary.quality);
  j["digest"] = hex(t.digest);
  j["digest_full"] = hex(t.digest_full);
  return j.dump(2) + "\n";
}

}  // namespace kmemlab::cli
