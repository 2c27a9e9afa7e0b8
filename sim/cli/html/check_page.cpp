#include "sim/cli/html/check_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/check/reports.h"
#include "sim/cli/html/chart.h"
#include "sim/cli/html/escape.h"
#include "sim/cli/html/page.h"
#include "sim/cli/html/table.h"

namespace kmemlab::cli {

namespace {

using check::CheckResult;
using check::Finding;
using check::Verdict;

bool passed(const CheckResult& result) {
  return result.stopped.empty() && result.count(Verdict::regressed) + result.count(Verdict::missing) == 0;
}

std::string head(const CheckResult& result) {
  const char* verdict = passed(result) ? "passed" : "failed";
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0} {1}: check by kmemlab</title>\n<style>{2}</style>\n</head>\n<body>\n<main>\n<h1>{0} {1}</h1>\n",
      escaped(result.suite.name), verdict, html_style());
}

/// Lines that are there: a text may end in an empty one.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string summary(const CheckResult& result) {
  std::string html = "<section class=\"quality\">\n<h2>Summary</h2>\n<ul>\n<li>" +
                     escaped(check::totals_line(result), 400) + "</li>\n";
  for (const std::string& run : result.stopped) html += "<li>stopped: " + escaped(run, 400) + "</li>\n";
  for (const std::string& line : lines_of(check::advice(result))) html += "<li>" + escaped(line, 400) + "</li>\n";
  return html + "</ul>\n</section>\n";
}

/// What somebody must look at, in sentences.
std::string findings(const CheckResult& result, Verdict verdict, const char* heading) {
  std::string html;
  for (const Finding& f : result.findings) {
    if (f.verdict != verdict) continue;
    html += fmt::format("<li><strong>{}, {}: {}</strong><br>{}<br><span class=\"why\">{}</span></li>\n",
                        escaped(f.trace), escaped(f.core), escaped(f.rule.metric->name), escaped(f.change(), 1000),
                        escaped(f.rule.why, 1000));
  }
  return html.empty() ? html : fmt::format("<h3>{}</h3>\n<ul class=\"findings\">\n{}</ul>\n", heading, html);
}

std::string fine(const CheckResult& result) {
  ReportTable table{"Fine", {{"run", ""}, {"metric", ""}, {"value", ""}}, {}};
  for (const Finding& f : result.findings) {
    if (f.verdict != Verdict::fine) continue;
    table.rows.push_back({f.trace + ", " + f.core, f.rule.metric->name, f.rule.metric->shown(f.value)});
  }
  if (table.rows.empty()) return {};
  return "<details>\n<summary>What is fine</summary>\n" + html_table(table, Legend::left_out) + "</details>\n";
}

std::string notes(const CheckResult& result) {
  std::string html;
  for (const check::RunNote& note : result.notes) {
    if (note.since.empty() && note.explained.empty()) continue;
    html += fmt::format("<h3>{}, {}</h3>\n", escaped(note.trace), escaped(note.core));
    if (!note.since.empty()) html += "<p>" + escaped(note.since, 1000) + "</p>\n";
    if (note.explained.empty()) continue;
    html += "<pre>";
    for (const std::string& line : lines_of(note.explained)) html += escaped(line, 1000) + "\n";
    html += "</pre>\n";
  }
  return html.empty() ? html : "<h2>Since when, and why</h2>\n" + html;
}

bool got_worse(const CheckResult& result, const RunPage& run) {
  for (const Finding& f : result.findings) {
    if (f.verdict == Verdict::regressed && f.trace == run.trace && f.core == run.core) return true;
  }
  return false;
}

/// Those that got worse stand open, the others closed: on paper a browser prints what is open.
std::string runs_part(const CheckResult& result, const RunPages& runs, std::size_t room) {
  std::string html = "<h2>Runs</h2>\n<p>Each run has scales of its own.</p>\n" + chart_legend();
  std::string left_out;
  for (const bool worse : {true, false}) {
    for (const RunPage& run : runs) {
      if (got_worse(result, run) != worse) continue;
      const std::string name = escaped(run.trace + ", " + run.core);
      if (html.size() + run.html.size() > room) {
        left_out += "<li>" + name + "</li>\n";
        continue;
      }
      html += fmt::format("<details{}>\n<summary>{}{}</summary>\n{}</details>\n", worse ? " open=\"open\"" : "", name,
                          worse ? ": got worse" : "", run.html);
    }
  }
  if (left_out.empty()) return html;
  return html + "<p>Not drawn, to keep this page small (kmemlab replay --html draws them):</p>\n<ul>\n" + left_out +
         "</ul>\n";
}

}  // namespace

std::string check_page(const CheckResult& result, const RunPages& runs, std::size_t bytes_max) {
  std::string html = head(result) + summary(result) + "<h2>Findings</h2>\n";
  html += findings(result, Verdict::regressed, "Got worse") + findings(result, Verdict::missing, "Has no baseline") +
          findings(result, Verdict::improved, "Got better than its baseline: bless it");
  html += notes(result);
  html += fine(result);
  html += runs_part(result, runs, bytes_max - std::min(bytes_max, html.size()));
  return html +
         "</main>\n<footer>\n<p>Written by kmemlab check --html. docs/ci.md says how a suite is made, docs/report.md "
         "what each number means.</p>\n</footer>\n</body>\n</html>\n";
}

}  // namespace kmemlab::cli
