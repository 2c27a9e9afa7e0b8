// What a written file does not hold of the trace it was made from. Every writer says it; `kmemlab convert` prints it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace kmemlab::traces {

struct Loss {
  std::string what;         ///< "reallocs, written as a free and an allocation"
  std::uint64_t count = 0;  ///< records that it befell; 0: the format never carries it
};

class Losses {
 public:
  /// The format never carries this.
  void always(std::string what) { losses_.push_back({std::move(what), 0}); }
  void one(const char* what) {
    const auto same = [&](const Loss& l) { return l.count != 0 && l.what == what; };
    const auto at = std::find_if(losses_.begin(), losses_.end(), same);
    if (at != losses_.end()) {
      ++at->count;
    } else {
      losses_.push_back({what, 1});
    }
  }
  const std::vector<Loss>& all() const { return losses_; }
  /// "ticks, call sites, 3 reallocs"; "nothing" where all of it was written.
  std::string text() const {
    std::string s;
    for (const Loss& l : losses_) {
      if (!s.empty()) s += ", ";
      if (l.count != 0) s += std::to_string(l.count) + ' ';
      s += l.what;
    }
    return s.empty() ? "nothing" : s;
  }

 private:
  std::vector<Loss> losses_;
};

}  // namespace kmemlab::traces
