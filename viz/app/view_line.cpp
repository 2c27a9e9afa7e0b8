#include "viz/app/view_line.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <utility>

namespace kmemlab::viz {

namespace {

constexpr const char* head = "kmemlab-view/1";

std::string quoted(const std::string& value) {
  if (!value.empty() && value.find_first_of(" \t\"\\") == std::string::npos) return value;
  std::string q = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') q += '\\';
    q += c;
  }
  return q + '"';
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& w : words) all += (all.empty() ? "" : ";") + w;
  return all;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// name=value or name="value with blanks"; empty name: the end.
Fallible<std::pair<std::string, std::string>> next_word(const std::string& text, std::size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
  if (at == text.size()) return std::pair<std::string, std::string>{};
  const std::size_t equals = text.find('=', at);
  if (equals == std::string::npos)
    return fail("'" + text.substr(at) + "' is no part of a view line", "expected NAME=VALUE");
  std::pair<std::string, std::string> word{text.substr(at, equals - at), {}};
  at = equals + 1;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      word.second += text[at];
    }
    if (at == text.size()) return fail("the value of '" + word.first + "' has no end", "expected a closing \"");
    ++at;
  } else {
    while (at < text.size() && text[at] != ' ' && text[at] != '\t' && text[at] != '\n' && text[at] != '\r')
      word.second += text[at++];
  }
  return word;
}

Fallible<std::uint64_t> number(const std::string& name, const std::string& value) {
  std::uint64_t n = 0;
  const bool hex = value.starts_with("0x");
  const char* begin = value.data() + (hex ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, value.data() + value.size(), n, hex ? 16 : 10);
  if (error != std::errc{} || end != value.data() + value.size() || begin == end) {
    return fail("'" + name + "=" + value + "' in the view line", "expected a number");
  }
  return n;
}

Fallible<void> set(ViewLine& view, const std::string& name, const std::string& value) {
  const std::map<std::string, std::function<void(std::uint64_t)>> numbers = {
      {"event", [&](std::uint64_t n) { view.event = n; }},
      {"step", [&](std::uint64_t n) { view.steps = n; }},
      {"from", [&](std::uint64_t n) { view.from = n; }},
      {"to", [&](std::uint64_t n) { view.to = n; }},
      {"map", [&](std::uint64_t n) { view.map_level = static_cast<int>(n % 64); }},
      {"page", [&](std::uint64_t n) { view.page = n; }},
      {"address", [&](std::uint64_t n) { view.address = n; }}};
  if (const auto of = numbers.find(name); of != numbers.end()) {
    const auto n = number(name, value);
    if (!n) return Failure<Error>{n.error()};
    of->second(*n);
  } else if (name == "trace") {
    view.trace = value;
  } else if (name == "digest") {
    view.digest = value;
  } else if (name == "cores") {
    view.cores = split(value);
  } else if (name == "machine") {
    view.machine = value;
  } else if (name == "panels") {
    view.panels = split(value);
  } else {
    return fail("'" + name + "' in the view line is unknown",
                "expected trace, digest, cores, machine, event, step, from, to, panels, map, page or address");
  }
  return {};
}

}  // namespace

std::string text_of(const ViewLine& view) {
  std::string s = head;
  const auto add = [&](const char* name, const std::string& value) {
    s += std::string(" ") + name + "=" + quoted(value);
  };
  const auto add_hex = [&](const char* name, std::uint64_t value) {
    char digits[17] = {};
    std::to_chars(digits, digits + 16, value, 16);
    add(name, std::string("0x") + digits);
  };
  if (!view.trace.empty()) add("trace", view.trace);
  if (!view.digest.empty()) add("digest", view.digest);
  if (!view.cores.empty()) add("cores", joined(view.cores));
  if (!view.machine.empty()) add("machine", view.machine);
  add("event", std::to_string(view.event));
  if (view.steps != 0) add("step", std::to_string(view.steps));
  if (view.from) add("from", std::to_string(*view.from));
  if (view.to) add("to", std::to_string(*view.to));
  if (!view.panels.empty()) add("panels", joined(view.panels));
  if (view.map_level >= 0) add("map", std::to_string(view.map_level));
  if (view.page) add_hex("page", *view.page);
  if (view.address) add_hex("address", *view.address);
  return s;
}

Fallible<ViewLine> parse_view_line(const std::string& text) {
  std::size_t at = text.find_first_not_of(" \t\r\n");
  if (at == std::string::npos || text.compare(at, std::string(head).size(), head) != 0) {
    return fail("this is no view line", std::string("expected '") + head + " trace=FILE event=N ...'");
  }
  at += std::string(head).size();
  ViewLine view;
  while (true) {
    const auto word = next_word(text, at);
    if (!word) return Failure<Error>{word.error()};
    if (word->first.empty()) return view;
    if (auto done = set(view, word->first, word->second); !done) return Failure<Error>{done.error()};
  }
}

}  // namespace kmemlab::viz
