// The cores that a replay can run: for each what it is called, its options, and what makes a session of it, which lives
// in a file of its own, since it instantiates the core (one explicit instantiation per core keeps rebuilds short).
#pragma once

#include <memory>

#include "sim/replay/session.h"

namespace kmemlab::sim {

struct SessionInputs {
  const std::shared_ptr<const traces::KmtView>& trace;
  const CoreSpec& core;
  const MachineSpec& machine;
  const ReplayPolicy& policy;
};

CoreInfo aix_info();
CoreInfo beos_info();
CoreInfo bsd386_info();
CoreInfo osf1_info();

Fallible<std::unique_ptr<Session>> aix_session(const SessionInputs& in);
Fallible<std::unique_ptr<Session>> beos_session(const SessionInputs& in);
Fallible<std::unique_ptr<Session>> bsd386_session(const SessionInputs& in);
Fallible<std::unique_ptr<Session>> osf1_session(const SessionInputs& in);
Fallible<std::unique_ptr<Session>> worse_session(const SessionInputs& in);  // worse.h: for the self-test of `check`

}  // namespace kmemlab::sim
