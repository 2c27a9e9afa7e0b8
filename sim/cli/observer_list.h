// Several observers of one run, told in the order of the list.
#pragma once

#include <utility>
#include <vector>

#include "sim/replay/observer.h"

namespace kmemlab::cli {

class ObserverList final : public sim::Observer {
 public:
  void add(sim::Observer& observer) { all_.push_back(&observer); }
  /// The list, or its only member: a run with one observer pays for no list.
  sim::Observer& observer() { return all_.size() == 1 ? *all_.front() : *this; }

  void on_begin(const sim::Kernel& kernel) override {
    tell([&](auto& o) { o.on_begin(kernel); });
  }
  void on_completion(const sim::Completion& c) override {
    tell([&](auto& o) { o.on_completion(c); });
  }
  void on_sleep(const sim::SleepNote& note) override {
    tell([&](auto& o) { o.on_sleep(note); });
  }
  void on_wake(const sim::SleepNote& note) override {
    tell([&](auto& o) { o.on_wake(note); });
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
  void on_window_open(std::uint64_t event, std::uint64_t tick, const sim::RunFacts& so_far) override {
    tell([&](auto& o) { o.on_window_open(event, tick, so_far); });
  }
  void on_window_close(std::uint64_t tick, const sim::RunFacts& so_far) override {
    tell([&](auto& o) { o.on_window_close(tick, so_far); });
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override {
    tell([&](auto& o) { o.on_unfinished(event, requested); });
  }
  void on_end(std::uint64_t tick) override {
    tell([&](auto& o) { o.on_end(tick); });
  }

 private:
  template <class F>
  void tell(F f) {
    for (sim::Observer* o : all_) f(*o);
  }

  std::vector<sim::Observer*> all_;
};

}  // namespace kmemlab::cli
