#include "sim/observe/kymograph.h"

#include <algorithm>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

std::uint16_t at_most_16_bits(std::uint64_t n) {
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(n, 65'535));
}

}  // namespace

Kymograph::Kymograph(EventRange expected, const Limits& limits, std::optional<AddrRange> only)
    : rows_max_(limits.rows),
      only_(only),
      axis_(limits.columns, expected),
      now_(expected.from),
      column_end_(expected.from + axis_.width()) {}

void Kymograph::on_begin(const Kernel& kernel) {
  page_shift_ = row_shift_ = kernel.page_shift();
  range_ = kernel.arena();
  if (!only_) return;
  const std::uint64_t page = std::uint64_t{1} << page_shift_;
  const Addr base{std::max(round_down(only_->base.v, page), range_.base.v)};
  const std::uint64_t end = std::min(round_up(only_->end().v, page), range_.end().v);
  range_ = {base, end > base.v ? end - base.v : 0};
}

void Kymograph::join(const Session& session) {
  on_begin(session.kernel());
  session.kernel().for_each_held_page([&](Addr page) { changed(page, 1); });
  settle();
  for (Row& row : rows_) row.churn = 0;
  session.for_each_block([&](const HeldBlock& b) { block(b.address, b.granted, true); });
}

Kymograph::Row* Kymograph::row_of(Addr a) {
  if (a.v < range_.base.v || a.v - range_.base.v >= range_.bytes) return nullptr;
  const std::uint64_t offset = a - range_.base;
  while (offset >> row_shift_ >= rows_max_) fold_rows();
  const std::uint64_t row = offset >> row_shift_;
  if (row >= rows_.size()) rows_.resize(row + 1);
  return &rows_[row];
}

void Kymograph::settle() {
  for (const PageChange& change : changes_) {
    Row* row = row_of(change.page);
    if (row == nullptr) continue;
    row->held_pages += change.pages;
    ++row->churn;
  }
  changes_.clear();
}

void Kymograph::block(Addr at, std::uint64_t bytes, bool more) {
  std::uint64_t from = std::max(at.v, range_.base.v);
  const std::uint64_t end = std::min(at.v + bytes, range_.base.v + range_.bytes);
  if (from >= end) return;
  row_of(Addr{end - 1});  // folds now, if at all: rows keep their size below
  while (from < end) {
    const std::uint64_t offset = from - range_.base.v;
    const std::uint64_t part = std::min(end - from, (((offset >> row_shift_) + 1) << row_shift_) - offset);
    Row& row = rows_[offset >> row_shift_];
    row.live_bytes = more ? row.live_bytes + part : row.live_bytes - part;
    from += part;
  }
}

void Kymograph::reach(std::uint64_t event) {
  now_.named(event);
  if (now_.event() >= column_end_) [[unlikely]]
    next_column();
}

void Kymograph::next_column() {
  while (axis_.outgrown_by(now_.event())) fold_columns();
  const std::uint64_t column = axis_.bucket_of(now_.event());
  close_columns(static_cast<std::size_t>(column));
  column_end_ = axis_.range_of(column).to;
}

Texel Kymograph::texel_of(const Row& row) {
  return {static_cast<std::uint32_t>(row.live_bytes), at_most_16_bits(static_cast<std::uint64_t>(row.held_pages)),
          at_most_16_bits(row.churn)};
}

/// Columns up to `end` are over; all of them look as things are now.
void Kymograph::close_columns(std::size_t end) {
  if (end <= closed_) return;
  texels_.resize(end * rows_max_);
  for (; closed_ < end; ++closed_) {
    Texel* column = &texels_[closed_ * rows_max_];
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      column[r] = texel_of(rows_[r]);
      rows_[r].churn = 0;
    }
  }
}

/// What is open stays open: a column is over only if both of its halves are.
void Kymograph::fold_columns() {
  if (closed_ % 2 != 0) {  // the open column becomes the second half: what came and went in the first is its too
    const Texel* first = &texels_[(closed_ - 1) * rows_max_];
    for (std::size_t r = 0; r < rows_.size(); ++r) rows_[r].churn += first[r].churn;
  }
  closed_ /= 2;
  for (std::size_t c = 0; c < closed_; ++c) {
    const Texel* a = &texels_[2 * c * rows_max_];
    const Texel* b = a + rows_max_;
    Texel* to = &texels_[c * rows_max_];
    for (std::size_t r = 0; r < rows_max_; ++r)
      to[r] = {b[r].live_bytes, b[r].held_pages, at_most_16_bits(std::uint64_t{a[r].churn} + b[r].churn)};
  }
  texels_.resize(closed_ * rows_max_);
  axis_.fold();
}

void Kymograph::fold_rows() {
  ++row_shift_;
  const std::size_t rows = (rows_.size() + 1) / 2;
  rows_.resize(rows * 2);
  for (std::size_t r = 0; r < rows; ++r) {
    const Row &a = rows_[2 * r], &b = rows_[2 * r + 1];
    rows_[r] = {a.live_bytes + b.live_bytes, a.held_pages + b.held_pages, a.churn + b.churn};
  }
  rows_.resize(rows);
  for (std::size_t c = 0; c < closed_; ++c) {
    Texel* column = &texels_[c * rows_max_];
    for (std::size_t r = 0; r < rows_max_ / 2; ++r) {
      const Texel a = column[2 * r], b = column[2 * r + 1];
      column[r] = {a.live_bytes + b.live_bytes, at_most_16_bits(std::uint64_t{a.held_pages} + b.held_pages),
                   at_most_16_bits(std::uint64_t{a.churn} + b.churn)};
    }
    std::fill(column + rows_max_ / 2, column + rows_max_, Texel{});
  }
}

void Kymograph::on_completion(const Completion& c) {
  reach(c.event);
  if (!changes_.empty()) settle();
  if (c.ending == Ending::ok) block(c.address, c.granted, c.action == Action::alloc);
}

KymographPicture Kymograph::result() const {
  KymographPicture p;
  p.axis = axis_;
  p.columns = closed_ + 1;
  p.rows = std::max<std::size_t>(rows_.size(), 1);
  p.base = range_.base;
  p.page_bytes = std::uint64_t{1} << page_shift_;
  p.row_pages = std::uint64_t{1} << (row_shift_ - page_shift_);
  p.texels.reserve(p.columns * p.rows);
  for (std::size_t c = 0; c < closed_; ++c) {
    const Texel* column = &texels_[c * rows_max_];
    p.texels.insert(p.texels.end(), column, column + p.rows);
  }
  for (const Row& row : rows_) p.texels.push_back(texel_of(row));
  p.texels.resize(p.columns * p.rows);
  return p;
}

}  // namespace kmemlab::sim
