// What the fuzzer found once, and the seeds that it begins with: every file of tests/fuzz/findings/TARGET and
// tests/fuzz/seeds/TARGET goes through what the target reads with, packed ones unpacked as scripts/fuzz does it. Under
// the sanitizers this is the test that a finding stays mended.
#include <filesystem>
#include <string>

#include "tests/fuzz/targets.h"
#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;

void fuzz::require(bool holds, const char* what) {
  INFO(what);
  REQUIRE(holds);
}

namespace {

/// Plays each file of a folder; how many there were.
std::size_t play_all(const fuzz::Target& target, const std::string& kind) {
  const auto folder = std::filesystem::path(KMEMLAB_SOURCE_DIR) / "tests/fuzz" / kind / target.name;
  if (!std::filesystem::exists(folder)) return 0;
  std::size_t played = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    CAPTURE(file.path().string());
    auto input = Input::open(file.path().string());
    REQUIRE(input.ok());
    const auto bytes = input->whole();
    REQUIRE(bytes.ok());
    if (!bytes->empty()) target.run(*bytes);
    ++played;
  }
  return played;
}

}  // namespace

TEST_CASE("seeds and findings of the fuzzer: promises hold, and every target has a seed", "[traces][fuzz]") {
  for (const fuzz::Target& target : fuzz::all_targets()) {
    CAPTURE(target.name);
    CHECK(play_all(target, "seeds") > 0);
    play_all(target, "findings");
  }
}

TEST_CASE("folders of seeds and findings are named after targets", "[traces][fuzz]") {
  for (const char* kind : {"seeds", "findings"}) {
    for (const auto& folder :
         std::filesystem::directory_iterator(std::filesystem::path(KMEMLAB_SOURCE_DIR) / "tests/fuzz" / kind)) {
      if (!folder.is_directory()) continue;
      bool known = false;
      for (const fuzz::Target& target : fuzz::all_targets()) known = known || target.name == folder.path().filename();
      CAPTURE(folder.path().string());
      CHECK(known);
    }
  }
}
