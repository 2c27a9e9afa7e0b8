// Prints docs/corruption.md. With `--check FILE` it compares instead: exit code 0, or 1 and the first line that
// differs.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/corruption/matrix.h"

namespace {

int compare(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream kept;
  kept << in.rdbuf();
  std::istringstream now(kmemlab::corruption::report());
  std::string was;
  std::string is;
  for (unsigned line = 1;; ++line) {
    const bool more_was = static_cast<bool>(std::getline(kept, was));
    const bool more_is = static_cast<bool>(std::getline(now, is));
    if (!more_was && !more_is) return 0;
    if (more_was && more_is && was == is) continue;
    std::printf("%s:%u: it says    %s\nbut the code does %s\n", path.c_str(), line,
                more_was ? was.c_str() : "(the end)", more_is ? is.c_str() : "(the end)");
    std::printf("If the change is meant, run scripts/corruption --write.\n");
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace kmemlab::corruption;
  if (argc == 3 && std::string_view(argv[1]) == "--check") return compare(argv[2]);
  if (argc == 1) return std::fputs(report().c_str(), stdout) >= 0 ? 0 : 3;
  std::fprintf(stderr, "usage: corruption_matrix [--check FILE]\n");
  return 2;
}
