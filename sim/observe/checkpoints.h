// Copies of a run, in order of their events. The permanent ones lie at equal distances from the beginning on; when they
// outgrow their budget every second one goes, and the distance doubles. Those near the last place looked at are there
// for stepping back, and go when there are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/replay/session.h"

namespace kmemlab::sim {

struct Checkpoint {
  std::uint64_t event = 0;   ///< events [0, event) have arrived
  std::uint64_t digest = 0;  ///< Session::digest of the run there
  std::size_t bytes = 0;     ///< on the host, that the next checkpoint does not have
  std::unique_ptr<Session> session;
};

class Checkpoints {
 public:
  explicit Checkpoints(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  /// @pre behind all others
  void add(std::uint64_t event, std::uint64_t digest, std::unique_ptr<Session> session);
  bool too_large() const { return bytes_ > budget_bytes_ && all_.size() > 2; }
  /// Keeps number 0, 2, 4, ...
  void thin();
  const std::vector<Checkpoint>& all() const { return all_; }
  std::size_t bytes() const { return bytes_; }
  /// The last one at or before `event`. @pre there is one
  const Checkpoint& before(std::uint64_t event) const;

 private:
  void weigh(std::size_t i);

  std::size_t budget_bytes_;
  std::size_t bytes_ = 0;
  std::vector<Checkpoint> all_;
};

class NearCopies {
 public:
  static constexpr std::size_t most = 32;

  /// Remembers a copy of `session`, unless there is one at its place.
  void add(const Session& session);
  /// Forgets those farthest from `event` until `most` are left.
  void trim(std::uint64_t event);
  /// The last one at or before `event`, or null.
  const Session* before(std::uint64_t event) const;
  void clear() { copies_.clear(); }

 private:
  std::vector<std::unique_ptr<Session>> copies_;  ///< in order of their events
};

}  // namespace kmemlab::sim
