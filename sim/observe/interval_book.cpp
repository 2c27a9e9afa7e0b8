#include "sim/observe/interval_book.h"

#include <algorithm>

#include "core/base/digest.h"
#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

void merge_bits(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) into[i] |= from[i];
}

}  // namespace

bool IntervalBook::Interval::has(HappenedSet kinds) const {
  for (unsigned k = 0; k < happened_kinds; ++k) {
    if ((kinds >> k & 1U) != 0 && count[k] != 0) return true;
  }
  return false;
}

bool IntervalBook::Interval::may_name(std::uint64_t id) const {
  const std::uint64_t bit = mix64(id) % name_bits;
  return !names_.empty() && (names_[bit / 64] >> bit % 64 & 1) != 0;
}

void IntervalBook::on_begin(const Kernel& kernel) {
  join(kernel, 0);
}

void IntervalBook::join(const Kernel& kernel, std::uint64_t held_pages) {
  arena_ = kernel.arena();
  page_shift_ = kernel.page_shift();
  held_ = held_pages;
  intervals_.back().held_min = intervals_.back().held_max = held_;
}

void IntervalBook::on_completion(const Completion& c) {
  Interval& now = intervals_.back();
  if (c.ending != Ending::skipped) {
    if (now.names_.empty()) now.names_.resize(Interval::name_bits / 64);
    const std::uint64_t bit = mix64(c.id) % Interval::name_bits;
    now.names_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  if (c.granted != 0) touch(page_of(c.address), page_of(c.address + (c.granted - 1)));  // a refused free has them too
  switch (c.ending) {
    case Ending::ok:
      ++at(c.action == Action::free ? Happened::freed : Happened::granted);
      return;
    case Ending::failed:
      ++at(Happened::failed);
      return;
    case Ending::refused:
      ++at(Happened::refused);
      return;
    case Ending::skipped:
      return;
  }
}

void IntervalBook::touch(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t>& pages = intervals_.back().pages_;
  if (last / 64 >= pages.size()) pages.resize(last / 64 + 1);
  for (std::uint64_t p = first; p <= last; ++p) pages[p / 64] |= std::uint64_t{1} << p % 64;
}

void IntervalBook::held(std::uint64_t pages) {
  held_ = pages;
  Interval& now = intervals_.back();
  now.held_min = std::min(now.held_min, held_);
  now.held_max = std::max(now.held_max, held_);
}

void IntervalBook::page_mapped(Addr page) {
  ++at(Happened::page_mapped);
  touch(page_of(page), page_of(page));
  held(held_ + 1);
}

void IntervalBook::page_unmapped(Addr page) {
  ++at(Happened::page_returned);
  touch(page_of(page), page_of(page));
  held(held_ - 1);
}

void IntervalBook::next_interval() {
  intervals_.emplace_back();
  intervals_.back().held_min = intervals_.back().held_max = held_;
}

void IntervalBook::fold() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < intervals_.size(); i += 2, ++out) {
    if (out != i) intervals_[out] = std::move(intervals_[i]);
    if (i + 1 == intervals_.size()) continue;
    Interval& into = intervals_[out];
    const Interval& from = intervals_[i + 1];
    for (unsigned k = 0; k < happened_kinds; ++k) into.count[k] += from.count[k];
    into.held_min = std::min(into.held_min, from.held_min);
    into.held_max = std::max(into.held_max, from.held_max);
    merge_bits(into.pages_, from.pages_);
    merge_bits(into.names_, from.names_);
  }
  intervals_.resize(out);
}

std::size_t IntervalBook::bytes() const {
  std::size_t bytes = intervals_.size() * sizeof(Interval);
  for (const Interval& i : intervals_) bytes += (i.pages_.size() + i.names_.size()) * sizeof(std::uint64_t);
  return bytes;
}

}  // namespace kmemlab::sim
