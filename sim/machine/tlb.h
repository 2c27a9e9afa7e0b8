// The modelled TLB: sets x ways, true LRU within a set. Which accesses miss depends on the sequence of accesses and
// invalidations only, never on the host (host_cache.h is the host's own shortcut and is not part of the model).
// LRU by time stamp: each entry remembers the number of the last access that used it, the smallest one goes first.
// That is move-to-front without moving, so that a hit is one store even with 64 ways. Wide sets get help in finding
// tags and victims (WideSet), which changes no answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "sim/machine/page_tables.h"
#include "sim/machine/pte.h"

namespace kmemlab::sim {

class Tlb {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot none = ~Slot{0};
  static constexpr std::uint64_t empty_tag = ~std::uint64_t{0};

  Tlb(unsigned entries, unsigned ways);

  static constexpr std::uint64_t tag_of(std::uint64_t vpn, Asid space) { return vpn << 8 | space; }
  static constexpr std::uint64_t vpn_of(std::uint64_t tag) { return tag >> 8; }
  static constexpr Asid space_of(std::uint64_t tag) { return static_cast<Asid>(tag); }

  /// The entry with this tag, or none. Does not touch the LRU order.
  Slot find(std::uint64_t tag) const {
    const Slot first = first_of(tag);
    if (wide() && !may_hold(tag)) return none;
    for (Slot s = first; s < first + ways_; ++s) {
      if (tag_[s] == tag) return s;
    }
    return none;
  }
  /// The entry to fill for this tag: an empty one if the set has one, else the least recently used.
  Slot victim(std::uint64_t tag);

  std::uint64_t tag(Slot s) const { return tag_[s]; }
  Pte pte(Slot s) const { return pte_[s]; }
  /// Where the last access is noted; stays valid while this object lives (and when it is moved).
  std::uint64_t* stamp(Slot s) { return &stamp_[s]; }
  void fill(Slot s, std::uint64_t tag, Pte pte, std::uint64_t access) {
    if (wide()) note_change(s, tag);
    tag_[s] = tag;
    pte_[s] = pte;
    stamp_[s] = access;
  }
  void clear(Slot s) { fill(s, empty_tag, Pte{}, 0); }
  static constexpr std::size_t entry_bytes = 2 * sizeof(std::uint64_t) + sizeof(Pte);  ///< on the host
  unsigned entries() const { return static_cast<unsigned>(tag_.size()); }
  unsigned ways() const { return ways_; }

  /// Tags in order of use, most recent first, set after set; empty entries left out.
  void digest_into(Digest& d) const;

 private:
  /// For one set of many ways. `present` counts the tags of each hash, so that an absent tag is mostly known at once.
  /// `queue` is the set in order of use as it was when last sorted: whoever was used or filled since has a later stamp
  /// than all of it, so the first of it whose stamp has not changed is the least recently used.
  struct WideSet {
    struct Waiting {
      std::uint64_t stamp;
      Slot slot;
    };
    std::vector<std::uint16_t> present;
    std::vector<Waiting> queue;
    std::size_t next = 0;  ///< in queue
    Slot empty = 0;        ///< entries
  };
  static constexpr std::size_t hashes = 1024;

  bool wide() const { return !wide_.present.empty(); }
  bool may_hold(std::uint64_t tag) const { return wide_.present[vpn_of(tag) % hashes] != 0; }
  void note_change(Slot s, std::uint64_t tag);
  Slot wide_victim();
  Slot first_of(std::uint64_t tag) const { return static_cast<Slot>(vpn_of(tag) & set_mask_) * ways_; }

  unsigned ways_;
  std::uint64_t set_mask_;
  std::vector<std::uint64_t> tag_;
  std::vector<std::uint64_t> stamp_;  ///< 0 = empty; access numbers start at 1
  std::vector<Pte> pte_;
  WideSet wide_;
};

}  // namespace kmemlab::sim
