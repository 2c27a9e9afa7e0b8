// The verbs of the `kmemlab` command, one file each. A verb gets its own arguments (without the verb), prints to
// standard output what was asked for and to standard error what went wrong, and returns an exit code.
#pragma once

#include <string>
#include <vector>

namespace kmemlab::cli {

/// The contract's exit codes.
enum Exit : int {
  exit_fine = 0,
  exit_difference = 1,  ///< a check found a regression, or a scenario failed
  exit_usage = 2,
  exit_bad_input = 3,   ///< unreadable or damaged input
  exit_core_broke = 4,  ///< a core panicked or broke an invariant
  exit_not_deterministic = 5,
  exit_no_baseline = 6,
  exit_deadlock = 7,
};

using Arguments = std::vector<std::string>;

int verb_replay(const Arguments& arguments);
int verb_info(const Arguments& arguments);
int verb_convert(const Arguments& arguments);
int verb_gen(const Arguments& arguments);
int verb_run(const Arguments& arguments);
int verb_check(const Arguments& arguments);
int verb_bless(const Arguments& arguments);
int verb_diff(const Arguments& arguments);
int verb_explain(const Arguments& arguments);
int verb_shrink(const Arguments& arguments);
int verb_explore(const Arguments& arguments);
int verb_view(const Arguments& arguments);
int verb_render(const Arguments& arguments);
int verb_cores(const Arguments& arguments);
int verb_verify(const Arguments& arguments);
int verb_machines(const Arguments& arguments);

}  // namespace kmemlab::cli
