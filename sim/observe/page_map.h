// Who lies where: the held pages of the arena and the granted blocks on them, at one place of a run. What the page
// views of the front end draw, what "why is this page still here?" looks through; as a Strip it is what the page of
// --html draws. Made from a session in one go: O(held pages + granted blocks).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/addr.h"
#include "sim/observe/strips.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

struct HeldPage {
  Addr page{};
  std::uint64_t live_bytes = 0;   ///< granted to blocks, on this page; the system's tables are not among them
  std::uint32_t first_block = 0;  ///< in PageMap::blocks(): the first that touches this page
  std::uint32_t blocks = 0;       ///< how many touch it
};

/// What a map is made of; pages in order of address, blocks in any order, no two overlap.
struct PageMapParts {
  AddrRange arena{};
  unsigned page_shift = 12;
  std::uint64_t tick = 0;
  std::vector<Addr> pages;
  std::vector<HeldBlock> blocks;
};

class PageMap {
 public:
  PageMap() = default;
  explicit PageMap(const Session& session);
  explicit PageMap(PageMapParts parts);

  /// In order of address. Pages without a frame are not among them.
  const std::vector<HeldPage>& pages() const { return pages_; }
  /// In order of address; blocks of no bytes come before those that begin at the same place.
  const std::vector<HeldBlock>& blocks() const { return blocks_; }
  std::span<const HeldBlock> blocks_of(const HeldPage& page) const {
    return std::span(blocks_).subspan(page.first_block, page.blocks);
  }
  /// The held page that has this address, or null.
  const HeldPage* page_of(Addr a) const;
  /// The block that has this address, or null.
  const HeldBlock* block_at(Addr a) const;
  /// At most `cells` cells over the arena up to the highest page that is held now; `cells` even.
  Strip strip(std::size_t cells = Strips::default_cells) const;
  AddrRange arena() const { return arena_; }
  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift_; }

 private:
  void count_blocks();

  AddrRange arena_{};
  unsigned page_shift_ = 12;
  std::uint64_t tick_ = 0;
  std::vector<HeldPage> pages_;
  std::vector<HeldBlock> blocks_;
};

}  // namespace kmemlab::sim
