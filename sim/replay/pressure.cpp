// Pressure: see pressure.h.
#include "sim/replay/pressure.h"

#include <algorithm>

#include "core/base/ints.h"

namespace kmemlab::sim {
namespace {

/// MIGRATE_MOVABLE and MIGRATE_RECLAIMABLE are 1 and 2 in one order or the other (include/linux/mmzone.h; exchanged in
/// 4.4).
bool is_cache(std::uint8_t migratetype) {
  return migratetype == 1 || migratetype == 2;
}

/// By event name: mm_page_free_batched, where mm_page_free tells the same.
std::vector<bool> echoes(const std::vector<std::string>& names) {
  bool told = false;
  for (const std::string& name : names) told |= name.ends_with("mm_page_free");
  std::vector<bool> echo;
  for (const std::string& name : names) echo.push_back(told && name.ends_with("mm_page_free_batched"));
  return echo;
}

}  // namespace

Pressure::Pressure(const traces::KmtView& trace, const PressurePolicy& policy, Kernel& kernel)
    : on_(policy.pages == PageEvents::pressure), trace_(&trace), daemon_(policy.daemon_latency_ticks) {
  facts_.pressure = on_;
  facts_.ram = facts_.free_min = kernel.ram_frames();
  if (!on_) return;
  facts_.limits = policy.limits.value_or(default_limits(facts_.ram));
  kernel.set_frame_limits(facts_.limits);
  facts_.daemon_latency_ticks = policy.daemon_latency_ticks;
  echo_ = echoes(trace.tables().names);
  const std::uint64_t frame = kernel.machine().page_bytes();
  const std::uint64_t said = trace.source().page_size;  // a file may say anything
  const std::uint64_t page = is_power_of_two(said) && said >= 512 && said <= (1U << 20) ? said : frame;
  frames_per_page_ = std::max<std::uint64_t>(page / frame, 1);
  pages_per_frame_ = std::max<std::uint64_t>(frame / page, 1);
}

std::optional<FramesNote> Pressure::page_event(Kernel& kernel, const traces::EventBlock& b, std::uint32_t i) {
  using Kind = FramesNote::Kind;
  if (b.op[i] == traces::Op::page_alloc) {
    const std::uint64_t events = facts_.events_other, taken = facts_.other_taken, shortfall = facts_.shortfall;
    page_alloc(kernel, b, i);
    if (facts_.events_other == events) return std::nullopt;
    return FramesNote{Kind::taken, facts_.other_taken - taken, facts_.shortfall - shortfall};
  }
  if (is_echo(b.name[i])) return std::nullopt;
  if (b.order[i] > order_max) {
    ++facts_.frees_undecided;
    return std::nullopt;
  }
  const std::uint64_t held = held_, missing = facts_.debt + facts_.already_reclaimed;
  page_free(kernel, b.pfn[i], b.order[i]);
  const FramesNote note{Kind::given, held - held_, facts_.debt + facts_.already_reclaimed - missing};
  return note.frames + note.missing == 0 ? std::nullopt : std::optional(note);  // none: of pages not replayed
}

template <class F>
void Pressure::for_each_number(std::uint64_t pfn, unsigned order, F f) const {
  const std::uint64_t pages = std::uint64_t{1} << order;
  for (std::uint64_t page = 0; page < pages; page += pages_per_frame_) {
    for (std::uint64_t part = 0; part < frames_per_page_; ++part) f((pfn + page) * frames_per_page_ + part);
  }
}

void Pressure::page_alloc(Kernel& kernel, const traces::EventBlock& b, std::uint32_t i) {
  const traces::PageVerdict verdict = trace_->page_verdicts().at(next_alloc_++);
  if (b.pfn[i] == traces::no_pfn) {
    ++facts_.events_failed;
    return;
  }
  if (b.order[i] > order_max) {
    ++facts_.events_undecided;
    return;
  }
  const bool replayed = verdict == traces::PageVerdict::other;
  const bool unknown = verdict == traces::PageVerdict::unknown;
  ++(replayed ? facts_.events_other : unknown ? facts_.events_undecided : facts_.events_slab);
  for_each_number(b.pfn[i], b.order[i],
                  [&](std::uint64_t number) { allocate(kernel, number, replayed, is_cache(b.migratetype[i])); });
}

void Pressure::allocate(Kernel& kernel, std::uint64_t number, bool replayed, bool cache) {
  if (const std::uint32_t old = pages_.find(number); old != PageBook::nobody) {
    ++facts_.lost_frees;
    release(kernel, old);
  }
  const std::uint32_t handle = pages_.add(number, OtherPage::State::ignored);
  if (!replayed) return;
  OtherPage& page = pages_.at(handle);
  const std::optional<Frame> frame = kernel.take_other_frame();
  history_.add(frame ? *frame : ~std::uint64_t{0});
  if (!frame) {
    page.state = OtherPage::State::shortfall;
    ++facts_.shortfall;
    return;
  }
  page.state = OtherPage::State::held;
  page.frame = *frame;
  ++facts_.other_taken;
  facts_.other_peak = std::max(facts_.other_peak, ++held_);
  if (cache) pages_.join_cache(handle);
}

void Pressure::page_free(Kernel& kernel, std::uint64_t pfn, unsigned order) {
  for_each_number(pfn, order, [&](std::uint64_t number) {
    const std::uint32_t handle = pages_.find(number);
    if (handle == PageBook::nobody) {
      ++facts_.debt;
    } else {
      facts_.already_reclaimed += pages_.at(handle).state == OtherPage::State::reclaimed ? 1 : 0;
      release(kernel, handle);
    }
  });
}

/// The trace's page ends.
void Pressure::release(Kernel& kernel, std::uint32_t handle) {
  const OtherPage page = pages_.at(handle);
  pages_.remove(handle);
  if (page.state != OtherPage::State::held) return;
  --held_;
  history_.add(page.frame);
  kernel.release_other_frame(page.frame);
}

void Pressure::give_oldest(Kernel& kernel) {
  const std::uint32_t handle = pages_.oldest();
  OtherPage& page = pages_.at(handle);
  pages_.leave_cache(handle);
  page.state = OtherPage::State::reclaimed;
  --held_;
  history_.add(page.frame);
  kernel.release_other_frame(page.frame);
}

FrameFacts Pressure::facts(const Kernel& kernel) const {
  FrameFacts f = facts_;
  f.free_min = std::min<std::uint64_t>(f.free_min, kernel.machine().free_frames());
  f.other_end = held_;
  const PageDaemon::Counts& c = daemon_.counts();
  f.daemon = {c.wanted, c.runs, c.reclaimed, c.starved};
  return f;
}

void Pressure::digest_into(Digest& d) const {
  for (const std::uint64_t v :
       {history_.value(), next_alloc_, held_, pages_.size(), facts_.shortfall, facts_.debt, facts_.already_reclaimed,
        facts_.lost_frees, facts_.free_min, facts_.below_reserve, daemon_.counts().wanted, daemon_.counts().runs,
        daemon_.due().value_or(~std::uint64_t{0}), std::uint64_t{daemon_.starving()}}) {
    d.add(v);
  }
}

}  // namespace kmemlab::sim
