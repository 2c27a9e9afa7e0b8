#include "sim/check/fault_plan.h"

#include <algorithm>
#include <charconv>

#include "core/base/digest.h"

namespace kmemlab::check {

namespace {

/// Every rate of a plan by its name, and its usual value.
template <class Plan, class F>
void for_each_rate(Plan& plan, F f) {
  constexpr std::array<std::uint64_t, sim::fault_sites> usual = {100, 100, 10, 4};
  for (unsigned i = 0; i < sim::fault_sites; ++i) {
    f(sim::name_of(static_cast<sim::FaultSite>(i)), plan.one_in[i], usual[i]);
  }
  f("interrupts", plan.interrupts, std::uint64_t{5000});
  f("flip_free", plan.flip_free, std::uint64_t{1000});
  f("flip_live", plan.flip_live, std::uint64_t{1000});
}

constexpr std::uint64_t rate_max = std::uint64_t{1} << 40;

bool read_number(std::string_view text, std::uint64_t& n) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string names() {
  std::string all;
  const FaultPlan plan;
  for_each_rate(plan, [&](std::string_view name, std::uint64_t, std::uint64_t) {
    all += (all.empty() ? "" : ", ") + std::string(name);
  });
  return all;
}

}  // namespace

Fallible<FaultPlan> parse_faults(std::string_view text) {
  FaultPlan plan;
  std::size_t comma = std::min(text.find(','), text.size());
  if (!read_number(text.substr(0, comma), plan.seed)) {
    return fail("--faults is '" + std::string(text) + "'", "expected SEED[,SITE=N...], as in 7,frame=50");
  }
  if (comma == text.size()) {
    for_each_rate(plan, [](std::string_view, std::uint64_t& rate, std::uint64_t usual) { rate = usual; });
    return plan;
  }
  while (comma < text.size()) {
    const std::size_t begin = comma + 1;
    comma = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, comma - begin);
    const std::size_t equals = std::min(word.find('='), word.size());
    bool known = false;
    for_each_rate(plan, [&](std::string_view name, std::uint64_t& rate, std::uint64_t) {
      if (name == word.substr(0, equals) && equals < word.size())
        known = read_number(word.substr(equals + 1), rate) && rate <= rate_max;
    });
    if (!known)
      return fail("--faults has the word '" + std::string(word) + "'",
                  "expected SITE=N, N up to 2^40; sites are " + names());
  }
  return plan;
}

std::string text_of(const FaultPlan& plan) {
  std::string text = std::to_string(plan.seed);
  for_each_rate(plan, [&](std::string_view name, std::uint64_t rate, std::uint64_t) {
    if (rate != 0) text += "," + std::string(name) + "=" + std::to_string(rate);
  });
  return text;
}

bool SeededFaults::strikes(sim::FaultSite site) {
  const auto i = static_cast<unsigned>(site);
  const std::uint64_t nth = asked_[i]++;
  if (plan_.one_in[i] == 0) return false;
  const bool hit = mix64(mix64(plan_.seed * sim::fault_sites + i) + nth) % plan_.one_in[i] == 0;
  struck_[i] += hit;
  return hit;
}

std::uint64_t SeededFaults::struck_in_all() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : struck_) sum += n;
  return sum;
}

}  // namespace kmemlab::check
