// Runs the kmemlab command that was built beside the tests, as a user would.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace kmemlab::test {

/// A folder of its own for each test, removed afterwards.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "kmemlab-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) FAIL("no scratch folder");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Ran {
  int exit = -1;
  std::string out;
  std::string err;
};

/// `arguments` is a piece of shell: quote what needs it. Standard input is empty unless redirected in it.
inline Ran kmemlab(const std::string& arguments) {
  const Scratch scratch;
  const std::string command = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab " + arguments + " >" + scratch.file("out") +
                              " 2>" + scratch.file("err") +
                              (arguments.find('<') == std::string::npos ? " </dev/null" : "");
  const int status = std::system(command.c_str());
  Ran ran;
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = read_file(scratch.file("out"));
  ran.err = read_file(scratch.file("err"));
  return ran;
}

/// Peak resident memory of a run, in KiB.
inline long peak_kib(const std::vector<std::string>& arguments) {
  const std::string program = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab";
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    FAIL("the run failed");
  return usage.ru_maxrss;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The value of `key` in JSON as `info --json` prints it.
inline std::string field(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\": ");
  if (at == std::string::npos) return "no " + key;
  const std::size_t start = at + key.size() + 4;
  return json.substr(start, json.find_first_of(",\n", start) - start);
}

inline std::string sample() {
  return std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ext4tree.dat";
}

/// Path of a recording outside the tree, or empty if it is not there: the test says so and ends.
inline std::string recorded(const std::string& name) {
  const char* shared = std::getenv("KMEMLAB_SHARED");
  const std::string path = (shared != nullptr ? std::string(shared) : std::string(KMEMLAB_SOURCE_DIR) + "/../shared") +
                           "/data/recorded/" + name;
  if (std::filesystem::exists(path)) return path;
  WARN("SKIPPED: " << path << " is not there");
  return {};
}

}  // namespace kmemlab::test
