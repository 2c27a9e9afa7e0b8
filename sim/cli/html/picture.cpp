#include "sim/cli/html/picture.h"

#include "sim/cli/request_lookup.h"

namespace kmemlab::cli {

Picture::Picture(const traces::KmtReader& trace, const sim::MetricsWindow& window)
    : series(trace.first_tick(), window),
      sites([lookup = RequestLookup(trace)](std::uint64_t event) mutable { return lookup(event).site; }, window),
      strips(window) {}

}  // namespace kmemlab::cli
