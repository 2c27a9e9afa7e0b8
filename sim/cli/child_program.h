// Another program that is run for what it prints, without a shell: its standard output is read through a pipe, line by
// line or as a whole; its input is empty. Ended when this object dies, whether it wants to or not.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
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

  /// The next line without its end; false at the end of what it prints. One of more than 16 MiB comes in parts.
  bool next_line(std::string& line);
  /// The next bytes as they come; false at the end of what it prints.
  bool next_piece(std::string& piece);
  /// Waits for its end: the exit code, 127 if it could not be run, 128 and more if a signal ended it.
  int wait();
  /// Reads no further, gives it a second to end by itself, and ends it. Its exit code as of wait(); nothing if only
  /// that nobody reads it any more has ended it, or this did.
  std::optional<int> give_up();

 private:
  ChildProgram(pid_t pid, int output) : pid_(pid), output_(output) {}
  void close_output();
  /// Whether it is over within that time; then `status` is its own.
  bool over_within(unsigned milliseconds, int& status);
  pid_t pid_;
  int output_;
  std::string buffer_;  ///< read, and from at_ on not given yet
  std::size_t at_ = 0;
};

struct ProgramOutput {
  std::string text;
  int exit_code = 0;
};

/// Runs the program to its end, its complaints dropped. Errors: it cannot be run, or prints more than 256 MiB.
Fallible<ProgramOutput> run_program(const std::vector<std::string>& arguments);

}  // namespace kmemlab::cli
