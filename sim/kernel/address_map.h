// The kernel map of an allocator's arena: which pages of the address range are taken. Models kmem_map of 386BSD 1.0:
// first fit from the lowest address; every taken run is one map entry (adjacent runs are merged after each change);
// entries come from a pool that was set aside at boot, so that the map never needs the allocator that it serves
// (shared/spec/osf1_and_bsd.md section 4, items 5 to 7). The source of entries can be replaced, so that a test can
// point it at malloc and see the recursion caught.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/addr.h"

namespace kmemlab::sim {

/// Where map entries come from. take() may run anything, even the allocator that the map serves: that is caught.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  virtual bool take() = 0;  ///< false: none left
  virtual void give() = 0;
};

enum class MapStatus : std::uint8_t { ok, no_space, no_entries };

struct MapReply {
  MapStatus status = MapStatus::ok;
  Addr va{};
};

class AddressMap {
 public:
  AddressMap() = default;
  /// `entries_max`: size of the static pool.
  AddressMap(AddrRange arena, unsigned page_shift, std::uint64_t entries_max);

  /// First fit: the lowest address with `pages` free pages in a row. pages > 0.
  MapReply take(std::uint64_t pages, EntrySource* source);
  /// The same, but the lowest start in [low, high]; both are addresses of pages, in the arena or not. pages > 0.
  MapReply take_between(Addr low, Addr high, std::uint64_t pages, EntrySource* source);
  /// Gives back [va, va + pages): any part of what was taken. False if the split needs an entry and there is none
  /// (nothing is changed then).
  bool give(Addr va, std::uint64_t pages, EntrySource* source);

  AddrRange arena() const { return arena_; }
  std::uint64_t free_pages() const { return free_pages_; }
  std::uint64_t largest_gap_pages() const;
  std::uint64_t entries_used() const { return entries_used_; }
  std::uint64_t entries_max() const { return entries_max_; }
  bool taken(Addr va) const;
  /// 64-bit digest of the map's content.
  std::uint64_t digest() const;

 private:
  struct Gap {
    std::uint64_t start;  ///< page index from the arena's base
    std::uint64_t pages;
    bool operator==(const Gap&) const = default;
  };
  bool take_entry(EntrySource* source);
  void give_entry(EntrySource* source);

  AddrRange arena_{};
  unsigned page_shift_ = 12;
  std::uint64_t pages_ = 0;
  std::uint64_t free_pages_ = 0;
  std::uint64_t entries_max_ = 0;
  std::uint64_t entries_used_ = 0;
  std::vector<Gap> gaps_;  ///< free runs, lowest first, never adjacent: between two gaps lies exactly one entry
};

}  // namespace kmemlab::sim
