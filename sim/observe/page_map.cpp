#include "sim/observe/page_map.h"

#include <algorithm>
#include <utility>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

PageMapParts parts_of(const Session& session) {
  PageMapParts parts{session.kernel().arena(), session.kernel().page_shift(), session.tick(), {}, {}};
  session.kernel().for_each_held_page([&](Addr page) { parts.pages.push_back(page); });
  session.for_each_block([&](const HeldBlock& b) { parts.blocks.push_back(b); });
  return parts;
}

}  // namespace

PageMap::PageMap(const Session& session) : PageMap(parts_of(session)) {}

PageMap::PageMap(PageMapParts parts)
    : arena_(parts.arena), page_shift_(parts.page_shift), tick_(parts.tick), blocks_(std::move(parts.blocks)) {
  pages_.reserve(parts.pages.size());
  for (const Addr page : parts.pages) pages_.push_back({page, 0, 0, 0});
  std::sort(blocks_.begin(), blocks_.end(), [](const HeldBlock& a, const HeldBlock& b) {
    return a.address != b.address   ? a.address < b.address
           : a.granted != b.granted ? a.granted < b.granted
                                    : a.id < b.id;
  });
  count_blocks();
}

// Blocks do not overlap, so those that touch a page stand side by side.
void PageMap::count_blocks() {
  std::size_t page = 0;
  for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
    const HeldBlock& b = blocks_[i];
    const Addr end = b.address + std::max<std::uint64_t>(b.granted, 1);
    while (page < pages_.size() && pages_[page].page + page_bytes() <= b.address) ++page;
    for (std::size_t p = page; p < pages_.size() && pages_[p].page < end; ++p) {
      HeldPage& on = pages_[p];
      if (on.blocks++ == 0) on.first_block = i;
      if (b.granted == 0) continue;
      on.live_bytes += std::min(end, on.page + page_bytes()) - std::max(b.address, on.page);
    }
  }
}

const HeldPage* PageMap::page_of(Addr a) const {
  const auto behind =
      std::upper_bound(pages_.begin(), pages_.end(), a, [](Addr at, const HeldPage& p) { return at < p.page; });
  if (behind == pages_.begin() || a - std::prev(behind)->page >= page_bytes()) return nullptr;
  return &*std::prev(behind);
}

const HeldBlock* PageMap::block_at(Addr a) const {
  const auto behind =
      std::upper_bound(blocks_.begin(), blocks_.end(), a, [](Addr at, const HeldBlock& b) { return at < b.address; });
  if (behind == blocks_.begin() || a - std::prev(behind)->address >= std::prev(behind)->granted) return nullptr;
  return &*std::prev(behind);
}

Strip PageMap::strip(std::size_t cells) const {
  Strip strip{tick_, pages_.size(), 1, {}};
  if (pages_.empty()) return strip;
  const std::uint64_t last = (pages_.back().page - arena_.base) >> page_shift_;
  while (last / strip.cell_pages >= cells) strip.cell_pages *= 2;
  strip.cells.resize(last / strip.cell_pages + 1);
  for (const HeldPage& p : pages_) {
    StripCell& cell = strip.cells[((p.page - arena_.base) >> page_shift_) / strip.cell_pages];
    ++cell.held_pages;
    cell.live_bytes += p.live_bytes;
  }
  return strip;
}

}  // namespace kmemlab::sim
