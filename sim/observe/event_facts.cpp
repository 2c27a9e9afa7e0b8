#include "sim/observe/event_facts.h"

#include <utility>

namespace kmemlab::sim {

namespace {

constexpr traces::ColumnSet columns =
    traces::Column::call_site | traces::Column::task | traces::Column::cpu | traces::Column::context;

}  // namespace

EventFacts::EventFacts(std::shared_ptr<const traces::KmtView> trace)
    : cursor_(std::move(trace)),
      blocks_{std::make_unique<traces::EventBlock>(), std::make_unique<traces::EventBlock>()} {}

EventFacts::Row EventFacts::row_of(std::uint64_t event) {
  for (const auto& b : blocks_) {
    if (event - b->first_event < b->events) return {b.get(), static_cast<std::uint32_t>(event - b->first_event)};
  }
  traces::EventBlock& b = *blocks_[event >= blocks_[0]->first_event ? 0 : 1];
  if (!cursor_.block(event, columns, b)) {
    b.events = 0;
    return {};
  }
  return {&b, static_cast<std::uint32_t>(event - b.first_event)};
}

std::uint32_t EventFacts::site_of(std::uint64_t event) {
  const Row at = row_of(event);
  return at.block == nullptr ? traces::no_index : at.block->call_site[at.row];
}

LaneName EventFacts::lane_of(std::uint64_t event) {
  const Row at = row_of(event);
  if (at.block == nullptr) return {};
  switch (traces::context_of(at.block->context[at.row])) {
    case traces::Context::softirq:
      return {LaneKind::softirq, at.block->cpu[at.row]};
    case traces::Context::hardirq:
      return {LaneKind::hardirq, at.block->cpu[at.row]};
    case traces::Context::nmi:
      return {LaneKind::nmi, at.block->cpu[at.row]};
    case traces::Context::unknown:
    case traces::Context::task:
      break;
  }
  const traces::Index task = at.block->task[at.row];
  return task == traces::no_index ? LaneName{} : LaneName{LaneKind::task, task};
}

}  // namespace kmemlab::sim
