// The verb gen from the outside: files are whole or not there, the same command makes the same bytes, every trace can
// be looked at and replayed on all systems, and errors say what was expected.
#include "tests/cli/command.h"

namespace kmemlab::test {

TEST_CASE("gen: the list names every workload with its parameters", "[cli][gen]") {
  const Ran ran = kmemlab("gen --list");
  CHECK(ran.exit == 0);
  for (const char* word : {"steady", "ramp", "sawtooth", "checkerboard", "netrx", "pipeline", "forkstorm",
                           "mckusick-karels", "pow2", "firstfit", "twin", "sizes=", "lifetimes=", "--of TRACE"})
    CHECK(contains(ran.out, word));
  CHECK(contains(kmemlab("gen --help").out, "example: kmemlab gen steady "));
}

TEST_CASE("gen: the same command makes the same bytes; all systems replay them", "[cli][gen]") {
  const Scratch scratch;
  for (const char* name :
       {"steady", "ramp", "sawtooth", "checkerboard", "netrx", "pipeline", "forkstorm", "mckusick-karels", "pow2"}) {
    INFO(name);
    const std::string a = scratch.file("a.kmt"), b = scratch.file("b.kmt");
    REQUIRE(kmemlab(std::string("gen ") + name + " --events 10000 --seed 3 -o " + a).exit == 0);
    REQUIRE(kmemlab(std::string("gen ") + name + " --events 10000 --seed 3 -o " + b).exit == 0);
    CHECK(read_file(a) == read_file(b));
    CHECK(kmemlab("info " + a + " --strict").exit == 0);
    CHECK(kmemlab("replay -a all --quiet " + a).exit == 0);
  }
}

TEST_CASE("gen: checkerboard gives no page back on any system", "[cli][gen]") {
  const Scratch scratch;
  const std::string trace = scratch.file("c.kmt");
  REQUIRE(kmemlab("gen checkerboard --events 15000 -o " + trace).exit == 0);
  const Ran ran = kmemlab("replay -a all " + trace);
  CHECK(ran.exit == 0);
  const auto at = ran.out.find("pages mapped  returned");
  REQUIRE(at != std::string::npos);
  std::istringstream rows(ran.out.substr(ran.out.find('\n', at) + 1));
  std::string line, systems;
  while (std::getline(rows, line) && !line.empty()) {
    std::istringstream words(line);
    std::vector<std::string> row;
    for (std::string w; words >> w;) row.push_back(w);
    REQUIRE(row.size() >= 4);
    systems += row[0] + " ";
    CHECK(row[row.size() - 2] == "0");                  // returned
    CHECK(row[row.size() - 3] == row[row.size() - 1]);  // mapped, and at the end
  }
  CHECK(systems == "aix beos bsd386 osf1 ");
}

TEST_CASE("gen: twin of a recording", "[cli][gen]") {
  const Scratch scratch;
  const std::string twin = scratch.file("twin.kmt");
  const Ran ran = kmemlab("gen twin --of " + sample() + " -o " + twin);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "sizes: blocks whose size differs: 0 of 43068"));
  CHECK(contains(ran.out, "lifetimes: blocks in another class: "));
  CHECK(kmemlab("info " + twin + " --strict").exit == 0);
}

TEST_CASE("gen: errors say what was expected, and leave no file", "[cli][gen]") {
  const Scratch scratch;
  const std::string out = scratch.file("x.kmt");
  const auto refuses = [&](const std::string& arguments, int exit, const std::string& part) {
    const Ran ran = kmemlab("gen " + arguments);
    INFO(ran.err);
    CHECK(ran.exit == exit);
    CHECK(contains(ran.err, part));
    CHECK(std::filesystem::is_empty(scratch.path()));
  };
  refuses("", 2, "'kmemlab gen --list' lists them");
  refuses("steady", 2, "expected -o OUT.kmt");
  refuses("steady -o " + scratch.file("x.json"), 2, "expected a name that ends in .kmt");
  refuses("stedy -o " + out, 2, "did you mean 'steady'?");
  refuses("steady -o " + out + " --events 0", 2, "expected at least 1");
  refuses("steady -o " + out + " --events many", 2, "expected a whole number");
  refuses("steady -o " + out + " tasks=0", 2, "expected 1 to 10000");
  refuses("sawtooth -o " + out + " low=9000", 2, "expected low < high");
  refuses("steady -o " + out + " --of " + sample(), 2, "--of is for twin");
  refuses("twin -o " + out, 2, "expected --of TRACE");
  refuses("twin -o " + out + " --events 5 --of " + sample(), 2, "expected --of and --seed only");
  refuses("twin -o " + out + " --of " + scratch.file("none.dat"), 3, "none.dat");
  refuses("steady -o " + scratch.file("no/such/x.kmt"), 3, "x.kmt");
}

}  // namespace kmemlab::test
