// One line of kernel event text, taken apart into task, CPU, flags, time, event name and payload. Columns are never
// counted: a line is what stands around `[cpu]` and a time stamp (spec/trace_formats.md 0, items 1 and 2; 1.1).
//   ftrace      `   init-1     [000] .N..     0.150000: kmalloc: call_site=...`   flags 0, 4, 5, 6 or 7 wide; TGID or
//   not latency     `rcu_tort-70   1dNh3. 10607789211us : sched_wakeup: ...`; also what `trace-cmd report -l` prints
//   graph       ` 24)               |  /* mm_page_alloc: page=... pfn=... */`   the function_graph tracer's comments
//   trace-cmd   `       mkfs.ext4-664   [000]     4.776026: kmalloc:              (sym+0x42) call_site=...`
//   perf        `fio 264249 [020] 3116264.020748: kmem:kmem_cache_alloc: ...`
//   perf-prof   `      305.266631  4518 [000] kmalloc: call_site=...`
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "traces/event.h"
#include "traces/readers/text_task.h"

namespace kmemlab::traces {

enum class LineKind : std::uint8_t {
  event,
  comment,      ///< header, blank, stack frames, notes of the tool: carries no event
  lost,         ///< CPU:2 [LOST 123 EVENTS], PERF_RECORD_LOST lost 5
  overwritten,  ///< # entries-in-buffer/entries-written: A/B with A < B
  garbage,
};

enum class Dialect : std::uint8_t { unknown, ftrace, trace_cmd, perf, perf_prof };

struct TextLine {
  LineKind kind = LineKind::garbage;
  bool timed = true;  ///< false: the line has no time of its own
  bool named = true;  ///< false: the text had no `name:`, so `name` is our word for it
  std::uint32_t cpu = 0;
  std::uint64_t tick = 0;  ///< nanoseconds, or the bare count of a clock that has no unit
  Index task = no_index;   ///< in LineParser::tasks(); no_index = not shown
  Context context = Context::unknown;
  CpuState cpu_state;
  std::string_view name;  ///< of the event, without system
  std::string_view payload;
  std::uint64_t lost = 0;  ///< kind lost, overwritten: how many; 0 = not said
};

/// Remembers what a file's header said: how many flag columns there are, and which tool printed it.
class LineParser {
 public:
  TextLine parse(std::string_view line) {
    TextLine out;
    parse(line, out);
    return out;
  }
  void parse(std::string_view line, TextLine& fresh);
  Dialect dialect() const { return dialect_; }
  std::uint32_t header_cpus() const { return header_cpus_; }  ///< `#P:2` or `cpus=2`; 0 = not said
  const TaskTexts& tasks() const { return tasks_; }

 private:
  struct Columns {
    unsigned irqs = 0, context = 2, preempt = 3;
  };
  enum class Shape : std::uint8_t { bracket, latency };
  void parse_header(std::string_view line, TextLine& out);
  void parse_columns(std::string_view line);
  bool parse_event(std::string_view line, TextLine& out);
  bool parse_bracket_event(std::string_view line, TextLine& out);
  bool parse_latency_event(std::string_view line, TextLine& out);
  bool parse_bare_event(std::string_view head, std::string_view rest, TextLine& out);
  bool parse_graph_line(std::string_view line, TextLine& out);
  void parse_rest(std::string_view rest, TextLine& out) const;
  bool take_task(std::string_view text, TextLine& out);
  void read_flags(std::string_view flags, TextLine& out) const;
  Columns columns_for(std::size_t width) const;

  Dialect dialect_ = Dialect::unknown;
  Shape shape_ = Shape::bracket;  // of the last event: tried first
  std::uint32_t header_cpus_ = 0;
  unsigned header_columns_ = 0;  // so far, from `_-----=> irqs-off` lines
  std::optional<unsigned> irqs_column_, context_column_, preempt_column_;
  TaskTexts tasks_;
  std::vector<Index> graph_tasks_;  // of each CPU, where the graph tracer said whom it switched to
};

}  // namespace kmemlab::traces
