#include "sim/cli/html/page.h"

#include <fmt/format.h>

#include <sstream>

#include "sim/cli/html/chart.h"
#include "sim/cli/html/escape.h"
#include "sim/cli/html/kept.h"
#include "sim/cli/html/owners.h"
#include "sim/cli/html/shortage.h"
#include "sim/cli/html/strips.h"
#include "sim/cli/html/table.h"
#include "sim/cli/html/waits.h"
#include "sim/cli/report_tables.h"

namespace kmemlab::cli {

namespace {

std::string page_head(const ReplayReport& report) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}: replay by kmemlab</title>\n<style>{}</style>\n</head>\n<body>\n",
      escaped(report.trace.source().name), html_style());
}

std::string heading(const ReplayReport& report) {
  const traces::Totals& t = report.totals;
  const traces::Source& s = report.trace.source();
  std::string html = fmt::format("<h1>{}</h1>\n", escaped(s.name));
  html += fmt::format("<p>{}, {} records, {} CPU{}, {} of trace time.</p>\n", escaped(s.format), with_commas(t.records),
                      s.cpus, s.cpus == 1 ? "" : "s", ticks_text(t.tick_last - t.tick_first));
  if (!s.kernel.empty()) html += fmt::format("<p>Recorded on {}.</p>\n", escaped(s.kernel, 300));
  return html;
}

std::string quality(const traces::Quality& q) {
  std::string html = "<section class=\"quality\">\n<h2>What the recording could not say</h2>\n";
  const std::vector<std::string> parts = quality_parts(q);
  if (parts.empty()) return html + "<p>Nothing lost, nothing unknown.</p>\n</section>\n";
  html += "<ul>\n";
  for (const std::string& part : parts) html += "<li>" + escaped(part) + "</li>\n";
  if (!q.first_damage.empty()) html += "<li>first damage: " + escaped(q.first_damage, 300) + "</li>\n";
  return html + "</ul>\n</section>\n";
}

std::string machines(const ReplayReport& report) {
  std::string html = "<h2>Machine</h2>\n";
  if (report.native) {
    html += "<p>Each system's own: rows of different machines do not compare.</p>\n<ul>\n";
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
      html += fmt::format("<li>{}: {}</li>\n", escaped(core_name(report, report.runs[i])),
                          escaped(machine_text(report.machines[i], report.trace)));
    }
    html += "</ul>\n";
  } else {
    html += "<p>" + escaped(machine_text(report.machine, report.trace)) + ".</p>\n";
  }
  if (report.closed_loop) {
    html += "<p>The loop is closed: a task that slept does so much later what it did next.</p>\n";
  }
  if (report.window.whole()) return html;
  return html + fmt::format("<p>The numbers are of events {} to {} only; the replay ran over all of the trace.</p>\n",
                            with_commas(report.window.from),
                            with_commas(std::min(report.window.to, report.trace.events()) - 1));
}

std::string tables(const ReplayReport& report) {
  std::string html = "<h2>Numbers</h2>\n";
  for (const ReportTable& table : report_tables(report)) html += html_table(table);
  return html;
}

/// The first line of the notes is the run's name and options.
std::string notes(const ReplayReport& report, const sim::Report& run) {
  std::istringstream lines(run_notes(report, run, NotesFor::page));
  std::string line;
  std::string html;
  for (bool first = true; std::getline(lines, line); first = false) {
    if (!first) html += "<li>" + escaped(line.substr(line.find_first_not_of(' ')), 400) + "</li>\n";
  }
  const std::string options =
      run.options.empty() ? std::string() : fmt::format("<p>Options: {}</p>\n", escaped(run.options, 400));
  return options + (html.empty() ? html : "<ul>\n" + html + "</ul>\n");
}

std::string core(const ReplayReport& report, const sim::Report& run, const Picture& picture, const ChartScale& scale) {
  const std::string name = core_name(report, run);
  std::string html = fmt::format("<section>\n<h2>{}</h2>\n{}", escaped(name), notes(report, run));
  html += waits_html(run, scale.first_tick);
  html += chart_html(name, picture.series, run, scale) + sleep_lengths(run);
  html += strips_html(picture.strips, scale.first_tick) + kept_html(run, picture.strips.page_bytes());
  for (const ReportTable& table : owner_tables(picture.sites, report.trace.tables().call_sites)) {
    html += html_table(table);
  }
  return html + "</section>\n";
}

}  // namespace

std::string html_run_section(const ReplayReport& report, std::size_t run, const Picture& picture) {
  ChartScale scale;
  scale.include(picture.series);
  return quality(report.trace.quality()) + core(report, report.runs[run], picture, scale);
}

std::string html_page(const ReplayReport& report, const Pictures& pictures) {
  ChartScale scale;
  for (const auto& p : pictures) scale.include(p->series);
  std::string html = page_head(report) + "<main>\n" + heading(report) + quality(report.trace.quality());
  html += machines(report) + tables(report);
  html +=
      "<h2>Over time</h2>\n<p>All charts have one time axis, and one scale of bytes unless they say otherwise. Time is "
      "simulated, from the first event shown.</p>\n" +
      chart_legend();
  for (std::size_t i = 0; i < pictures.size(); ++i) html += core(report, report.runs[i], *pictures[i], scale);
  return html +
         "</main>\n<footer>\n<p>Written by kmemlab replay --html. docs/report.md says what each number means.</p>\n"
         "</footer>\n</body>\n</html>\n";
}

}  // namespace kmemlab::cli
