#include "sim/cli/report_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/frames_table.h"

namespace kmemlab::cli {

std::uint64_t share_permille(u128 part, u128 whole) {
  return whole == 0 ? 0 : static_cast<std::uint64_t>(part * 1000 / whole);
}

std::string core_name(const ReplayReport& report, const sim::Report& r) {
  unsigned same = 0;
  unsigned number = 0;
  for (const sim::Report& other : report.runs) {
    if (other.core != r.core) continue;
    ++same;
    if (&other <= &r) number = same;
  }
  return same > 1 ? fmt::format("{} #{}", r.core, number) : r.core;
}

std::string machine_text(const sim::MachineSpec& machine, const traces::KmtReader& trace) {
  const sim::Profile& p = machine.profile;
  const sim::KernelOptions kernel = sim::kernel_options(machine, *trace.view());
  return fmt::format("{}, {} pages, RAM {}, arena {} at 0x{:x}", p.name, size_text(p.page_bytes()),
                     size_text(kernel.ram_bytes), size_text(kernel.arena_bytes), p.arena_base.v);
}

namespace {

ReportTable requests_table(const ReplayReport& report) {
  const traces::Totals& t = report.totals;
  ReportTable table{"Requests (failed: null though legal; refused: forbidden; lost: frees forbidden)",
                    {{"", ""},
                     {"requests", "allocations that the trace asks for"},
                     {"granted", "got an address, at once or after sleeping"},
                     {"failed", "legal requests that returned null"},
                     {"refused", "requests that the system's documents forbid in that context or size"},
                     {"slept", "granted requests that slept first"},
                     {"asleep", "requests still waiting when the trace ended"},
                     {"frees", "frees that were done"},
                     {"lost", "frees that the documents forbid there: the blocks stay granted for good"}},
                    {}};
  table.rows.push_back({"recorded", with_commas(t.allocs), with_commas(t.allocs - t.alloc_nulls),
                        with_commas(t.refused), "-", "-", "-", with_commas(t.matched), "-"});
  for (const sim::Report& r : report.runs) {
    table.rows.push_back({core_name(report, r), with_commas(r.requests), with_commas(r.granted), with_commas(r.failed),
                          with_commas(r.refused), with_commas(r.slept), with_commas(r.asleep_at_end),
                          with_commas(r.frees), with_commas(r.refused_frees)});
  }
  return table;
}

ReportTable bytes_table(const ReplayReport& report) {
  const traces::Totals& t = report.totals;
  const char* const over = report.window.whole() ? "over the whole run" : "of these events";
  ReportTable table{fmt::format("Bytes {} (rounding: granted, but not asked for)", over),
                    {{"", ""},
                     {"requested", "bytes asked for, all requests together"},
                     {"granted", "bytes given, all granted requests together"},
                     {"rounding", "share of the granted bytes that nobody asked for"},
                     {"peak requested", "most bytes asked for by blocks that lived at one time"},
                     {"peak granted", "most bytes given to blocks that lived at one time"}},
                    {}};
  const auto rounding = [](std::uint64_t requested, std::uint64_t granted) {
    return granted == 0 ? std::string("-")
                        : permille_text(share_permille(granted - std::min(requested, granted), granted));
  };
  table.rows.push_back({"recorded", with_commas(t.bytes.requested), with_commas(t.bytes.granted),
                        rounding(t.bytes.requested, t.bytes.granted), with_commas(t.peak_requested),
                        with_commas(t.peak_granted)});
  for (const sim::Report& r : report.runs) {
    const std::uint64_t granted_requests = r.bytes.requested - r.bytes.failed - r.bytes.refused - r.bytes.asleep;
    table.rows.push_back({core_name(report, r), with_commas(r.bytes.requested), with_commas(r.bytes.granted),
                          rounding(granted_requests, r.bytes.granted), with_commas(r.bytes.peak_requested),
                          with_commas(r.bytes.peak_granted)});
  }
  return table;
}

ReportTable peak_table(const ReplayReport& report) {
  ReportTable table{"Bytes when most pages were held (held = the four columns after it)",
                    {{"", ""},
                     {"held", "bytes of the pages that the allocator had taken"},
                     {"requested", "of them asked for by live blocks"},
                     {"internal", "granted to live blocks, but not asked for"},
                     {"cached", "free blocks and tails of pages"},
                     {"metadata", "headers and tables inside held pages"},
                     {"external", "how scattered the cached bytes lay: 0 is one run, 100 % all apart"}},
                    {}};
  // What the recorded kernel held at its peak is not in its slab events.
  table.rows.push_back({"recorded", "-", "-", "-", "-", "-", "-"});
  for (const sim::Report& r : report.runs) {
    table.rows.push_back({core_name(report, r), with_commas(r.at_peak.held), with_commas(r.at_peak.requested),
                          with_commas(r.at_peak.internal), with_commas(r.at_peak.cached),
                          with_commas(r.at_peak.metadata), permille_text(r.external_permille)});
  }
  return table;
}

ReportTable over_time_table(const ReplayReport& report) {
  ReportTable table{"Over time: shares of the held byte-ticks, and page traffic",
                    {{"", ""},
                     {"requested", "share asked for by live blocks"},
                     {"internal", "share granted to them, but not asked for"},
                     {"cached", "share of free blocks and tails"},
                     {"metadata", "share of headers and tables"},
                     {"pages mapped", "pages taken from the machine"},
                     {"returned", "pages given back to it"},
                     {"at end", "pages held when the trace ended"}},
                    {}};
  for (const sim::Report& r : report.runs) {
    const auto& b = r.byte_ticks;
    table.rows.push_back({core_name(report, r), permille_text(share_permille(b.requested, b.held)),
                          permille_text(share_permille(b.internal, b.held)),
                          permille_text(share_permille(b.cached, b.held)),
                          permille_text(share_permille(b.metadata, b.held)), with_commas(r.pages.mapped),
                          with_commas(r.pages.returned), with_commas(r.pages.end)});
  }
  return table;
}

ReportTable time_table(const ReplayReport& report) {
  ReportTable table{"Blocking and time, simulated",
                    {{"", ""},
                     {"sleeps", "times that a request slept"},
                     {"asleep in all", "the lengths of these sleeps together"},
                     {"longest", "the longest sleep"},
                     {"level raised", "time with interrupts held off"},
                     {"lock waits", "time that CPUs waited for another's call"},
                     {"max lag", "longest that a call began after its event"}},
                    {}};
  for (const sim::Report& r : report.runs) {
    table.rows.push_back({core_name(report, r), with_commas(r.blocking.sleeps), ticks_text(r.blocking.ticks_total),
                          ticks_text(r.blocking.ticks_max), ticks_text(r.interrupts_off.ticks),
                          ticks_text(r.lock_ticks), ticks_text(r.lag_ticks_max)});
  }
  return table;
}

ReportTable machine_table(const ReplayReport& report) {
  ReportTable table{"The machine",
                    {{"", ""},
                     {"loads", "memory reads by the allocator"},
                     {"stores", "memory writes by the allocator"},
                     {"TLB misses", "addresses that were not in the translation buffer"},
                     {"table reads", "page table entries read for them"},
                     {"in calls", "simulated time inside allocator calls"},
                     {"digest", "one number of all outcomes and the final state: equal runs, equal digests"}},
                    {}};
  for (const sim::Report& r : report.runs) {
    table.rows.push_back({core_name(report, r), with_commas(r.accesses.loads), with_commas(r.accesses.stores),
                          with_commas(r.accesses.tlb_misses), with_commas(r.accesses.table_reads),
                          ticks_text(r.call_ticks), hex(r.digest)});
  }
  return table;
}

ReportTable common_table(const ReplayReport& report, const CommonTable& common) {
  ReportTable table{fmt::format("Only the {} blocks that every core granted (waste: unused per byte in use)",
                                with_commas(common.blocks)),
                    {{"", ""},
                     {"requested", "bytes asked for"},
                     {"granted", "bytes given"},
                     {"rounding", "share of the granted bytes that nobody asked for"},
                     {"peak granted", "most bytes given to blocks that lived at one time"},
                     {"waste", "over time: held and not in use, against in use"}},
                    {}};
  const auto row = [&](const std::string& name, const sim::CommonBytes& b, const std::string& waste) {
    table.rows.push_back({name, with_commas(b.requested), with_commas(b.granted),
                          permille_text(share_permille(b.granted - std::min(b.requested, b.granted), b.granted)),
                          with_commas(b.peak_granted), waste});
  };
  row("recorded", common.recorded, "-");
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    row(core_name(report, report.runs[i]), common.runs[i],
        permille_text(static_cast<std::uint64_t>(report.runs[i].waste_permille())));
  }
  return table;
}

}  // namespace

std::vector<ReportTable> report_tables(const ReplayReport& report) {
  std::vector<ReportTable> tables{requests_table(report),  bytes_table(report), peak_table(report),
                                  over_time_table(report), time_table(report),  machine_table(report)};
  if (has_frames(report)) tables.push_back(frames_table(report));
  if (report.common) tables.push_back(common_table(report, *report.common));
  return tables;
}

}  // namespace kmemlab::cli
