#include "sim/replay/interrupt_plan.h"

#include <algorithm>

#include "sim/replay/options.h"

namespace kmemlab::sim {

namespace {

const std::string what = "--interrupts: ";

/// Level 0: of the plan's.
Fallible<InterruptPlan::Point> parse_point(const std::string& value) {
  const std::size_t slash = value.find('/');
  const auto access = number_option(what + "at", value.substr(0, slash), 0, ~std::uint64_t{0} - 1);
  if (!access) return Failure<Error>{access.error()};
  InterruptPlan::Point point{*access, Level{}};
  if (slash == std::string::npos) return point;
  const auto own = number_option(what + "level", value.substr(slash + 1), 1, InterruptPlan::level_max_of_devices);
  if (!own) return Failure<Error>{own.error()};
  point.level = static_cast<Level>(*own);
  return point;
}

struct Number {
  std::string_view key;
  std::uint64_t least, most;
};
constexpr Number numbers[] = {{"seed", 0, ~std::uint64_t{0}},
                              {"every", 1, std::uint64_t{1} << 40},
                              {"level", 1, InterruptPlan::level_max_of_devices},
                              {"burst", 1, 64},
                              {"blocks", 0, 4096}};

void set_number(InterruptPlan& plan, std::string_view key, std::uint64_t n) {
  if (key == "seed") plan.seed = n;
  if (key == "every") plan.every = n;
  if (key == "level") plan.level = static_cast<Level>(n);
  if (key == "burst") plan.burst = static_cast<unsigned>(n);
  if (key == "blocks") plan.blocks_max = n;
}

Fallible<void> read_word(InterruptPlan& plan, const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string key = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
  if (key == "at") {
    const auto point = parse_point(value);
    if (!point) return Failure<Error>{point.error()};
    plan.at.push_back(*point);
    return {};
  }
  for (const Number& number : numbers) {
    if (key != number.key) continue;
    const auto n = number_option(what + key, value, number.least, number.most);
    if (!n) return Failure<Error>{n.error()};
    set_number(plan, key, *n);
    return {};
  }
  return fail("--interrupts has the word '" + word + "'",
              "expected seed=N, every=ACCESSES, level=1..5, burst=N, blocks=N, at=ACCESS/LEVEL, or off");
}

}  // namespace

Fallible<InterruptPlan> parse_interrupts(std::string_view text) {
  InterruptPlan plan;
  if (text == "off") return plan;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    if (auto read = read_word(plan, std::string(text.substr(begin, comma - begin))); !read) {
      return Failure<Error>{read.error()};
    }
    begin = comma + 1;
  }
  for (InterruptPlan::Point& point : plan.at) {
    if (point.level == Level{}) point.level = plan.level;
  }
  if (!plan.on()) return fail("--interrupts names no point", "expected every=ACCESSES or at=ACCESS/LEVEL");
  return plan;
}

std::string text_of(const InterruptPlan& plan) {
  if (!plan.on()) return "off";
  std::string text;
  if (plan.every != 0) {
    text = "seed=" + std::to_string(plan.seed) + ",every=" + std::to_string(plan.every) +
           ",level=" + std::to_string(plan.level) + ",burst=" + std::to_string(plan.burst) + ",";
  }
  text += "blocks=" + std::to_string(plan.blocks_max);
  for (const InterruptPlan::Point& p : plan.at) {
    text += ",at=" + std::to_string(p.access) + "/" + std::to_string(p.level);
  }
  return text;
}

}  // namespace kmemlab::sim
