// A progress line on a terminal (rate, per cent, time left); silent otherwise. The only place that looks at a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kmemlab::cli {

class ProgressLine {
 public:
  /// `what` begins the line; `unit` follows the rate ("events", "bytes").
  ProgressLine(std::string what, std::string unit);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `total` 0: unknown.
  void update(std::uint64_t done, std::uint64_t total);
  /// Words of one's own, where no total is known.
  void say(const std::string& line);
  void clear();

 private:
  bool due();
  using Clock = std::chrono::steady_clock;
  std::string what_;
  std::string unit_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point started_;
  Clock::time_point last_;
};

}  // namespace kmemlab::cli
