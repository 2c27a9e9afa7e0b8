// Who an event line speaks of: `comm-pid`, `comm-pid (tgid)`, perf's `comm pid` and `comm pid/tid`, perf-prof's bare
// `pid`. Names hold blanks, dashes and brackets: the pid is the last number (spec/trace_formats.md 0, item 2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "traces/readers/text_memo.h"

namespace kmemlab::traces {

struct TaskText {
  bool valid = false;  ///< false: the text has no pid
  bool apart = false;  ///< perf's manner: a blank, not a dash, stands before the pid
  std::int32_t pid = -1;
  std::string comm;  ///< "<...>" comes as empty: unknown
};

TaskText parse_task(std::string_view text);

/// Every spelling is taken apart once.
class TaskTexts {
 public:
  /// no_index if the text names no task. No task takes more than 256 bytes: a line of nothing but colons must not have
  /// us look at its start over and over.
  Index number_of(std::string_view text) {
    if (text.size() > 256) return no_index;
    return memo_.find_or(text, [&] {
      TaskText task = parse_task(text);
      if (!task.valid) return no_index;
      tasks_.push_back(std::move(task));
      return static_cast<Index>(tasks_.size() - 1);
    });
  }
  const TaskText& at(Index number) const { return tasks_[number]; }

 private:
  TextMemo memo_;
  std::vector<TaskText> tasks_;
};

}  // namespace kmemlab::traces
