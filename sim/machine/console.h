// The console: lines that the guest printed, each with the tick at which it did. Keeps the first lines_kept lines and
// counts the rest, so that a core that complains on every call cannot fill the host; the digest covers all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "sim/machine/cow.h"

namespace kmemlab::sim {

struct ConsoleLine {
  std::uint64_t tick = 0;
  unsigned cpu = 0;
  std::string text;

  bool operator==(const ConsoleLine&) const = default;
};

class Console {
 public:
  static constexpr std::size_t lines_kept = 4096;

  void append(std::uint64_t tick, unsigned cpu, std::string_view text) {
    digest_.add(tick);
    digest_.add(cpu);
    digest_.add(text);
    ++count_;
    if (count_ <= lines_kept) lines_.own().push_back(ConsoleLine{tick, cpu, std::string(text)});
  }

  /// The first lines_kept lines, oldest first.
  const std::vector<ConsoleLine>& lines() const {
    static const std::vector<ConsoleLine> none;
    return lines_.get() == nullptr ? none : *lines_.get();
  }
  /// All lines ever printed, kept or not.
  std::uint64_t count() const { return count_; }
  std::uint64_t digest() const { return digest_.value(); }

 private:
  Cow<std::vector<ConsoleLine>> lines_;
  std::uint64_t count_ = 0;
  Digest digest_;
};

}  // namespace kmemlab::sim
