// Runs written down by hand, as sources of decisions.
#pragma once

#include <string>
#include <vector>

#include "sim/check/decision_file.h"
#include "tests/catch.h"

namespace kmemlab::test {

/// A file of decisions as a source. Lines of events, then of the run's end.
class Written {
 public:
  explicit Written(std::string text, std::uint64_t events = 10)
      : text_(std::move(text)),
        reader_(check::DecisionReader::open([this](std::string& line) { return next(line); }, "side.txt", events)) {}
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  Fallible<check::DecisionReader>& reader() { return reader_; }

 private:
  bool next(std::string& line) {
    if (at_ >= text_.size()) return false;
    const auto end = std::min(text_.find('\n', at_), text_.size());
    line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  std::string text_;
  std::size_t at_ = 0;
  Fallible<check::DecisionReader> reader_;
};

inline std::string decisions_text(const std::string& events, const std::string& end = {}) {
  return check::decisions_head(10, 4096) + events + "end\n" + end + "done\n";
}

/// The first error on the way to the end, or empty.
inline std::string error_of_decisions(const std::string& text) {
  Written written(text);
  if (!written.reader()) return written.reader().error().text();
  sim::EventDecisions group;
  for (;;) {
    const auto more = written.reader()->next(group);
    if (!more) return more.error().text();
    if (!*more) break;
  }
  const auto end = written.reader()->finish();
  return end ? std::string() : end.error().text();
}

}  // namespace kmemlab::test
