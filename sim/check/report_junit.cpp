// JUnit's XML as CI servers read it: <testsuites>, one <testsuite> for each trace and core, one <testcase> for each
// metric. No times: they are the host's.
#include "sim/check/reports.h"
#include "traces/write/utf8.h"

namespace kmemlab::check {

namespace {

constexpr const char* replacement = "\xef\xbf\xbd";  // U+FFFD

std::string attribute(const char* name, std::string_view value) {
  return std::string(" ") + name + "=\"" + xml_escaped(value) + "\"";
}

std::string number(const char* name, std::size_t n) {
  return attribute(name, std::to_string(n));
}

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0;
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
  }
  std::string attributes() const {
    return number("tests", tests) + number("failures", failures) + number("errors", errors) + number("skipped", 0);
  }
};

/// What is not fine about a test case, or nothing.
std::string inside(const Finding& f, const RunNote* note) {
  const std::string change = f.change();
  const std::string since = note == nullptr || note->since.empty() ? "" : "since: " + note->since + "\n";
  const std::string body = xml_escaped(change + "\nwhy: " + f.rule.why + "\n" + since);
  switch (f.verdict) {
    case Verdict::fine:
      break;
    case Verdict::improved:
      return "      <system-out>improved: " + body + "</system-out>\n";
    case Verdict::regressed:
      return "      <failure type=\"regressed\"" + attribute("message", change) + ">" + body + "</failure>\n";
    case Verdict::missing:
      return "      <error type=\"no baseline\"" + attribute("message", "no baseline; now " + change) + ">" + body +
             "</error>\n";
  }
  return {};
}

std::string test_case(const CheckResult& result, const Finding& f) {
  const std::string head = "    <testcase" + attribute("classname", f.trace + " " + f.core) +
                           attribute("name", f.rule.metric->name) + attribute("file", result.suite.file) +
                           number("line", f.rule.line);
  const std::string text = inside(f, result.note_of(f));
  return text.empty() ? head + "/>\n" : head + ">\n" + text + "    </testcase>\n";
}

std::string suite_element(const std::string& name, const Counts& counts, const std::string& cases) {
  return "  <testsuite" + attribute("name", name) + counts.attributes() + ">\n" + cases + "  </testsuite>\n";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = traces::utf8_length(text);
    const char c = text.front();
    const std::string_view piece = text.substr(0, length);
    if (length == 0 || (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
        piece == "\xef\xbf\xbe" || piece == "\xef\xbf\xbf") {
      out += replacement;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\r') {
      out += "&#13;";
    } else {
      out += piece;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string junit_report(const CheckResult& result) {
  std::string suites;
  Counts all;
  for (std::size_t i = 0; i < result.findings.size();) {
    const std::string trace = result.findings[i].trace, core = result.findings[i].core;
    Counts counts;
    std::string cases;
    for (; i < result.findings.size(); ++i) {
      const Finding& f = result.findings[i];
      if (f.trace != trace || f.core != core) break;
      counts.add({1, f.verdict == Verdict::regressed ? 1u : 0u, f.verdict == Verdict::missing ? 1u : 0u});
      cases += test_case(result, f);
    }
    all.add(counts);
    suites += suite_element(trace + " " + core, counts, cases);
  }
  if (!result.stopped.empty()) {
    std::string cases;
    for (const std::string& run : result.stopped) {
      cases += "    <testcase classname=\"stopped runs\"" + attribute("name", run) +
               ">\n      <error type=\"stopped\"" + attribute("message", run) + "/>\n    </testcase>\n";
    }
    const Counts counts{result.stopped.size(), 0, result.stopped.size()};
    all.add(counts);
    suites += suite_element("stopped runs", counts, cases);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", result.suite.name) +
         all.attributes() + ">\n" + suites + "</testsuites>\n";
}

}  // namespace kmemlab::check
