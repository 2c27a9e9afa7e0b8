// What the runner needs of a system: its functions by their own names, its constants, its published tables. One driver
// per system, each in a .cpp of its own, which is the only one of this room that compiles the system's core. The
// runner and the language of expectations know no core.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/tables.h"
#include "core/machine/channel.h"
#include "core/machine/marks.h"
#include "core/machine/outcome.h"
#include "sim/kernel/kernel.h"
#include "sim/scenario/tables.h"

namespace kmemlab::scenario {

/// How a function's argument is written: 128 | struct softc * | &h or NULL (the callee reads what h holds) | &a or a
/// name (the callee stores there, so the name is known afterwards).
enum class Takes : std::uint8_t { number, words, reads, stores };
enum class Returns : std::uint8_t { nothing, address, status, number };

struct Parameter {
  std::string_view name;
  Takes takes = Takes::number;
};

/// What a call that worked means for the blocks that callers hold. hosts: its block is a heap's storage from now on.
/// ends: a pool, or some memory, may be gone with all blocks in it.
enum class Effect : std::uint8_t { none, allocates, frees, resizes, hosts, ends };

struct Function {
  std::string_view name;
  Returns returns = Returns::nothing;
  std::vector<Parameter> parameters;
  /// Trailing parameters that may be left out (they are 0 then).
  unsigned optional = 0;
  Effect effect = Effect::none;
};

struct Argument {
  std::uint64_t value = 0;  ///< a number, or what the cell holds
  bool null = false;        ///< NULL where a cell's address was asked for, or words
  std::string words;        ///< as written
};

/// What one run of a call came to. For a function that returns an address, `failed` is null.
struct Answer {
  Outcome outcome = Outcome::done;
  std::uint64_t value = 0;
  std::optional<std::uint64_t> granted;              ///< bytes, where the core says
  Reason reason = Reason::none;                      ///< when failed
  Channel channel{};                                 ///< when blocked
  SleepCause cause = SleepCause::none;               ///< when blocked; none: a thread that has nothing to do
  std::vector<std::optional<std::uint64_t>> stored;  ///< for each `stores` parameter, in order; none: not written
};

struct Constant {
  std::string name;
  std::uint64_t value = 0;
  bool status = false;  ///< shown by name where a function returns a status
};

using Options = std::vector<std::pair<std::string, std::string>>;

/// How many pages a core's walk() tells of.
struct PageCount {
  std::uint64_t count = 0;
  void page(Addr, PageUse, std::uint64_t) { ++count; }
  void free_block(Addr, std::uint64_t) {}
};

/// A request that sleeps stays in the driver under its handle. Machine traps pass through.
class Driver {
 public:
  using Handle = std::uint64_t;  ///< below 1000: the system's own threads

  virtual ~Driver() = default;
  /// Constants that never change come first; those of a booted system may follow.
  virtual std::vector<Constant> constants() const = 0;
  /// Sets the system up. Threads of its own, by name: their handles are 0, 1, ... and resume() runs them the first
  /// time.
  virtual void boot() = 0;
  virtual std::vector<std::string> threads() const { return {}; }
  virtual Answer call(Handle handle, std::size_t function, const std::vector<Argument>& arguments) = 0;
  virtual Answer resume(Handle handle) = 0;
  virtual void publish(Tables& tables) const = 0;
  /// The system's own tables inside pages of the arena.
  virtual std::vector<AddrRange> metadata() const { return {}; }
  virtual CheckResult check() = 0;
  /// Pages of the arena that hold blocks, by the system's own records. A system that reserves more than it maps: none.
  virtual std::optional<std::uint64_t> recorded_pages() const { return std::nullopt; }
  virtual std::uint64_t digest() const = 0;
  /// The same driver at the same place, on another kernel, which is a copy of this one's.
  virtual std::unique_ptr<Driver> copy(sim::Kernel& kernel) const = 0;
  /// What decides what the system will do: its state without statistics, and the requests that sleep, each by its
  /// handle. Numbers that are never used again (of pools, semaphores) count by the slot that they name.
  virtual std::uint64_t structure_digest() const = 0;
  /// What a channel stands for, if the system made it: "M_TEMP", "pool's semaphore".
  virtual std::string channel_name(Channel) const { return {}; }
};

/// The systems that there are, sorted by name, with the names of their options.
struct System {
  std::string_view name;
  std::vector<std::string_view> options;
  std::string_view profile;  ///< its own machine, the default
  const std::vector<Function>& (*functions)();
  Fallible<std::unique_ptr<Driver>> (*make)(sim::Kernel& kernel, const Options& options);
  std::span<const MarkName> marks{};  ///< names of Kernel::marks(), by number
};
const std::vector<System>& all_systems();

System beos_system();
System bsd386_system();
System osf1_system();
System aix_system();

/// Shared by the drivers' constructors: "yes" or "no", a number without names, one of some words.
Fallible<bool> option_flag(const std::string& name, const std::string& value);
Fallible<std::uint64_t> option_number(const std::string& name, const std::string& value);

}  // namespace kmemlab::scenario
