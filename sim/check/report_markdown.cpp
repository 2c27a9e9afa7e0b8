// The check's summary as Markdown: a heading, the counts, and a table of what is not fine.
#include "sim/check/reports.h"

namespace kmemlab::check {

namespace {

/// A table's cell: nothing in it ends the cell, makes HTML or is read as markup.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += ' ';
    } else {
      if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']') out += '\\';
      out += c;
    }
  }
  return out;
}

void put_rows(std::string& text, const CheckResult& result, Verdict verdict) {
  for (const Finding& f : result.findings) {
    if (f.verdict != verdict) continue;
    text += std::string("| ") + name_of(verdict) + " | " + cell(f.trace) + " | " + cell(f.core) + " | " +
            cell(f.rule.metric->name) + " | " + cell(f.change()) + " | " + cell(f.rule.why) + " |\n";
  }
}

/// Since when each run is worse; the explanation in a block whose fence is longer than any row of backquotes in it.
void put_notes(std::string& text, const CheckResult& result) {
  for (const RunNote& n : result.notes) {
    if (n.since.empty() && n.explained.empty()) continue;
    text += "\n**" + cell(n.trace + " " + n.core) + "**" + (n.since.empty() ? "" : ": " + cell(n.since)) + "\n";
    if (n.explained.empty()) continue;
    std::string fence = "```";
    while (n.explained.find(fence) != std::string::npos) fence += '`';
    text += "\n" + fence + "\n" + n.explained + fence + "\n";
  }
}

}  // namespace

std::string markdown_report(const CheckResult& result) {
  const bool good = result.stopped.empty() && result.count(Verdict::regressed) + result.count(Verdict::missing) == 0;
  std::string text = "## kmemlab check: " + cell(result.suite.name) + (good ? " passed" : " failed") + "\n\n" +
                     totals_line(result) + ".\n";
  for (const std::string& run : result.stopped) text += "\n**Stopped:** " + cell(run) + "\n";
  if (result.count(Verdict::fine) != result.findings.size()) {
    text += "\n| | trace | core | metric | change | why |\n|---|---|---|---|---|---|\n";
    for (const Verdict v : {Verdict::regressed, Verdict::missing, Verdict::improved}) put_rows(text, result, v);
  }
  put_notes(text, result);
  if (const std::string next = advice(result); !next.empty()) text += "\n" + cell(next) + "\n";
  return text;
}

}  // namespace kmemlab::check
