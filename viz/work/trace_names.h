// Names out of a trace's tables, as the panels show them. Never changes once made: any thread may look.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/kmt/view.h"

namespace kmemlab::viz {

class TraceNames {
 public:
  explicit TraceNames(std::shared_ptr<const traces::KmtView> trace) : trace_(std::move(trace)) {}

  /// "getname_kernel+0x25"; "?" if the trace does not say.
  std::string site(std::uint32_t index) const;
  /// "bash (412)"
  std::string task(std::uint32_t index) const;
  std::string cache(std::uint32_t index) const;
  std::uint64_t events() const { return trace_->events(); }
  const std::shared_ptr<const traces::KmtView>& trace() const { return trace_; }

 private:
  std::shared_ptr<const traces::KmtView> trace_;
};

}  // namespace kmemlab::viz
