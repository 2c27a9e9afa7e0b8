// The blocks that a scenario's callers hold: what calls gave and no call has taken back, whatever the system. Told of
// calls as they end; asks nothing of a core. Refused: to guess. A block whose pool, heap or memory went is gone too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "sim/scenario/driver.h"

namespace kmemlab::scenario {

/// A block that somebody holds. Sizes are bytes.
struct NamedBlock {
  std::uint64_t number = 0;  ///< of the call that gave it, from 0 in the order of calls' ends
  Addr address{};
  std::uint64_t requested = 0;
  std::uint64_t granted = 0;   ///< as requested, where the core does not say
  std::uint64_t place_id = 0;  ///< the pool or heap that it is of; 0: there is only one
  std::size_t step = 0;        ///< the scenario's step that made the call, from 1
  std::string name;            ///< that the scenario gave it; may be empty
  std::string task;
};

class HeldBlocks {
 public:
  struct Ended {
    const Function* function = nullptr;
    const std::vector<Argument>* arguments = nullptr;
    const Answer* answer = nullptr;
    std::string name, task;
    std::size_t step = 0;
  };
  /// What the end of a call meant for the blocks. `block` is the one that was given or went; sizes are 0 if a free
  /// named no block.
  struct Meaning {
    Effect effect = Effect::none;
    bool worked = true;  ///< false: a null, or a status that says so
    NamedBlock block;
  };
  Meaning ended(const Ended& call);
  /// For calls after which memory may be gone: those whose first byte is lost go.
  template <class Lost>
  void drop_if(Lost lost) {
    std::erase_if(blocks_, [&](const NamedBlock& b) { return lost(b.address); });
  }

  /// In order of address. Blocks that became the storage of a heap are not among them: what lies in the heap is.
  const std::vector<NamedBlock>& all() const { return blocks_; }
  /// The one that begins there, or null.
  const NamedBlock* at(Addr a) const;

 private:
  void add(const NamedBlock& block);
  NamedBlock take(Addr a);
  void drop_inside(AddrRange range);
  void make_host(Addr inside);

  std::vector<NamedBlock> blocks_;
  std::vector<NamedBlock> hosts_;  ///< blocks that hold a heap
  std::uint64_t calls_ = 0;
};

}  // namespace kmemlab::scenario
