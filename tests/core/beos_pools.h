// The area_malloc module on either machine, loaded, with check() after every call. Offsets are from the pool's base.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/beos/beos.h"
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {

inline constexpr std::uint64_t page_4k = 4096;
inline constexpr std::uint32_t area_rw = B_READ_AREA | B_WRITE_AREA;

template <class On>
class Beos {
 public:
  explicit Beos(const Shape& shape = {}, const beos::Config& config = {}) : on(shape) {
    beos::boot(on.machine(), state, config);
    REQUIRE(beos::get_module(on.machine(), state) == B_OK);
    verify();
  }
  auto& m() { return on.machine(); }
  const auto& m() const { return on.machine(); }

  // Each makes a fresh call, runs it once, and checks the invariants.
  beos::CreatePoolCall create(std::uint64_t size, std::uint32_t lock = B_FULL_LOCK, std::uint32_t protection = area_rw,
                              std::uint32_t spec = B_ANY_KERNEL_ADDRESS) {
    beos::CreatePoolCall c;
    c.address_spec = spec;
    c.size = size;
    c.lock_spec = lock;
    c.protection = protection;
    run(c);
    return c;
  }
  beos::DeletePoolCall remove(beos::PoolId id) {
    beos::DeletePoolCall c;
    c.pool = id;
    run(c);
    return c;
  }
  beos::MallocCall malloc(beos::PoolId id, std::uint64_t size) {
    beos::MallocCall c;
    c.pool = id;
    c.size = size;
    run(c);
    return c;
  }
  beos::CallocCall calloc(beos::PoolId id, std::uint64_t members, std::uint64_t size) {
    beos::CallocCall c;
    c.pool = id;
    c.members = members;
    c.size = size;
    run(c);
    return c;
  }
  beos::ReallocCall realloc(beos::PoolId id, Addr ptr, std::uint64_t size) {
    beos::ReallocCall c;
    c.pool = id;
    c.ptr = ptr;
    c.size = size;
    run(c);
    return c;
  }
  beos::FreeCall free(beos::PoolId id, Addr ptr) {
    beos::FreeCall c;
    c.pool = id;
    c.ptr = ptr;
    run(c);
    return c;
  }

  /// Starts or resumes a call.
  Outcome run(beos::CreatePoolCall& c) {
    const Outcome o = beos::create_pool(m(), state, c);
    return after(c, o, static_cast<bool>(c.pool));
  }
  Outcome run(beos::DeletePoolCall& c) {
    const Outcome o = beos::delete_pool(m(), state, c);
    return after(c, o, c.status == B_OK);
  }
  Outcome run(beos::MallocCall& c) {
    const Outcome o = beos::malloc(m(), state, c);
    return after(c, o, static_cast<bool>(c.address));
  }
  Outcome run(beos::CallocCall& c) {
    const Outcome o = beos::calloc(m(), state, c);
    return after(c, o, o != Outcome::blocked && c.address);
  }
  Outcome run(beos::ReallocCall& c) {
    const Outcome o = beos::realloc(m(), state, c);
    return after(c, o, c.address || (o == Outcome::done && c.size == 0));
  }
  Outcome run(beos::FreeCall& c) {
    const Outcome o = beos::free(m(), state, c);
    return after(c, o, o == Outcome::done);
  }

  /// A pool that must be had; its base is `base` from then on.
  beos::PoolId pool(std::uint64_t size = 64 * page_4k, std::uint32_t lock = B_FULL_LOCK) {
    const beos::PoolId id = create(size, lock).pool;
    REQUIRE(id);
    base = state.find(id)->g.base;
    return id;
  }
  /// Offset in the pool; the call must succeed.
  std::uint64_t at(beos::PoolId id, std::uint64_t size) {
    const Addr a = malloc(id, size).address;
    REQUIRE(a);
    return a - state.find(id)->g.base;
  }
  void free_at(beos::PoolId id, std::uint64_t offset) {
    free(id, state.find(id)->g.base + offset);
    REQUIRE(outcome == Outcome::done);
  }
  /// Channels woken so far, oldest first; on the simulated machine of those that were parked.
  std::vector<Channel> woken();
  void park(Channel channel, std::uint64_t who = 1);
  std::vector<std::string> console() const;

  void verify() {
    if (!checking) return;
    const CheckResult r = beos::check(m(), state);
    if (!r) FAIL("invariant " << r.invariant << " broken at " << r.where.v);
  }

  On on;
  beos::State state;
  Addr base{};
  Outcome outcome = Outcome::done;
  bool checking = true;

 private:
  /// What holds after every run of a call: results, reasons and channels fit together.
  Outcome after(const beos::Call& c, Outcome o, bool has_result) {
    outcome = o;
    CHECK((o == Outcome::done) == has_result);
    if (o != Outcome::blocked) {
      CHECK((o == Outcome::done) == (c.reason == Reason::none));
      CHECK(c.phase == beos::Phase::start);
    } else {
      CHECK(c.channel);
      CHECK(c.phase != beos::Phase::start);
      park(c.channel);
    }
    verify();
    return o;
  }
};

template <>
inline std::vector<Channel> Beos<OnSim>::woken() {
  std::vector<Channel> channels;
  for (const sim::Sleeper& s : m().take_ready()) channels.push_back(s.channel);
  return channels;
}
template <>
inline std::vector<Channel> Beos<OnHost>::woken() {
  return m().take_wakeups();
}
template <>
inline void Beos<OnSim>::park(Channel channel, std::uint64_t who) {
  m().sleep({who, channel, SleepCause::lock, 0});
}
template <>
inline void Beos<OnHost>::park(Channel, std::uint64_t) {}
template <>
inline std::vector<std::string> Beos<OnSim>::console() const {
  std::vector<std::string> lines;
  for (const auto& line : m().machine().console().lines()) lines.push_back(line.text);
  return lines;
}
template <>
inline std::vector<std::string> Beos<OnHost>::console() const {
  return m().console_lines();
}

/// Whether this channel is among them.
inline bool has(const std::vector<Channel>& channels, Channel c) {
  return std::find(channels.begin(), channels.end(), c) != channels.end();
}

}  // namespace kmemlab::test
