// One simulated machine with one system on it, for the corruption matrix: calls by their text, stores of block owners,
// and the shadow oracle. The oracle knows of each block who owns it and what its owner wrote there; it asks neither the
// core nor its tables. What a machine that stopped says is part of an answer, not an error.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/scenario/driver.h"

namespace kmemlab::corruption {

/// A system in one of its modes, and how its calls are written. `P` stands for an address in `free` and its like.
struct Column {
  std::string title;  ///< "osf1, kmem_debug=1"
  std::string system;
  scenario::Options options;
  std::vector<std::pair<std::string, std::string>> boot;  ///< name, call: made once, before everything
  std::string small;                                      ///< a block of 128 bytes
  std::string smaller;                                    ///< the same for who asks for 100
  std::string large;                                      ///< a block of several pages
  std::uint64_t large_bytes = 0;
  std::string free;
  std::string free_wrong;  ///< the same with a type, heap or pool that the block is not of
  std::string free_large;
  std::string wrong_is;     ///< in words: "type"
  std::string never_given;  ///< an address where memory for blocks is, and was never handed out
};

const std::vector<Column>& columns();

/// What one call or store came to.
struct Came {
  bool made = true;           ///< false: the machine had stopped before
  std::string stop;           ///< the machine stopped: "panic: ...", "fault: unmapped"
  std::string refusal;        ///< the answer of a call that says no: "-1", "null: bad_heap", a line on the console
  std::uint64_t address = 0;  ///< of a block
  std::uint64_t granted = 0;
};

class World {
 public:
  explicit World(const Column& column);

  const Column& column() const { return column_; }
  sim::Kernel& kernel() { return *kernel_; }
  bool stopped() const { return kernel_->machine().stopped().has_value(); }
  std::uint64_t page_bytes() const { return kernel_->machine().page_bytes(); }
  std::uint64_t name(const std::string& text) const;  ///< a sum of names and numbers

  Came allocate(const std::string& call);  ///< no owner yet
  Came release(std::string call, std::uint64_t address);
  /// A store of one byte by kernel code.
  Came store(std::uint64_t address, std::uint8_t value);
  /// An owner fills his block, word by word where it is aligned.
  Came fill(std::uint64_t address, std::uint64_t bytes, std::uint8_t value);
  /// What the core's own check() says now: 0, or the number of the invariant that is broken.
  unsigned broken_invariant();
  /// Pages of the arena that are taken.
  std::uint64_t pages_held() const;
  /// Different blocks on the free lists that the core publishes.
  std::size_t listed() const;
  /// Types whose usage is not what it should be when no block lives.
  unsigned wrong_counts() const;

 private:
  Came call(const std::string& text);
  template <class F>
  Came guarded(F f);
  void run_threads();

  Column column_;
  std::unique_ptr<sim::Kernel> kernel_;
  std::unique_ptr<scenario::Driver> driver_;
  const scenario::System* system_ = nullptr;
  std::map<std::string, std::uint64_t> names_;
  std::uint64_t console_seen_ = 0;
};

}  // namespace kmemlab::corruption
