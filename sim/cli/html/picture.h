// What --html shows of one run beside its report: the course over time, who owns the bytes, and pages by
// address.
#pragma once

#include <memory>
#include <vector>

#include "sim/observe/by_site.h"
#include "sim/observe/series.h"
#include "sim/observe/strips.h"
#include "traces/kmt/reader.h"

namespace kmemlab::cli {

struct Picture {
  Picture(const traces::KmtReader& trace, const sim::MetricsWindow& window);
  Picture(const Picture&) = delete;  // the run holds references to its parts
  Picture& operator=(const Picture&) = delete;

  sim::Series series;
  sim::BySite sites;
  sim::Strips strips;
};

using Pictures = std::vector<std::unique_ptr<Picture>>;

}  // namespace kmemlab::cli
