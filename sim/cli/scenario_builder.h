// Makes the steps of a scenario from a trace and what a replay told of it, group by group.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/cli/scenario_recorder.h"
#include "sim/cli/scenario_words.h"
#include "traces/kmt/reader.h"

namespace kmemlab::cli {

class ScenarioBuilder {
 public:
  /// `events` and `tables` are those of the trace that was replayed.
  ScenarioBuilder(const ScenarioWords& words, const traces::Tables& tables, const std::vector<traces::Event>& events)
      : words_(words), tables_(tables), events_(events) {}

  void add(const EventGroup& group);
  /// The event in which the machine stopped.
  void stopped(std::uint64_t event, const std::string& message);
  const std::vector<scenario::Step>& steps() const { return steps_; }

 private:
  void add_background(const EventGroup& group);
  void tell(const sim::Completion& c);
  void tell(const sim::SleepNote& note);
  WordedRequest request(std::uint64_t event) const;
  scenario::Step& call(std::uint64_t event, std::string text, std::string as);
  void remark(const std::string& say);
  void alloc_over(const sim::Completion& c);
  void free_over(const sim::Completion& c);
  std::string task_of(std::uint64_t event) const;

  const ScenarioWords& words_;
  const traces::Tables& tables_;
  const std::vector<traces::Event>& events_;
  std::vector<scenario::Step> steps_;
  std::map<std::uint64_t, std::string> asleep_;       ///< event: task
  std::map<std::uint64_t, std::uint64_t> allocated_;  ///< block: the event that asked for it
};

}  // namespace kmemlab::cli
