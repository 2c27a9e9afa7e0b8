// How full each page of the arena is, and how many held pages are nearly empty. Live bytes are what blocks were
// granted, and the system's tables. Memory: 4 bytes a page up to the highest ever touched.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/addr.h"

namespace kmemlab::sim {

class PageFill {
 public:
  enum class Change : std::uint8_t { more, less };

  PageFill() = default;
  PageFill(AddrRange arena, unsigned page_shift) : arena_(arena), page_shift_(page_shift) {}

  void page_held(Addr page) { set_held(page, true); }
  void page_gone(Addr page) { set_held(page, false); }
  /// These bytes become live, or cease to be.
  void block(Addr at, std::uint64_t bytes, Change change) {
    if (bytes == 0 || at.v < arena_.base.v) return;
    std::uint64_t from = at - arena_.base;
    const std::uint64_t end = from + bytes;
    const std::uint64_t page_bytes = std::uint64_t{1} << page_shift_;
    grow((end - 1) >> page_shift_);
    while (from < end) {
      const std::uint64_t stop = std::min(end, (from | (page_bytes - 1)) + 1);
      Page& p = pages_[from >> page_shift_];
      sparse_ -= is_sparse(p);
      const auto part = static_cast<std::uint32_t>(stop - from);
      p.live = (change == Change::more ? p.live + part : p.live - part) & ~held_bit;
      sparse_ += is_sparse(p);
      from = stop;
    }
  }
  /// Held pages of which less than an eighth is live.
  std::uint64_t sparse() const { return sparse_; }
  /// Up to the highest page that was ever touched.
  std::uint64_t pages() const { return pages_.size(); }

 private:
  struct Page {
    std::uint32_t live : 31;
    std::uint32_t held : 1;
  };
  static constexpr std::uint32_t held_bit = std::uint32_t{1} << 31;

  bool is_sparse(const Page& p) const { return p.held != 0 && std::uint64_t{p.live} * 8 >> page_shift_ == 0; }
  void grow(std::uint64_t page) {
    if (page >= pages_.size()) pages_.resize(page + 1, Page{0, 0});
  }
  void set_held(Addr at, bool held) {
    if (at.v < arena_.base.v) return;
    const std::uint64_t page = (at - arena_.base) >> page_shift_;
    grow(page);
    Page& p = pages_[page];
    sparse_ -= is_sparse(p);
    p.held = held;
    sparse_ += is_sparse(p);
  }

  AddrRange arena_{};
  unsigned page_shift_ = 12;
  std::uint64_t sparse_ = 0;
  std::vector<Page> pages_;
};

}  // namespace kmemlab::sim
