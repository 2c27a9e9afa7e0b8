#include "sim/cli/child_program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace kmemlab::cli {

Fallible<std::unique_ptr<ChildProgram>> ChildProgram::start(const std::vector<std::string>& arguments) {
  const auto failed = [&] {
    return fail("'" + arguments[0] + "' cannot be run: " + std::strerror(errno), "expected a program");
  };
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed();
  const pid_t pid = fork();
  if (pid == 0) {
    std::vector<char*> argv;
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    if (dup2(ends[1], STDOUT_FILENO) >= 0) execvp(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::FILE* output = pid < 0 ? nullptr : fdopen(ends[0], "rb");
  if (output == nullptr) {
    auto error = failed();
    close(ends[0]);
    if (pid > 0) waitpid(pid, nullptr, 0);
    return error;
  }
  return std::unique_ptr<ChildProgram>(new ChildProgram(pid, output));
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
