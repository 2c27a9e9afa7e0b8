#include "sim/cli/child_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

extern char** environ;

namespace kmemlab::cli {

namespace {

constexpr std::size_t output_bytes_max = std::size_t{256} << 20;
constexpr std::size_t line_bytes_max = std::size_t{16} << 20;
constexpr std::size_t piece_bytes = std::size_t{64} << 10;
constexpr unsigned patience_ms = 1000, poll_ms = 10;

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
  // A program that nobody reads any more shall die of that, and not complain of a full disk: see give_up().
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Fallible<std::unique_ptr<ChildProgram>> ChildProgram::start(const std::vector<std::string>& arguments,
                                                            Complaints complaints) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return not_run(arguments[0], errno);
  pid_t child = 0;
  const int error = spawn(arguments, complaints, ends[1], child);
  close(ends[1]);
  if (error == 0) return std::unique_ptr<ChildProgram>(new ChildProgram(child, ends[0]));
  close(ends[0]);
  return not_run(arguments[0], error);
}

Fallible<ProgramOutput> run_program(const std::vector<std::string>& arguments) {
  auto child = ChildProgram::start(arguments, Complaints::dropped);
  if (!child) return Failure<Error>{child.error()};
  ProgramOutput output;
  for (std::string piece; (*child)->next_piece(piece);) {
    output.text += piece;
    if (output.text.size() > output_bytes_max) return fail("'" + arguments[0] + "' prints more than 256 MiB");
  }
  output.exit_code = (*child)->wait();
  return output;
}

ChildProgram::~ChildProgram() {
  close_output();
  int status = 0;
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  if (over_within(patience_ms, status)) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProgram::close_output() {
  if (output_ >= 0) close(std::exchange(output_, -1));
}

bool ChildProgram::next_piece(std::string& piece) {
  if (at_ < buffer_.size()) {
    piece = buffer_.substr(at_);
    at_ = buffer_.size();
    return true;
  }
  if (output_ < 0) return false;
  piece.resize(piece_bytes);
  ssize_t bytes = 0;
  do bytes = read(output_, piece.data(), piece.size());
  while (bytes < 0 && errno == EINTR);
  piece.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return bytes > 0;
}

bool ChildProgram::next_line(std::string& line) {
  line.clear();
  while (line.size() <= line_bytes_max) {
    if (at_ >= buffer_.size()) {
      std::string piece;
      if (!next_piece(piece)) return !line.empty();
      buffer_ = std::move(piece);
      at_ = 0;
    }
    const auto end = buffer_.find('\n', at_);
    line.append(buffer_, at_, std::min(end, buffer_.size()) - at_);
    at_ = std::min(end, buffer_.size());
    if (end == std::string::npos) continue;
    ++at_;
    return true;
  }
  return true;
}

int ChildProgram::wait() {
  close_output();
  int status = 0;
  if (pid_ <= 0 || waitpid(std::exchange(pid_, 0), &status, 0) < 0) return 127;
  return code_of(status);
}

bool ChildProgram::over_within(unsigned milliseconds, int& status) {
  for (unsigned waited = 0;; waited += poll_ms) {
    if (waitpid(pid_, &status, WNOHANG) != 0) return true;
    if (waited >= milliseconds) return false;
    usleep(poll_ms * 1000);
  }
}

std::optional<int> ChildProgram::give_up() {
  close_output();
  int status = 0;
  if (pid_ <= 0) return std::nullopt;
  if (over_within(patience_ms, status)) {
    pid_ = 0;
    const int code = code_of(status);
    return code == 128 + SIGPIPE ? std::nullopt : std::optional(code);
  }
  kill(pid_, SIGTERM);
  if (!over_within(patience_ms, status)) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_ = 0;
  return std::nullopt;
}

}  // namespace kmemlab::cli
