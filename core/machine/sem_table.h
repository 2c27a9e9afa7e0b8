// The kernel's table of semaphores (semaphores.h) as plain data: what both machines keep. Waking is the machine's: the
// functions say which channels. Waiters need no list: waits of one semaphore are numbered as they come, and served in
// that order, so two counters are the queue.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/digest.h"
#include "core/machine/semaphores.h"

namespace kmemlab {

inline constexpr unsigned sems_max = 64;           ///< ours: how many semaphores may live at a time
inline constexpr std::size_t sem_name_bytes = 32;  ///< a longer name is cut

class SemTable {
 public:
  struct Sem {
    sem_id id = 0;  ///< 0: the slot is empty
    std::int32_t count = 0;
    std::uint64_t tickets = 0;  ///< waits so far
    std::uint64_t served = 0;   ///< of them, over: tickets below this one have had their turn
    std::array<char, sem_name_bytes + 1> name{};
  };

  sem_id create(std::int32_t count, std::string_view name) {
    if (count < 0) return B_BAD_VALUE;
    const auto slot = std::find_if(sems_.begin(), sems_.end(), [](const Sem& s) { return s.id == 0; });
    if (slot == sems_.end() || serial_ == serial_max) return B_NO_MORE_SEMS;
    *slot = Sem{};
    slot->id = static_cast<sem_id>(++serial_ * sems_max + static_cast<std::uint32_t>(slot - sems_.begin()));
    slot->count = count;
    std::copy_n(name.data(), std::min(name.size(), sem_name_bytes), slot->name.data());
    return slot->id;
  }
  /// Calls wake(channel) for everybody who waits, first come first.
  template <class F>
  status_t remove(sem_id id, F wake) {
    Sem* s = find(id);
    if (s == nullptr) return B_BAD_SEM_ID;
    const Sem gone = *s;
    *s = Sem{};
    for (std::uint64_t t = gone.served; t < gone.tickets; ++t) wake(channel_of(id, t));
    return B_OK;
  }
  SemReply acquire(sem_id id) {
    Sem* s = find(id);
    if (s == nullptr) [[unlikely]]
      return {};
    if (--s->count >= 0) [[likely]]
      return {SemStatus::taken, 0, {}};
    const std::uint64_t ticket = s->tickets++;
    return {SemStatus::wait, ticket, channel_of(id, ticket)};
  }
  SemReply resume(sem_id id, std::uint64_t ticket) {
    const Sem* s = find(id);
    if (s == nullptr) return {};
    if (ticket < s->served) return {SemStatus::taken, 0, {}};
    return {SemStatus::wait, ticket, channel_of(id, ticket)};
  }
  /// `wake`: the channel of the waiter whose turn it is now; null if nobody waited.
  status_t release(sem_id id, Channel& wake) {
    Sem* s = find(id);
    if (s == nullptr) [[unlikely]]
      return B_BAD_SEM_ID;
    if (++s->count <= 0) [[unlikely]]
      wake = channel_of(id, s->served++);
    return B_OK;
  }
  std::optional<std::int32_t> count(sem_id id) const {
    const Sem& s = sems_[static_cast<std::uint32_t>(id) % sems_max];
    return id > 0 && s.id == id ? std::optional<std::int32_t>(s.count) : std::nullopt;
  }

  /// Of all slots; empty ones have id 0.
  const std::array<Sem, sems_max>& sems() const { return sems_; }
  bool ever_used() const { return serial_ != 0; }
  void add_to(Digest& d) const {
    d.add(serial_);
    for (const Sem& s : sems_) {
      if (s.id == 0) continue;
      for (const std::uint64_t v :
           {static_cast<std::uint64_t>(s.id), static_cast<std::uint64_t>(s.count), s.tickets, s.served}) {
        d.add(v);
      }
    }
  }
  /// How a wait stands, whatever numbers its semaphore and its ticket bear: slot, and how many are before it; 0 for the
  /// one whose turn it is, and for one whose semaphore is gone.
  std::uint64_t place_of(sem_id id, std::uint64_t ticket) const {
    const Sem& s = sems_[static_cast<std::uint32_t>(id) % sems_max];
    if (id <= 0 || s.id != id || ticket < s.served) return 0;
    return (static_cast<std::uint64_t>(id) % sems_max) << 32 | (ticket - s.served + 1);
  }
  /// The same of a wait's channel; any other channel is itself.
  std::uint64_t place_of(Channel channel) const {
    if (channel.v >> 56 != 0xbe) return channel.v;
    const auto id = static_cast<sem_id>(channel.v >> 25 & 0x7fff'ffff);
    const Sem& s = sems_[static_cast<std::uint32_t>(id) % sems_max];
    return place_of(id, s.served + ((channel.v - s.served) & 0x1ff'ffff));
  }
  /// The same as add_to, but for how many semaphores and waits there ever were.
  void structure_into(Digest& d) const {
    for (const Sem& s : sems_) {
      if (s.id == 0) continue;
      for (const std::uint64_t v :
           {static_cast<std::uint64_t>(s.id) % sems_max, static_cast<std::uint64_t>(s.count), s.tickets - s.served}) {
        d.add(v);
      }
    }
  }

 private:
  static constexpr std::uint32_t serial_max = (std::uint32_t{1} << 25) - 2;  // ids stay below 2^31
  /// 0xbe | id (31 bits) | low bits of the ticket: only those who wait at a time must differ.
  static constexpr Channel channel_of(sem_id id, std::uint64_t ticket) {
    return {std::uint64_t{0xbe} << 56 | static_cast<std::uint64_t>(id) << 25 | (ticket & 0x1ff'ffff)};
  }
  Sem* find(sem_id id) {
    Sem& s = sems_[static_cast<std::uint32_t>(id) % sems_max];
    return id > 0 && s.id == id ? &s : nullptr;
  }

  std::array<Sem, sems_max> sems_{};
  std::uint32_t serial_ = 0;
};

}  // namespace kmemlab
