// Reads every source of the project and fails on an include that crosses a wall, on a word that has no business in a
// core, on a top-level folder that is not in the drawing. Then feeds the same rules what nobody may write.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "tests/arrows/house_rules.h"
#include "tests/catch.h"

using namespace kmemlab::test;
namespace fs = std::filesystem;

namespace {

const fs::path root = KMEMLAB_SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Sources under the rooms and tests, by path from the root.
std::map<std::string, std::string> sources() {
  std::map<std::string, std::string> files;
  for (const char* top : {"core", "sim", "traces", "viz", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && entry.path().filename() != "CMakeLists.txt") continue;
      files[entry.path().lexically_relative(root).generic_string()] = read(entry.path());
    }
  }
  return files;
}

/// Every problem of one kind in the tree, one a line.
std::vector<std::string> in_tree(Problem::Kind kind) {
  std::vector<std::string> found;
  for (const auto& [path, text] : sources()) {
    for (const Problem& p : check_text(path, text)) {
      if (p.kind == kind) found.push_back(path + ":" + std::to_string(p.line) + ": " + p.text);
    }
  }
  return found;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::size_t includes_in_tree() {
  std::size_t n = 0;
  for (const auto& [path, text] : sources()) {
    if (path.starts_with("tests/")) continue;
    for (auto at = text.find("#include \""); at != std::string::npos; at = text.find("#include \"", at + 1)) ++n;
  }
  return n;
}

bool allowed(const char* path, const std::string& line) { return check_text(path, line + "\n").empty(); }

}  // namespace

TEST_CASE("no include crosses a wall", "[arrows]") {
  CHECK(includes_in_tree() > 200);  // so that a scanner that reads nothing is found
  const auto wrong = in_tree(Problem::Kind::include);
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("what an include names is there", "[arrows]") {
  for (const auto& [path, text] : sources()) {
    for (auto at = text.find("\n#include \""); at != std::string::npos; at = text.find("\n#include \"", at + 1)) {
      const auto from = at + std::string_view("\n#include \"").size();
      const std::string name = text.substr(from, text.find('"', from) - from);
      INFO(path << " includes " << name);
      CHECK(fs::exists(root / name));
    }
  }
}

TEST_CASE("cores own nothing, and nothing that decides looks at the clock or rounds", "[arrows]") {
  const auto wrong = in_tree(Problem::Kind::word);
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("top-level folders are those of the drawing", "[arrows]") {
  const std::set<std::string> wanted = {"core", "sim", "traces", "viz", "tests", "scripts", "docs"};
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name != "build" && !name.starts_with(".")) there.insert(name);
  }
  CHECK(there == wanted);
}

TEST_CASE("files are short and lines fit", "[arrows]") {
  // debts.txt: what was too long when the rule came, "PATH WIDE_LINES LINES_MAX" each. It may only shrink.
  struct Debt {
    std::size_t wide_lines = 0;
    std::size_t lines_max = file_lines_max;
  };
  std::map<std::string, Debt> debts;
  std::ifstream in(root / "tests/arrows/debts.txt");
  std::string debtor;
  for (Debt debt; in >> debtor >> debt.wide_lines >> debt.lines_max;) debts[debtor] = debt;

  std::vector<std::string> wrong;
  std::vector<std::string> as_debts;  // the lines that debts.txt would need; a person decides
  for (const auto& [path, text] : sources()) {
    std::vector<std::string> wide;
    std::size_t lines = 0;
    for (const Problem& p : check_text(path, text)) {
      const std::string where = path + ":" + std::to_string(p.line) + ": " + p.text;
      if (p.kind == Problem::Kind::columns) wide.push_back(where);
      if (p.kind == Problem::Kind::lines) lines = p.line;
    }
    const Debt& debt = debts[path];
    if (wide.size() <= debt.wide_lines && lines <= debt.lines_max) continue;
    wrong.insert(wrong.end(), wide.begin(), wide.end());
    if (lines > debt.lines_max) wrong.push_back(path + ": " + std::to_string(lines) + " lines");
    const std::size_t lines_max = std::max(lines, file_lines_max);
    as_debts.push_back(path + " " + std::to_string(wide.size()) + " " + std::to_string(lines_max));
  }
  INFO(joined(wrong) << "as debts:\n" << joined(as_debts));
  CHECK(wrong.empty());
}

TEST_CASE("the rules refuse what they should", "[arrows]") {
  const auto refused = [](const char* path, const char* line) {
    INFO(path << ": " << line);
    CHECK_FALSE(allowed(path, line));
  };
  refused("core/bsd386/malloc.h", R"(#include "sim/kernel/kernel.h")");
  refused("core/bsd386/malloc.h", R"(#include "core/osf1/osf1.h")");
  refused("core/bsd386/malloc.h", R"(#include "core/machine/host/host_machine.h")");
  refused("core/bsd386/malloc.h", R"(#include "core/base/error.h")");
  refused("core/bsd386/malloc.h", R"(#include "malloc.h")");
  refused("core/base/addr.h", R"(#include "core/machine/channel.h")");
  refused("core/machine/concepts.h", R"(#include "core/machine/host/host_machine.h")");
  refused("core/bsd386/malloc.h", "#include <vector>");
  refused("core/bsd386/malloc.h", "#include <iostream>");
  refused("core/base/addr.h", "#include <string>");
  refused("traces/meta.h", R"(#include "sim/machine/machine.h")");
  refused("traces/meta.h", R"(#include "core/machine/outcome.h")");
  refused("sim/machine/tlb.h", R"(#include "sim/kernel/kernel.h")");
  refused("sim/machine/tlb.h", R"(#include "core/bsd386/bsd386.h")");
  refused("sim/machine/tlb.h", R"(#include "core/machine/host/host_machine.h")");
  refused("sim/kernel/kernel.h", R"(#include "traces/event.h")");
  refused("sim/replay/replay.h", R"(#include "sim/observe/ledger.h")");
  refused("sim/observe/ledger.h", R"(#include "sim/replay/replayer.h")");
  refused("sim/observe/ledger.h", R"(#include "core/machine/concepts.h")");
  refused("sim/observe/ledger.h", R"(#include "traces/event.h")");
  refused("sim/check/oracle.h", R"(#include "sim/cli/render.h")");
  refused("sim/cli/main.cpp", R"(#include "viz/app.h")");
  refused("sim/cli/main.cpp", "#include <GL/gl.h>");
  refused("viz/panels/map.h", R"(#include "core/bsd386/walk.h")");
  refused("viz/panels/map.h", R"(#include "sim/kernel/kernel.h")");
  refused("core/bsd386/malloc.h", "  throw 1;");
  refused("core/bsd386/malloc.h", "  auto* p = new int;");
  refused("core/aix/xmalloc.h", "  errno = ENOMEM;");
  refused("core/bsd386/malloc.h", "  std::vector<int> v;");
  refused("core/bsd386/malloc.h", "  void* p = std::malloc(8);");
  refused("core/bsd386/malloc.h", "  const double ratio = 0;");
  refused("sim/kernel/kernel.cpp", "  const auto t = std::chrono::steady_clock::now();");
  refused("sim/replay/replayer.h", "  std::unordered_map<int, int> m;");
  refused("tests/catch.h", ("//" + std::string(119, 'x')).c_str());
}

TEST_CASE("the rules let pass what they should", "[arrows]") {
  const auto passes = [](const char* path, const std::string& line) {
    INFO(path << ": " << line);
    CHECK(allowed(path, line));
  };
  passes("core/bsd386/malloc.h", R"(#include "core/machine/concepts.h")");
  passes("core/bsd386/malloc.h", R"(#include "core/bsd386/state.h")");
  passes("core/machine/host/host_machine.cpp", "#include <sys/mman.h>");
  passes("core/bsd386/malloc.h", "#include <cstdint>");
  passes("sim/observe/ledger.h", R"(#include "sim/replay/observer.h")");
  passes("sim/cli/verb_replay.cpp", R"(#include "sim/observe/ledger.h")");
  passes("viz/panels/map.h", R"(#include "sim/observe/timeline.h")");
  passes("core/bsd386/malloc.h", "  // a new page; throw nothing away, as a double would");
  passes("core/bsd386/malloc.h", R"(  m.panic("malloc: new trouble");)");
  passes("core/bsd386/malloc.h", "  bsd386::malloc(m, s, call);  const int renewed = 1'000;");
  passes("core/bsd386/malloc.h", "  Heap(const Heap&) = delete;");
  passes("sim/cli/progress.cpp", "  const double seconds = 1;");
  passes("tests/catch.h", "//" + std::string(118, 'x'));
  passes("tests/catch.h", "//" + std::string(59, 'x') + "→" + std::string(58, 'x'));
}

TEST_CASE("a comment over several lines hides what it holds, and no more", "[arrows]") {
  CHECK(check_text("core/bsd386/a.h", "/* throw\n new */ int a;\n").empty());
  const auto found = check_text("core/bsd386/a.h", "/* throw\n new */ throw 1;\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].line == 2);
}
