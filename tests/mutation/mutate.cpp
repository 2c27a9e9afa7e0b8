// Mutation test: changes one line of a copy of a core at a time (mutants.h), rebuilds what contains it, and demands
// that something fails. A test suite that does not notice a changed comparison has not tested it.
//
//   build/release/mutate --quick               five mutants, first stage only: the ctest entry `mutants`
//   build/release/mutate --all                 20 of each system, both stages; some minutes a system
//   build/release/mutate --system osf1 --count 40 --seed 7 --jobs 2 [--first-stage] [--list]
//   --only FILE:LINE   of the chosen ones, those of this line        --prefix CMD   put before each compile
//
// Stage one: sim/scenario/SYSTEM_driver.cpp, the one file there that contains the core, is compiled at -O0 with the
// copy before the source in the include path, linked with the other objects as they are, and runs
// tests/scenarios/SYSTEM. Stage two, for what is left: the core's Catch2 tests one file at a time, the most promising
// first, until one fails. A mutant that loops is killed by time. One that does not compile is not counted. One that
// equivalent.txt lists (file | line | operator | why) behaves as the original in all cases that can be told apart:
// printed, and not counted. Exit code: 0 if nine in ten of the counted were killed, else 1.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/mutation/mutants.h"

namespace {

using namespace kmemlab::mutation;
namespace fs = std::filesystem;

/// The five of --quick, by text, so that edits elsewhere do not change the choice. Scenarios alone kill them.
struct Pick {
  const char *file, *before, *op;
};
constexpr Pick quick_picks[] = {
    {"core/bsd386/malloc.h", "kb.kb_total += kb.kb_elmpercl;", "drop"},
    {"core/bsd386/free.h", "if (kb.kb_totalfree <= kb.kb_highwat) {", "compare <= to <"},
    {"core/osf1/pool.h", "kb.kb_totalfree += kb.kb_elmpercl;", "drop"},
    {"core/aix/init_heap.h", "return table.what(p).kind() == Kind::run && end <= p + table.pages(p);",
     "compare <= to <"},
    {"core/beos/realloc.h", "blocks.give(old);", "drop"}};

struct Options {
  std::vector<std::string> systems;
  std::size_t count = 20;  ///< of each system
  std::uint64_t seed = 1;
  unsigned jobs = 2;
  bool first_stage = false;
  bool list = false;
  bool quick = false;
  std::string only;  ///< FILE:LINE
  std::string prefix;
};

struct Verdict {
  enum class Kind { killed, survived, broken, equivalent } kind = Kind::survived;
  std::string by;
};

const std::string source = KMEMLAB_SOURCE_DIR;
const std::string compiler =
    std::string(KMEMLAB_COMPILER " -std=c++20 -O0 -w -DKMEMLAB_SOURCE_DIR='\"") + KMEMLAB_SOURCE_DIR + "\"'";

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

/// Exit code of a shell command, its output in `log`; -1 if a signal ended it.
int shell(const std::string& command, const fs::path& log) {
  const int status = std::system(("( " + command + " ) > '" + log.string() + "' 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

fs::path work_folder(const std::string& part) {
  return fs::temp_directory_path() / ("kmemlab-mutants-" + std::to_string(getpid()) + "-" + part);
}

/// What every compile begins with and no mutant changes, compiled once: half of the time.
class Headers {
 public:
  explicit Headers(const Options& o) : folder_(work_folder("headers")) {
    fs::create_directories(folder_);
    make(o, "scenario.h", {"sim/scenario/driver.h"});
    if (!o.first_stage) make(o, "test.h", {"tests/catch.h", "tests/core/machines.h"});
  }
  ~Headers() { fs::remove_all(folder_); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  std::string option(const std::string& name) const { return " -include '" + (folder_ / name).string() + "'"; }

 private:
  void make(const Options& o, const std::string& name, const std::vector<std::string>& includes) const {
    std::ofstream header(folder_ / name);
    for (const std::string& i : includes) header << "#include \"" << i << "\"\n";
    header.close();
    const std::string path = (folder_ / name).string();
    shell(o.prefix + " " + compiler + " -I'" + source + "' -x c++-header '" + path + "' -o '" + path + ".gch'",
          folder_ / "log");
  }
  fs::path folder_;
};

/// What killed it, from a runner's or Catch2's output.
std::string first_failure(const fs::path& log, int code) {
  if (code == 124) return "time";
  std::ifstream in(log);
  std::string line, last;
  while (std::getline(in, line)) {
    if (line.starts_with("FAILED ")) return line.substr(7);
    if (line.find("FAILED:") != std::string::npos) return fs::path(line.substr(0, line.find(": "))).filename().string();
  }
  return "exit code " + std::to_string(code);
}

class Bench {
 public:
  Bench(const Options& options, const Headers& headers, const std::string& name)
      : o_(options), headers_(headers), work_(work_folder(name)) {}
  ~Bench() { fs::remove_all(work_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Verdict judge(const Mutant& m) const {
    if (!set_up(m)) return {Verdict::Kind::broken, "(the file was changed meanwhile)"};
    const std::string driver = source + "/sim/scenario/" + m.system + "_driver.cpp";
    if (compile(driver, "driver.o", "scenario.h") != 0) return {Verdict::Kind::broken, ""};
    if (link("driver.o", KMEMLAB_SCENARIO_LINK, "scenarios") != 0) return {Verdict::Kind::broken, ""};
    const int code = run("scenarios", source + "/tests/scenarios/" + m.system + "/*.json", 20);
    if (code != 0) return {Verdict::Kind::killed, "scenario: " + first_failure(work_ / "log", code)};
    if (o_.first_stage) return {Verdict::Kind::survived, "first stage only"};
    for (const std::string& test : tests_for(m)) {
      const std::string file = source + "/tests/core/" + test + ".cpp";
      if (compile(file, "test.o", "test.h") != 0) return {Verdict::Kind::killed, test + " (does not compile)"};
      if (link("test.o", KMEMLAB_TEST_LINK, "tests") != 0) return {Verdict::Kind::broken, ""};
      const int failed = run("tests", "", 60);
      if (failed != 0) return {Verdict::Kind::killed, "test: " + first_failure(work_ / "log", failed)};
    }
    return {};
  }

 private:
  /// False if the line is no longer what it was.
  bool set_up(const Mutant& m) const {
    fs::remove_all(work_);
    fs::create_directories(work_ / "core");
    fs::copy(source + "/core/" + m.system, work_ / "core" / m.system);
    std::istringstream in(read(source + "/" + m.file));
    std::ofstream out(work_ / m.file);
    std::string line;
    bool found = false;
    for (std::size_t n = 1; std::getline(in, line); ++n) {
      found |= n == m.line && line.find(m.before) != std::string::npos;
      out << (n == m.line ? m.text : line) << '\n';
    }
    return found;
  }
  int compile(const std::string& file, const std::string& object, const std::string& header) const {
    return shell(o_.prefix + " " + compiler + headers_.option(header) + " -I'" + work_.string() + "' -I'" + source +
                     "' -c '" + file + "' -o '" + (work_ / object).string() + "'",
                 work_ / "log");
  }
  int link(const std::string& object, const std::string& with, const std::string& program) const {
    return shell(o_.prefix + " " KMEMLAB_COMPILER " '" + (work_ / object).string() + "' " + with + " -o '" +
                     (work_ / program).string() + "'",
                 work_ / "log");
  }
  int run(const std::string& program, const std::string& arguments, unsigned seconds) const {
    return shell("ulimit -v 8000000; timeout " + std::to_string(seconds) + " '" + (work_ / program).string() + "' " +
                     arguments,
                 work_ / "log");
  }
  /// The system's test files; first those whose name shares a word with the changed file, then bad calls and clauses.
  static std::vector<std::string> tests_for(const Mutant& m) {
    std::vector<std::pair<int, std::string>> found;
    const std::string stem = fs::path(m.file).stem().string();
    for (const auto& entry : fs::directory_iterator(source + "/tests/core")) {
      const std::string name = entry.path().stem().string();
      const bool own = name.starts_with("test_" + m.system + "_") || name == "test_bad_calls_" + m.system;
      if (!own || entry.path().extension() != ".cpp") continue;
      int rank = 4;
      if (name.find("mutants") != std::string::npos) rank = 1;
      if (name.find("bad_calls") != std::string::npos) rank = 2;
      if (name.find("clauses") != std::string::npos) rank = 3;
      const std::string word = stem.substr(stem.find('_') == std::string::npos ? 0 : stem.find('_') + 1);
      if (name.find(word) != std::string::npos) rank = 0;
      found.emplace_back(rank, name);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> names;
    for (const auto& [rank, name] : found) names.push_back(name);
    return names;
  }
  const Options& o_;
  const Headers& headers_;
  fs::path work_;
};

/// The reason why the mutant is equivalent; empty if it is not listed.
std::string why_equivalent(const Mutant& m) {
  std::istringstream in(read(source + "/tests/mutation/equivalent.txt"));
  for (std::string line; std::getline(in, line);) {
    const std::string key = m.file + " | " + m.before + " | " + m.op + " | ";
    if (line.starts_with(key)) return line.substr(key.size());
  }
  return {};
}

std::vector<Mutant> candidates(const std::string& system) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(source + "/core/" + system)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Mutant> all;
  for (const fs::path& f : files) {
    if (f.stem() == "check" || f.stem() == "walk" || f.stem() == "marks") continue;
    const auto more = mutants_of(system, "core/" + system + "/" + f.filename().string(), read(f));
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<Mutant> quick_ones(const std::vector<Mutant>& all) {
  std::vector<Mutant> picked;
  for (const Mutant& m : all) {
    for (const Pick& p : quick_picks) {
      if (m.file == p.file && m.before == p.before && m.op == p.op) picked.push_back(m);
    }
  }
  return picked;
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
    if (a == "--system") o.systems.push_back(value());
    if (a == "--count") o.count = std::stoul(value());
    if (a == "--seed") o.seed = std::stoul(value());
    if (a == "--jobs") o.jobs = static_cast<unsigned>(std::stoul(value()));
    if (a == "--prefix") o.prefix = value();
    if (a == "--first-stage") o.first_stage = true;
    if (a == "--list") o.list = true;
    if (a == "--only") o.only = value();
    if (a == "--quick") o.quick = o.first_stage = true;
  }
  if (o.systems.empty()) o.systems = {"bsd386", "osf1", "aix", "beos"};
  return o;
}

const char* word(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::killed: return "killed by ";
    case Verdict::Kind::survived: return "SURVIVED ";
    case Verdict::Kind::broken: return "does not compile (not counted) ";
    case Verdict::Kind::equivalent: return "equivalent (not counted): ";
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  std::vector<Mutant> mutants;
  for (const std::string& system : o.systems) {
    const auto all = candidates(system);
    const auto chosen = o.quick ? quick_ones(all) : choose(all, o.count, o.seed);
    std::copy_if(chosen.begin(), chosen.end(), std::back_inserter(mutants), [&](const Mutant& m) {
      return o.only.empty() || o.only == m.file + ":" + std::to_string(m.line);
    });
  }
  if (o.quick && mutants.size() != std::size(quick_picks)) {
    std::printf("a line of quick_picks is no longer there, or is there twice\n");
    return 1;
  }
  const Headers headers(o);
  std::vector<Verdict> verdicts(mutants.size());
  std::atomic<std::size_t> next{0};
  std::mutex print;
  const auto worker = [&](unsigned n) {
    const Bench bench(o, headers, std::to_string(n));
    for (std::size_t i = next++; i < mutants.size(); i = next++) {
      const Mutant& m = mutants[i];
      const std::string why = why_equivalent(m);
      if (!why.empty()) {
        verdicts[i] = {Verdict::Kind::equivalent, why};
      } else if (!o.list) {
        verdicts[i] = bench.judge(m);
      }
      const std::lock_guard lock(print);
      std::printf("%s:%zu: %s: `%s` %s%s\n", m.file.c_str(), m.line, m.op.c_str(), m.before.c_str(),
                  word(verdicts[i].kind), verdicts[i].by.c_str());
      std::fflush(stdout);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned n = 0; n < o.jobs; ++n) threads.emplace_back(worker, n);
  for (std::thread& t : threads) t.join();
  std::size_t killed = 0, counted = 0;
  for (const Verdict& v : verdicts) {
    killed += v.kind == Verdict::Kind::killed;
    counted += v.kind == Verdict::Kind::killed || v.kind == Verdict::Kind::survived;
  }
  std::printf("killed %zu of %zu\n", killed, counted);
  return killed * 10 >= counted * 9 ? 0 : 1;
}
