// A small check that a page is well formed: every element that opens is closed, in order, attributes are quoted, and no
// bare '<' or '&' stands in text. Knows the void elements and the self-closing ones of SVG.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace kmemlab::test {

/// The first thing that is wrong, or nothing.
inline std::string wrong_in_page(std::string_view page) {
  constexpr std::array<std::string_view, 4> voids = {"meta", "br", "hr", "link"};
  if (!page.starts_with("<!DOCTYPE html>\n<html ")) return "no doctype";
  std::vector<std::string> open;
  std::size_t at = 15;
  while (at < page.size()) {
    const char c = page[at];
    const std::string near(page.substr(at, 40));
    if (c == '>') return "bare > at: " + near;
    if (c == '&') {
      const std::size_t end = page.find(';', at);
      if (end == std::string_view::npos || end > at + 6) return "bare & at: " + near;
    }
    if (c != '<') {
      ++at;
      continue;
    }
    // To the end of the tag; quoted values may hold anything but '<'.
    std::size_t end = at + 1;
    bool quoted = false;
    for (; end < page.size() && (quoted || page[end] != '>'); ++end) {
      if (page[end] == '"') quoted = !quoted;
      if (page[end] == '<') return "'<' inside a tag at: " + near;
      if (page[end] == '=' && !quoted && (end + 1 >= page.size() || page[end + 1] != '"')) return "unquoted: " + near;
    }
    if (end >= page.size()) return "a tag without end at: " + near;
    const std::string_view tag = page.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return "closes what is not open: " + near;
      open.pop_back();
      continue;
    }
    const std::string name(tag.substr(0, tag.find_first_of(" /\n")));
    bool is_void = tag.ends_with("/");
    for (const std::string_view v : voids) is_void |= name == v;
    if (is_void) continue;
    open.push_back(name);
    if (name == "style" || name == "title") {
      const std::size_t close = page.find("</" + name + ">", at);
      if (close == std::string_view::npos) return "no end of " + name;
      if (page.substr(at, close - at).find('<') != std::string_view::npos) return "markup in " + name;
      at = close;
    }
  }
  return open.empty() ? std::string() : "never closed: " + open.back();
}

}  // namespace kmemlab::test
