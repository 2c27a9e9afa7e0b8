// Cuts a stream into lines for readers of text: one piece of 256 KiB in memory, lines of at most 64 KiB. A longer line
// is reported once as damage and skipped to its end; a failing decompressor is damage too, and ends the input.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "traces/readers/reader.h"

namespace kmemlab::traces {

struct SourceLine {
  std::string_view text;     ///< without its end (\n or \r\n)
  std::uint64_t number = 0;  ///< from 1
  std::uint64_t offset = 0;  ///< of its first byte, decoded
  bool ended = true;         ///< false: the input ends without a newline, and may have been cut
};

class LineSource {
 public:
  LineSource(const ReadJob& job, ByteStream& stream) : job_(job), stream_(stream), buffer_(piece_bytes + line_max) {}

  /// take(const SourceLine&) for each line, in order.
  template <class Take>
  void each(Take take) {
    for (std::uint64_t pieces = 0;; ++pieces) {
      const std::size_t fresh = fill();
      const std::size_t used = cut(take);
      std::memmove(buffer_.data(), buffer_.data() + used, held_ - used);
      held_ -= used;
      if (fresh == 0 || stopped_) break;
      if (held_ >= line_max) drop_start();
      if (pieces % 32 == 0 && job_.progress) job_.progress(stream_.stored_done(), job_.input.stored_bytes());
    }
    if (held_ > 0 && !skipping_ && !stopped_)
      take(SourceLine{trimmed({buffer_.data(), held_}), number_ + 1, offset_, false});
  }

  /// From inside take: this line was the last that is wanted.
  void stop() { stopped_ = true; }
  /// From inside take: longer lines that follow are passed over in silence, or not.
  void expect_long_lines(bool expected) { long_expected_ = expected; }

  /// Counts `line` as damaged.
  void damaged(const SourceLine& line, std::string what, std::string expected = {}) {
    job_.damage.at_line(line.number, line.offset, line.text.size(), std::move(what), std::move(expected));
  }

 private:
  static constexpr std::size_t piece_bytes = 256 * 1024;
  static constexpr std::size_t line_max = 64 * 1024;

  static std::string_view trimmed(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
  }

  std::size_t fill() {
    auto got = stream_.read(reinterpret_cast<unsigned char*>(buffer_.data()) + held_, buffer_.size() - held_);
    if (!got) {
      Error e = got.error();
      e.file = job_.damage.file();
      job_.damage.add(std::move(e), 0);
      return 0;
    }
    held_ += *got;
    return *got;
  }

  template <class Take>
  std::size_t cut(Take take) {
    std::size_t at = 0;
    while (at < held_ && !stopped_) {
      const void* newline = std::memchr(buffer_.data() + at, '\n', held_ - at);
      if (newline == nullptr) break;
      const auto end = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data());
      ++number_;
      const bool rest_of_dropped = skipping_;
      skipping_ = false;
      const std::string_view text(buffer_.data() + at, end - at);
      if (text.size() > line_max && !rest_of_dropped)
        too_long(number_, text.size());
      else if (!rest_of_dropped)
        take(SourceLine{trimmed(text), number_, offset_, true});
      offset_ += end + 1 - at;
      at = end + 1;
    }
    return at;
  }

  void too_long(std::uint64_t number, std::size_t bytes) {
    if (long_expected_) return;
    job_.damage.at_line(number, offset_, bytes, "a line of more than 64 KiB", "one record a line");
  }

  /// A line without an end: its start is dropped, and so is the rest when it comes.
  void drop_start() {
    if (!skipping_) too_long(number_ + 1, held_);
    skipping_ = true;
    offset_ += held_;
    held_ = 0;
  }

  const ReadJob& job_;
  ByteStream& stream_;
  std::vector<char> buffer_;
  std::size_t held_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  bool skipping_ = false;
  bool stopped_ = false;
  bool long_expected_ = false;
};

}  // namespace kmemlab::traces
