// Who ran when, as perf script tells it: COMM records name a thread, a forked thread has its parent's name until it
// gets one of its own, and a thread keeps its name after its end. Records must come in time order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "traces/readers/table_builder.h"

namespace kmemlab::traces {

class PerfTasks {
 public:
  explicit PerfTasks(TableBuilder& tables) : tables_(tables) {}

  void named(std::int32_t tid, std::string_view comm) {
    Thread& t = threads_[tid];
    t.comm.assign(comm.substr(0, comm_bytes_max));
    t.index = no_index;
    last_ = nullptr;
  }
  void forked(std::int32_t tid, std::int32_t parent) {
    const auto from = threads_.find(parent);
    std::string comm = from == threads_.end() ? std::string() : from->second.comm;
    threads_[tid] = {std::move(comm), no_index};  // whoever had this tid before is gone
    last_ = nullptr;
  }
  /// Its entry in the trace's tables.
  Index of(std::int32_t tid) {
    if (last_ && last_tid_ == tid) return last_->index;
    Thread& t = threads_[tid];
    if (t.index == no_index) t.index = tables_.task(tid, shown(tid, t.comm));
    last_ = &t;
    last_tid_ = tid;
    return t.index;
  }

 private:
  static constexpr std::size_t comm_bytes_max = 64;  // TASK_COMM_LEN is 16
  struct Thread {
    std::string comm;  // empty: unknown
    Index index = no_index;
  };
  /// perf prints ":TID" for a thread without a name. The idle tasks are all thread 0: "swapper", which the kernel, and
  /// our reader of perf's text, call <idle>.
  static std::string shown(std::int32_t tid, const std::string& comm) {
    if (tid == 0) return "<idle>";
    return comm.empty() ? ":" + std::to_string(tid) : comm;
  }
  TableBuilder& tables_;
  std::unordered_map<std::int32_t, Thread> threads_;
  Thread* last_ = nullptr;
  std::int32_t last_tid_ = -1;
};

}  // namespace kmemlab::traces
