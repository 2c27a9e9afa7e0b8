// What is still to come in a trace: is there an event after this one that can be a call although these tasks sleep?
// Reads the trace from its end towards the beginning, and only as far as a question makes it: nearly always the last
// block answers. Remembers the last call of each task that it has seen, so that all questions of a run together cost at
// most one pass over the trace. Shared by the copies of a session, which may be in different threads; how far it has
// read never changes an answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "traces/kmt/cursor.h"

namespace kmemlab::sim {

class Lookahead {
 public:
  /// Which events can be calls, or give something back, beside those of tasks that are awake.
  struct Actors {
    bool interrupts = true;
    bool page_events = false;  ///< page allocations and frees are played: --pages pressure
    bool operator==(const Actors&) const = default;
  };
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};
  /// An event that will be a call as long as its task is awake.
  struct Witness {
    std::uint64_t event = 0;
    std::uint32_t task = nobody;  ///< nobody: an interrupt, a page event, or no task of the table
  };

  explicit Lookahead(std::shared_ptr<const traces::KmtView> trace);

  const std::shared_ptr<const traces::KmtView>& trace() const { return trace_; }
  /// An event above `event` that can be a call; none if there is none. `asleep(task)`: its calls queue. A block of the
  /// trace that cannot be read counts as one that has such an event: the replay will meet the damage itself.
  std::optional<Witness> after(std::uint64_t event, const Actors& actors,
                               const std::function<bool(std::uint32_t)>& asleep);

 private:
  std::optional<Witness> seen_after(std::uint64_t event, const Actors& actors,
                                    const std::function<bool(std::uint32_t)>& asleep) const;
  /// One block more, towards the beginning. False: it cannot be read.
  bool read_block();
  void see(const traces::EventBlock& b, std::uint32_t row);

  const std::shared_ptr<const traces::KmtView> trace_;
  std::mutex mutex_;  ///< of what follows
  std::optional<traces::KmtCursor> cursor_;
  std::unique_ptr<traces::EventBlock> block_;
  std::uint64_t seen_from_;                ///< events from here on were looked at
  std::vector<std::uint64_t> last_call_;   ///< of each task, plus one; 0: none seen
  std::vector<std::uint32_t> with_calls_;  ///< tasks that have one, the one with the latest call first
  std::uint64_t last_interrupt_ = 0, last_nobodys_ = 0, last_page_event_ = 0;  ///< likewise plus one
};

}  // namespace kmemlab::sim
