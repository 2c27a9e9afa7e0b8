// A suite (kmemlab.suite/1, docs/ci.md): which traces are played through which cores on which machine, and what the
// metrics of each run must be. Refuses members, metrics, rules, cores, machines and workloads that it does not know,
// with the line and the nearest name; what is wrong with a trace shows only when it is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/check/metrics.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/replay.h"
#include "sim/replay/window.h"
#include "traces/filter/syntax.h"
#include "traces/gen/workload.h"

namespace kmemlab::check {

struct Rule {
  enum class Kind : std::uint8_t {
    exact,         ///< the baseline's value
    max_increase,  ///< at most the baseline's and `amount` more
    min,           ///< at least `amount`; needs no baseline
    max,           ///< at most `amount`; needs no baseline
  };
  enum class Unit : std::uint8_t { absolute, permille };
  Kind kind = Kind::exact;
  Unit unit = Unit::absolute;  ///< of max_increase
  u128 amount = 0;

  bool needs_baseline() const { return kind == Kind::exact || kind == Kind::max_increase; }
};

const char* name_of(Rule::Kind kind);

struct MetricRule {
  const Metric* metric = nullptr;
  Rule rule;
  std::string why;
  std::uint64_t line = 0;  ///< of the suite
};

struct Synthetic {
  const traces::gen::Workload* workload = nullptr;
  traces::gen::Request request;
};

struct Entry {
  std::string name;   ///< what baselines and reports call the trace; without spaces
  std::string trace;  ///< path, as it is opened; empty: synthetic
  Synthetic synthetic;
  sim::MachineSpec machine;
  bool native = false;           ///< each core on its own system's machine
  std::uint64_t repeat = 1;      ///< rounds; each frees at its end what it left live
  sim::PressurePolicy pressure;  ///< "pages", "daemon_latency"
  bool closed_loop = false;
  std::vector<sim::CoreSpec> cores;
  std::optional<traces::Filter> where;
  sim::MetricsWindow window;
  std::vector<MetricRule> metrics;  ///< the suite's, then its own
  std::uint64_t line = 0;
};

struct Suite {
  std::string file;
  std::string name;
  std::vector<Entry> entries;
};

/// "bsd386:mode=faithful": what baselines and reports call the core.
std::string core_label(const sim::CoreSpec& core);

/// Paths of traces are relative to the folder of `file`.
Fallible<Suite> read_suite(std::string_view text, const std::string& file);

}  // namespace kmemlab::check
