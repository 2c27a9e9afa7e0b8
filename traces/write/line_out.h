// Text on its way out: gathered in pieces of 64 KiB, so that memory does not follow the trace.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kmemlab::traces {

/// Takes the next bytes of a written trace.
using Put = std::function<void(std::string_view)>;

class LineOut {
 public:
  explicit LineOut(const Put& put) : put_(put) {}

  LineOut& operator<<(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= piece_bytes) flush();
    return *this;
  }
  LineOut& operator<<(char c) {
    buffer_ += c;
    return *this;
  }
  LineOut& number(std::uint64_t n) { return digits(n, 10, 0); }
  LineOut& number_signed(std::int64_t n) {
    if (n < 0) buffer_ += '-';
    return digits(n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n), 10, 0);
  }
  /// At least `width` digits, with zeros in front.
  LineOut& padded(std::uint64_t n, std::size_t width) { return digits(n, 10, width); }
  LineOut& hex(std::uint64_t n, std::size_t width = 0) { return digits(n, 16, width); }

  void flush() {
    put_(buffer_);
    buffer_.clear();
  }

 private:
  static constexpr std::size_t piece_bytes = 64 * 1024;

  LineOut& digits(std::uint64_t n, int base, std::size_t width) {
    char text[20];
    const char* end = std::to_chars(text, text + sizeof text, n, base).ptr;
    const auto length = static_cast<std::size_t>(end - text);
    if (length < width) buffer_.append(width - length, '0');
    buffer_.append(text, length);
    return *this;
  }

  const Put& put_;
  std::string buffer_;
};

}  // namespace kmemlab::traces
