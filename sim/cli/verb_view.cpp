// kmemlab view and kmemlab render: programs of their own, so that kmemlab itself needs no window system and no OpenGL.
// They lie beside it and take its place.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "sim/cli/arguments.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

/// The folder of this program; empty if the system does not say.
std::string own_folder() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || static_cast<std::size_t>(length) == path.size()) return {};
  const std::string whole(path.data(), static_cast<std::size_t>(length));
  return whole.substr(0, whole.rfind('/'));
}

int become_program(const std::string& name, const Arguments& arguments) {
  const std::string path = own_folder() + "/" + name;
  std::vector<char*> words{const_cast<char*>(path.c_str())};
  for (const std::string& a : arguments) words.push_back(const_cast<char*>(a.c_str()));
  words.push_back(nullptr);
  execv(path.c_str(), words.data());
  const char* why = errno == ENOENT ? "it was not built: Dear ImGui or OpenGL was missing" : std::strerror(errno);
  print_error({path + " cannot be run: " + why,
               "expected it beside kmemlab ('scripts/packages build', then build again)",
               {},
               {},
               {}});
  return exit_bad_input;
}

}  // namespace

int verb_view(const Arguments& arguments) {
  return become_program("kmemlab-view", arguments);
}

int verb_render(const Arguments& arguments) {
  return become_program("kmemlab-render", arguments);
}

}  // namespace kmemlab::cli
