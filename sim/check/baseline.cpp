#include "sim/check/baseline.h"

#include <vector>

#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

constexpr std::string_view baseline_schema = "kmemlab.baseline/1";
constexpr std::string_view reasons_schema = "kmemlab.reasons/1";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Failure<Error> wrong(const std::string& file, std::size_t line, std::string what, std::string expected) {
  return Failure<Error>{{std::move(what), std::move(expected), file, line, {}}};
}

/// Three words with one space between them: a key.
bool is_key(std::string_view key) {
  unsigned spaces = 0;
  char before = ' ';
  for (const char c : key) {
    if (c == ' ' && before == ' ') return false;
    spaces += c == ' ';
    before = c;
  }
  return spaces == 2 && before != ' ';
}

std::string beside(const std::string& suite_file, const char* ending) {
  constexpr std::string_view json = ".json";
  std::string stem = suite_file;
  if (stem.size() > json.size() && stem.ends_with(json)) stem.resize(stem.size() - json.size());
  return stem + ending;
}

}  // namespace

std::string baseline_key(std::string_view trace, std::string_view core, std::string_view metric) {
  std::string key(trace);
  key.append(1, ' ').append(core).append(1, ' ').append(metric);
  return key;
}

Fallible<Baseline> read_baseline(std::string_view text, const std::string& file) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty() || lines[0] != baseline_schema) {
    return wrong(file, 1, "this is no baseline", "expected " + std::string(baseline_schema));
  }
  Baseline baseline;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto space = lines[i].rfind(' ');
    const std::string key(lines[i].substr(0, space));
    if (space == std::string_view::npos || !is_key(key)) {
      return wrong(file, i + 1, "not four words", "expected TRACE CORE METRIC VALUE");
    }
    const std::string_view digits = lines[i].substr(space + 1);
    const auto value = read_decimal(digits);
    if (!value) return wrong(file, i + 1, "'" + std::string(digits) + "' is no value", "expected a decimal integer");
    if (!baseline.empty() && baseline.rbegin()->first >= key) {
      return wrong(file, i + 1, "the line stands too late or twice",
                   "expected sorted lines, as 'kmemlab bless' writes");
    }
    baseline.emplace_hint(baseline.end(), key, *value);
  }
  return baseline;
}

std::string baseline_text(const Baseline& baseline) {
  std::string text(baseline_schema);
  text += '\n';
  for (const auto& [key, value] : baseline) text += key + " " + decimal(value) + "\n";
  return text;
}

std::string baseline_path(const std::string& suite_file) {
  return beside(suite_file, ".baseline");
}
std::string reasons_path(const std::string& suite_file) {
  return beside(suite_file, ".reasons");
}

std::string Blessing::text() const {
  return std::to_string(added) + (added == 1 ? " line" : " lines") + " added, " + std::to_string(changed) +
         " changed, " + std::to_string(removed) + " removed";
}

Blessing compare_baselines(const Baseline& before, const Baseline& after) {
  Blessing b;
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old == before.end()) {
      ++b.added;
    } else {
      ++(old->second == value ? b.kept : b.changed);
    }
  }
  b.removed = before.size() - b.kept - b.changed;
  return b;
}

Fallible<std::string> with_reason(std::string_view reasons, std::string_view reason, const Blessing& blessing,
                                  const std::string& file) {
  std::size_t number = 1;
  const std::vector<std::string_view> lines = lines_of(reasons);
  if (!lines.empty()) {
    if (lines[0] != reasons_schema) {
      return wrong(file, 1, "this is no file of reasons", "expected " + std::string(reasons_schema));
    }
    number = lines.size();
  }
  std::string text = lines.empty() ? std::string(reasons_schema) + "\n" : std::string(reasons);
  if (text.back() != '\n') text += '\n';
  std::string line(reason);
  for (char& c : line) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return text + std::to_string(number) + ". " + line + " (" + blessing.text() + ")\n";
}

}  // namespace kmemlab::check
