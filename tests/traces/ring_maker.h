// Builds ring-buffer pages byte by byte, in either byte order and with kernel longs of 4 or 8 bytes, from the
// description of the event header in include/linux/ring_buffer.h; independent of the reader's code.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kmemlab::traces::testing {

struct Flavour {
  int version = 7;
  bool big_endian = false;
  unsigned long_bytes = 8;
  std::string packing = "none";
};

class ByteMaker {
 public:
  explicit ByteMaker(bool big_endian) : big_(big_endian) {}
  std::vector<unsigned char> bytes;

  void integer(std::uint64_t v, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (big_ ? size - 1 - i : i);
      bytes.push_back(shift < 64 ? static_cast<unsigned char>(v >> shift) : 0);
    }
  }
  void text(std::string_view s) { bytes.insert(bytes.end(), s.begin(), s.end()); }
  void c_string(std::string_view s) {
    text(s);
    bytes.push_back(0);
  }
  void append(const std::vector<unsigned char>& other) { bytes.insert(bytes.end(), other.begin(), other.end()); }
  void pad_to(std::size_t multiple) {
    while (bytes.size() % multiple) bytes.push_back(0);
  }
  void overwrite(std::size_t at, std::uint64_t v, unsigned size) {
    ByteMaker m(big_);
    m.integer(v, size);
    std::copy(m.bytes.begin(), m.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }
  bool big() const { return big_; }

 private:
  bool big_;
};

/// The ring-buffer pages of one CPU.
class CpuMaker {
 public:
  explicit CpuMaker(const Flavour& f) : flavour_(f) { start_page(0); }

  void start_page(std::uint64_t tick, std::uint64_t commit_flags = 0, std::uint64_t lost_count = 0) {
    finish_page();
    tick_ = page_tick_ = tick;
    commit_flags_ = commit_flags;
    lost_count_ = lost_count;
    data_.clear();
    open_ = true;
  }
  /// Raw words, e.g. a discarded event.
  void words(std::initializer_list<std::uint32_t> all) {
    ByteMaker m(flavour_.big_endian);
    for (const std::uint32_t w : all) m.integer(w, 4);
    data_.insert(data_.end(), m.bytes.begin(), m.bytes.end());
  }
  std::uint32_t header(std::uint32_t type, std::uint32_t delta) const {
    return flavour_.big_endian ? type << 27 | delta : delta << 5 | type;
  }
  void record(std::uint64_t tick, const std::vector<unsigned char>& body) {
    std::uint64_t delta = tick - tick_;
    if (delta >> 27) {
      words(
          {header(30, static_cast<std::uint32_t>(delta & ((1U << 27) - 1))), static_cast<std::uint32_t>(delta >> 27)});
      delta = 0;
    }
    tick_ = tick;
    const std::size_t padded = (body.size() + 3) / 4 * 4;
    if (padded / 4 <= 28) {
      words({header(static_cast<std::uint32_t>(padded / 4), static_cast<std::uint32_t>(delta))});
    } else {
      words({header(0, static_cast<std::uint32_t>(delta)), static_cast<std::uint32_t>(padded + 4)});
    }
    data_.insert(data_.end(), body.begin(), body.end());
    data_.resize(data_.size() + padded - body.size());
  }
  std::vector<unsigned char> pages() {
    finish_page();
    return pages_;
  }

 private:
  void finish_page() {
    if (!open_ || data_.empty()) return;
    ByteMaker m(flavour_.big_endian);
    m.integer(page_tick_, 8);
    m.integer(data_.size() | commit_flags_, flavour_.long_bytes);
    m.append(data_);
    if (lost_count_) m.integer(lost_count_, flavour_.long_bytes);
    m.bytes.resize(4096);
    pages_.insert(pages_.end(), m.bytes.begin(), m.bytes.end());
    open_ = false;
  }
  Flavour flavour_;
  std::vector<unsigned char> pages_, data_;
  std::uint64_t tick_ = 0, page_tick_ = 0, commit_flags_ = 0, lost_count_ = 0;
  bool open_ = false;
};

}  // namespace kmemlab::traces::testing
