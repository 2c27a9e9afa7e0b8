#include "sim/observe/occupancy.h"

#include <algorithm>
#include <bit>

namespace kmemlab::sim {

namespace {

std::uint64_t longest_of_zeros(std::uint64_t word) {
  std::uint64_t n = 0;
  for (std::uint64_t zeros = ~word; zeros != 0; zeros &= zeros << 1) ++n;
  return n;
}

}  // namespace

Occupancy::Occupancy(AddrRange arena, unsigned page_shift)
    : arena_(arena),
      page_shift_(page_shift),
      page_granules_shift_(page_shift - granule_shift),
      words_(1U << (page_shift - granule_shift - 6)) {}

void Occupancy::keep_slow(std::uint64_t index) {
  Page& page = pages_[index];
  page.stamp = moment_;
  page.held_then = page.held;
  const auto at = static_cast<std::ptrdiff_t>(index * words_);
  std::copy_n(now_.begin() + at, words_, then_.begin() + at);
}

void Occupancy::page_held(Addr at) {
  const std::uint64_t page = (at - arena_.base) >> page_shift_;
  if (page >= pages_.size()) {
    pages_.resize(page + 1);
    now_.resize(pages_.size() * words_);
    then_.resize(pages_.size() * words_);
  }
  keep(page);
  pages_[page].held = true;
}

void Occupancy::page_gone(Addr at) {
  const std::uint64_t page = (at - arena_.base) >> page_shift_;
  keep(page);
  pages_[page].held = false;
}

void Occupancy::change_long(std::uint64_t first, std::uint64_t n, Mark mark) {
  const std::uint64_t end = std::min<std::uint64_t>(first + n, now_.size() * 64);
  const std::uint64_t page_granules = std::uint64_t{1} << page_granules_shift_;
  while (first < end) {
    keep(first >> page_granules_shift_);
    const std::uint64_t stop = std::min(end, (first & ~(page_granules - 1)) + page_granules);
    while (first < stop) {
      const std::uint64_t in_word = first & 63;
      const std::uint64_t here = std::min<std::uint64_t>(64 - in_word, stop - first);
      const std::uint64_t mask = (~std::uint64_t{0} >> (64 - here)) << in_word;
      std::uint64_t& word = now_[first >> 6];
      word = mark == Mark::live ? word | mask : word & ~mask;
      first += here;
      if (stop - first < 64) continue;
      const std::uint64_t words = (stop - first) >> 6;
      std::fill_n(now_.begin() + static_cast<std::ptrdiff_t>(first >> 6), words,
                  mark == Mark::live ? ~std::uint64_t{0} : 0);
      first += words << 6;
    }
  }
}

/// page_at(n): the bits of page n, null if it is not held.
template <class F>
std::uint64_t Occupancy::longest_run(F page_at) const {
  std::uint64_t longest = 0;
  std::uint64_t run = 0;  // granules
  for (std::size_t p = 0; p < pages_.size(); ++p) {
    const std::uint64_t* bits = page_at(p);
    if (bits == nullptr) {
      run = 0;
      continue;
    }
    for (unsigned w = 0; w < words_; ++w) {
      if (bits[w] == 0) {
        longest = std::max(longest, run += 64);
        continue;
      }
      longest = std::max({longest, run + static_cast<unsigned>(std::countr_zero(bits[w])), longest_of_zeros(bits[w])});
      run = static_cast<unsigned>(std::countl_zero(bits[w]));
    }
  }
  return longest << granule_shift;
}

std::uint64_t Occupancy::moment_largest_free_run() const {
  return longest_run([&](std::size_t p) {
    const bool changed = pages_[p].stamp == moment_;
    const bool held = changed ? pages_[p].held_then : pages_[p].held;
    return held ? (changed ? then_.data() : now_.data()) + p * words_ : nullptr;
  });
}

std::uint64_t Occupancy::largest_free_run() const {
  return longest_run([&](std::size_t p) { return pages_[p].held ? now_.data() + p * words_ : nullptr; });
}

}  // namespace kmemlab::sim
