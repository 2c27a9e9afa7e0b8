// The check's report for a terminal, and the sentences that the other forms share.
#include <algorithm>

#include "sim/check/baseline.h"
#include "sim/check/reports.h"

namespace kmemlab::check {

namespace {

constexpr std::size_t named_max = 10;  ///< of lines that are missing or left over; more are counted

std::string place(const CheckResult& result, const Finding& f) {
  return result.suite.file + ":" + std::to_string(f.rule.line);
}

void put_finding(std::string& text, const CheckResult& result, const Finding& f, const char* head) {
  text += std::string(head) + " " + f.trace + " " + f.core + " " + f.rule.metric->name + "\n";
  text += "  " + f.change() + "\n";
  text += "  why: " + f.rule.why + " (" + place(result, f) + ")\n";
}

/// Since when, and the explanation, below the last finding of a run.
void put_note(std::string& text, const RunNote& note) {
  if (!note.since.empty()) text += "  since: " + note.since + "\n";
  std::string_view rest = note.explained;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end != 0) text += "  | " + std::string(rest.substr(0, end));
    if (end == 0) text += "  |";
    text += "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void put_names(std::string& text, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size() && i < named_max; ++i) text += "  " + names[i] + "\n";
  if (names.size() > named_max) text += "  and " + std::to_string(names.size() - named_max) + " more\n";
}

std::vector<std::string> missing_of(const CheckResult& result) {
  std::vector<std::string> names;
  for (const Finding& f : result.findings) {
    if (f.verdict == Verdict::missing) names.push_back(baseline_key(f.trace, f.core, f.rule.metric->name));
  }
  return names;
}

}  // namespace

std::string counted(std::size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

std::string totals_line(const CheckResult& result) {
  return counted(result.findings.size(), "metric") + " of " + counted(result.runs, "run") + ": " +
         std::to_string(result.count(Verdict::fine)) + " fine, " + std::to_string(result.count(Verdict::regressed)) +
         " regressed, " + std::to_string(result.count(Verdict::improved)) + " improved, " +
         std::to_string(result.count(Verdict::missing)) + " without a baseline";
}

std::string advice(const CheckResult& result) {
  const std::string bless = "'kmemlab bless " + result.suite.file + " --reason TEXT' ";
  std::string text;
  if (result.count(Verdict::missing) != 0) text += bless + "writes the lines that are missing.\n";
  if (result.count(Verdict::regressed) != 0) text += "If the loss is meant, " + bless + "accepts it.\n";
  if (result.count(Verdict::improved) != 0) text += bless + "keeps what was gained: until then it may be lost again.\n";
  if (!result.stale.empty()) text += bless + "removes the lines that no rule asks for.\n";
  return text;
}

std::string text_report(const CheckResult& result) {
  std::string text;
  for (const std::string& run : result.stopped) text += "STOPPED " + run + "\n";
  const RunNote* note = nullptr;
  for (const Finding& f : result.findings) {
    if (f.verdict != Verdict::regressed) continue;
    if (note != nullptr && note != result.note_of(f)) put_note(text, *note);
    note = result.note_of(f);
    put_finding(text, result, f, "REGRESSED");
  }
  if (note != nullptr) put_note(text, *note);
  if (const auto missing = missing_of(result); !missing.empty()) {
    text += "NO BASELINE for " + counted(missing.size(), "metric") + " in " + baseline_path(result.suite.file) + "\n";
    put_names(text, missing);
  }
  for (const Finding& f : result.findings) {
    if (f.verdict == Verdict::improved) put_finding(text, result, f, "notice: improved");
  }
  if (!result.stale.empty()) {
    text += "notice: no rule asks for " + counted(result.stale.size(), "line") + " of " +
            baseline_path(result.suite.file) + "\n";
    put_names(text, result.stale);
  }
  return text + result.suite.name + ": " + totals_line(result) + "\n" + advice(result);
}

}  // namespace kmemlab::check
