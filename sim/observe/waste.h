// Waste, and whose it is: held bytes that are not requested and in use, at every moment and over guest time, charged to
// a reason and to the call site and size of a request. The law, at every event: the sum over all reasons is held -
// (requested - leaked requested), as the ledger counts them; the byte-ticks likewise. So columns (reasons) and rows
// (call sites; classes of sizes) have one and the same total. Each 8 bytes of a held page know the request that they
// belong to or belonged to last. Pages count from the end of the call on, as in the ledger.
// Where calls overlap, a page counts for whose call ends first. Memory: 4 bytes for each 8 of held pages, an account
// for each pair of call site and class of size, and an entry for each live block.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/base/ints.h"
#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

enum class WasteReason : std::uint8_t {
  internal,           ///< granted - requested of live blocks: their own
  leaked,             ///< granted bytes of blocks whose free was refused: their own
  free_in_used_page,  ///< free in a page with live bytes: of the block that had them last
  free_page_kept,     ///< the same where the page has no live byte: it could go back
  never_used,         ///< no block ever had them since the page was mapped: of the request whose call mapped it
  metadata,           ///< the system's tables inside held pages: nobody's
};
inline constexpr unsigned waste_reasons = 6;
const char* name_of(WasteReason reason);

template <class Sum>
using ByReason = std::array<Sum, waste_reasons>;

class Waste final : public Observer {
 public:
  static constexpr std::uint32_t no_site = ~std::uint32_t{0};     ///< the trace does not say which
  static constexpr std::uint32_t nobody = ~std::uint32_t{0} - 1;  ///< the system itself: boot, its threads, its tables
  static constexpr unsigned no_class = 65;                        ///< of nobody's; others as BySite::size_class

  /// A request of the trace.
  struct Asker {
    std::uint32_t site = no_site;
    std::uint64_t requested = 0;
  };
  /// Asked in nearly ascending order.
  using AskerOf = std::function<Asker(std::uint64_t event)>;

  /// What one call site wasted with requests of one class of sizes.
  struct Cell {
    std::uint32_t site = no_site;
    unsigned size_class = 0;
    ByReason<u128> ticks{};  ///< byte-ticks
  };

  explicit Waste(AskerOf asker_of, const MetricsWindow& window = {});

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_background(std::uint64_t tick) override;
  void on_metadata(AddrRange range) override { tables_.push_back(range); }
  void page_mapped(Addr page) override { changes_.push_back({page, true}); }
  void page_unmapped(Addr page) override { changes_.push_back({page, false}); }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts& so_far) override;
  void on_end(std::uint64_t tick) override;

  /// Bytes now.
  const ByReason<std::uint64_t>& now() const { return now_; }
  /// After on_end: every pair that wasted anything, sorted by site and class; nobody's and unknown sites last.
  std::vector<Cell> cells() const;

 private:
  using Owner = std::uint32_t;  ///< index of an account
  enum class Use : std::uint32_t { never, free, live, table };
  struct Granule {
    std::uint32_t packed = 0;  ///< owner and, in the lowest bits, use
    Use use() const { return static_cast<Use>(packed & 3); }
    Owner owner() const { return packed >> 2; }
    bool operator==(const Granule&) const = default;
  };
  static Granule granule(Use use, Owner owner) { return {owner << 2 | static_cast<std::uint32_t>(use)}; }
  struct Page {
    std::vector<Granule> granules;
    std::uint64_t live_granules = 0;
  };
  struct Account {
    std::uint32_t site = nobody;
    unsigned size_class = no_class;
    ByReason<std::uint64_t> bytes{};
    ByReason<u128> ticks{};
    std::uint64_t since_tick = 0;
  };
  struct PageChange {
    Addr page;
    bool mapped;
  };

  void advance(std::uint64_t tick);
  void charge(Account& a);
  void charge_all();
  void change(WasteReason reason, Owner owner, std::uint64_t bytes, bool more);
  Owner owner_of(const Asker& asker);
  /// The pages that came and went during a call of `by`.
  void settle(Owner by);
  void map(Addr page, Owner by);
  void unmap(Addr page);
  void mark_tables();
  void move(const Page& page, WasteReason from, WasteReason to);
  /// f(page, first granule, end) for each held page of the range.
  template <class F>
  void for_each_part(Addr at, std::uint64_t bytes, F f);
  void begin_block(const Completion& c, Owner owner);
  void end_block(const Completion& c, Owner owner);
  /// The granules of a run become `use`: what they wasted before is taken back.
  void take(Page& page, std::size_t from, std::size_t end, Use use, Owner owner);
  static WasteReason reason_of(const Page& page, Use use);

  AskerOf asker_of_;
  MetricsWindow window_;
  bool inside_;
  std::uint64_t tick_ = 0;
  Addr base_{};
  unsigned page_shift_ = 12;
  std::vector<std::unique_ptr<Page>> pages_;                 ///< null: not held
  std::vector<Account> accounts_;                            ///< [0]: nobody's
  std::unordered_map<std::uint64_t, Owner> owner_of_asker_;  ///< looked up, never walked
  std::unordered_map<std::uint64_t, Owner> owner_of_block_;  ///< likewise
  std::vector<PageChange> changes_;
  std::vector<AddrRange> tables_;
  ByReason<std::uint64_t> now_{};
};

}  // namespace kmemlab::sim
