#include "sim/observe/checkpoints.h"

#include <algorithm>
#include <utility>

namespace kmemlab::sim {

void Checkpoints::weigh(std::size_t i) {
  const std::size_t next = std::min(i + 1, all_.size() - 1);
  bytes_ -= all_[i].bytes;
  all_[i].bytes = all_[i].session->bytes_not_shared(*all_[next].session);
  bytes_ += all_[i].bytes;
}

void Checkpoints::add(std::uint64_t event, std::uint64_t digest, std::unique_ptr<Session> session) {
  all_.push_back({event, digest, 0, std::move(session)});
  weigh(all_.size() - 1);
  if (all_.size() > 1) weigh(all_.size() - 2);
}

void Checkpoints::thin() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < all_.size(); i += 2, ++out) {
    if (out != i) all_[out] = std::move(all_[i]);
  }
  all_.resize(out);
  bytes_ = 0;
  for (Checkpoint& c : all_) c.bytes = 0;
  for (std::size_t i = 0; i < all_.size(); ++i) weigh(i);
}

const Checkpoint& Checkpoints::before(std::uint64_t event) const {
  const auto behind = std::upper_bound(all_.begin(), all_.end(), event,
                                       [](std::uint64_t e, const Checkpoint& c) { return e < c.event; });
  return *std::prev(behind);
}

namespace {

auto behind_event(const std::vector<std::unique_ptr<Session>>& copies, std::uint64_t event) {
  return std::upper_bound(copies.begin(), copies.end(), event,
                          [](std::uint64_t e, const auto& s) { return e < s->next_event(); });
}

}  // namespace

void NearCopies::add(const Session& session) {
  const auto behind = behind_event(copies_, session.next_event());
  if (behind != copies_.begin() && (*std::prev(behind))->next_event() == session.next_event()) return;
  copies_.insert(behind, session.copy());
}

void NearCopies::trim(std::uint64_t event) {
  const auto distance = [&](const Session& s) {
    return s.next_event() > event ? s.next_event() - event : event - s.next_event();
  };
  while (copies_.size() > most) {
    copies_.erase(distance(*copies_.front()) > distance(*copies_.back()) ? copies_.begin() : std::prev(copies_.end()));
  }
}

const Session* NearCopies::before(std::uint64_t event) const {
  const auto behind = behind_event(copies_, event);
  return behind == copies_.begin() ? nullptr : std::prev(behind)->get();
}

}  // namespace kmemlab::sim
