#include "sim/cli/request_lookup.h"

namespace kmemlab::cli {

namespace {

bool has(const traces::EventBlock& b, std::uint64_t event) {
  return event - b.first_event < b.events;
}

}  // namespace

RequestLookup::RequestLookup(const traces::KmtReader& trace)
    : cursor_(std::make_shared<traces::KmtCursor>(trace.view())) {
  for (auto& b : blocks_) b = std::make_shared<traces::EventBlock>();
}

sim::Waste::Asker RequestLookup::operator()(std::uint64_t event) {
  if (!has(*blocks_[0], event)) {
    std::swap(blocks_[0], blocks_[1]);
    if (!has(*blocks_[0], event)) {
      const std::uint64_t start = event - event % traces::block_events;
      if (!cursor_->block(start, traces::Column::call_site | traces::Column::requested, *blocks_[0])) {
        blocks_[0]->events = 0;
        return {};
      }
    }
  }
  const std::uint64_t row = event - blocks_[0]->first_event;
  const std::uint32_t site = blocks_[0]->call_site[row];
  return {site == traces::no_index ? sim::Waste::no_site : site, blocks_[0]->requested[row]};
}

}  // namespace kmemlab::cli
