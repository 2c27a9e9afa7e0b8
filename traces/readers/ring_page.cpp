// RingPage: see ring_page.h. All numbers are of kernel/trace/ring_buffer.c and include/linux/ring_buffer.h, Linux 6.1.
#include "traces/readers/ring_page.h"

#include <algorithm>

#include "traces/readers/event_format.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint32_t type_data_max = 28;            // RINGBUF_TYPE_DATA_TYPE_LEN_MAX: length in words
constexpr std::uint32_t type_padding = 29;             // RINGBUF_TYPE_PADDING
constexpr std::uint32_t type_time_extend = 30;         // RINGBUF_TYPE_TIME_EXTEND
constexpr unsigned time_shift = 27;                    // TS_SHIFT: bits of a time delta
constexpr std::uint64_t absolute_msb = 0xf8ULL << 56;  // TS_MSB: bits that an absolute time stamp does not hold
constexpr std::uint64_t missed_events = 1ULL << 31;    // RB_MISSED_EVENTS
constexpr std::uint64_t missed_stored = 1ULL << 30;    // RB_MISSED_STORED: the count stands behind the data
constexpr std::uint64_t commit_mask = (1ULL << 27) - 1;

/// Absolute stamps carry 59 bits: the top five are those of the time before, plus one if that would run backwards.
std::uint64_t fix_absolute(std::uint64_t stamp, std::uint64_t before) {
  if (!(before & absolute_msb)) return stamp;
  stamp |= before & absolute_msb;
  return stamp < before ? stamp + (1ULL << 59) : stamp;
}

}  // namespace

std::optional<PageLayout> PageLayout::parse(std::string_view header_page, ByteOrder order) {
  PageLayout layout;
  layout.order = order;
  bool have_commit = false, have_data = false;
  for (const FormatField& f : parse_fields(header_page)) {
    if (f.name == "timestamp" && (f.field.offset != 0 || f.field.size != 8)) return std::nullopt;
    if (f.name == "commit") {
      layout.commit_offset = f.field.offset;
      layout.long_bytes = f.field.size;
      have_commit = true;
    }
    if (f.name == "data") {
      layout.data_offset = f.field.offset;
      have_data = true;
    }
  }
  if (!have_commit || !have_data || (layout.long_bytes != 4 && layout.long_bytes != 8)) return std::nullopt;
  if (layout.commit_offset < 8 || layout.data_offset < layout.commit_offset + layout.long_bytes) return std::nullopt;
  if (layout.data_offset > 4096) return std::nullopt;
  return layout;
}

bool RingPage::open(Bytes page) {
  page_ = page;
  lost_ = false;
  lost_count_ = 0;
  at_ = end_ = record_at_ = 0;
  if (page.size() < layout_.data_offset) return false;
  tick_ = load_int<std::uint64_t>(page.data(), layout_.order);
  const unsigned char* word = page.data() + layout_.commit_offset;
  const std::uint64_t commit = layout_.long_bytes == 8 ? load_int<std::uint64_t>(word, layout_.order)
                                                       : load_int<std::uint32_t>(word, layout_.order);
  const std::uint64_t used = commit & commit_mask;
  const std::uint64_t room = page.size() - layout_.data_offset;
  at_ = layout_.data_offset;
  end_ = layout_.data_offset + static_cast<std::size_t>(std::min(used, room));
  lost_ = (commit & missed_events) != 0;
  if (lost_ && (commit & missed_stored) && used + layout_.long_bytes <= room) {
    const unsigned char* count = page.data() + layout_.data_offset + used;
    lost_count_ = layout_.long_bytes == 8 ? load_int<std::uint64_t>(count, layout_.order)
                                          : load_int<std::uint32_t>(count, layout_.order);
  }
  return used <= room;
}

PageStep RingPage::next() {
  while (end_ - at_ >= 4) {
    record_at_ = at_;
    const auto word = load_int<std::uint32_t>(page_.data() + at_, layout_.order);
    const bool little = layout_.order == ByteOrder::little;  // the bit field follows the byte order
    const std::uint32_t type = little ? word & 31 : word >> time_shift;
    const std::uint32_t delta = little ? word >> 5 : word & ((1U << time_shift) - 1);
    std::size_t body = at_ + 4;
    std::size_t length = 0;
    if (type >= 1 && type <= type_data_max) {
      length = type * 4;
    } else {
      if (type == type_padding && delta == 0) break;  // the rest of the page is unused
      if (end_ - body < 4) return PageStep::damaged;
      const auto extra = load_int<std::uint32_t>(page_.data() + body, layout_.order);
      if (type == type_padding) {  // a discarded event; its time still passed
        if (extra > end_ - body) return PageStep::damaged;
        tick_ += delta;
        at_ = body + ((extra + 3) & ~3U);
        if (at_ > end_) return PageStep::damaged;
        continue;
      }
      body += 4;
      if (type == type_time_extend) {
        tick_ += (std::uint64_t{extra} << time_shift) + delta;
        at_ = body;
        continue;
      }
      if (type > type_data_max) {  // 31: RINGBUF_TYPE_TIME_STAMP
        tick_ = fix_absolute((std::uint64_t{extra} << time_shift) + delta, tick_);
        at_ = body;
        continue;
      }
      if (extra < 4 || extra - 4 > end_ - body) return PageStep::damaged;
      length = extra - 4;
    }
    if (length > end_ - body) return PageStep::damaged;
    tick_ += delta;
    data_ = page_.subspan(body, length);
    at_ = std::min(end_, body + ((length + 3) & ~std::size_t{3}));
    return PageStep::record;
  }
  return PageStep::end;
}

}  // namespace kmemlab::traces
