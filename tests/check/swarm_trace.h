// The workload of one seed of the swarm: random operations, as a trace in memory.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/check/swarm_choice.h"
#include "traces/event.h"
#include "traces/kmt/writer.h"

namespace kmemlab::test {

class SwarmTrace {
 public:
  explicit SwarmTrace(const SwarmChoice& choice) : c_(choice), random_(choice.seed, 78) {
    tables_.names = {"kmalloc", "kfree", "krealloc", "mm_page_alloc", "mm_page_free"};
    using traces::Tri;
    tables_.gfps = {{"GFP_KERNEL", {}, Tri::yes, Tri::no},
                    {"GFP_ATOMIC", {}, Tri::no, Tri::no},
                    {"GFP_KERNEL|__GFP_ZERO", {}, Tri::yes, Tri::yes},
                    {"GFP_ATOMIC|__GFP_ZERO", {}, Tri::no, Tri::yes},
                    {"", {}, Tri::unknown, Tri::unknown},
                    {"__GFP_ZERO", {}, Tri::unknown, Tri::yes}};
    for (unsigned t = 0; t < c_.tasks; ++t) {
      tables_.tasks.push_back({static_cast<std::int32_t>(t + 1), "task" + std::to_string(t)});
    }
    for (const char* site : {"tcp_sendmsg", "ext4_alloc", "d_alloc", "load_elf"})
      tables_.call_sites.emplace_back().name = site;
    source_.name = "swarm";
    source_.cpus = c_.cpus;
  }

  /// The container's bytes.
  auto bytes() {
    for (std::uint64_t i = 0; i < c_.events; ++i) step(i);
    traces::KmtWriter writer = traces::KmtWriter::to_memory();
    writer.set_page_verdicts(verdicts_);
    for (const traces::Event& e : events_) writer.append(e);
    auto done = writer.finish(tables_, {}, source_);
    (void)done;  // memory does not fill up
    return writer.take_bytes();
  }

 private:
  static constexpr traces::Index unsaid = 4, unsaid_zero = 5;  ///< of tables_.gfps
  struct Block {
    traces::BlockId id = traces::no_block;
    traces::Slot slot = 0;
  };

  traces::Event event(traces::Op op) {
    traces::Event e;
    tick_ += random_.below(2 * c_.gap_ticks + 1);
    e.tick = tick_;
    e.op = op;
    e.cpu = static_cast<std::uint16_t>(random_.below(c_.cpus));
    e.task = static_cast<traces::Index>(random_.below(c_.tasks));
    e.call_site = static_cast<traces::Index>(random_.below(tables_.call_sites.size()));
    e.context = traces::Context::task;
    if (random_.permille(c_.interrupt_permille)) {
      e.context = random_.below(2) == 0 ? traces::Context::softirq : traces::Context::hardirq;
    }
    if (c_.unknown_permille != 0 && random_.permille(c_.unknown_permille)) forget(e);
    return e;
  }
  /// What recordings leave out: the context, or what the processor had switched off.
  void forget(traces::Event& e) {
    constexpr traces::Tri states[] = {traces::Tri::unknown, traces::Tri::no, traces::Tri::yes};
    e.cpu_state = {states[random_.below(3)], states[random_.below(3)]};
    if (random_.below(2) == 0) e.context = traces::Context::unknown;
  }
  std::uint64_t size() {
    if (c_.huge_permille != 0 && random_.permille(c_.huge_permille)) return c_.arena_bytes + 1 + random_.below(1 << 20);
    const std::uint64_t largest = random_.below(8) == 0 ? c_.size_max : std::max<std::uint64_t>(c_.size_max / 8, 1);
    return 1 + random_.below(largest);
  }
  void ask(traces::Event& e) {
    e.requested = e.granted = size();
    const bool atomic = e.context >= traces::Context::softirq || random_.permille(c_.atomic_permille);
    e.gfp = static_cast<traces::Index>((atomic ? 1 : 0) + (random_.permille(c_.zero_permille) ? 2 : 0));
    if (random_.below(20) == 0) e.gfp = unsaid;
    if (c_.unknown_permille != 0 && random_.permille(c_.unknown_permille)) e.gfp = e.gfp < 2 ? unsaid : unsaid_zero;
    e.id = next_id_++;
  }
  /// A page of somebody else comes or goes: pinned or of the cache, of a slab, or of nobody knows whom.
  void page() {
    const bool goes = !pages_.empty() && random_.below(2) == 0;
    traces::Event e = event(goes ? traces::Op::page_free : traces::Op::page_alloc);
    e.task = traces::no_index;
    e.name = goes ? 4 : 3;
    if (goes) {
      const std::size_t which = random_.below(pages_.size());
      e.pfn = pages_[which].first;
      e.order = pages_[which].second;
      pages_[which] = pages_.back();
      pages_.pop_back();
    } else {
      e.order = static_cast<std::uint8_t>(random_.below(3));
      e.pfn = next_pfn_;
      next_pfn_ += 8;
      e.migratetype = static_cast<std::uint8_t>(random_.below(3));
      pages_.push_back({e.pfn, e.order});
      verdicts_.append(random_.below(8) == 0 ? traces::PageVerdict::unknown : traces::PageVerdict::other);
    }
    events_.push_back(e);
  }
  void step(std::uint64_t i) {
    if (random_.permille(c_.page_permille)) return page();
    const bool shrinks = c_.ramp != 0 && i / c_.ramp % 2 == 1;
    const std::uint64_t alloc_permille = c_.ramp == 0 ? 520 : shrinks ? 150 : 850;
    if (live_.empty() || random_.permille(alloc_permille)) return alloc();
    const std::size_t which = pick();
    if (random_.permille(c_.realloc_permille)) return realloc(which);
    if (random_.permille(c_.lost_permille)) return alloc_over(which);
    traces::Event e = event(traces::Op::free);
    e.free_kind = traces::FreeKind::matched;
    e.id = live_[which].id;
    e.slot = live_[which].slot;
    e.name = 1;
    free_slots_.push_back(e.slot);
    live_[which] = live_.back();
    live_.pop_back();
    events_.push_back(e);
  }
  /// Old and young alike, or one of the last few.
  std::size_t pick() {
    if (random_.below(2) == 0) return random_.below(live_.size());
    return live_.size() - 1 - random_.below(std::min<std::size_t>(live_.size(), 4));
  }
  void alloc() {
    traces::Event e = event(traces::Op::alloc);
    ask(e);
    e.name = 0;
    if (free_slots_.empty()) {
      e.slot = next_slot_++;
    } else {
      e.slot = free_slots_.back();
      free_slots_.pop_back();
    }
    live_.push_back({e.id, e.slot});
    events_.push_back(e);
  }
  void realloc(std::size_t which) {
    traces::Event e = event(traces::Op::realloc);
    ask(e);
    e.name = 2;
    e.id = live_[which].id;
    e.slot = live_[which].slot;
    events_.push_back(e);
  }
  /// The address comes back without a free: that was lost.
  void alloc_over(std::size_t which) {
    traces::Event e = event(traces::Op::alloc);
    ask(e);
    e.name = 0;
    e.slot = live_[which].slot;
    live_[which].id = e.id;
    events_.push_back(e);
  }

  const SwarmChoice& c_;
  traces::gen::Random random_;
  traces::Tables tables_;
  traces::Source source_;
  std::vector<traces::Event> events_;
  std::vector<Block> live_;
  std::vector<traces::Slot> free_slots_;
  traces::BlockId next_id_ = 0;
  traces::Slot next_slot_ = 0;
  traces::PageVerdicts verdicts_;
  std::vector<std::pair<std::uint64_t, std::uint8_t>> pages_;
  std::uint64_t next_pfn_ = 4096;
  std::uint64_t tick_ = 1000;
};

}  // namespace kmemlab::test
