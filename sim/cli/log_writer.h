// --log: one CSV line for each event of the trace that came to its end, in order of completion.
//   event,tick,op,id,size,address,granted,slept,outcome
// event: index over all records of the trace, from 0. tick: when the call was over. size: bytes requested. address: hex
// or empty. slept: ticks. outcome: ok, failed:REASON, refused:RULE, skipped.
#pragma once

#include <cstdio>

#include "sim/replay/observer.h"

namespace kmemlab::cli {

class LogWriter final : public sim::Observer {
 public:
  /// Lines go to `to`, which outlives the writer; the header line is written at once.
  explicit LogWriter(std::FILE* to);
  void on_completion(const sim::Completion& c) override;

 private:
  std::FILE* to_;
};

/// Tells two observers, in order.
class BothObservers final : public sim::Observer {
 public:
  BothObservers(sim::Observer& first, sim::Observer& second) : first_(first), second_(second) {}
  void on_begin(const sim::Kernel& k) override { first_.on_begin(k), second_.on_begin(k); }
  void on_completion(const sim::Completion& c) override { first_.on_completion(c), second_.on_completion(c); }
  void on_sleep(const sim::SleepNote& n) override { first_.on_sleep(n), second_.on_sleep(n); }
  void on_wake(const sim::SleepNote& n) override { first_.on_wake(n), second_.on_wake(n); }
  void on_background(std::uint64_t tick) override { first_.on_background(tick), second_.on_background(tick); }
  void on_metadata(AddrRange range) override { first_.on_metadata(range), second_.on_metadata(range); }
  void page_mapped(Addr a) override { first_.page_mapped(a), second_.page_mapped(a); }
  void page_unmapped(Addr a) override { first_.page_unmapped(a), second_.page_unmapped(a); }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const sim::RunFacts& so_far) override {
    first_.on_window_open(event, tick, so_far), second_.on_window_open(event, tick, so_far);
  }
  void on_window_close(std::uint64_t tick, const sim::RunFacts& so_far) override {
    first_.on_window_close(tick, so_far), second_.on_window_close(tick, so_far);
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override {
    first_.on_unfinished(event, requested), second_.on_unfinished(event, requested);
  }
  void on_end(std::uint64_t tick) override { first_.on_end(tick), second_.on_end(tick); }

 private:
  sim::Observer& first_;
  sim::Observer& second_;
};

}  // namespace kmemlab::cli
