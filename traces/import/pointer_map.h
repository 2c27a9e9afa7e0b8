// Pointer -> what is known of it, for the importer: an open-addressing table, never iterated, so that results do not
// depend on the hash. Pointers are never removed (a later free of a known pointer is `unrecorded`, not `before_trace`),
// so memory follows the number of distinct pointers: 40 bytes each at a load of at most 5/8.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "traces/event.h"

namespace kmemlab::traces {

class PointerMap {
 public:
  struct Entry {
    std::uint64_t pointer = 0;  ///< 0 = unused; the null pointer is never a key
    BlockId id = no_block;
    std::uint64_t granted = 0;      ///< the last size that was granted here
    std::uint64_t event_index = 0;  ///< of the allocation
    Slot slot = no_slot;
    bool live = false;
    bool cache_known = false;
  };

  /// The entry of a pointer; new ones have pointer 0 until the caller fills them in through `claim`.
  Entry& at(std::uint64_t pointer) {
    for (std::size_t i = mix64(pointer) & mask_;; i = (i + 1) & mask_) {
      Entry& e = entries_[i];
      if (e.pointer == pointer || e.pointer == 0) return e;
    }
  }
  /// Makes a new entry belong to its pointer. May move entries: returns where it is now.
  Entry& claim(Entry& fresh, std::uint64_t pointer) {
    fresh.pointer = pointer;
    if (++used_ * 8 <= entries_.size() * 5) return fresh;
    grow();
    return at(pointer);
  }
  std::size_t size() const { return used_; }

 private:
  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& e : old) {
      if (e.pointer) at(e.pointer) = e;
    }
  }
  std::vector<Entry> entries_ = std::vector<Entry>(4096);
  std::size_t mask_ = 4095;
  std::size_t used_ = 0;
};

}  // namespace kmemlab::traces
