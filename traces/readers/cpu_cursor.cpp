// CpuCursor: see cpu_cursor.h.
#include "traces/readers/cpu_cursor.h"

#include <algorithm>

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t cpu_unpacked_floor = 16ULL << 20;

}  // namespace

CpuCursor::CpuCursor(const CpuPages& pages, const PageLayout& layout, std::uint32_t page_bytes, Packing packing,
                     DamageLog& damage)
    : cpu_(pages.cpu),
      page_bytes_(page_bytes),
      packed_(pages.packed),
      start_(pages.offset),
      reader_(pages.bytes, layout.order, pages.offset),
      damage_(damage),
      unpacker_(packing),
      page_(layout) {
  if (packed_) chunks_left_ = reader_.u32();
  place_ = start_;
}

bool CpuCursor::next_chunk() {
  while (chunks_left_ > 0) {
    --chunks_left_;
    place_ = reader_.offset();
    const std::size_t left = reader_.left();
    const std::uint32_t packed = reader_.u32();
    const std::uint32_t unpacked = reader_.u32();
    const Bytes bytes = reader_.bytes(packed);
    if (!reader_.ok()) {
      damage_.at_byte(place_, left, "the data of CPU " + std::to_string(cpu_) + " end inside a packed chunk");
      chunks_left_ = 0;
      return false;
    }
    unpacked_total_ += unpacked;
    if (unpacked_total_ > cpu_unpacked_floor + unpacked_ratio_max * (reader_.offset() - start_)) {
      damage_.at_byte(place_, left, "the chunks of CPU " + std::to_string(cpu_) + " unpack to implausibly many bytes");
      chunks_left_ = 0;
      return false;
    }
    auto data = unpacker_.unpack(bytes, unpacked);
    if (data && data->empty()) continue;
    if (data) {
      pages_ = *data;
      return true;
    }
    damage_.at_byte(place_, packed, data.error().what, data.error().expected);
  }
  return false;
}

bool CpuCursor::next_page() {
  if (pages_.empty()) {
    if (packed_) {
      if (!next_chunk()) return false;
    } else {
      place_ = reader_.offset();
      pages_ = reader_.bytes(std::min<std::size_t>(page_bytes_, reader_.left()));
      if (pages_.empty()) return false;
    }
  }
  const Bytes page = pages_.first(std::min<std::size_t>(page_bytes_, pages_.size()));
  pages_ = pages_.subspan(page.size());
  if (!page_.open(page)) damage_.at_byte(place_, 0, "a ring-buffer page of CPU " + std::to_string(cpu_) + " is cut");
  lost_pending_ = lost_pending_ || page_.lost();
  page_open_ = true;
  return true;
}

bool CpuCursor::next() {
  lost_here_ = false;
  for (;;) {
    if (page_open_) {
      switch (page_.next()) {
        case PageStep::record:
          lost_here_ = lost_pending_;
          lost_pending_ = false;
          return true;
        case PageStep::damaged:
          damage_.at_byte(place_, page_.bytes_left(),
                          "a record of CPU " + std::to_string(cpu_) + " does not fit into its page");
          break;
        case PageStep::end:
          break;
      }
      page_open_ = false;
    }
    if (!next_page()) return false;
  }
}

}  // namespace kmemlab::traces
