// What the requests of a trace asked for, by event: for observers that charge something to call sites and sizes.
#pragma once

#include <array>
#include <memory>

#include "sim/observe/waste.h"
#include "traces/kmt/reader.h"

namespace kmemlab::cli {

/// From blocks decoded once more: events come nearly in order, and those of requests that slept lie behind, so two
/// blocks are kept. A damaged block has no call sites.
class RequestLookup {
 public:
  explicit RequestLookup(const traces::KmtReader& trace);
  sim::Waste::Asker operator()(std::uint64_t event);

 private:
  std::shared_ptr<traces::KmtCursor> cursor_;  // shared: a std::function must be copyable
  std::array<std::shared_ptr<traces::EventBlock>, 2> blocks_;
};

}  // namespace kmemlab::cli
