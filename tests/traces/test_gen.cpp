// Synthetic workloads, all of them: the same seed makes the same trace, for good; the rules of traces hold; bad
// parameters are refused before the first event.
#include "tests/traces/gen_kit.h"

namespace kmemlab::traces::gen {

TEST_CASE("random numbers are a fixed function of seed, stream and count", "[gen]") {
  Random r(1), other_stream(1, 1), other_seed(2);
  const std::uint64_t key = mix64(1 + mix64(1));
  CHECK(r.next() == mix64(key + 0x9e3779b97f4a7c15ULL));
  CHECK(r.next() == mix64(key + 2 * 0x9e3779b97f4a7c15ULL));
  CHECK(other_stream.next() != other_seed.next());
  for (int i = 0; i < 1000; ++i) {
    CHECK(r.below(7) < 7);
    const std::uint64_t n = r.between(5, 6);
    CHECK((n == 5 || n == 6));
  }
}

TEST_CASE("mixes draw by weight, and say their bounds and their mean", "[gen]") {
  const auto mix = Mix::parse("10-20:3,4K", 1 << 20);
  REQUIRE(mix);
  CHECK(mix->least() == 10);
  CHECK(mix->most() == 4096);
  CHECK(mix->mean() == (15 * 3 + 4096) / 4);
  Random r(1);
  std::uint64_t large = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t n = mix->draw(r);
    CHECK((n == 4096 || (n >= 10 && n <= 20)));
    large += n == 4096;
  }
  CHECK(large > 2300);
  CHECK(large < 2700);
  for (const char* bad :
       {"", ",", "0", "5-4", "1:0", "1:", "-3", "1-", "x", "1,", "1K2", "2M", "1:2:3", "99999999999999"})
    CHECK_FALSE(Mix::parse(bad, 1 << 20));
}

TEST_CASE("the same seed makes the same trace; these digests are never to change", "[gen]") {
  struct Golden {
    const char* name;
    std::uint64_t events, digest, digest_full;
  };
  constexpr Golden golden[] = {{"steady", 30'000, 0x6ca3888b9a0d1f7d, 0x3ef7e96411a0971c},
                               {"ramp", 30'000, 0x37f5376def665daf, 0x16aa3a511c2c3816},
                               {"sawtooth", 30'000, 0x31853b019c72f05d, 0xc660fbfde4f02cec},
                               {"checkerboard", 30'000, 0xfa61e405ceec8cc2, 0x77f00ac14cf7d2e8},
                               {"netrx", 30'000, 0xc589ecdf06ed0fb2, 0xb9bd60a48c8c4269},
                               {"pipeline", 30'000, 0x8452ce58213d1a3b, 0xb005a5c336d8b177},
                               {"forkstorm", 30'000, 0xe80a20c3aee04f72, 0xf73e8a911238372a},
                               {"mckusick-karels", 30'000, 0x3be654d46c7ccdc6, 0x0aa712ef210eaa0b},
                               {"pow2", 30'000, 0x929b22551e8be200, 0x524d778fb8a7f04c},
                               {"firstfit", 30'000, 0x8921886c16c0c348, 0x51e2363b5159074b}};
  for (const Golden& g : golden) {
    INFO(g.name);
    const Made made = make(g.name, {1, g.events, {}});
    CHECK(made.with.totals.digest == g.digest);
    CHECK(made.with.totals.digest_full == g.digest_full);
    const bool drawn = std::string(g.name) != "checkerboard" && std::string(g.name) != "firstfit";
    CHECK((make(g.name, {2, g.events, {}}).with.totals.digest != g.digest) == drawn);
  }
}

TEST_CASE("every workload obeys the rules of traces, and its quality is clean", "[gen]") {
  for (const Workload& w : workloads()) {
    const std::string name(w.name);
    INFO(name);
    const Made made = make(name, {5, 50'000, {}});
    CHECK(broken(made.events) == 0);
    CHECK(made.events.size() <= 50'000);
    CHECK(made.events.size() > 25'000);
    const Quality& q = made.with.quality;
    CHECK_FALSE(q.defective());
    CHECK(q.may_sleep_unknown + q.context_unknown + q.cache_unknown + q.before_trace + q.unrecorded == 0);
    CHECK(q.may_sleep_yes + q.may_sleep_no == made.with.totals.allocs);
    CHECK(q.context_task + q.context_interrupt == made.events.size());
    CHECK(q.live_at_end == made.with.totals.live_at_end);
    const bool keeps = name == "checkerboard" || name == "mckusick-karels";
    CHECK((q.live_at_end == 0) == !keeps);
    KmtReader reader = stored(made);
    CHECK(reader.events() == made.events.size());
    CHECK(reader.facts().max_slots == reader.facts().peak_live_blocks);
    CHECK(reader.source().format.find("seed 5") != std::string::npos);
  }
}

TEST_CASE("every parameter's default is within its bounds, and small runs end", "[gen]") {
  for (const Workload& w : workloads()) {
    INFO(w.name);
    CHECK(Values::parse(w.parameters, {}));
    CHECK(w.events > 0);
    CHECK(refusal(std::string(w.name), {1, events_max + 1, {}}).find("too many") != std::string::npos);
    for (std::uint64_t events = 1; events < 40; ++events) {
      EventList list;
      if (generate(w, {1, events, {}}, list)) CHECK(list.events.size() <= events);
    }
  }
}

TEST_CASE("bad parameters are refused, and the error says what was expected", "[gen]") {
  const auto says = [](const std::string& name, const std::string& word, const std::string& part) {
    const std::string text = refusal(name, {1, 1000, {word}});
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  says("steady", "size=3", "expected NAME=VALUE with a name of: sizes, lifetimes, tasks, gap");
  says("steady", "tasks", "expected NAME=VALUE");
  says("steady", "tasks=", "expected NAME=VALUE");
  says("steady", "tasks=0", "expected 1 to 10000");
  says("steady", "tasks=four", "tasks: 'four' is no number");
  says("steady", "sizes=0-4", "expected numbers from 1 to 1073741824");
  says("steady", "sizes=a", "as in 16-128:70,4K:30");
  says("ramp", "order=last", "expected oldest, newest or random");
  says("sawtooth", "low=5000", "expected low < high");
  says("sawtooth", "high=600", "expected at least twice high: 1200");
  says("checkerboard", "stride=999", "expected more events");
  says("forkstorm", "areas=1000", "expected at least 2010");
  says("pow2", "from=17", "expected powers of two");
  says("pow2", "to=8", "expected powers of two");
  says("firstfit", "room=1K", "expected room=4096 or more");
  says("firstfit", "smallest=65", "expected as in smallest=64");
  says("firstfit", "rounds=2", "expected at least");
  CHECK(refusal("steady", {1, 10, {"gap=1", "gap=2"}}).find("more than once") != std::string::npos);
}

}  // namespace kmemlab::traces::gen
