// What each page allocation of a recording was for, two bits an event: the importer settles it when the pages are freed
// or the recording ends (import/page_use.h says how), the container keeps it (FORMAT.md, section 13), and a replay with
// --pages pressure asks. Numbered by page_alloc events in the order of the trace, failed ones included.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace kmemlab::traces {

enum class PageVerdict : std::uint8_t {
  unknown,  ///< no recorded block was in these pages, though one might have been; or nobody looked
  slab,     ///< blocks were in them
  large,    ///< one kmalloc of their own, above the largest slab
  other,    ///< movable pages: no slab lies in those
};

/// Memory: 2 bits an event.
class PageVerdicts {
 public:
  PageVerdicts() = default;
  /// `bytes` as bytes() gave them, at least (size + 3) / 4 of them.
  PageVerdicts(std::uint64_t size, std::vector<unsigned char> bytes) : size_(size), bits_(std::move(bytes)) {}

  std::uint64_t size() const { return size_; }
  /// unknown from size() on.
  PageVerdict at(std::uint64_t n) const {
    if (n >= size_) return PageVerdict::unknown;
    return static_cast<PageVerdict>(bits_[n / 4] >> n % 4 * 2 & 3U);
  }
  void append(PageVerdict verdict) {
    if (size_ % 4 == 0) bits_.push_back(0);
    ++size_;
    set(size_ - 1, verdict);
  }
  /// @pre n < size()
  void set(std::uint64_t n, PageVerdict verdict) {
    const auto shift = static_cast<unsigned>(n % 4 * 2);
    const unsigned kept = bits_[n / 4] & ~(3U << shift);
    bits_[n / 4] = static_cast<unsigned char>(kept | static_cast<unsigned>(verdict) << shift);
  }
  /// Is anything but unknown in it?
  bool any() const {
    for (const unsigned char b : bits_)
      if (b != 0) return true;
    return false;
  }
  /// Four a byte, the first in the lowest bits; unused bits are zero.
  const std::vector<unsigned char>& bytes() const { return bits_; }
  bool operator==(const PageVerdicts&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<unsigned char> bits_;
};

}  // namespace kmemlab::traces
