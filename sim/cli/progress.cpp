#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace kmemlab::cli {

ProgressLine::ProgressLine(std::string what, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(Clock::now()),
      last_(started_) {}

ProgressLine::~ProgressLine() {
  clear();
}

bool ProgressLine::due() {
  if (!terminal_) return false;
  const auto now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(200)) return false;
  last_ = now;
  shown_ = true;
  return true;
}

void ProgressLine::say(const std::string& line) {
  if (!due()) return;
  fmt::print(stderr, "\r{:<78}", line);
  std::fflush(stderr);
}

void ProgressLine::update(std::uint64_t done, std::uint64_t total) {
  if (!due()) return;
  const double seconds = std::chrono::duration<double>(last_ - started_).count();
  const double rate = static_cast<double>(done) / seconds;
  std::string line = fmt::format("\r{}  {:.1f} M {}/s", what_, rate / 1e6, unit_);
  if (total > 0 && done <= total) {
    line += fmt::format("  {} %", done * 100 / total);
    if (rate > 0) line += fmt::format("  {:.0f} s left", static_cast<double>(total - done) / rate);
  }
  fmt::print(stderr, "{:<78}", line);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r{:78}\r", "");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace kmemlab::cli
