// A scenario as data: the file format kmemlab.scenario/1, read. tests/scenarios/README.md describes every member.
// Texts that are expressions (expression.h) or calls (call_text.h) were checked when the file was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/machine/outcome.h"
#include "sim/scenario/driver.h"
#include "sim/scenario/lesson.h"

namespace kmemlab::scenario {

inline constexpr const char* schema_name = "kmemlab.scenario/1";

/// What one call must come to.
struct ExpectedAnswer {
  std::optional<Outcome> outcome;      ///< not given: done, or what the other members imply
  std::optional<std::string> returns;  ///< an expression; "null" implies failed
  std::optional<std::string> reason;   ///< implies failed
  std::optional<std::string> granted;
  std::optional<std::string> blocks;  ///< a cause or a channel's name; implies blocked
};

/// Bytes of guest memory: given one by one, or `size` bytes that are all `all`.
struct ExpectedMemory {
  std::uint64_t line = 1;
  std::string at;
  std::string bytes;  ///< "de ad be ef"; empty: see all
  std::string all;
  std::string size;
};

struct ExpectedTask {
  std::string task;
  ExpectedAnswer answer;
};

struct Expect {
  ExpectedAnswer answer;
  std::optional<std::string> value;  ///< of a load or store: an expression, or "fault"
  std::optional<std::string> panic;  ///< the machine stops; part of the message
  std::optional<std::string> fault;  ///< the machine stops; the fault's kind
  std::uint64_t invariant = 0;       ///< what check() must say
  std::vector<std::string> console;  ///< the new lines, all of them
  std::vector<Comparing> holds;
  std::vector<ExpectedMemory> memory;
  std::vector<std::pair<std::string, std::vector<std::string>>> lists;  ///< published lists: expressions
  /// All that sleep, first come first: task and cause or channel.
  std::optional<std::vector<std::pair<std::string, std::string>>> asleep;
  std::optional<std::vector<std::string>> ready;  ///< woken, but not run yet (manual tasks)
  std::vector<ExpectedTask> woken;                ///< calls that slept and came to their end in this step
  std::optional<std::vector<std::string>> did;    ///< the core's steps, by name
};

struct Step;

/// An interrupt that arrives while the step's call runs.
struct During {
  std::uint64_t line = 1;
  std::uint64_t access = 0;  ///< before the access of this number, from 1, counted from the call's beginning
  unsigned level = 3;
  std::vector<Step> steps;
};

struct Step {
  enum class Kind : std::uint8_t { look, call, load, store, fill, poke, wake, run, leave, set, repeat };

  Kind kind = Kind::look;
  std::uint64_t line = 1;
  std::string text;  ///< the call; the address; the channel; the task
  std::string task = "main";
  unsigned cpu = 0;
  std::optional<unsigned> interrupt;  ///< level of the handler that does it; none: a process
  std::string as;
  bool user = false;  ///< load and store: in user mode
  bool hold = false;  ///< call: keeps its semaphores until the task's `leave`
  std::string value;  ///< store, poke, fill
  std::string size;   ///< fill: bytes; poke: 1, 2, 4, 8
  bool flip = false;  ///< poke: exclusive or
  std::vector<std::pair<std::string, std::string>> set;
  std::uint64_t count = 0;  ///< repeat
  std::string index;        ///< repeat: name of the counter
  std::vector<Step> steps;  ///< repeat
  std::vector<During> during;
  Expect expect;
  std::string say;    ///< a sentence for the reader
  std::string label;  ///< by which a lesson names it; only steps of the scenario itself have one
};

struct MachineSetup {
  std::string profile;  ///< empty: the system's own
  std::uint64_t ram_bytes = std::uint64_t{8} << 20;
  std::uint64_t arena_bytes = std::uint64_t{4} << 20;
  std::uint64_t map_entries = 0;
  unsigned cpus = 1;
  std::string entries_by;  ///< a call that every map entry costs; empty: the static pool
};

struct Scenario {
  std::string file;
  std::string name;
  std::vector<std::string> clauses;
  std::string sentence;
  std::string core;
  Options options;
  MachineSetup machine;
  std::vector<std::string> manual;  ///< tasks that run on only when a step says so
  bool check = true;                ///< check() after every step
  Expect boot;
  std::vector<Step> steps;
  std::string lesson;                ///< JSON, kept as it was written
  std::optional<LessonText> taught;  ///< the same, read
};

}  // namespace kmemlab::scenario
