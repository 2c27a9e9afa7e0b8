// The granted blocks of a run, by the trace's slots; and those that have no slot any more: allocations that never had
// one, and blocks whose free was refused. Copies of a run share what they did not change.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/machine/cow_vector.h"
#include "sim/replay/events.h"
#include "sim/replay/session.h"
#include "traces/event.h"

namespace kmemlab::sim {

class BlockBook {
 public:
  explicit BlockBook(std::uint64_t slots) { table_.resize(slots + 1); }  // the last one: for allocations without a slot

  /// The trace's slot, or the place that all allocations without a slot share in turn.
  std::uint32_t place_of(std::uint32_t slot) const { return slot < nobodys() ? slot : nobodys(); }
  std::uint32_t nobodys() const { return static_cast<std::uint32_t>(table_.size() - 1); }
  Block& at(std::uint32_t place) { return table_.own(place); }
  /// The block that a free names; null if the trace has none there.
  Block* named(std::uint32_t slot) {
    if (slot >= nobodys()) return nullptr;
    Block& block = table_.own(slot);
    return block.state == Block::State::empty ? nullptr : &block;
  }
  /// The same, for looking at.
  const Block* peek(std::uint32_t slot) const {
    if (slot >= nobodys()) return nullptr;
    const Block* block = table_.at(slot);
    return block == nullptr || block->state == Block::State::empty ? nullptr : block;
  }
  /// Whose birth a realloc keeps: of the block in this slot, or `otherwise` if there is none.
  Birth birth_in(std::uint32_t slot, const Birth& otherwise) {
    const Block* block = named(slot);
    return block == nullptr ? otherwise : block->birth;
  }
  void prefetch(std::uint32_t slot) const {
    if (slot < table_.size()) __builtin_prefetch(table_.near(slot), 1);
  }
  /// An allocation at `place` was answered: nothing can name a block without a slot, so it is set aside.
  void answered(std::uint32_t place) {
    if (place == nobodys()) [[unlikely]]
      set_aside();
  }
  /// Its free was refused: it stays the system's for good.
  void lose(const Block& block) { lost_.push_back(block); }
  /// The live block of this id, or null. Looks at all.
  Block* live(std::uint64_t id) {
    const std::size_t i = table_.find([&](const Block& b) { return b.id == id && b.state == Block::State::live; });
    return i == table_.size() ? nullptr : &table_.own(i);
  }
  template <class F>
  void for_each(F f) const {
    table_.for_each([&](const Block& b) {
      if (b.state == Block::State::live) f(b, Holding::live);
    });
    strays_.for_each([&](const Block& b) { f(b, Holding::live); });
    lost_.for_each([&](const Block& b) { f(b, Holding::lost); });
  }
  std::size_t bytes_not_shared(const BlockBook& with) const {
    return table_.bytes_not_shared(with.table_) + strays_.bytes_not_shared(with.strays_) +
           lost_.bytes_not_shared(with.lost_);
  }

 private:
  void set_aside() {
    Block& last = table_.own(nobodys());
    if (last.state == Block::State::live) strays_.push_back(last);
    last.state = Block::State::empty;
  }

  CowVector<Block> table_;
  CowVector<Block> strays_;
  CowVector<Block> lost_;
};

/// f(block, Holding::leaving) for each granted block whose free waits behind a sleeping task.
template <class F>
void for_each_queued_block(const std::vector<TaskState>& tasks, F f) {
  for (const TaskState& task : tasks) {
    for (const Queued& q : task.queue) {
      if (q.kind == Queued::Kind::free && q.free.block.state == Block::State::live) f(q.free.block, Holding::leaving);
    }
  }
}

}  // namespace kmemlab::sim
