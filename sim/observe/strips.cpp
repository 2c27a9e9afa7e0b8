#include "sim/observe/strips.h"

#include <algorithm>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

void Strips::on_begin(const Kernel& kernel) {
  arena_ = kernel.arena();
  page_shift_ = kernel.page_shift();
}

void Strips::fold() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < cells_.size(); i += 2, ++out) {
    StripCell c = cells_[i];
    if (i + 1 < cells_.size()) {
      c.held_pages += cells_[i + 1].held_pages;
      c.live_bytes += cells_[i + 1].live_bytes;
    }
    cells_[out] = c;
  }
  cells_.resize(out);
  cell_pages_ *= 2;
}

StripCell& Strips::cell_of(std::uint64_t page) {
  while (page / cell_pages_ >= cells_max_) fold();
  const std::uint64_t at = page / cell_pages_;
  if (at >= cells_.size()) cells_.resize(at + 1);
  return cells_[at];
}

/// f(cell, bytes of the block inside it), for each cell that the block touches.
template <class F>
void Strips::each_part(Addr at, std::uint64_t bytes, F f) {
  if (at.v < arena_.base.v || bytes == 0) return;
  std::uint64_t from = at - arena_.base;
  const std::uint64_t end = from + bytes;
  cell_of((end - 1) >> page_shift_);  // folds now, if at all: cells keep their size below
  while (from < end) {
    const std::uint64_t cell_bytes = cell_pages_ << page_shift_;
    const std::uint64_t stop = std::min(end, from / cell_bytes * cell_bytes + cell_bytes);
    f(cell_of(from >> page_shift_), stop - from);
    from = stop;
  }
}

void Strips::page_mapped(Addr page) {
  ++held_pages_;
  if (page.v >= arena_.base.v) ++cell_of((page - arena_.base) >> page_shift_).held_pages;
}

void Strips::page_unmapped(Addr page) {
  --held_pages_;
  ++returned_;
  if (page.v >= arena_.base.v) --cell_of((page - arena_.base) >> page_shift_).held_pages;
}

void Strips::on_completion(const Completion& c) {
  if (c.ending == Ending::ok) {
    const bool gives = c.action == Action::alloc;
    each_part(c.address, c.granted, [&](StripCell& cell, std::uint64_t bytes) {
      cell.live_bytes = gives ? cell.live_bytes + bytes : cell.live_bytes - bytes;
    });
  }
  step(c.tick);
}

void Strips::step(std::uint64_t tick) {
  if (inside_) {
    if (held_pages_ > peak_.pages) peak_ = now(tick, held_pages_);
    if (returned_ > after_returns_.pages) after_returns_ = now(tick, returned_);
  }
  returned_ = 0;
}

void Strips::on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) {
  step(tick);
  inside_ = true;
  step(tick);
}

void Strips::close(std::uint64_t tick) {
  step(tick);
  inside_ = false;
  end_ = now(tick, held_pages_);
}

}  // namespace kmemlab::sim
