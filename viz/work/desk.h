// One run behind a thread of its own: the front end posts jobs and looks at their answers later, so no frame ever waits
// for a replay. Between jobs the thread prepares the run, a stretch at a time. The Timeline is touched by nobody else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sim/observe/prepared.h"
#include "sim/observe/timeline.h"

namespace kmemlab::viz {

class Desk {
 public:
  /// Asked by long jobs: is the answer still wanted?
  using Stop = std::function<bool()>;
  using Job = std::function<void(sim::Timeline&, const Stop&)>;
  using Open = std::function<Fallible<sim::Timeline>()>;
  using Slot = std::uint64_t;

  struct Progress {
    std::uint64_t done = 0, total = 0;  ///< events
    bool opened = false, prepared = false;
    std::string error;  ///< why there is no run, or why it ended early; empty = none
  };

  /// `open` is called on the thread. `wake` may be called from there whenever something new can be seen.
  Desk(std::shared_ptr<const traces::KmtView> trace, Open open, std::function<void()> wake);
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  ~Desk();

  static Slot new_slot();
  /// The newest job of a slot takes the place of one that waits, and stops one that runs.
  void post(Slot slot, Job job);
  /// A job that waits is forgotten, one that runs is asked to stop.
  void cancel(Slot slot);
  /// Nothing waits, nothing runs, and the run is prepared, or cannot be opened.
  bool idle() const;
  void wait_until_idle();
  Progress progress() const;
  /// What the preparing pass has collected so far; null before its first stretch.
  std::shared_ptr<const sim::Prepared> collected() const;

 private:
  void work(const Open& open);
  void work_until_closed(const Open& open);
  void serve_nobody();
  bool serve_one(sim::Timeline& timeline);
  bool prepare_more(sim::Timeline& timeline, const sim::Collectors& collectors);
  bool idle_locked() const { return done_preparing_ && waiting_.empty() && !running_; }

  struct Posted {
    Slot slot = 0;
    Job job;
  };
  mutable std::mutex mutex_;
  std::condition_variable more_, quiet_;
  std::deque<Posted> waiting_;
  std::optional<Slot> running_;
  bool stop_running_ = false;
  bool closing_ = false;
  bool done_preparing_ = false;
  Progress progress_;
  std::shared_ptr<const sim::Prepared> collected_;
  std::shared_ptr<const traces::KmtView> trace_;
  std::function<void()> wake_;
  std::thread thread_;
};

/// For jobs that ask about the whole run: prepares it to its end, a stretch at a time. False: nobody wants it any more.
bool prepare_unless(sim::Timeline& timeline, const Desk::Stop& stop);

}  // namespace kmemlab::viz
