// Another program, run without a shell, for what it prints: the same core in another build of kmemlab.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::cli {

struct ProgramOutput {
  std::string text;  ///< its standard output
  int exit_code = 0;
};

/// words[0] is the program: a path, or a name in PATH. Its standard error goes nowhere, its input is empty. Errors: it
/// cannot be started, was killed, or prints more than 256 MiB.
Fallible<ProgramOutput> run_program(const std::vector<std::string>& words);

}  // namespace kmemlab::cli
