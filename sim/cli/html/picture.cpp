#include "sim/cli/html/picture.h"

#include <array>

namespace kmemlab::cli {

namespace {

/// Call sites by event, from blocks decoded once more: events come nearly in order, and those of requests that slept
/// lie behind, so two blocks are kept.
class SiteLookup {
 public:
  explicit SiteLookup(const traces::KmtReader& trace) : cursor_(std::make_shared<traces::KmtCursor>(trace.view())) {
    for (auto& b : blocks_) b = std::make_shared<traces::EventBlock>();
  }
  std::uint32_t operator()(std::uint64_t event) {
    if (!has(*blocks_[0], event)) {
      std::swap(blocks_[0], blocks_[1]);
      if (!has(*blocks_[0], event)) {
        const std::uint64_t start = event - event % traces::block_events;
        if (!cursor_->block(start, traces::Column::call_site, *blocks_[0])) {
          blocks_[0]->events = 0;
          return sim::BySite::no_site;
        }
      }
    }
    const std::uint32_t site = blocks_[0]->call_site[event - blocks_[0]->first_event];
    return site == traces::no_index ? sim::BySite::no_site : site;
  }

 private:
  static bool has(const traces::EventBlock& b, std::uint64_t event) { return event - b.first_event < b.events; }

  std::shared_ptr<traces::KmtCursor> cursor_;  // shared: a std::function must be copyable
  std::array<std::shared_ptr<traces::EventBlock>, 2> blocks_;
};

}  // namespace

Picture::Picture(const traces::KmtReader& trace, const sim::MetricsWindow& window)
    : series(trace.first_tick(), window), sites(SiteLookup(trace), window), strips(window) {}

}  // namespace kmemlab::cli
