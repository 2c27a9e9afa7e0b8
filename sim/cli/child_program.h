// Another program that is run for what it prints, without a shell: its standard output is read through a pipe, line by
// line or as a whole; its input is empty. Ended when this object dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::cli {

/// What becomes of the other program's standard error.
enum class Complaints : std::uint8_t { shown, dropped };

class ChildProgram {
 public:
  /// arguments[0] is the program: a path, or a name that PATH finds.
  static Fallible<std::unique_ptr<ChildProgram>> start(const std::vector<std::string>& arguments,
                                                       Complaints complaints = Complaints::shown);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram();

  /// The next line without its end; false at the end of what it prints.
  bool next_line(std::string& line);
  /// Waits for its end: the exit code, 127 if it could not be run, 128 and more if a signal ended it.
  int wait();

 private:
  ChildProgram(pid_t pid, std::FILE* output) : pid_(pid), output_(output) {}
  pid_t pid_;
  std::FILE* output_;
  char* buffer_ = nullptr;
  std::size_t buffer_bytes_ = 0;
};

struct ProgramOutput {
  std::string text;
  int exit_code = 0;
};

/// Runs the program to its end, its complaints dropped. Errors: it cannot be run, or prints more than 256 MiB.
Fallible<ProgramOutput> run_program(const std::vector<std::string>& arguments);

}  // namespace kmemlab::cli
