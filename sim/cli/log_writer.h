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

}  // namespace kmemlab::cli
