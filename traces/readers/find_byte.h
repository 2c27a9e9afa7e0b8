// The next occurrence of one byte, inline: what stands between two `=` or two `:` of an event line is so short that a
// call of memchr costs more than the search. Eight bytes at a time; never reads outside of the text.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "traces/readers/byte_reader.h"

namespace kmemlab::traces {

/// Index of the first `byte` in `text` at or behind `at`; text.size() if there is none.
inline std::size_t find_byte(std::string_view text, char byte, std::size_t at = 0) {
  constexpr std::uint64_t ones = 0x0101010101010101, low_bits = 0x7f7f7f7f7f7f7f7f;
  const std::uint64_t pattern = ones * static_cast<unsigned char>(byte);
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t x = load_int<std::uint64_t>(p + at, ByteOrder::little) ^ pattern;
    const std::uint64_t zeros = ~(((x & low_bits) + low_bits) | x | low_bits);  // bit 7 of every byte that was `byte`
    if (zeros) return at + static_cast<std::size_t>(std::countr_zero(zeros)) / 8;
  }
  while (at < text.size() && text[at] != byte) ++at;
  return at;
}

}  // namespace kmemlab::traces
