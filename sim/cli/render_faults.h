// Interrupts and faults of a run as JSON members and as lines of text.
#pragma once

#include <fmt/format.h>

#include <string>

#include "sim/cli/render.h"
#include "sim/replay/run_facts.h"

namespace kmemlab::cli {

template <class Json>
Json fault_json(const sim::FaultPlace& f) {
  return {{"kind", sim::name_of(f.kind)}, {"access", f.access}, {"event", f.event}, {"cpu", f.cpu}, {"level", f.level}};
}

template <class Json>
Json interrupts_json(const sim::InterruptFacts& i) {
  return {{"delivered", i.delivered}, {"nested", i.nested},   {"delayed", i.delayed}, {"allocs", i.allocs},
          {"failed", i.failed},       {"refused", i.refused}, {"frees", i.frees},     {"damaged", i.damaged}};
}

inline std::string fault_text(const sim::FaultPlace& f) {
  return fmt::format("{} at access {} of CPU {}, level {}, event {}", sim::name_of(f.kind), with_commas(f.access),
                     f.cpu, f.level, with_commas(f.event));
}

inline std::string interrupts_text(const sim::InterruptFacts& i) {
  return fmt::format(
      "{} delivered, {} nested, {} delayed by a raised level; {} blocks got, {} failed, {} refused, {} freed",
      with_commas(i.delivered), with_commas(i.nested), with_commas(i.delayed), with_commas(i.allocs),
      with_commas(i.failed), with_commas(i.refused), with_commas(i.frees));
}

}  // namespace kmemlab::cli
