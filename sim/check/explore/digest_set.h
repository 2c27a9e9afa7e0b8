// A set of 64-bit digests: open addressing, eight bytes an element and at most twice that.
#pragma once

#include <cstdint>
#include <vector>

namespace kmemlab::sim::explore {

class DigestSet {
 public:
  /// True if it was not there.
  bool insert(std::uint64_t digest) {
    if (digest == 0) digest = 1;
    if (2 * (used_ + 1) > slots_.size()) grow();
    return put(digest);
  }
  bool contains(std::uint64_t digest) const {
    if (digest == 0) digest = 1;
    if (slots_.empty()) return false;
    std::size_t at = digest & (slots_.size() - 1);
    while (slots_[at] != 0 && slots_[at] != digest) at = (at + 1) & (slots_.size() - 1);
    return slots_[at] == digest;
  }
  std::uint64_t size() const { return used_; }

 private:
  bool put(std::uint64_t digest) {
    std::size_t at = digest & (slots_.size() - 1);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == digest) return false;
    }
    slots_[at] = digest;
    ++used_;
    return true;
  }
  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? 1024 : 2 * slots_.size(), 0);
    old.swap(slots_);
    used_ = 0;
    for (const std::uint64_t digest : old) {
      if (digest != 0) put(digest);
    }
  }

  std::vector<std::uint64_t> slots_;  ///< 0: empty
  std::uint64_t used_ = 0;
};

}  // namespace kmemlab::sim::explore
