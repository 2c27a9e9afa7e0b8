// Which events of a trace ask for zeroed memory, read from the trace and not from the run: so that a request whose
// flag was lost on its way to the core is found too.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/kmt/view.h"

namespace kmemlab::check {

/// A bit an event.
class ZeroWishes {
 public:
  /// No wishes at all.
  ZeroWishes() = default;
  /// Reads the whole trace, unless its table of gfp flags has no __GFP_ZERO. The error is the trace's: a damaged chunk.
  static Fallible<ZeroWishes> of(const std::shared_ptr<const traces::KmtView>& trace);

  bool asks(std::uint64_t event) const { return events_ != nullptr && event < events_->size() && (*events_)[event]; }

 private:
  std::shared_ptr<const std::vector<bool>> events_;
};

/// Do the system's documents promise zeroed memory to a request that asks for it?
bool promises_zeros(std::string_view core);

}  // namespace kmemlab::check
