// One run that is shown: its desk, and the newest snapshot of where the cursor stands.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sim/observe/prepared.h"
#include "sim/observe/snapshot.h"
#include "viz/app/exhibit.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

class ShownRun {
 public:
  ShownRun(RunSpec spec, const TraceNames& names, std::string key, std::function<void()> wake);

  const std::string& core() const { return spec_.core; }
  const std::string& machine() const { return spec_.machine; }
  const std::string& key() const { return key_; }  ///< tells the runs that are shown apart
  Desk& desk() { return *desk_; }
  const Desk& desk() const { return *desk_; }

  /// Asks for this place, unless it was asked for last, and takes what has come: once a frame.
  void follow(sim::Place place);
  const sim::Snapshot* now() const { return now_.get(); }
  const sim::Prepared* whole() const { return whole_.get(); }
  /// What is shown is what was asked for last.
  bool current() const { return current_; }
  std::string error() const;
  const Desk::Progress& progress() const { return progress_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  using Kept = std::shared_ptr<const sim::Snapshot>;

  RunSpec spec_;
  std::string key_;
  Question<Key, Kept> question_;
  Kept now_;
  std::shared_ptr<const sim::Prepared> whole_;
  Desk::Progress progress_;
  bool current_ = false;
  std::unique_ptr<Desk> desk_;  ///< last: its thread ends first
};

}  // namespace kmemlab::viz
