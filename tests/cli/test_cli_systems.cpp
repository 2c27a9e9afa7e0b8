// Several systems side by side, as a user asks for them: -a all, --common, -m native, and every recorded trace.
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

/// The text of the JSON member `name` in the object of the run number `n` (from 0), cut at the line's end.
std::string of_run(const std::string& json, unsigned n, const std::string& name) {
  auto at = json.find("\"runs\": [");
  for (unsigned i = 0; i <= n && at != std::string::npos; ++i) at = json.find("\"core\":", at + 1);
  if (at == std::string::npos) return "no such run";
  at = json.find("\"" + name + "\": ", at);
  if (at == std::string::npos) return "no such member";
  at += name.size() + 4;
  return json.substr(at, json.find_first_of(",\n", at) - at);
}

std::uint64_t number_of_run(const std::string& json, unsigned n, const std::string& name) {
  return std::stoull(of_run(json, n, name));
}

const std::vector<std::string> systems = {"aix", "beos", "bsd386", "osf1"};

/// What must hold for any trace, of each system.
void consistent(const std::string& json) {
  for (unsigned i = 0; i < systems.size(); ++i) {
    INFO(systems[i]);
    REQUIRE(of_run(json, i, "core") == "\"" + systems[i] + "\"");
    const auto n = [&](const char* name) { return number_of_run(json, i, name); };
    CHECK(n("requests") == n("granted") + n("failed") + n("refused") + n("asleep_at_end"));
    CHECK(n("requests") == number_of_run(json, 0, "requests"));
    CHECK(n("frees") + n("refused_frees") + n("skipped_frees") ==
          number_of_run(json, 2, "frees") + number_of_run(json, 2, "skipped_frees"));
    CHECK(n("external_permille") <= 1000);
    CHECK(of_run(json, i, "stopped") == "\"\"");
  }
}

}  // namespace

TEST_CASE("all systems stand side by side on one machine, the recorded row first", "[cli]") {
  const Ran text = kmemlab("replay " + sample() + " -a all");
  REQUIRE(text.exit == 0);
  std::size_t at = text.out.find("\nrecorded");
  for (const std::string& system : systems) {
    const auto next = text.out.find("\n" + system + " ", at);
    INFO(system);
    REQUIRE(next != std::string::npos);
    at = next;
  }
  CHECK(contains(text.out, "frees refused, by rule: 9,561 process_only"));
  const Ran json = kmemlab("replay " + sample() + " --json -");
  consistent(json.out);
  CHECK(number_of_run(json.out, 0, "refused_frees") == 9561);
  CHECK(number_of_run(json.out, 0, "refused_frees") == number_of_run(json.out, 1, "refused_frees"));
}

TEST_CASE("every recorded trace replays on every system", "[cli]") {
  const std::filesystem::path recorded = std::filesystem::path(KMEMLAB_SOURCE_DIR) / "../shared/data/recorded";
  if (!std::filesystem::exists(recorded)) {
    WARN("SKIPPED: ../shared is not here: the recorded traces on every system");
    return;
  }
  for (const char* name : {"boot.dat", "forkexec.dat", "ext4tree.dat", "netloop.dat", "boot.ftrace.txt.gz"}) {
    INFO(name);
    const Ran ran = kmemlab("replay " + (recorded / name).string() + " -a all --json -");
    REQUIRE(ran.exit == 0);
    consistent(ran.out);
  }
}

TEST_CASE("--common counts the same blocks for every core", "[cli]") {
  const Ran text = kmemlab("replay " + sample() + " -a aix,bsd386 -a osf1 --common");
  REQUIRE(text.exit == 0);
  std::istringstream lines(text.out);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
  CHECK(contains(text.out, "blocks that every core granted"));
  const Ran ran = kmemlab("replay " + sample() + " -a aix,bsd386,osf1 --common --json -");
  const std::string common = ran.out.substr(ran.out.find("\"common\""));
  const auto blocks = std::stoull(common.substr(common.find("\"blocks\": ") + 10));
  // Only osf1 lets anything fail here: what it granted is what all granted.
  CHECK(blocks == number_of_run(ran.out, 2, "granted"));
  CHECK(blocks < number_of_run(ran.out, 1, "granted"));
  for (unsigned i = 0; i < 3; ++i) CHECK(of_run(common, i, "requested") == of_run(common, 0, "requested"));
  const auto recorded = common.find("\"recorded\"");
  CHECK(common.substr(common.find("\"requested\": ", recorded) + 13, 8) == of_run(common, 0, "requested").substr(0, 8));
}

TEST_CASE("-m native gives each system its machine and says that rows do not compare", "[cli]") {
  const Ran text = kmemlab("replay " + sample() + " -a all -m native");
  REQUIRE(text.exit == 0);
  CHECK(contains(text.out, "do not compare"));
  CHECK(contains(text.out, "osf1: alpha, 8 KiB pages"));
  CHECK(contains(text.out, "aix: rs6000, 4 KiB pages"));
  const Ran json = kmemlab("replay " + sample() + " -a osf1 -m native --json -");
  CHECK(of_run(json.out, 0, "page_size") == "8192");
}

TEST_CASE("options of the systems are checked: value, range, and what contradicts", "[cli]") {
  const auto wrong = [](const std::string& core, const char* expected) {
    INFO(core);
    const Ran ran = kmemlab("replay " + sample() + " -a " + core);
    CHECK(ran.exit != 0);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, expected));
  };
  wrong("aix:frees=maybe", "expected refuse or defer");
  wrong("aix:pinned=1001", "expected a number from 0 to 1000");
  wrong("aix:maxpin=-1", "expected a number from 0 to 100");
  wrong("osf1:debug=1", "expected off or on");
  wrong("osf1:lowat=9,highwat=8", "expected highwat to be at least lowat");
  wrong("beos:pools=two", "expected one or prefix");
  wrong("beos:lock=half", "expected lazy or full");
  wrong("beos:pool=one", "did you mean 'pools'?");
}

TEST_CASE("options change what they say", "[cli]") {
  const auto json = [](const std::string& core) {
    return kmemlab("replay " + sample() + " -a " + core + " --json -").out;
  };
  CHECK(number_of_run(json("aix:frees=defer"), 0, "deferred_frees") == 9561);
  CHECK(number_of_run(json("beos:frees=defer"), 0, "deferred_frees") == 9561);
  CHECK(number_of_run(json("beos:lock=full"), 0, "peak") > number_of_run(json("beos"), 0, "peak"));
  const std::string debug = json("osf1:debug=on");
  CHECK(of_run(debug, 0, "stopped") == "\"\"");
  CHECK(number_of_run(debug, 0, "loads") > number_of_run(json("osf1"), 0, "loads"));
}

}  // namespace kmemlab::test
