// Annotations of GitHub Actions (its page "Workflow commands for GitHub Actions"): a per cent sign and line ends are
// escaped everywhere, colon and comma in properties too.
#include "sim/check/baseline.h"
#include "sim/check/reports.h"

namespace kmemlab::check {

namespace {

enum class Part : std::uint8_t { property, message };

std::string escaped(std::string_view text, Part part) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (c == ':' && part == Part::property) {
      out += "%3A";
    } else if (c == ',' && part == Part::property) {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string annotation(const char* level, const std::string& file, std::uint64_t line, const std::string& title,
                       const std::string& message) {
  return std::string("::") + level + " file=" + escaped(file, Part::property) + ",line=" + std::to_string(line) +
         ",title=" + escaped(title, Part::property) + "::" + escaped(message, Part::message) + "\n";
}

}  // namespace

std::string github_report(const CheckResult& result) {
  std::string text;
  const std::string& file = result.suite.file;
  for (const std::string& run : result.stopped) text += annotation("error", file, 1, "stopped", run);
  for (const Finding& f : result.findings) {
    const std::string name = f.trace + " " + f.core + " " + f.rule.metric->name;
    const RunNote* note = f.verdict == Verdict::regressed ? result.note_of(f) : nullptr;
    const std::string since = note == nullptr || note->since.empty() ? "" : "\nsince: " + note->since;
    const std::string message = name + ": " + f.change() + "\nwhy: " + f.rule.why + since;
    if (f.verdict == Verdict::regressed) text += annotation("error", file, f.rule.line, "regressed", message);
    if (f.verdict == Verdict::improved) text += annotation("notice", file, f.rule.line, "improved", message);
  }
  if (const std::size_t missing = result.count(Verdict::missing); missing != 0) {
    text += annotation("error", file, 1, "no baseline",
                       counted(missing, "metric") + " without a line in " + baseline_path(file));
  }
  if (!result.stale.empty()) {
    text += annotation("notice", baseline_path(file), 1, "stale",
                       counted(result.stale.size(), "line") + " that no rule asks for");
  }
  return text;
}

}  // namespace kmemlab::check
