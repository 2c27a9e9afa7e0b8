// Writing of scenario files: what `shrink` and `explore` found, as a file that a person can read and `kmemlab run` can
// run. A plain sequence of calls is short:
//
//   Scenario s;
//   s.name = "explore: two frees of one block";
//   s.core = "bsd386";
//   s.steps = {call_step("malloc(100, M_TEMP, M_NOWAIT)", "p"), call_step("free(p, M_TEMP)")};
//   write_scenario(s)
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace kmemlab::scenario {

/// A step that makes a call and gives its result a name.
Step call_step(std::string call, std::string as = {}, std::string task = "main");

/// A sleeping task, or a thread of the system, goes on.
Step run_step(std::string task);
/// `bytes` of guest memory change. Both texts are expressions.
Step poke_step(std::string at, std::string value, unsigned bytes);

/// The file's text, one step a line. Reading it gives the scenario again; members that have their default are left out.
std::string write_scenario(const Scenario& scenario);

}  // namespace kmemlab::scenario
