// Every source reaches, through its own includes, what declares the names that it uses: CI compiles sources in batches,
// where a forgotten include stays unseen. Then feeds the rule sources that forgot one.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/arrows/names.h"
#include "tests/catch.h"

using namespace kmemlab::test;
namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> texts() {
  const fs::path root = KMEMLAB_SOURCE_DIR;
  std::map<std::string, std::string> files;
  for (const char* top : {"core", "sim", "traces", "viz", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      files[entry.path().lexically_relative(root).generic_string()] = std::move(text);
    }
  }
  return files;
}

/// What a.cpp of this text misses, beside the header a.h.
std::vector<std::string> missing(const std::string& text) {
  return MissingIncludes({{"sim/a.cpp", text},
                          {"sim/a.h", "#include <vector>\nstruct Apple {\n};\nint weight_of(const Apple& apple);\n"},
                          {"sim/b.h", "#include \"sim/a.h\"\nApple first();\n"}})
      .of("sim/a.cpp");
}

}  // namespace

TEST_CASE("every source includes what declares the names that it uses", "[arrows]") {
  const auto files = texts();
  const MissingIncludes rule(files);
  std::string wrong;
  std::size_t sources = 0;
  for (const auto& [path, text] : files) {
    if (!path.ends_with(".cpp")) continue;
    ++sources;
    for (const std::string& what : rule.of(path)) wrong += path + ": " + what + "\n";
  }
  INFO(wrong);
  CHECK(sources > 300);
  CHECK(wrong.empty());
}

TEST_CASE("a forgotten include is found by the names that it left undeclared", "[arrows]") {
  using Lines = std::vector<std::string>;
  CHECK(missing("Apple a;\n") == Lines{"Apple is declared by sim/a.h"});
  CHECK(missing("int f() { return weight_of(x); }\n") == Lines{"weight_of() is declared by sim/a.h"});
  CHECK(missing("int f() { return g(x, weight_of(x)); }\n") == Lines{"weight_of() is declared by sim/a.h"});
  CHECK(missing("std::vector<int> v;\n") == Lines{"std::vector is in <vector>"});
}

TEST_CASE("what is declared here, or behind an include, is not missing", "[arrows]") {
  CHECK(missing("#include \"sim/a.h\"\nApple a;\nint x = weight_of(a);\nstd::vector<int> v;\n").empty());
  CHECK(missing("#include \"sim/b.h\"\nApple a = first();\n").empty());
  CHECK(missing("// Apple, weight_of(x), std::vector\nconst char* text = \"Apple\";\n").empty());
  CHECK(missing("class Apple;\nvoid f(Apple& a, int weight_of) { a.weight_of(1); }\n").empty());
  CHECK(missing("template <class Apple>\nint f(Apple a);\n").empty());
}
