// kmemlab info on perf's recordings prints perf's own figures: they are taken out of perf's reports, which lie beside
// the recordings outside of this tree. Without them the tests say so and end.
#include <regex>

#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

/// The first number behind `label` and a colon.
std::string number_after(const std::string& text, const std::string& label) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(label + "\\s*:\\s*([0-9]+)"))) return "no " + label;
  return found[1];
}

/// "{26016 KB}" of a row of the page report.
std::string kilobytes_after(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) return "no " + label;
  std::smatch found;
  const std::string row = text.substr(at, text.find('\n', at) - at);
  if (!std::regex_search(row, found, std::regex("\\[\\s*([0-9]+) KB"))) return "no KB";
  return found[1];
}

/// The value of `key` behind the first `section`.
std::string field(const std::string& json, const std::string& section, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\": ", json.find("\"" + section + "\": "));
  if (at == std::string::npos) return "no " + key;
  const std::size_t start = at + key.size() + 4;
  return json.substr(start, json.find_first_of(",\n", start) - start);
}

/// From "pages" on, where a second perf_kmem stands.
std::string pages_of(const std::string& json) {
  return json.substr(json.find("\"pages\": "));
}

}  // namespace

TEST_CASE("info on perf.data prints what perf kmem stat prints", "[cli][perf]") {
  const std::string path = recorded("perf.data");
  if (path.empty()) return;
  const std::string report = read_file(recorded("perf.kmemstat.slab.txt"));
  const Ran ran = kmemlab("info " + path + " --json");
  REQUIRE(ran.exit == 0);
  CHECK(field(ran.out, "perf_kmem", "requested") == number_after(report, "Total bytes requested"));
  CHECK(field(ran.out, "perf_kmem", "allocated") == number_after(report, "Total bytes allocated"));
  CHECK(field(ran.out, "perf_kmem", "freed") == number_after(report, "Total bytes freed"));
  CHECK(field(ran.out, "bytes", "freed") == "22409264");
  CHECK(field(ran.out, "context", "unknown") == "0");
  const std::string text = kmemlab("info " + recorded("perf.script.txt.gz") + " --json").out;
  CHECK(field(text, "perf_kmem", "freed") == field(ran.out, "perf_kmem", "freed"));
  CHECK(field(text, "schema", "digest") == field(ran.out, "schema", "digest"));
  CHECK(pages_of(text).substr(0, pages_of(text).find("ticks")) ==
        pages_of(ran.out).substr(0, pages_of(ran.out).find("ticks")));
}

TEST_CASE("info on a recording of pages prints every figure of perf kmem stat --page", "[cli][perf]") {
  const std::string path = recorded("perfpage.data");
  if (path.empty()) return;
  const std::string report = read_file(recorded("perfpage.stat.txt"));
  const Ran ran = kmemlab("info " + path + " --json");
  REQUIRE(ran.exit == 0);
  const std::string pages = pages_of(ran.out);
  const std::pair<const char*, const char*> rows[] = {
      {"Total allocation requests", "requests"},       {"Total free requests", "frees"},
      {"Total alloc\\+freed requests", "alloc_freed"}, {"Total alloc-only requests", "alloc_only"},
      {"Total free-only requests", "free_only"},       {"Total allocation failures", "failures"}};
  for (const auto& [label, key] : rows) {
    CAPTURE(label);
    CHECK(field(pages, "perf_kmem", key) == number_after(report, label));
    std::string plain = label;
    std::erase(plain, '\\');
    CHECK(field(pages, "perf_kmem", std::string(key) + "_kb") == kilobytes_after(report, plain));
  }
  std::istringstream table(report.substr(report.find("-----  ----")));
  std::string cell;
  std::getline(table, cell);
  std::size_t at = pages.find("\"by_order\"");
  for (unsigned order = 0; order <= 10; ++order) {
    at = pages.find('{', at) + 1;
    const std::string row = "\"row\": " + pages.substr(at, pages.find('}', at) - at) + ",";
    for (const char* column : {"order", "unmovable", "reclaimable", "movable", "reserved", "cma"}) {
      CAPTURE(order, column);
      table >> cell;
      CHECK(field(row, "row", column) == (cell == "." ? "0" : cell));
    }
  }
  const std::string text = kmemlab("info " + path).out;
  CHECK(contains(text, "as perf kmem --page"));
  CHECK(contains(text, "0          1,637        3,730      165         .             ."));
}

TEST_CASE("a container made from perf.data has the same figures", "[cli][perf]") {
  for (const char* name : {"perf.data", "perfpage.data"}) {
    const std::string path = recorded(name);
    if (path.empty()) return;
    const Scratch scratch;
    REQUIRE(kmemlab("convert " + path + " " + scratch.file("a.kmt")).exit == 0);
    for (const char* how : {"", " --json"}) {
      CHECK(kmemlab("info " + scratch.file("a.kmt") + how).out == kmemlab("info " + path + how).out);
    }
  }
}

}  // namespace kmemlab::test
