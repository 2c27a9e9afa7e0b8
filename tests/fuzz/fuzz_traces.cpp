// What reads foreign bytes (targets.h), under libFuzzer. `--target=NAME` chooses; `--list` prints the names. A finding
// is a crash, a report of a sanitizer, a run above the limits that scripts/fuzz gives, or a broken promise. Its input
// goes to tests/fuzz/findings/NAME, where tests/traces/test_fuzz_findings.cpp plays it from then on.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/targets.h"

using namespace kmemlab::traces;

void fuzz::require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

namespace {

fuzz::Target target;

int usage(const char* why) {
  std::fprintf(stderr, "%s; expected --target=NAME or --list\n", why);
  return 2;
}

bool choose(std::string_view name) {
  for (const fuzz::Target& t : fuzz::all_targets()) {
    if (t.name == name) target = t;
  }
  return target.run != nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::string_view word = (*argv)[i];
    if (word == "--list") {
      for (const fuzz::Target& t : fuzz::all_targets()) {
        std::printf("%.*s\n", static_cast<int>(t.name.size()), t.name.data());
      }
      std::exit(0);
    }
    if (word.starts_with("--target=") && !choose(word.substr(9))) std::exit(usage("unknown target"));
  }
  if (!target.run) std::exit(usage("no target"));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) target.run(Bytes(data, size));
  return 0;
}
