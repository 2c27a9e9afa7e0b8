// The documents speak the truth: every command of a console block prints what stands below it, every rule that
// docs/replay.md lists is a built-in rule, every link leads to a file. Commands run at the root of the source; a line
// `...` stands for any number of lines.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/replay/type_rules.h"
#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

const fs::path root = KMEMLAB_SOURCE_DIR;
const std::string program = "build/release/kmemlab";

Lines lines_of(const std::string& text) {
  Lines lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Lines read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return lines_of({std::istreambuf_iterator<char>(in), {}});
}

/// The documents that hold commands or links.
std::vector<fs::path> documents() {
  std::vector<fs::path> files = {root / "README.md", root / "traces/samples/README.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  return files;
}

/// What a shell at the root prints for the command, with the program of this build in place of the release's.
Lines run(std::string command) {
  const auto at = command.find(program);
  if (at != std::string::npos) command.replace(at, program.size(), "'" KMEMLAB_BINARY_DIR "/kmemlab'");
  const std::string line = "cd '" + root.string() + "' && { " + command + "; } 2>&1 </dev/null";
  std::FILE* pipe = popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char piece[4096];
  for (std::size_t n; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) text.append(piece, n);
  pclose(pipe);
  return lines_of(text);
}

/// Whether the wanted lines from `w` on stand for the printed ones from `p` on.
bool matches(const Lines& wanted, const Lines& printed, std::size_t w = 0, std::size_t p = 0) {
  for (; w < wanted.size(); ++w, ++p) {
    if (wanted[w] == "...") {
      for (std::size_t skip = p; skip <= printed.size(); ++skip) {
        if (matches(wanted, printed, w + 1, skip)) return true;
      }
      return false;
    }
    if (p >= printed.size() || wanted[w] != printed[p]) return false;
  }
  return p == printed.size();
}

struct Shown {
  std::string command;
  Lines output;
};

std::vector<Shown> console_blocks(const Lines& document) {
  std::vector<Shown> all;
  bool inside = false;
  for (const std::string& line : document) {
    if (line.starts_with("```")) {
      inside = line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      all.push_back({line.substr(2), {}});
    } else if (inside && !all.empty()) {
      all.back().output.push_back(line);
    }
  }
  return all;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("every command in the documents prints what they show", "[docs]") {
  std::size_t commands = 0;
  for (const fs::path& file : documents()) {
    for (const Shown& shown : console_blocks(read(file))) {
      ++commands;
      const Lines printed = run(shown.command);
      INFO(file.filename().string() << ": $ " << shown.command << "\nprints now:\n" << joined(printed));
      CHECK(matches(shown.output, printed));
    }
  }
  CHECK(commands >= 8);
}

TEST_CASE("dots stand for any lines, and nothing else does", "[docs]") {
  CHECK(matches({"a", "...", "c"}, {"a", "b", "b", "c"}));
  CHECK(matches({"a", "...", "c"}, {"a", "c"}));
  CHECK(matches({"..."}, {}));
  CHECK_FALSE(matches({"a", "...", "c"}, {"a", "b"}));
  CHECK_FALSE(matches({"a"}, {"a", "b"}));
  CHECK_FALSE(matches({"a", "b"}, {"a"}));
}

TEST_CASE("links lead to files", "[docs]") {
  for (const fs::path& file : documents()) {
    for (const std::string& line : read(file)) {
      for (auto at = line.find("]("); at != std::string::npos; at = line.find("](", at + 1)) {
        const std::string target = line.substr(at + 2, line.find(')', at) - at - 2);
        if (target.starts_with("http")) continue;
        INFO(file.filename().string() << " links to " << target);
        CHECK(fs::exists(file.parent_path() / target));
      }
    }
  }
}

TEST_CASE("the type rules in docs/replay.md are the built-in ones", "[docs]") {
  const fs::path listed = fs::path(KMEMLAB_BINARY_DIR) / "rules-of-the-documents.txt";
  bool inside = false;
  {
    std::ofstream out(listed);
    for (const std::string& line : read(root / "docs/replay.md")) {
      if (line.starts_with("```")) {
        inside = line == "```rules";
      } else if (inside) {
        out << line << "\n";
      }
    }
  }
  const auto rules = kmemlab::sim::TypeRules::from_file(listed.string());
  REQUIRE(rules.ok());
  const auto standard = kmemlab::sim::TypeRules::standard();
  REQUIRE(rules.value().rules().size() == standard.rules().size());
  for (std::size_t i = 0; i < standard.rules().size(); ++i) {
    const auto& a = rules.value().rules()[i];
    const auto& b = standard.rules()[i];
    INFO("rule " << i << ": " << b.prefix);
    CHECK(a.on == b.on);
    CHECK(a.prefix == b.prefix);
    CHECK(a.type == b.type);
  }
  CHECK(rules.value().type_of("no such cache", "no_such_site") == standard.type_of("no such cache", "no_such_site"));
}
