// Interrupt delivery: see interrupt.h for the rule and machine.h for the interface.
#include <algorithm>

#include "sim/machine/machine.h"

namespace kmemlab::sim {

void Machine::plan_interrupt(const PlannedInterrupt& interrupt) {
  if (interrupt.level == 0 || interrupt.level > level_max || interrupt.cpu >= cpus()) {
    fault(FaultKind::panic, null_addr, "an interrupt planned for no such level or CPU");
  }
  const auto later = [](const PlannedInterrupt& a, const PlannedInterrupt& b) { return a.at_access < b.at_access; };
  s_.planned.insert(std::upper_bound(s_.planned.begin(), s_.planned.end(), interrupt, later), interrupt);
  arm_interrupts();
}

void Machine::cancel_interrupts() {
  s_.planned.clear();
  arm_interrupts();
}

// The next access number at which the selected CPU, at its level, takes an interrupt.
void Machine::arm_interrupts() {
  const Cpu& c = s_.cpus[s_.current];
  s_.interrupt_at = never;
  for (const PlannedInterrupt& p : s_.planned) {
    if (p.cpu != s_.current || p.level <= c.level) continue;
    s_.interrupt_at = p.at_access;
    return;
  }
}

void Machine::level_changed_with_interrupts() {
  arm_interrupts();
  poll_interrupts();
}

void Machine::deliver_interrupts() {
  for (;;) {
    const Cpu& c = s_.cpus[s_.current];
    auto best = s_.planned.end();
    for (auto p = s_.planned.begin(); p != s_.planned.end() && p->at_access <= s_.accesses; ++p) {
      if (p->cpu != s_.current || p->level <= c.level) continue;
      if (best == s_.planned.end() || p->level > best->level) best = p;
    }
    if (best == s_.planned.end()) break;
    const PlannedInterrupt which = *best;
    s_.planned.erase(best);
    run_handler(which);
  }
  arm_interrupts();
}

Machine::Interrupted Machine::enter_interrupt(Level level) {
  Cpu& c = s_.cpus[s_.current];
  const Interrupted before{c.level, c.base_level};
  c.level = c.base_level = level;
  ++c.interrupt_depth;
  ++s_.counts.interrupts;
  s_.charged += s_.profile->costs.interrupt_entry;
  if (!s_.planned.empty()) arm_interrupts();  // higher levels may interrupt the handler
  return before;
}

void Machine::leave_interrupt(const Interrupted& before) {
  Cpu& c = s_.cpus[s_.current];
  require_level(c.base_level, "an interrupt handler returned with the level changed");
  --c.interrupt_depth;
  c.level = before.level;
  c.base_level = before.base_level;
  if (!s_.planned.empty()) arm_interrupts();
}

void Machine::run_handler(const PlannedInterrupt& which) {
  const Interrupted before = enter_interrupt(which.level);
  if (s_.source != nullptr) s_.source->interrupt(*this, which);
  if (s_.current != which.cpu) fault(FaultKind::level_not_restored, null_addr, "a handler returned on another CPU");
  leave_interrupt(before);
}

}  // namespace kmemlab::sim
