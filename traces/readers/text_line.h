// One line of kernel event text, taken apart into task, CPU, flags, time, event name and payload. Columns are never
// counted: a line is what stands around `[cpu]` and a time stamp (spec/trace_formats.md 0, items 1 and 2; 1.1).
//   ftrace      `   init-1     [000] .N..     0.150000: kmalloc: call_site=...`   flags 0, 4, 5, 6 or 7 wide; TGID or
//   not latency     `rcu_tort-70   1dNh3. 10607789211us : sched_wakeup: ...`; also what `trace-cmd report -l` prints
//   trace-cmd   `       mkfs.ext4-664   [000]     4.776026: kmalloc:              (sym+0x42) call_site=...`
//   perf        `fio 264249 [020] 3116264.020748: kmem:kmem_cache_alloc: ...`
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/event.h"

namespace kmemlab::traces {

enum class LineKind : std::uint8_t {
  event,
  comment,      ///< header, blank, stack frames, notes of the tool: carries no event
  lost,         ///< CPU:2 [LOST 123 EVENTS]
  overwritten,  ///< # entries-in-buffer/entries-written: A/B with A < B
  garbage,
};

enum class Dialect : std::uint8_t { unknown, ftrace, trace_cmd, perf };

struct TextLine {
  LineKind kind = LineKind::garbage;
  std::uint64_t tick = 0;  ///< nanoseconds, or the bare count of a clock that has no unit
  std::uint32_t cpu = 0;
  std::int32_t pid = -1;
  std::string_view comm;  ///< "<...>" comes as empty: unknown
  std::string_view name;  ///< of the event, without system
  std::string_view payload;
  bool named = true;  ///< false: the text had no `name:`, so `name` is our word for it
  Context context = Context::unknown;
  CpuState cpu_state;
  std::uint64_t lost = 0;  ///< kind lost, overwritten: how many; 0 = not said
};

/// Remembers what a file's header said: how many flag columns there are, and which tool printed it.
class LineParser {
 public:
  TextLine parse(std::string_view line);
  Dialect dialect() const { return dialect_; }
  std::uint32_t header_cpus() const { return header_cpus_; }  ///< `#P:2` or `cpus=2`; 0 = not said

 private:
  struct Columns {
    unsigned irqs = 0, context = 2, preempt = 3;
  };
  TextLine parse_header(std::string_view line);
  bool parse_event(std::string_view line, TextLine& out);
  bool parse_bracket_event(std::string_view line, TextLine& out);
  bool parse_latency_event(std::string_view line, TextLine& out);
  bool parse_rest(std::string_view rest, TextLine& out);
  void read_flags(std::string_view flags, TextLine& out) const;
  Columns columns_for(std::size_t width) const;

  Dialect dialect_ = Dialect::unknown;
  std::uint32_t header_cpus_ = 0;
  unsigned header_columns_ = 0;  // so far, from `_-----=> irqs-off` lines
  std::optional<unsigned> irqs_column_, context_column_, preempt_column_;
};

}  // namespace kmemlab::traces
