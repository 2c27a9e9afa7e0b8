// How one system says an event of a trace: its own calls, made exactly as sim/replay's adapter of that system makes
// them. One translator a system, in a file of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/replay/core_spec.h"
#include "sim/scenario/scenario.h"
#include "traces/event.h"
#include "traces/meta.h"

namespace kmemlab::cli {

/// A request of the trace, with what a replay made of it.
struct WordedRequest {
  const traces::Event* event = nullptr;
  std::uint64_t number = 0;  ///< of the event
  std::string name;          ///< the block's: p3
  bool may_sleep = false;
  bool zero = false;
  bool interrupt = false;
};

class ScenarioWords {
 public:
  virtual ~ScenarioWords() = default;
  virtual scenario::Options options() const { return {}; }
  /// Steps before the first event.
  virtual std::vector<scenario::Step> boot() const { return {}; }
  /// Is the core asked at all? Where a rule forbids the call, a replay does not make it.
  virtual bool is_called(const WordedRequest& request) const = 0;
  virtual std::string alloc(const WordedRequest& request) const = 0;
  /// What the owner does with a block that was granted.
  virtual std::vector<scenario::Step> owner(const WordedRequest&) const { return {}; }
  virtual std::string free(const WordedRequest& of) const = 0;
};

/// Errors: bad option values.
Fallible<std::unique_ptr<ScenarioWords>> scenario_words(const sim::CoreSpec& core, const traces::Tables& tables,
                                                        std::uint64_t arena_bytes, std::uint64_t page_bytes);

using Words = Fallible<std::unique_ptr<ScenarioWords>>;
Words bsd386_words(const sim::CoreSpec& core, const traces::Tables& tables);
Words osf1_words(const sim::CoreSpec& core, const traces::Tables& tables);
Words aix_words(const sim::CoreSpec& core);
Words beos_words(const sim::CoreSpec& core, const traces::Tables& tables, std::uint64_t arena_bytes,
                 std::uint64_t page_bytes);

}  // namespace kmemlab::cli
