// Turns what an observer is told into Happenings, and hands on those that somebody asked for, event by event.
#pragma once

#include <functional>
#include <vector>

#include "sim/observe/happening.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

constexpr Happened kind_of(const FramesNote& note) {
  return note.kind == FramesNote::Kind::taken   ? Happened::frames_taken
         : note.kind == FramesNote::Kind::given ? Happened::frames_given
                                                : Happened::frames_reclaimed;
}

class Happenings : public Observer {
 public:
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override { add_sleep(Happened::slept, note); }
  void on_wake(const SleepNote& note) override { add_sleep(Happened::woke, note); }
  void page_mapped(Addr page) override { add_page(Happened::page_mapped, page); }
  void page_unmapped(Addr page) override { add_page(Happened::page_returned, page); }
  void on_frames(const FramesNote& note) override;
  void on_booted() override { now_.clear(); }
  bool wants_steps() const override { return true; }
  void on_event_over(std::uint64_t event, std::span<const Step> steps) final;

 protected:
  /// All that happened during one event, in order.
  virtual void event_over(std::uint64_t event, const std::vector<Happening>& all, std::span<const Step> steps) = 0;

 private:
  void add_sleep(Happened kind, const SleepNote& note);
  void add_page(Happened kind, Addr page);

  std::vector<Happening> now_;
};

/// Keeps what a filter lets through, up to a limit; has enough() when the limit is reached. The last events keep all
/// of theirs.
class HappeningList final : public Happenings {
 public:
  using Wanted = std::function<bool(const Happening&)>;
  HappeningList(Wanted wanted, std::size_t limit) : wanted_(std::move(wanted)), limit_(limit) {}

  bool enough() const override { return list_.size() >= limit_; }
  const std::vector<Happening>& list() const { return list_; }

 private:
  void event_over(std::uint64_t event, const std::vector<Happening>& all, std::span<const Step> steps) override;

  Wanted wanted_;
  std::size_t limit_;
  std::vector<Happening> list_;
};

}  // namespace kmemlab::sim
