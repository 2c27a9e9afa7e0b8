// Several observers of one run, told in the order of the list.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "sim/replay/observer.h"

namespace kmemlab::sim {

class ObserverList final : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }
  /// The list, or its only member: a run with one observer pays for no list.
  Observer& observer() { return all_.size() == 1 ? *all_.front() : *this; }

  void on_begin(const Kernel& kernel) override {
    tell([&](auto& o) { o.on_begin(kernel); });
  }
  void on_completion(const Completion& c) override {
    tell([&](auto& o) { o.on_completion(c); });
  }
  void on_sleep(const SleepNote& note) override {
    tell([&](auto& o) { o.on_sleep(note); });
  }
  void on_wake(const SleepNote& note) override {
    tell([&](auto& o) { o.on_wake(note); });
  }
  void on_frames(const FramesNote& note) override {
    tell([&](auto& o) { o.on_frames(note); });
  }
  void on_background(std::uint64_t tick) override {
    tell([&](auto& o) { o.on_background(tick); });
  }
  void on_metadata(AddrRange range) override {
    tell([&](auto& o) { o.on_metadata(range); });
  }
  void page_mapped(Addr page) override {
    tell([&](auto& o) { o.page_mapped(page); });
  }
  void page_unmapped(Addr page) override {
    tell([&](auto& o) { o.page_unmapped(page); });
  }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override {
    tell([&](auto& o) { o.on_window_open(event, tick, so_far); });
  }
  void on_window_close(std::uint64_t tick, const RunFacts& so_far) override {
    tell([&](auto& o) { o.on_window_close(tick, so_far); });
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override {
    tell([&](auto& o) { o.on_unfinished(event, requested); });
  }
  void on_end(std::uint64_t tick) override {
    tell([&](auto& o) { o.on_end(tick); });
  }
  bool wants_frees() const override {
    return std::any_of(all_.begin(), all_.end(), [](const Observer* o) { return o->wants_frees(); });
  }
  void about_to_free(AddrRange block) override {
    tell([&](auto& o) { o.about_to_free(block); });
  }
  void on_books_closed(const Session& session) override {
    tell([&](auto& o) { o.on_books_closed(session); });
  }
  void on_booted() override {
    tell([&](auto& o) { o.on_booted(); });
  }
  bool wants_steps() const override {
    return std::any_of(all_.begin(), all_.end(), [](const Observer* o) { return o->wants_steps(); });
  }
  void on_event_over(std::uint64_t event, std::span<const Step> steps) override {
    tell([&](auto& o) { o.on_event_over(event, steps); });
  }
  bool enough() const override {
    return std::any_of(all_.begin(), all_.end(), [](const Observer* o) { return o->enough(); });
  }

 private:
  template <class F>
  void tell(F f) {
    for (Observer* o : all_) f(*o);
  }

  std::vector<Observer*> all_;
};

}  // namespace kmemlab::sim
