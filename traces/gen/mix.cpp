// Mixes of sizes and lifetimes: see mix.h.
#include "traces/gen/mix.h"

#include <algorithm>
#include <charconv>

namespace kmemlab::traces::gen {

namespace {

constexpr std::size_t ranges_max = 64;
constexpr std::uint64_t weight_max = 1'000'000;

Failure<Error> bad(std::string_view part) {
  return fail("'" + std::string(part) + "' is no part of a mix",
              "expected NUMBER or LOW-HIGH, and :WEIGHT if wanted, as in 16-128:70,4K:30");
}

}  // namespace

Fallible<std::uint64_t> parse_number(std::string_view text) {
  const auto wrong = [&] {
    return fail("'" + std::string(text) + "' is no number", "expected a whole number as in 512, 64K, 4M (below 2^48)");
  };
  std::uint64_t value = 0;
  const char* const stop = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), stop, value);
  if (error != std::errc{} || stop - end > 1) return wrong();
  unsigned shift = 0;
  if (end != stop) {
    const auto at = std::string_view("KMGkmg").find(*end);
    if (at == std::string_view::npos) return wrong();
    shift = 10 * (static_cast<unsigned>(at % 3) + 1);
  }
  if (value >= (std::uint64_t{1} << 48) >> shift) return wrong();
  return value << shift;
}

Fallible<Mix> Mix::parse(std::string_view text, std::uint64_t most) {
  Mix mix;
  for (;;) {
    const std::string_view part = text.substr(0, text.find(','));
    const auto colon = part.find(':');
    const std::string_view range = part.substr(0, colon);
    const auto dash = range.find('-');
    const auto lo = parse_number(range.substr(0, dash));
    const auto hi = parse_number(dash == std::string_view::npos ? range : range.substr(dash + 1));
    const auto weight = parse_number(colon == std::string_view::npos ? "1" : part.substr(colon + 1));
    if (!lo || !hi || !weight || *lo > *hi || *weight == 0 || *weight > weight_max) return bad(part);
    if (*lo == 0 || *hi > most)
      return fail("'" + std::string(part) + "' is out of range", "expected numbers from 1 to " + std::to_string(most));
    mix.ranges_.push_back({*lo, *hi, *weight});
    mix.weights_ += *weight;
    if (mix.ranges_.size() > ranges_max) return fail("a mix has too many parts", "expected at most 64");
    if (part.size() == text.size()) return mix;
    text.remove_prefix(part.size() + 1);
  }
}

std::uint64_t Mix::draw(Random& random) const {
  std::uint64_t at = random.below(weights_);
  for (const Range& r : ranges_) {
    if (at < r.weight) return random.between(r.lo, r.hi);
    at -= r.weight;
  }
  return ranges_.back().hi;
}

std::uint64_t Mix::least() const {
  std::uint64_t n = ranges_.front().lo;
  for (const Range& r : ranges_) n = std::min(n, r.lo);
  return n;
}

std::uint64_t Mix::most() const {
  std::uint64_t n = 0;
  for (const Range& r : ranges_) n = std::max(n, r.hi);
  return n;
}

std::uint64_t Mix::mean() const {
  u128 sum = 0;
  for (const Range& r : ranges_) sum += u128{r.lo + r.hi} * r.weight;
  return static_cast<std::uint64_t>(sum / 2 / weights_);
}

}  // namespace kmemlab::traces::gen
