// The list of workloads, and running one: see workload.h.
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all{steady(),   ramp(),      sawtooth(),        checkerboard(), netrx(),
                                         pipeline(), forkstorm(), mckusick_karels(), pow2(),         firstfit()};
  return all;
}

const Workload* find_workload(std::string_view name) {
  for (const Workload& w : workloads()) {
    if (w.name == name) return &w;
  }
  return nullptr;
}

Fallible<Generated> generate(const Workload& workload, const Request& request, EventSink& to) {
  const std::uint64_t events = request.events == 0 ? workload.events : request.events;
  if (events > events_max)
    return fail(std::to_string(events) + " events are too many", "expected at most " + std::to_string(events_max));
  const auto values = Values::parse(workload.parameters, request.parameters);
  if (!values) return Failure<Error>{values.error()};
  Maker maker(to, events);
  if (auto done = workload.run(maker, *values, request.seed); !done) return Failure<Error>{done.error()};
  const std::string name(workload.name);
  return maker.finish(name, "synthetic: " + name + " seed " + std::to_string(request.seed) + " events " +
                                std::to_string(events) + " " + values->text());
}

}  // namespace kmemlab::traces::gen
