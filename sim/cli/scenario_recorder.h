// Keeps what a replay tells, in order, so that a scenario can be written of it.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/machine/step.h"
#include "sim/replay/observer.h"

namespace kmemlab::cli {

/// All that followed at once when one event had arrived.
struct EventGroup {
  std::uint64_t event = 0;
  std::vector<std::variant<sim::Completion, sim::SleepNote>> told;  ///< in order
  std::vector<StepKind> did;
  std::vector<std::string> console;  ///< new lines
  bool background = false;           ///< a system's own thread ran, too
};

class ScenarioRecorder final : public sim::Observer {
 public:
  void on_begin(const sim::Kernel& kernel) override { kernel_ = &kernel; }
  void on_completion(const sim::Completion& c) override { now_.told.emplace_back(c); }
  void on_sleep(const sim::SleepNote& note) override { now_.told.emplace_back(note); }
  void on_background(std::uint64_t) override { now_.background = true; }
  bool wants_steps() const override { return true; }
  void on_event_over(std::uint64_t event, std::span<const kmemlab::Step> steps) override {
    now_.event = event;
    for (const kmemlab::Step& s : steps) now_.did.push_back(s.kind);
    take_console();
    groups_.push_back(std::move(now_));
    now_ = {};
  }
  void on_end(std::uint64_t) override {
    if (now_.told.empty()) return;
    take_console();
    groups_.push_back(std::move(now_));
  }

  const std::vector<EventGroup>& groups() const { return groups_; }

 private:
  void take_console() {
    const auto& lines = kernel_->machine().console().lines();
    for (; lines_ < lines.size(); ++lines_) now_.console.push_back(lines[lines_].text);
  }
  const sim::Kernel* kernel_ = nullptr;
  std::vector<EventGroup> groups_;
  EventGroup now_;
  std::size_t lines_ = 0;
};

}  // namespace kmemlab::cli
