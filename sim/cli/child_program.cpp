#include "sim/cli/child_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

extern char** environ;

namespace kmemlab::cli {

namespace {

constexpr std::size_t output_bytes_max = std::size_t{256} << 20;

Failure<Error> not_run(const std::string& program, int error) {
  return Failure<Error>{{"'" + program + "' cannot be run: " + std::strerror(error), "expected a program", {}, {}, {}}};
}

/// 0, or the system's error number.
int spawn(const std::vector<std::string>& arguments, Complaints complaints, int output, pid_t& child) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (complaints == Complaints::dropped) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  const int error = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Fallible<std::unique_ptr<ChildProgram>> ChildProgram::start(const std::vector<std::string>& arguments,
                                                            Complaints complaints) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return not_run(arguments[0], errno);
  pid_t child = 0;
  const int error = spawn(arguments, complaints, ends[1], child);
  close(ends[1]);
  std::FILE* output = error != 0 ? nullptr : fdopen(ends[0], "rb");
  if (output != nullptr) return std::unique_ptr<ChildProgram>(new ChildProgram(child, output));
  const int cause = error != 0 ? error : errno;
  close(ends[0]);
  if (error == 0) waitpid(child, nullptr, 0);
  return not_run(arguments[0], cause);
}

Fallible<ProgramOutput> run_program(const std::vector<std::string>& arguments) {
  auto child = ChildProgram::start(arguments, Complaints::dropped);
  if (!child) return Failure<Error>{child.error()};
  ProgramOutput output;
  for (std::string line; (*child)->next_line(line);) {
    output.text += line + '\n';
    if (output.text.size() > output_bytes_max) return fail("'" + arguments[0] + "' prints more than 256 MiB");
  }
  output.exit_code = (*child)->wait();
  return output;
}

ChildProgram::~ChildProgram() {
  std::free(buffer_);
  if (output_ != nullptr) std::fclose(output_);
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

bool ChildProgram::next_line(std::string& line) {
  if (output_ == nullptr) return false;
  const ssize_t bytes = getline(&buffer_, &buffer_bytes_, output_);
  if (bytes <= 0) return false;
  line.assign(buffer_, static_cast<std::size_t>(bytes));
  if (line.back() == '\n') line.pop_back();
  return true;
}

int ChildProgram::wait() {
  if (output_ != nullptr) std::fclose(std::exchange(output_, nullptr));
  int status = 0;
  if (pid_ <= 0 || waitpid(std::exchange(pid_, 0), &status, 0) < 0) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace kmemlab::cli
