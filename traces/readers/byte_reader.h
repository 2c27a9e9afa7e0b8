// A cursor over untrusted bytes: every take is checked against what is left, and nothing is ever read beyond it.
// Models the integers of a recording in the recording's own byte order. After a failed take the cursor stays put
// and ok() is false for good, so that a parser may check once at the end of a group.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace kmemlab::traces {

using Bytes = std::span<const unsigned char>;

enum class ByteOrder : std::uint8_t { little, big };

constexpr bool is_host_order(ByteOrder order) {
  return (order == ByteOrder::little) == (std::endian::native == std::endian::little);
}

template <class T>
inline T load_int(const unsigned char* p, ByteOrder order) {
  T v;
  std::memcpy(&v, p, sizeof v);
  if (is_host_order(order)) return v;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(v));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(v));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(v));
  return v;
}

inline std::string_view as_text(Bytes b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

class ByteReader {
 public:
  ByteReader(Bytes bytes, ByteOrder order, std::uint64_t base = 0) : bytes_(bytes), order_(order), base_(base) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return bytes_.size() - at_; }
  std::uint64_t offset() const { return base_ + at_; }  ///< in the file, if `base` was the file offset of the span
  ByteOrder order() const { return order_; }
  void set_order(ByteOrder order) { order_ = order; }

  std::uint16_t u16() { return take<std::uint16_t>(); }
  std::uint32_t u32() { return take<std::uint32_t>(); }
  std::uint64_t u64() { return take<std::uint64_t>(); }
  std::uint8_t u8() { return take<std::uint8_t>(); }

  Bytes bytes(std::uint64_t n) {
    if (!ok_ || n > left()) return no_bytes();
    const Bytes b = bytes_.subspan(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return b;
  }
  /// Up to and without the next NUL, which is taken too.
  std::string_view c_string() {
    if (!ok_) return {};
    const void* end = left() ? std::memchr(bytes_.data() + at_, 0, left()) : nullptr;
    if (!end) {
      ok_ = false;
      return {};
    }
    const auto n = static_cast<std::size_t>(static_cast<const unsigned char*>(end) - (bytes_.data() + at_));
    const std::string_view s = as_text(bytes_.subspan(at_, n));
    at_ += n + 1;
    return s;
  }
  /// True and taken if the next bytes are `text` and then a NUL.
  bool expect_c_string(std::string_view text) {
    const ByteReader before = *this;
    if (c_string() == text && ok_) return true;
    *this = before;
    return false;
  }

 private:
  template <class T>
  T take() {
    if (!ok_ || left() < sizeof(T)) {
      ok_ = false;
      return 0;
    }
    const T v = load_int<T>(bytes_.data() + at_, order_);
    at_ += sizeof(T);
    return v;
  }
  Bytes no_bytes() {
    ok_ = false;
    return {};
  }

  Bytes bytes_;
  ByteOrder order_;
  std::uint64_t base_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace kmemlab::traces
