// Who owns the bytes of a run: requests, granted bytes and byte-ticks, charged to the call site that asked and to the
// class of its size. The sums over all sites, and over all sizes, are the ledger's totals. Memory: one account for each
// call site, and an entry for each live block.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/ints.h"
#include "sim/observe/id_map.h"
#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

/// What one call site, or one size class, asked for and got. Bytes, and sums of bytes over guest time.
struct alignas(64) Account {  // what every event writes comes first: one line of the host's cache
  std::uint64_t live_requested = 0, live_granted = 0;  ///< bytes now
  std::uint64_t since_tick = 0;                        ///< until when the sums are made up
  std::uint64_t requests = 0;
  u128 requested_ticks = 0, granted_ticks = 0;                              ///< of live blocks
  std::uint64_t granted = 0, failed = 0, refused = 0, unfinished = 0;       ///< allocations; requests are their sum
  std::uint64_t requested_bytes = 0, granted_bytes = 0, failed_bytes = 0, refused_bytes = 0;
  u128 waste_ticks() const { return granted_ticks - requested_ticks; }
};

class BySite final : public Observer {
 public:
  static constexpr std::uint32_t no_site = ~std::uint32_t{0};
  static constexpr unsigned size_classes = 65;
  /// Call site of an event of the trace, a small number, or no_site. Asked in nearly ascending order.
  using SiteOf = std::function<std::uint32_t(std::uint64_t event)>;

  explicit BySite(SiteOf site_of, const MetricsWindow& window = {});

  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override { advance(note.tick); }
  void on_background(std::uint64_t tick) override { advance(tick); }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts& so_far) override;
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override;
  void on_end(std::uint64_t tick) override;

  /// Brings into the host's cache what a free of this block will ask for.
  void prefetch(std::uint64_t id) const { site_of_block_.prefetch(id); }

  /// [n + 1]: call site n; [0]: no_site. Sites that asked for nothing may be missing at the end.
  const std::vector<Account>& sites() const { return sites_; }
  /// [n]: requests of up to 2^n bytes and more than 2^(n-1); [0]: of 0 and 1 bytes.
  const std::array<Account, size_classes>& sizes() const { return sizes_; }
  static unsigned size_class(std::uint64_t bytes) { return bytes <= 1 ? 0 : floor_log2(bytes - 1) + 1; }

 private:
  void advance(std::uint64_t tick) { tick_ = tick_ > tick ? tick_ : tick; }
  void charge(Account& a) const;
  void charge_all();
  Account& site(std::uint32_t number);
  template <class F>
  void both(std::uint32_t number, std::uint64_t requested, F f) {
    f(site(number)), f(sizes_[size_class(requested)]);
  }

  SiteOf site_of_;
  MetricsWindow window_;
  bool inside_;
  std::uint64_t tick_ = 0;
  std::vector<Account> sites_;
  std::array<Account, size_classes> sizes_{};
  IdMap<std::uint32_t> site_of_block_;
};

}  // namespace kmemlab::sim
