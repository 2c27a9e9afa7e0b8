// What a synthetic workload is, and the list of all. A workload is one function in one file; its opening comment says
// what it models and what a reader should see with it. Same seed, events and parameters: the same events, bit by bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/gen/maker.h"
#include "traces/gen/parameters.h"
#include "traces/gen/random.h"

namespace kmemlab::traces::gen {

struct Workload {
  std::string_view name;
  std::string_view summary;   ///< what it models, a line
  std::string_view look_for;  ///< what a reader should see with it, a line
  std::uint64_t events = 0;   ///< how many if nobody says
  std::vector<Parameter> parameters;
  /// Fails if the values do not fit together, before the first event.
  Fallible<void> (*run)(Maker&, const Values&, std::uint64_t seed) = nullptr;
};

inline constexpr std::uint64_t events_max = 4'000'000'000;  // a slot has 32 bits

/// All but twin (twin.h), which needs a trace.
const std::vector<Workload>& workloads();
const Workload* find_workload(std::string_view name);

struct Request {
  std::uint64_t seed = 1;
  std::uint64_t events = 0;             ///< 0: the workload's own number
  std::vector<std::string> parameters;  ///< "name=value"
};

/// At most `events` events into `to`, and what goes with them into KmtWriter::finish.
Fallible<Generated> generate(const Workload& workload, const Request& request, EventSink& to);

}  // namespace kmemlab::traces::gen
