#include "viz/work/trace_names.h"

namespace kmemlab::viz {

std::string TraceNames::site(std::uint32_t index) const {
  const auto& sites = trace_->tables().call_sites;
  return index < sites.size() ? sites[index].name : "?";
}

std::string TraceNames::task(std::uint32_t index) const {
  const auto& tasks = trace_->tables().tasks;
  if (index >= tasks.size()) return "?";
  const traces::Task& t = tasks[index];
  return (t.comm.empty() ? "task" : t.comm) + " (" + std::to_string(t.pid) + ")";
}

std::string TraceNames::cache(std::uint32_t index) const {
  const auto& caches = trace_->tables().caches;
  return index < caches.size() ? caches[index] : "";
}

}  // namespace kmemlab::viz
