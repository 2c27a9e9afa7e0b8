// Little-endian bytes, written and read with bounds: ByteWriter appends, ByteReader never reads past its end and
// remembers that it was asked to (one check after parsing instead of one at each field).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kmemlab::traces {

using ByteVector = std::vector<unsigned char>;

namespace kmt {

/// The low `n` bytes of `value`, least significant first.
inline void put_le(unsigned char* to, std::uint64_t value, unsigned n) {
  for (unsigned i = 0; i < n; ++i) to[i] = static_cast<unsigned char>(value >> (8 * i));
}
inline std::uint64_t get_le(const unsigned char* from, unsigned n) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < n; ++i) value |= static_cast<std::uint64_t>(from[i]) << (8 * i);
  return value;
}

class ByteWriter {
 public:
  explicit ByteWriter(ByteVector& out) : out_(out) {}
  void u8(std::uint64_t v) { put(v, 1); }
  void u16(std::uint64_t v) { put(v, 2); }
  void u32(std::uint64_t v) { put(v, 4); }
  void u64(std::uint64_t v) { put(v, 8); }
  /// u32 length, then the bytes.
  void text(std::string_view s) {
    u32(s.size());
    out_.insert(out_.end(), s.begin(), s.end());
  }

 private:
  void put(std::uint64_t v, unsigned n) {
    for (unsigned i = 0; i < n; ++i) out_.push_back(static_cast<unsigned char>(v >> (8 * i)));
  }
  ByteVector& out_;
};

class ByteReader {
 public:
  ByteReader(const unsigned char* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  std::uint64_t u8() { return take(1); }
  std::uint64_t u16() { return take(2); }
  std::uint64_t u32() { return take(4); }
  std::uint64_t u64() { return take(8); }
  std::string text() {
    const std::uint64_t n = u32();
    if (n > left()) return overrun(), std::string();
    const auto* p = reinterpret_cast<const char*>(data_ + at_);
    at_ += n;
    return std::string(p, n);
  }
  std::size_t left() const { return bytes_ - at_; }
  std::size_t position() const { return at_; }
  bool ok() const { return ok_; }

 private:
  std::uint64_t take(unsigned n) {
    if (n > left()) return overrun(), 0;
    const std::uint64_t v = get_le(data_ + at_, n);
    at_ += n;
    return v;
  }
  void overrun() {
    ok_ = false;
    at_ = bytes_;
  }
  const unsigned char* data_;
  std::size_t bytes_, at_ = 0;
  bool ok_ = true;
};

}  // namespace kmt
}  // namespace kmemlab::traces
