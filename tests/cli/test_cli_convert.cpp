// kmemlab convert, info and replay with edits: parts that keep what lives, filters, scrubbing, repeats, and all of them
// together, which is the same whatever is written.
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

std::string info(const std::string& path, const std::string& options = "") {
  const Ran ran = kmemlab("info " + path + " --json " + options);
  CHECK(ran.exit == 0);
  return ran.out;
}

void convert(const std::string& arguments) {
  const Ran ran = kmemlab("convert " + arguments);
  INFO(arguments + ": " + ran.err);
  REQUIRE(ran.exit == 0);
}

// Block 1 lives through event 3, block 2 is freed by it, block 1 is resized by event 2; a free of another's block.
const std::string lives =
    "{\"schema\":\"kmemlab.events/1\"}\n"
    "{\"t\":100,\"op\":\"alloc\",\"p\":1,\"size\":10,\"cpu\":1,\"pid\":7,\"comm\":\"zsh\",\"cache\":\"c64\"}\n"
    "{\"t\":110,\"op\":\"alloc\",\"p\":2,\"size\":20}\n"
    "{\"t\":120,\"op\":\"realloc\",\"p\":1,\"size\":50}\n"
    "{\"t\":130,\"op\":\"free\",\"p\":2}\n"
    "{\"t\":140,\"op\":\"alloc\",\"p\":3,\"size\":30}\n"
    "{\"t\":150,\"op\":\"free\",\"p\":1}\n"
    "{\"t\":160,\"op\":\"free\",\"p\":3}\n";

}  // namespace

TEST_CASE("convert --from keeps what lives, by hand", "[cli][convert]") {
  const Scratch scratch;
  const std::string all = scratch.write("all", lives);
  convert(all + " " + scratch.file("part.csv") + " --from 4 --to 6");
  const std::string rows = read_file(scratch.file("part.csv"));
  CHECK(lines_of(rows) == 1 + 3);
  CHECK(
      contains(rows, "\n0,140,alloc,,0,50,0,,,,1,7,zsh,"));  // block 1 with its size by then, at the part's first tick
  CHECK(contains(rows, "\n1,140,alloc,,1,30,"));
  CHECK(contains(rows, "\n2,150,free,matched,0,"));
  convert(all + " " + scratch.file("part.kmt") + " --from 2");
  const std::string text = info(scratch.file("part.kmt"));
  CHECK(field(text, "matched") == "3");
  CHECK(field(text, "before_trace") == "0");
  CHECK(field(text, "allocs") == "3");
  CHECK(contains(text, "events 2 to 7, 2 live blocks carried"));
  convert(all + " " + scratch.file("none.kmt") + " --from 9");
  CHECK(field(info(scratch.file("none.kmt")), "records") == "0");
  convert(all + " " + scratch.file("time.kmt") + " --from-time 40ns --to-time 51ns");
  CHECK(contains(info(scratch.file("time.kmt")), "events 4 to 6, 1 live blocks carried"));
}

TEST_CASE("parts of a recording: the whole is the whole, and frees match as before", "[cli][convert]") {
  const Scratch scratch;
  const std::string whole = scratch.file("whole.kmt");
  convert(sample() + " " + whole);
  convert(whole + " " + scratch.file("copy.kmt"));
  convert(whole + " " + scratch.file("same.kmt") + " --from 0 --to 97133");
  const bool same = read_file(scratch.file("same.kmt")) == read_file(scratch.file("copy.kmt"));
  CHECK(same);
  std::uint64_t matched = 0, before = 0;
  for (const std::uint64_t from : {0U, 30'000U, 60'000U, 90'000U}) {
    const std::string part = scratch.file("part.kmt");
    convert(whole + " " + part + " --from " + std::to_string(from) + " --to " + std::to_string(from + 30'000));
    const std::string text = info(part);
    matched += std::stoull(field(text, "matched"));
    before += std::stoull(field(text, "before_trace"));
  }
  CHECK(std::to_string(matched) == field(info(whole), "matched"));
  CHECK(std::to_string(before) == field(info(whole), "before_trace"));
  const Ran ran = kmemlab("replay " + scratch.file("part.kmt") + " -a bsd386 --json -");
  CHECK(ran.exit == 0);
  CHECK(field(ran.out, "failed") == "0");
}

TEST_CASE("--where is the same for info, replay and every output", "[cli][convert]") {
  const Scratch scratch;
  const std::string filter = " --where 'cache ~ ext4 && size >= 100'";
  convert(sample() + " " + scratch.file("a.kmt") + filter);
  convert(sample() + " " + scratch.file("a.jsonl") + filter);
  convert(sample() + " " + scratch.file("a.txt") + filter);
  const std::string direct = info(sample(), filter);
  CHECK(std::stoull(field(direct, "allocs")) > 1000);
  for (const std::string name : {"a.kmt", "a.jsonl", "a.txt"})
    CHECK(field(info(scratch.file(name)), "digest_full") == field(direct, "digest_full"));
  const Ran filtered = kmemlab("replay " + sample() + filter + " -a osf1 --json -");
  const Ran stored = kmemlab("replay " + scratch.file("a.kmt") + " -a osf1 --json -");
  CHECK(filtered.exit == 0);
  CHECK(field(filtered.out, "digest") == field(stored.out, "digest"));
  CHECK(field(info(sample(), "--where 'size >= 0 || size != 0'"), "digest_full") ==
        field(info(sample()), "digest_full"));
  CHECK(field(info(sample(), "--where 'size > 1G'"), "records") == "0");
}

TEST_CASE("--scrub leaves no name", "[cli][convert]") {
  const Scratch scratch;
  convert(sample() + " " + scratch.file("a.csv"));
  std::vector<std::string> names{"ext4tree", "6.1.0", "Linux"};
  std::istringstream rows(read_file(scratch.file("a.csv")));
  std::string row;
  std::getline(rows, row);
  while (std::getline(rows, row)) {  // comm, site, cache: cells 12, 19 and 20
    std::vector<std::string> cells(1);
    for (const char c : row) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    for (const std::size_t at : {12U, 19U, 20U})
      if (cells.size() > 21 && cells[at].size() > 3) names.push_back(cells[at]);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  REQUIRE(names.size() > 200);
  for (const std::string ending : {"kmt", "jsonl", "csv", "txt"}) {
    const std::string path = scratch.file("scrubbed." + ending);
    convert(sample() + " " + path + " --scrub");
    const std::string bytes = read_file(path);
    for (const std::string& name : names) {
      INFO(ending << " holds " << name);
      // Words of the formats themselves are nobody's secret.
      const bool held = contains(bytes, name);
      CHECK_FALSE((held && name != "kmalloc" && name != "kfree"));
    }
  }
  const std::string before = info(sample()), after = info(scratch.file("scrubbed.kmt"));
  for (const std::string key : {"allocs", "matched", "live_at_end", "requested", "granted", "unrecorded", "cpus"})
    CHECK(field(after, key) == field(before, key));
  CHECK(field(after, "digest") != field(before, "digest"));  // pids are other ones
  convert(scratch.file("scrubbed.kmt") + " " + scratch.file("twice.kmt") + " --scrub");
  CHECK(field(info(scratch.file("twice.kmt")), "digest_full") == field(after, "digest_full"));
  const Ran one = kmemlab("replay " + sample() + " -a bsd386 --json -");
  const Ran two = kmemlab("replay " + scratch.file("scrubbed.kmt") + " -a bsd386 --json -");
  CHECK(field(one.out, "granted") == field(two.out, "granted"));
}

TEST_CASE("edits combine in one order, whatever is written", "[cli][convert]") {
  const Scratch scratch;
  const std::string edits = " --repeat 3 --scrub --where 'cpu == 0' --from 20000 --to 50000";
  convert(sample() + " " + scratch.file("all.kmt") + edits + " --zstd");
  convert(sample() + " " + scratch.file("all.jsonl.gz") + edits);
  convert(sample() + " " + scratch.file("1.kmt") + " --from 20000 --to 50000");
  convert(scratch.file("1.kmt") + " " + scratch.file("2.kmt") + " --where 'cpu == 0'");
  convert(scratch.file("2.kmt") + " " + scratch.file("3.kmt") + " --scrub");
  convert(scratch.file("3.kmt") + " " + scratch.file("4.kmt") + " --repeat 3");
  const std::string expected = field(info(scratch.file("4.kmt")), "digest_full");
  CHECK(field(info(scratch.file("all.kmt")), "digest_full") == expected);
  CHECK(field(info(scratch.file("all.jsonl.gz")), "digest_full") == expected);
  REQUIRE(kmemlab("convert - " + scratch.file("piped.kmt") + edits + " <" + sample()).exit == 0);
  CHECK(field(info(scratch.file("piped.kmt")), "digest_full") == expected);
}

TEST_CASE("edits that cannot be are usage errors of one line", "[cli][convert]") {
  const Scratch scratch;
  const auto refused = [&](const std::string& options, const std::string& said) {
    const Ran ran = kmemlab("convert " + sample() + " " + scratch.file("x.kmt") + " " + options);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(contains(ran.err, "kmemlab: " + said));
    CHECK(lines_of(ran.err) == 2);  // and the usage
  };
  refused("--from x", "--from is 'x'; expected a whole number");
  refused("--from 5 --to 4", "the part begins behind its end; expected --from at or before --to");
  refused("--from 5 --from-time 1s", "--from and --from-time exclude each other; expected one of them");
  refused("--to-time soon", "--to-time is 'soon'; expected a time as in 1.5s, 20ms, 7us, 100ns");
  refused("--where 'siez > 4'", "the filter, column 1: there is no field 'siez'; did you mean 'size'?");
  refused("--repeat 2 --repeat-until 3", "--repeat and --repeat-until exclude each other; expected one of them");
  CHECK(kmemlab("info " + sample() + " --where 'size >'").exit == 2);
  CHECK(kmemlab("replay " + sample() + " -a bsd386 --where ''").exit == 2);
  for (const std::string verb : {"convert", "info", "replay"}) {
    const Ran help = kmemlab(verb + " --help");
    CHECK(help.exit == 0);
    CHECK(contains(help.out, "--where FILTER"));
    CHECK(contains(help.out, "\nexample: kmemlab " + verb));
  }
}

}  // namespace kmemlab::test
