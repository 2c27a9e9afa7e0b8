#include "sim/replay/core_spec.h"

#include <algorithm>

namespace kmemlab::sim {

namespace {

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(by);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

const CoreInfo* find_core(std::string_view name) {
  for (const CoreInfo& core : all_cores()) {
    if (core.name == name) return &core;
  }
  return nullptr;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  std::string text = near.empty() ? "expected one of" : "did you mean '" + near + "'? There are";
  for (const std::string& c : candidates) text += " " + c;
  return text;
}

Fallible<CoreSpec> parse_one(std::string_view text) {
  const auto colon = text.find(':');
  CoreSpec spec;
  spec.name = text.substr(0, colon);
  const CoreInfo* core = find_core(spec.name);
  if (core == nullptr) {
    std::vector<std::string> names;
    for (const CoreInfo& c : all_cores()) names.emplace_back(c.name);
    return fail("unknown core '" + spec.name + "'", did_you_mean(spec.name, names));
  }
  if (colon == std::string_view::npos) return spec;
  for (const std::string& part : split(text.substr(colon + 1), ',')) {
    const auto equals = part.find('=');
    const std::string key = part.substr(0, equals);
    std::vector<std::string> keys;
    for (const CoreOption& o : core->options) keys.emplace_back(o.name);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      return fail("core " + spec.name + " has no option '" + key + "'", did_you_mean(key, keys));
    }
    if (equals == std::string::npos) return fail("option '" + key + "' has no value", "expected " + key + "=VALUE");
    spec.options.emplace_back(key, part.substr(equals + 1));
  }
  return spec;
}

}  // namespace

std::string CoreSpec::options_text() const {
  std::string text;
  for (const auto& [key, value] : options) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = 1 + word.size() / 2;
  for (const std::string& c : candidates) {
    const std::size_t d = edit_distance(word, c);
    if (d < best_distance) {
      best_distance = d;
      best = c;
    }
  }
  return best;
}

Fallible<std::vector<CoreSpec>> parse_core_specs(const std::vector<std::string>& texts) {
  std::vector<CoreSpec> specs;
  for (const std::string& text : texts) {
    const bool has_options = text.find(':') != std::string::npos;
    for (const std::string& part : has_options ? std::vector<std::string>{text} : split(text, ',')) {
      if (part == "all") {
        for (const CoreInfo& core : all_cores()) specs.push_back({std::string(core.name), {}});
        continue;
      }
      auto spec = parse_one(part);
      if (!spec) return Failure<Error>{spec.error()};
      specs.push_back(std::move(*spec));
    }
  }
  return specs;
}

}  // namespace kmemlab::sim
