// The blank-separated words of a line, for readers of formats that are nothing more.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace kmemlab::traces {

/// The first N words; `count` goes on beyond N.
template <std::size_t N>
struct Words {
  std::array<std::string_view, N> word;
  std::size_t count = 0;

  explicit Words(std::string_view line) {
    for (std::size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
      if (count < N) word[count] = line.substr(at, end - at);
      ++count;
      at = line.find_first_not_of(" \t\r", end);
    }
  }
};

}  // namespace kmemlab::traces
