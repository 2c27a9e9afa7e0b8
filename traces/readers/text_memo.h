// Text that was seen before, by its raw spelling: spares taking it apart again. Recordings repeat themselves: a trace
// of a million lines names some thousands of places and some hundreds of tasks.
// Bounded by the distinct texts of the input.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "traces/event.h"

namespace kmemlab::traces {

class TextMemo {
 public:
  /// The value of `text`: make() at its first sight, the same later. A text that make() has no_index for is forgotten.
  template <class Make>
  Index find_or(std::string_view text, Make make) {
    const std::uint64_t h = hash(text);
    if (!slots_.empty()) {
      for (std::size_t at = h & mask();; at = (at + 1) & mask()) {
        const Slot& s = slots_[at];
        if (s.number == no_index) break;
        if (s.hash == static_cast<std::uint32_t>(h >> 32) && same(texts_[s.number], text)) return values_[s.number];
      }
    }
    const Index value = make();
    if (value != no_index) add(text, h, value);
    return value;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Index number = no_index;
  };

  template <class Word>
  static std::uint64_t load(const char* p) {
    Word v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  /// Only finds; its value shows nowhere, so that it may differ between byte orders.
  static std::uint64_t hash(std::string_view text) {
    constexpr std::uint64_t odd = 0x9fb21c651e98df25;
    const char* p = text.data();
    const std::size_t n = text.size();
    std::uint64_t h = (n + 1) * odd;
    if (n >= 8) {
      for (std::size_t i = 0; i + 8 <= n; i += 8) h = step(h, load<std::uint64_t>(p + i));
      return step(h, load<std::uint64_t>(p + n - 8));
    }
    if (n >= 4) return step(h, load<std::uint32_t>(p) | load<std::uint32_t>(p + n - 4) << 32);
    for (std::size_t i = 0; i < n; ++i) h = step(h, static_cast<unsigned char>(p[i]));
    return h;
  }
  static std::uint64_t step(std::uint64_t h, std::uint64_t word) {
    h = (h ^ word) * 0x9fb21c651e98df25;
    return h ^ h >> 32;
  }
  static bool same(const std::string& a, std::string_view b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), b.size()) == 0;
  }

  std::size_t mask() const { return slots_.size() - 1; }
  void place(std::uint64_t h, Index number) {
    std::size_t at = h & mask();
    while (slots_[at].number != no_index) at = (at + 1) & mask();
    slots_[at] = {static_cast<std::uint32_t>(h >> 32), number};
  }
  void add(std::string_view text, std::uint64_t h, Index value) {
    texts_.emplace_back(text);
    values_.push_back(value);
    if (texts_.size() * 2 <= slots_.size()) return place(h, static_cast<Index>(texts_.size() - 1));
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
    for (std::size_t i = 0; i < texts_.size(); ++i) place(hash(texts_[i]), static_cast<Index>(i));
  }

  std::vector<Slot> slots_;
  std::vector<std::string> texts_;
  std::vector<Index> values_;
};

}  // namespace kmemlab::traces
