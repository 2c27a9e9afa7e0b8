// The replay and info verbs as a user meets them: the shipped sample, JSON, log, table, exit codes.
#include "tests/cli/command.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

/// Writes a made trace where the command can read it.
std::string store(const Scratch& scratch, const TraceMaker& maker) {
  auto reader = maker.reader();
  auto writer = traces::KmtWriter::create(scratch.file("made.kmt")).value();
  REQUIRE(reader.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) { writer.append(e); }));
  REQUIRE(writer.finish(reader.tables(), reader.quality(), reader.source()));
  return scratch.file("made.kmt");
}

std::string without_rate(const std::string& json) {
  std::string kept;
  std::istringstream lines(json);
  for (std::string line; std::getline(lines, line);) {
    if (!contains(line, "events_per_second")) kept += line + "\n";
  }
  return kept;
}

}  // namespace

TEST_CASE("the shipped sample replays: counts are trace-cmd's, and nothing is lost between them", "[cli]") {
  const Ran info = kmemlab("info " + sample() + " --json");
  REQUIRE(info.exit == 0);
  // trace-cmd report | count by event name
  for (const char* count : {R"("kfree": 16273)", R"("kmalloc": 6608)", R"("kmem_cache_alloc": 36460)",
                            R"("kmem_cache_free": 32313)", R"("mm_page_alloc": 3349)", R"("mm_page_free": 2130)"}) {
    CHECK(contains(info.out, count));
  }
  const Ran replay = kmemlab("replay " + sample() + " -a bsd386 --json -");
  REQUIRE(replay.exit == 0);
  CHECK(contains(replay.out, R"("schema": "kmemlab.report/1")"));
  CHECK(contains(replay.out, R"("requests": 43068)"));
  CHECK(replay.err.empty());
}

TEST_CASE("two runs print the same bytes but for the rate", "[cli]") {
  const std::string command = "replay " + sample() + " -a bsd386 -a bsd386:mode=faithful --arena 4M --json -";
  const Ran first = kmemlab(command);
  CHECK(first.exit == kmemlab(command).exit);
  CHECK(without_rate(first.out) == without_rate(kmemlab(command).out));
}

TEST_CASE("a line says how long empty pages were kept, if any were", "[cli]") {
  const Ran ran = kmemlab("replay " + sample() + " -a aix,bsd386");
  const std::size_t aix = ran.out.find("\naix\n"), bsd386 = ran.out.find("\nbsd386\n");
  REQUIRE(aix < bsd386);
  CHECK(ran.out.substr(aix, bsd386 - aix).find("empty pages kept") == std::string::npos);  // it had none
  const char* line = "\n  empty pages kept: 6,569, mean 10.1 ms, longest 733.8 ms; 287 at the end\n";
  CHECK(contains(ran.out.substr(bsd386), line));
}

TEST_CASE("the table fits 80 columns, names the recorded row first, and says what was refused", "[cli]") {
  const Ran ran = kmemlab("replay " + sample() + " -a bsd386 -a bsd386:mode=faithful,types=temp --arena 2M");
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
  CHECK(ran.out.find("recorded") < ran.out.find("bsd386  "));
  CHECK(contains(ran.out, "departs from what was recorded"));
}

TEST_CASE("the log is the worked example's, line by line", "[cli]") {
  TraceMaker t;
  t.task(1);
  std::uint64_t tick = 0;
  const auto at = [&]() -> TraceMaker& { return t.at(tick += 1'000'000'000); };
  at().alloc(100);
  at().alloc(100);
  at().alloc(3000);
  at().free(0);
  at().alloc(1 << 21);  // more than the arena: documented mode refuses it as too big
  const Scratch scratch;
  const Ran ran = kmemlab("replay " + store(scratch, t) + " -a bsd386:types=temp -m i386 --arena 1M --log " +
                          scratch.file("log.csv") + " --quiet");
  REQUIRE(ran.exit == 0);
  CHECK(ran.out.empty());
  std::istringstream lines(read_file(scratch.file("log.csv")));
  std::vector<std::string> got;
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream split(line);
    for (std::string cell; std::getline(split, cell, ',');) cells.push_back(cell);
    if (!got.empty()) {  // the tick is the machine's business: it only must not run backwards
      CHECK(std::stoull(cells[1]) > 999'999'999);
      cells[1] = "T";
    }
    std::string joined;
    for (const std::string& cell : cells) joined += (joined.empty() ? "" : ",") + cell;
    got.push_back(joined);
  }
  CHECK(got == std::vector<std::string>{"event,tick,op,id,size,address,granted,slept,outcome",
                                        "0,T,alloc,0,100,0xb0000f80,128,0,ok", "1,T,alloc,1,100,0xb0000f00,128,0,ok",
                                        "2,T,alloc,2,3000,0xb0001000,4096,0,ok", "3,T,free,0,100,0xb0000f80,128,0,ok",
                                        "4,T,alloc,3,2097152,,0,0,refused:too_big"});
}

TEST_CASE("exit codes: 4 for a panic, 7 for a deadlock", "[cli]") {
  const Scratch scratch;
  TraceMaker t;
  t.task(1).at(1000);
  SECTION("panic") {
    t.alloc(1 << 21);
    const Ran ran = kmemlab("replay " + store(scratch, t) + " -a bsd386:mode=faithful --arena 1M");
    CHECK(ran.exit == 4);
    CHECK(contains(ran.out, "kmem_alloc: map smaller than allocation at event 0"));
  }
  SECTION("deadlock") {
    for (int n = 0; n < 12; ++n) t.alloc(4096);
    t.alloc(4096);
    t.free(3);
    const Ran ran = kmemlab("replay " + store(scratch, t) + " -a bsd386:types=temp --arena 80K");
    CHECK(ran.exit == 7);
    CHECK(contains(ran.out, "DEADLOCK"));
    CHECK(kmemlab("replay " + store(scratch, t) + " -a bsd386:types=temp --arena 80K --decisions -").exit == 7);
  }
}

TEST_CASE("convert keeps everything, repeat frees what a round left", "[cli]") {
  const Scratch scratch;
  const auto digest_line = [](const Ran& r) {
    const auto at = r.out.find("\"digest\"");
    return at == std::string::npos ? std::string("none") : r.out.substr(at, r.out.find('}', at) - at);
  };
  REQUIRE(kmemlab("convert " + sample() + " " + scratch.file("a.kmt") + " --zstd").exit == 0);
  const Ran direct = kmemlab("info " + sample() + " --json");
  const Ran stored = kmemlab("info " + scratch.file("a.kmt") + " --json");
  CHECK(digest_line(direct) == digest_line(stored));
  REQUIRE(kmemlab("convert " + scratch.file("a.kmt") + " " + scratch.file("b.kmt") + " --repeat 3").exit == 0);
  const Ran three = kmemlab("info " + scratch.file("b.kmt") + " --json");
  CHECK(contains(three.out, "\"allocs\": " + std::to_string(3 * 43068)));
  CHECK(contains(three.out, "\"live_at_end\": 0"));
  const Ran replay = kmemlab("replay " + scratch.file("b.kmt") + " -a bsd386 --json -");
  CHECK(contains(replay.out, "\"requests\": " + std::to_string(3 * 43068)));
}

TEST_CASE("memory while replaying follows live blocks, not trace length", "[cli]") {
  const Scratch scratch;
  REQUIRE(kmemlab("convert " + sample() + " " + scratch.file("1.kmt") + " --repeat 2").exit == 0);
  REQUIRE(kmemlab("convert " + sample() + " " + scratch.file("20.kmt") + " --repeat 20").exit == 0);
  REQUIRE(std::filesystem::file_size(scratch.file("20.kmt")) > std::uintmax_t{40} << 20);
  const auto run = [&](const std::string& file) {
    return peak_kib({"replay", scratch.file(file), "-a", "bsd386", "--quiet"});
  };
  const long few = run("1.kmt");
  const long many = run("20.kmt");
  INFO(few << " KiB for 2 rounds, " << many << " KiB for 20");
  CHECK(many < few + 6 * 1024);
}

TEST_CASE("standard input, and gzip by content", "[cli]") {
  const Scratch scratch;
  const Ran file = kmemlab("info " + sample() + " --json");
  const Ran pipe = kmemlab("info - --json <" + sample());
  CHECK(pipe.exit == 0);
  const auto digest = [](const std::string& text) { return text.substr(text.find("\"digest\""), 40); };
  CHECK(digest(file.out) == digest(pipe.out));
  REQUIRE(kmemlab("convert - " + scratch.file("a.kmt") + " <" + sample()).exit == 0);
  CHECK(digest(file.out) == digest(kmemlab("info - --json <" + scratch.file("a.kmt")).out));
}

TEST_CASE("recordings outside the tree: every slab event is offered", "[cli][shared]") {
  struct Row {
    const char* file;
    std::uint64_t records;
    std::uint64_t allocs;
  };
  // Records and allocation events as `trace-cmd report | grep -c` counts them (grep alone for the text).
  const Row row = GENERATE(Row{"boot.dat", 298242, 152522}, Row{"boot.ftrace.txt.gz", 298275, 152522},
                           Row{"forkexec.dat", 185220, 60733}, Row{"ext4tree.dat", 97133, 43068},
                           Row{"netloop.dat", 430826, 144409});
  const std::string path = recorded(row.file);
  if (path.empty()) return;
  const Ran ran = kmemlab("replay " + path + " -a bsd386 --json -");
  REQUIRE(ran.exit == 0);
  INFO(row.file);
  CHECK(contains(ran.out, "\"records\": " + std::to_string(row.records)));
  CHECK(contains(ran.out, "\"requests\": " + std::to_string(row.allocs)));
}

}  // namespace kmemlab::test
