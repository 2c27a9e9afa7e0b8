// Reports and trace summaries for a terminal of 80 columns: what matters first, one table a question.
#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/frames_table.h"
#include "sim/cli/render.h"
#include "sim/cli/render_faults.h"
#include "sim/cli/report_tables.h"
#include "sim/cli/wait_graph_view.h"

namespace kmemlab::cli {

namespace {

std::string text_of(const ReportTable& table) {
  std::vector<std::string> head;
  for (const ReportTable::Column& c : table.columns) head.push_back(c.name);
  TextTable text(std::move(head));
  for (const auto& row : table.rows) text.row(row);
  return text.text();
}

std::string reasons_text(const char* what, const std::array<std::uint64_t, reasons>& counts) {
  std::string text;
  for (unsigned i = 1; i < reasons; ++i) {
    if (counts[i] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_commas(counts[i]), name_of(static_cast<Reason>(i)));
  }
  return text.empty() ? text : fmt::format("  {}: {}\n", what, text);
}

/// report.md, kept_pages.
std::string kept_text(const sim::KeptPagesStats& k) {
  if (k.times == 0) return {};
  return fmt::format("  empty pages kept: {}, mean {}, longest {}; {} at the end\n", with_commas(k.times),
                     ticks_text(static_cast<std::uint64_t>(k.page_ticks / k.times)), ticks_text(k.ticks_max),
                     with_commas(k.at_end));
}

}  // namespace

std::string run_notes(const ReplayReport& report, const sim::Report& r, NotesFor reader) {
  std::string text = reasons_text("failed", r.failed_by) + reasons_text("refused, by rule", r.violations);
  text += reasons_text("frees refused, by rule", r.free_violations);
  if (r.bytes.leaked != 0) text += fmt::format("  {} bytes of them lost for good\n", with_commas(r.bytes.leaked));
  if (r.deferred_frees != 0) {
    text += fmt::format("  {} frees of interrupt handlers done by a process\n", with_commas(r.deferred_frees));
  }
  std::string causes;
  for (unsigned i = 1; i < sleep_causes; ++i) {
    if (r.blocking.by_cause[i] == 0) continue;
    causes += fmt::format("{}{} on {}", causes.empty() ? "" : ", ", with_commas(r.blocking.by_cause[i]),
                          name_of(static_cast<SleepCause>(i)));
  }
  if (!causes.empty()) text += "  sleeps: " + causes + "\n";
  if (r.blocking.atomic_slept != 0) {
    text += fmt::format("  {} of the requests that slept may not sleep; this system cannot be told so\n",
                        with_commas(r.blocking.atomic_slept));
  }
  if (r.skipped_frees != 0) {
    text += fmt::format("  {} frees skipped: their blocks were never granted\n", with_commas(r.skipped_frees));
  }
  if (r.counterfactual_from) {
    text += fmt::format("  from event {} on, this run departs from what was recorded\n",
                        with_commas(*r.counterfactual_from));
  }
  if (r.asleep_at_end != 0) {
    text += fmt::format("  {} requests asleep, or queued behind a sleeping task, at the end\n",
                        with_commas(r.asleep_at_end));
  }
  if (reader == NotesFor::terminal) {  // of the whole run, whatever part the figures are of
    if (r.blocking.deadlock) text += "  DEADLOCK: " + deadlock_words(r.wait_graph) + "\n";
    text += wait_graph_text(r.wait_graph);
  }
  if (reader == NotesFor::terminal) text += kept_text(r.kept);
  if (r.interrupts != sim::InterruptFacts{}) text += "  interrupts: " + interrupts_text(r.interrupts) + "\n";
  text += frames_notes(r.frames);
  if (!r.stopped.empty()) text += "  STOPPED: panic: " + r.stopped + "\n";
  if (r.fault) text += "  fault: " + fault_text(*r.fault) + "\n";
  const std::string name = core_name(report, r) + (r.options.empty() ? "" : ": " + r.options);
  return text.empty() && r.options.empty() ? text : name + "\n" + text;
}

std::vector<std::string> quality_parts(const traces::Quality& q) {
  std::vector<std::string> parts;
  const auto part = [&](std::uint64_t n, const char* what) {
    if (n != 0) parts.push_back(with_commas(n) + " " + what);
  };
  part(q.lost_events, "events lost by the recorder");
  part(q.lost_marks, "gaps of unknown size");
  part(q.damaged, "records damaged");
  part(q.out_of_order, "out of order");
  part(q.inverted, "inverted pairs put right");
  part(q.unmatchable, "with no usable pointer");
  part(q.before_trace, "frees of blocks older than the trace");
  part(q.unrecorded, "frees whose allocation had no event");
  part(q.lost_free, "frees lost (address allocated again)");
  part(q.carried, "blocks allocated ahead of the recording");
  part(q.live_at_end, "blocks live at the end");
  part(q.null_frees, "frees of null");
  part(q.may_sleep_unknown, "requests that do not say whether they may sleep");
  part(q.context_unknown, "events of unknown context");
  part(q.cache_unknown, "allocations whose cache is unknown");
  if (q.hashed_pointers != 0) parts.emplace_back("pointers are hashed: identity only");
  return parts;
}

std::string quality_text(const traces::Quality& q) {
  const std::vector<std::string> parts = quality_parts(q);
  if (parts.empty()) return "quality   nothing lost, nothing unknown\n";
  std::string text;
  std::string line = "quality   ";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string piece = parts[i] + (i + 1 < parts.size() ? "; " : "");
    if (line.size() + piece.size() > 80 && line.size() > 10) {
      while (line.back() == ' ') line.pop_back();
      text += line + "\n";
      line = std::string(10, ' ');
    }
    line += piece;
  }
  text += line + "\n";
  if (!q.first_damage.empty()) text += "          first damage: " + q.first_damage + "\n";
  return text;
}

std::string report_text(const ReplayReport& report) {
  const traces::Totals& t = report.totals;
  const traces::Source& s = report.trace.source();
  std::string text =
      fmt::format("{}   {}, {} records, {} CPU{}, {} of trace time\n", s.name, s.format, with_commas(t.records), s.cpus,
                  s.cpus == 1 ? "" : "s", ticks_text(t.tick_last - t.tick_first));
  text += quality_text(report.trace.quality());
  if (report.native) {
    text += "machine   each system's own: rows of different machines do not compare\n";
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
      text += fmt::format("          {}: {}\n", core_name(report, report.runs[i]),
                          machine_text(report.machines[i], report.trace));
    }
  } else {
    text += "machine   " + machine_text(report.machine, report.trace) + "\n";
  }
  if (report.closed_loop) text += "loop      closed: a task that slept does so much later what it did next\n";
  if (!report.window.whole()) {
    text += fmt::format("metrics   of events {} to {} only; the replay ran over all of the trace\n",
                        with_commas(report.window.from),
                        with_commas(std::min(report.window.to, report.trace.events()) - 1));
  }
  for (const ReportTable& table : report_tables(report)) text += "\n" + table.heading + "\n" + text_of(table);
  std::string all_notes;
  for (const sim::Report& r : report.runs) all_notes += run_notes(report, r, NotesFor::terminal);
  if (!all_notes.empty()) text += "\n" + all_notes;
  return text;
}

namespace {

/// perf kmem's own figures and its table of orders, up to the last order that occurs.
std::string perf_pages_text(const traces::PerfPageTotals& perf, std::uint64_t page_bytes) {
  TextTable counts({"as perf kmem --page", "requests", "KB"});
  const auto row = [&](const char* name, const traces::PerfPageTotals::Count& c) {
    counts.row({name, with_commas(c.requests), with_commas(c.pages * page_bytes / 1024)});
  };
  row("allocations", perf.allocs);
  row("frees", perf.frees);
  row("allocated and freed", perf.alloc_freed());
  row("only allocated", perf.alloc_only());
  row("only freed", perf.free_only);
  row("failures", perf.failures);
  std::size_t orders = 0;
  for (std::size_t i = 0; i < perf.by_order.size(); ++i) {
    for (const std::uint64_t n : perf.by_order[i]) orders = n != 0 ? i + 1 : orders;
  }
  if (orders == 0) return counts.text();
  TextTable table({"order", "Unmovable", "Reclaimable", "Movable", "Reserved", "CMA/Isolated"});
  for (std::size_t i = 0; i < orders; ++i) {
    std::vector<std::string> cells{std::to_string(i)};
    for (const std::uint64_t n : perf.by_order[i]) cells.push_back(n == 0 ? "." : with_commas(n));
    table.row(std::move(cells));
  }
  return counts.text() + "\n" + table.text();
}

}  // namespace

std::string info_text(const Summary& summary) {
  const traces::Totals& t = summary.totals;
  const traces::Source& s = summary.source;
  std::string text = quality_text(summary.quality);
  text += fmt::format("trace     {}, {}\n", s.name, s.format);
  if (!s.kernel.empty()) text += "kernel    " + s.kernel + "\n";
  text +=
      fmt::format("size      {} records, {} CPUs, {} tasks, {} of {} time\n", with_commas(t.records), s.cpus,
                  with_commas(t.tasks), ticks_text(t.tick_last - t.tick_first), s.clock.empty() ? "trace" : s.clock);
  text += "\n";
  TextTable events({"event", "count"});
  for (const traces::EventCount& e : t.events) events.row({e.name, with_commas(e.count)});
  text += events.text() + "\n";
  TextTable slab({"slab events", "allocs", "frees", "matched", "before trace", "unrecorded", "of null"});
  slab.row({"", with_commas(t.allocs), with_commas(t.frees), with_commas(t.matched), with_commas(t.before_trace),
            with_commas(t.unrecorded), with_commas(t.null_frees)});
  text += slab.text() + "\n";
  TextTable bytes({"slab bytes", "requested", "granted", "freed", "peak granted", "live blocks at most"});
  bytes.row({"", with_commas(t.bytes.requested), with_commas(t.bytes.granted), with_commas(t.bytes.freed),
             with_commas(t.peak_granted), with_commas(t.peak_blocks)});
  text += bytes.text() + "\n";
  TextTable pages({"page events", "allocs", "frees", "matched", "pages out", "pages back"});
  pages.row({"", with_commas(t.pages.allocs), with_commas(t.pages.frees), with_commas(t.pages.matched),
             with_commas(t.pages.allocated_pages), with_commas(t.pages.freed_pages)});
  text += pages.text();
  if (t.pages.use.known != 0) {
    TextTable use({"pages given to", "slabs", "large kmallocs", "others", "unknown", "slab pages at most", "at end"});
    use.row({"", with_commas(t.pages.use.slab), with_commas(t.pages.use.large), with_commas(t.pages.use.other),
             with_commas(t.pages.use.undecided), with_commas(t.pages.use.slab_pages_peak),
             with_commas(t.pages.use.slab_pages_end)});
    text += "\n" + use.text();
  }
  if (t.pages.allocs + t.pages.frees != 0) text += "\n" + perf_pages_text(t.pages.perf_kmem, s.page_size);
  text += fmt::format("\nmay sleep {} yes, {} no, {} unknown;  context {} task, {} interrupt, {} unknown\n",
                      with_commas(summary.quality.may_sleep_yes), with_commas(summary.quality.may_sleep_no),
                      with_commas(summary.quality.may_sleep_unknown), with_commas(summary.quality.context_task),
                      with_commas(summary.quality.context_interrupt), with_commas(summary.quality.context_unknown));
  text += fmt::format("digest    {} (identity), {} (full)\n", hex(t.digest), hex(t.digest_full));
  return text;
}

}  // namespace kmemlab::cli
