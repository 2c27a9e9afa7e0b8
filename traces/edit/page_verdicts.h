// Page verdicts on their way through an edit. An edit is a chain of sinks through which events go one at a time, and
// none of them makes or changes page events, so it is enough to know which one of the source is under way: VerdictTap
// stands where the source's events come out (of a part, of rounds), VerdictCollector where the edited ones go in. A
// run of pages that the edit cut in two keeps the verdict of the whole recording.
#pragma once

#include <memory>

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/page_verdicts.h"
#include "traces/sink.h"

namespace kmemlab::traces {

class VerdictTap final : public EventSink {
 public:
  /// `first` is the number of the first page_alloc event that will pass; after `round` of them (the source's own count;
  /// 0: never) they begin again. `present` is where the verdict of the newest one is put before it goes on.
  VerdictTap(const PageVerdicts& source, std::uint64_t first, std::uint64_t round, EventSink& to, PageVerdict& present)
      : source_(source), next_(first), round_(round), to_(to), present_(present) {}
  void append(const Event& event) override {
    if (event.op == Op::page_alloc) {
      present_ = source_.at(next_++);
      if (next_ == round_) next_ = 0;
    }
    to_.append(event);
  }
  void learn_cache(std::uint64_t event, Index cache) override { to_.learn_cache(event, cache); }

 private:
  const PageVerdicts& source_;
  std::uint64_t next_, round_;
  EventSink& to_;
  PageVerdict& present_;
};

class VerdictCollector {
 public:
  /// For the tap.
  PageVerdict& present() { return present_; }
  void add(const Event& event) {
    if (event.op == Op::page_alloc) verdicts_.append(present_);
  }
  const PageVerdicts& verdicts() const { return verdicts_; }

 private:
  PageVerdict present_ = PageVerdict::unknown;
  PageVerdicts verdicts_;
};

/// Number of page_alloc events before event `to`, if `in` has verdicts on them; else 0.
inline Fallible<std::uint64_t> page_allocs_before(KmtReader& in, std::uint64_t to) {
  std::uint64_t n = 0;
  const auto block = std::make_unique<EventBlock>();
  for (std::uint64_t at = 0; at < to && in.view()->page_verdicts().size() != 0; at += block_events) {
    const auto rows = in.block(at, Column::op, *block);
    if (!rows) return Failure<Error>{rows.error()};
    for (std::uint32_t i = 0; i < *rows && at + i < to; ++i) n += block->op[i] == Op::page_alloc;
  }
  return n;
}

}  // namespace kmemlab::traces
