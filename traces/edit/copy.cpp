// Copying a trace.
#include "traces/edit/copy.h"

namespace kmemlab::traces {

Fallible<void> copy(KmtReader& in, EventSink& out) {
  return in.for_each(all_columns, [&](std::uint64_t, const Event& e) { out.append(e); });
}

}  // namespace kmemlab::traces
