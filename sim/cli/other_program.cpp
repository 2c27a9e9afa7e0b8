// Starting a program and reading all that it prints.
#include "sim/cli/other_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace kmemlab::cli {

namespace {

constexpr std::size_t output_bytes_max = std::size_t{256} << 20;

Failure<Error> program_error(const std::string& program, const std::string& what) {
  return Failure<Error>{{what, "expected a kmemlab program", program, {}, {}}};
}

/// All that comes out of `from`; false if it is too much.
bool read_all(int from, std::string& text) {
  char piece[65536];
  for (;;) {
    const ssize_t n = read(from, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    text.append(piece, static_cast<std::size_t>(n));
    if (text.size() > output_bytes_max) return false;
  }
}

int start(const std::vector<std::string>& words, int output, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& w : words) arguments.push_back(const_cast<char*>(w.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  const int error = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Fallible<ProgramOutput> run_program(const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return program_error(words[0], "no pipe can be made");
  pid_t child = 0;
  const int error = start(words, ends[1], child);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return program_error(words[0], std::string("cannot be started: ") + std::strerror(error));
  }
  ProgramOutput output;
  const bool whole = read_all(ends[0], output.text);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole) return program_error(words[0], "printed more than 256 MiB");
  if (!WIFEXITED(status)) return program_error(words[0], "was killed by signal " + std::to_string(WTERMSIG(status)));
  output.exit_code = WEXITSTATUS(status);
  return output;
}

}  // namespace kmemlab::cli
