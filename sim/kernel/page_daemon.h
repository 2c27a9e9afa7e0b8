// The page daemon: a task that the kernel wants when free frames fall below the low watermark or one is refused. A
// stated latency after it was woken it frees frames of the page cache, oldest first, until the high watermark is
// reached, and so wakes those who sleep for frames. With nothing left to free it starves, and sleeps until the cache
// has a frame again. It models the delay of reclaim and its order; not the disk writes behind it, nor who refers to a
// page. Its own work costs no CPU any time: the latency is the whole of it.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

/// Watermarks of a machine of so many frames: 1/128, 1/64 and 1/32 of them, at least 2, 4 and 8.
constexpr FrameLimits default_limits(std::uint64_t frames) {
  const auto part = [frames](std::uint64_t of, std::uint64_t least) {
    return frames / of > least ? frames / of : least;
  };
  return {part(128, 2), part(64, 4), part(32, 8)};
}

/// Where the daemon finds frames.
template <class C>
concept PageCache = requires(C cache, Kernel& kernel) {
  { cache.has_cache() } -> std::same_as<bool>;
  {cache.give_oldest(kernel)};  // one frame back to the kernel; only while has_cache()
};

class PageDaemon {
 public:
  explicit PageDaemon(std::uint64_t latency_ticks) : latency_ticks_(latency_ticks) {}

  struct Counts {
    std::uint64_t wanted = 0, runs = 0, reclaimed = 0, starved = 0;
  };

  /// Something happened that may have taken frames, or brought some to the cache. Returns when the daemon will run, if
  /// this woke it.
  template <PageCache C>
  std::optional<std::uint64_t> notice(Kernel& kernel, const C& cache, std::uint64_t now) {
    const bool wanted = kernel.take_daemon_wanted();
    if (due_ || (starving_ ? !cache.has_cache() : !wanted)) return std::nullopt;
    starving_ = false;
    ++counts_.wanted;
    due_ = now + latency_ticks_;
    return due_;
  }
  /// When it runs next; none: it sleeps.
  const std::optional<std::uint64_t>& due() const { return due_; }
  bool due_by(std::uint64_t tick) const { return due_ && *due_ <= tick; }
  bool starving() const { return starving_; }

  template <PageCache C>
  void run(Kernel& kernel, C& cache) {
    due_.reset();
    ++counts_.runs;
    const std::uint64_t high = kernel.frame_limits().high;
    for (; kernel.machine().free_frames() < high && cache.has_cache(); ++counts_.reclaimed) cache.give_oldest(kernel);
    if (kernel.machine().free_frames() >= high) return;
    starving_ = true;
    ++counts_.starved;
  }
  const Counts& counts() const { return counts_; }

 private:
  std::uint64_t latency_ticks_;
  std::optional<std::uint64_t> due_;
  bool starving_ = false;
  Counts counts_;
};

}  // namespace kmemlab::sim
