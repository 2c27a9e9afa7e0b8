#include "sim/replay/lookahead.h"

namespace kmemlab::sim {

namespace {

/// Calls of an allocator. A free without a slot names no block, and is none.
bool is_call(const traces::EventBlock& b, std::uint32_t row) {
  const traces::Op op = b.op[row];
  return op == traces::Op::alloc || op == traces::Op::realloc ||
         (op == traces::Op::free && b.slot[row] != traces::no_slot);
}

bool is_page_event(traces::Op op) {
  return op == traces::Op::page_alloc || op == traces::Op::page_free;
}

}  // namespace

Lookahead::Lookahead(std::shared_ptr<const traces::KmtView> trace)
    : trace_(std::move(trace)), seen_from_(trace_->events()), last_call_(trace_->tables().tasks.size()) {}

std::optional<Lookahead::Witness> Lookahead::after(std::uint64_t event, const Actors& actors,
                                                   const std::function<bool(std::uint32_t)>& asleep) {
  const std::lock_guard lock(mutex_);
  for (;;) {
    if (auto witness = seen_after(event, actors, asleep)) return witness;
    if (seen_from_ <= event + 1) return {};
    if (!read_block()) return Witness{seen_from_ - 1, nobody};
  }
}

std::optional<Lookahead::Witness> Lookahead::seen_after(std::uint64_t event, const Actors& actors,
                                                        const std::function<bool(std::uint32_t)>& asleep) const {
  const auto later = [&](std::uint64_t last) { return last > event + 1; };
  if (later(last_nobodys_)) return Witness{last_nobodys_ - 1, nobody};
  if (actors.interrupts && later(last_interrupt_)) return Witness{last_interrupt_ - 1, nobody};
  if (actors.page_events && later(last_page_event_)) return Witness{last_page_event_ - 1, nobody};
  for (const std::uint32_t task : with_calls_) {
    if (!later(last_call_[task])) break;  // and so are all that follow
    if (!asleep(task)) return Witness{last_call_[task] - 1, task};
  }
  return {};
}

bool Lookahead::read_block() {
  constexpr traces::ColumnSet columns =
      traces::Column::op | traces::Column::slot | traces::Column::task | traces::Column::context;
  if (block_ == nullptr) {
    cursor_.emplace(trace_);
    block_ = std::make_unique<traces::EventBlock>();
  }
  const auto rows = cursor_->block(seen_from_ - 1, columns, *block_);
  if (!rows) return false;
  for (std::uint32_t row = block_->events; row-- > 0;) see(*block_, row);
  seen_from_ = block_->first_event;
  return true;
}

void Lookahead::see(const traces::EventBlock& b, std::uint32_t row) {
  const std::uint64_t after = b.first_event + row + 1;
  const auto first = [&](std::uint64_t& last) {
    if (last == 0) last = after;
  };
  if (is_page_event(b.op[row])) return first(last_page_event_);
  if (!is_call(b, row)) return;
  if (traces::context_of(b.context[row]) >= traces::Context::softirq) return first(last_interrupt_);
  const std::uint32_t task = b.task[row];
  if (task >= last_call_.size()) return first(last_nobodys_);
  if (last_call_[task] != 0) return;
  last_call_[task] = after;
  with_calls_.push_back(task);
}

}  // namespace kmemlab::sim
