// One page of the kernel's ring buffer: a time stamp, a commit word, then events with time deltas.
// Models kernel/trace/ring_buffer.c (2.6.30 on; include/linux/ring_buffer.h describes the event header) in the byte
// order and word size of the recording. Refuses: an event that does not fit into the committed part of its page. What
// stood before it stays good.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/readers/byte_reader.h"

namespace kmemlab::traces {

/// Where header_page says things stand. `long_bytes` is the kernel's long: the size of the commit word.
struct PageLayout {
  std::uint32_t commit_offset = 8;
  std::uint32_t long_bytes = 8;
  std::uint32_t data_offset = 16;
  ByteOrder order = ByteOrder::little;

  /// From the recorded text of events/header_page; nothing if it makes no sense.
  static std::optional<PageLayout> parse(std::string_view header_page, ByteOrder order);
};

enum class PageStep : std::uint8_t { record, end, damaged };

class RingPage {
 public:
  explicit RingPage(const PageLayout& layout) : layout_(layout) {}

  /// Starts a page. False if the page is shorter than its own commit word says: the part that is there is read.
  bool open(Bytes page);
  /// Moves to the next record: `data()` and `tick()` are its own.
  PageStep next();

  Bytes data() const { return data_; }
  std::uint64_t tick() const { return tick_; }
  std::uint64_t record_offset() const { return record_at_; }  ///< in the page; of the damage, after `damaged`
  std::uint64_t bytes_left() const { return end_ - at_; }
  /// Events were lost before this page's first record.
  bool lost() const { return lost_; }
  std::uint64_t lost_count() const { return lost_count_; }  ///< 0 = unknown

 private:
  PageLayout layout_;
  Bytes page_;
  Bytes data_;
  std::size_t at_ = 0, end_ = 0, record_at_ = 0;
  std::uint64_t tick_ = 0;
  std::uint64_t lost_count_ = 0;
  bool lost_ = false;
};

}  // namespace kmemlab::traces
