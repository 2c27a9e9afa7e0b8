// Every kind of expectation notices what it should: for each a scenario that is deliberately wrong, and the difference
// that it must name; and what is expected without being written.
#include "tests/scenario/scenario_kit.h"

namespace kmemlab::test {

namespace {

const std::string small = "\"machine\": {\"arena\": \"16K\", \"ram\": \"8 MiB\"},\n";
const std::string alloc = "{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"as\": \"p\"}";
const std::string full = "{\"call\": \"malloc(16384, M_PCB, M_NOWAIT)\", \"as\": \"all\"}";
const std::string sleeper =
    "{\"call\": \"malloc(100, M_TEMP, M_WAITOK)\", \"task\": \"b\", \"expect\": {\"blocks\": "
    "\"frames\"}}";

/// The one difference of the steps; `expect` is put into the last one.
void says(const std::string& steps, const std::string& what, const std::string& head = {}) {
  const std::vector<std::string> all = differences(bsd_text(steps, head));
  INFO(steps);
  REQUIRE(all.size() == 1);
  INFO(all[0]);
  CHECK(all[0].find(what) != std::string::npos);
}

std::string look(const std::string& expect) {
  return alloc + ",\n{\"expect\": {" + expect + "}}";
}

std::string call(const std::string& text, const std::string& expect) {
  return "{\"call\": \"" + text + "\", \"expect\": {" + expect + "}}";
}

}  // namespace

TEST_CASE("a wrong result is named", "[scenario]") {
  const std::string m = "malloc(100, M_TEMP, M_NOWAIT)";
  says(call(m, "\"returns\": \"base+0xf00\""), "returned base+0xf80; expected base+0xf00");
  says(call(m, "\"returns\": null"), "returned base+0xf80; expected null");
  says(call(m, "\"outcome\": \"failed\""), "returned base+0xf80; expected null");
  says(call(m, "\"reason\": \"no_space\""), "expected null (no_space)");
  says(call(m, "\"granted\": 256"), "was granted 128 bytes; expected 256");
  says(call(m, "\"blocks\": \"frames\""), "expected it to sleep on frames");
  says(call("malloc(65537, M_TEMP, 1)", "\"returns\": \"base\""), "returned null (too_big); expected base");
  says(call("malloc(65537, M_TEMP, 1)", "\"returns\": null, \"reason\": \"no_space\""),
       "(too_big); expected null (no_s");
  says(call("malloc(65537, M_TEMP, 1)", ""), "returned null (too_big); expected it to be done");
  CHECK(differences(bsd_text(call(m, "\"returns\": \"base\""))) ==
        std::vector<std::string>{"line 4: step 1: malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80; expected base"});
}

TEST_CASE("wrong numbers, bytes, lists, console lines and core steps are named", "[scenario]") {
  says(look("\"holds\": [\"machine.pages_held == 2\"]"), "machine.pages_held is 1; expected == 2");
  says(look("\"holds\": [\"kmembuckets[size=128].totalfree < 31\"]"), "totalfree is 31; expected < 31");
  says(look("\"holds\": [\"kmembuckets[size=64].totalfree == 0\"]"), "0 rows of table kmembuckets match");
  says(look("\"holds\": [\"kmembuckets.totl == 0\"]"), "no column 'totl'; it has size, next");
  says(look("\"holds\": [\"kmembucket.total == 0\"]"), "no table 'kmembucket'; there are kmembuckets");
  says(look("\"holds\": [\"p == q\"]"), "there is no name 'q'");
  says(look("\"holds\": [\"u32(base+0x5000) == 0\"]"), "no page is mapped at base+0x5000");
  says(look("\"memory\": [{\"at\": \"base+0x80\", \"size\": 4, \"all\": 7}]"),
       "byte 0 from base+0x80 is 0x00; expected 0x07");
  says(look("\"memory\": [{\"at\": \"base\", \"bytes\": \"00 00 01\"}]"), "byte 2 from base is 0x00; expected 0x01");
  says(look("\"memory\": [{\"at\": \"base+0x1000\", \"bytes\": \"00\"}]"), "no page is mapped");
  says(look("\"lists\": {\"kb_next\": [\"p\"]}"), "list kb_next is base+0xf00, base+0xe80");
  says(look("\"console\": [\"hello\"]"), "the console says nothing; expected 'hello'");
  says(look("\"invariant\": 4"), "every invariant holds; expected number 4 broken");
  says(call("malloc(100, M_TEMP, M_NOWAIT)", "\"did\": [\"took_block\"]"),
       "the core did list_empty, pages_obtained, carved, took_block; expected took_block");
}

TEST_CASE("a machine that stops, or does not, is named", "[scenario]") {
  says(call("free(end, M_TEMP)", ""), "the machine stopped: panic: free: outside arena; expected it to run on");
  says(call("free(end, M_TEMP)", "\"panic\": \"free: no such\""), "free: outside arena; expected 'free: no such'");
  says(call("free(end, M_TEMP)", "\"fault\": \"lock\""), "free: outside arena; expected lock");
  says(look("\"panic\": \"free\""), "the machine runs on; expected it to stop with 'free'");
  says(call("free(end, M_TEMP)", "\"panic\": \"free\"") + ",\n" + alloc, "the machine has stopped");
  says("{\"fill\": \"base\", \"size\": 4, \"value\": 1}", "the machine stopped: unmapped");
  says("{\"load\": \"base\"}", "the reference failed; expected it to succeed");
  says(alloc + ",\n{\"load\": \"p+4\", \"expect\": {\"value\": 7}}", "the reference gave 0; expected 7");
  says(alloc + ",\n{\"load\": \"p+4\", \"expect\": {\"value\": \"fault\"}}", "gave 0; expected a fault");
  says("{\"poke\": \"base\", \"value\": 1}", "nothing to poke at base,");
}

TEST_CASE("sleepers that differ are named", "[scenario]") {
  says(full + ",\n" + sleeper, "malloc(100, M_TEMP, M_WAITOK) sleeps on address_space; expected it to sleep on frames",
       small);
  const std::string b =
      "{\"call\": \"malloc(100, M_TEMP, M_WAITOK)\", \"task\": \"b\", \"expect\": {\"blocks\": "
      "\"address_space\"}}";
  const std::string slept = full + ",\n" + b + ",\n";
  const auto free_all = [](const std::string& expect) { return call("free(all, M_PCB)", expect); };
  says(slept + "{\"expect\": {\"asleep\": []}}", "asleep: b on address_space; expected nothing", small);
  says(slept + "{\"expect\": {\"asleep\": [{\"task\": \"c\", \"on\": \"frames\"}]}}", "expected c on frames", small);
  says(slept + free_all(""), "task b came to the end of its call (returned base+0xf80); nobody expected it", small);
  says(slept + free_all("\"woken\": {\"b\": {\"returns\": \"base\"}}"), "task b returned base+0xf80; expected base",
       small);
  says(slept + free_all("\"woken\": {\"b\": {}, \"c\": {}}"), "task c did not come to the end of its call", small);
  says(slept + "{\"expect\": {\"woken\": {\"b\": {}}}}", "task b did not come to the end", small);
  says(slept + "{\"wake\": \"frames\"}", "nobody sleeps on 'frames'", small);
  says(slept + "{\"call\": \"free(all, M_PCB)\", \"task\": \"b\"}", "task b is asleep and can do nothing else", small);
  const std::string manual = small + "\"manual\": [\"b\"],\n";
  says(slept + free_all("\"ready\": []"), "woken, but not run: b; expected nothing", manual);
  says(slept + "{\"run\": \"b\"}", "task b was not woken", manual);
}

TEST_CASE("what is wrong with a step itself is named", "[scenario]") {
  says("{\"call\": \"free(q, M_TEMP)\"}", "'q' has no value: there is no name 'q'");
  says("{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"cpu\": 3}", "there is no CPU 3");
  says("{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"during\": [{\"access\": 999, \"steps\": []}]}",
       "an interrupt did not arrive");
  says("{\"leave\": \"a\"}", "task a is not inside a call");
  says(alloc + ",\n{\"poke\": \"base\", \"value\": 1}", "invariant 1 of the core is broken at 0x1");
  CHECK(run_text(bsd_text(alloc + ",\n{\"poke\": \"base\", \"value\": 1}", "\"check\": false,\n")).passed());
  CHECK(run_text(bsd_text(alloc + ",\n{\"poke\": \"base\", \"value\": 1, \"expect\": {\"invariant\": 1}}")).passed());
}

TEST_CASE("a difference says in which round and interrupt it is", "[scenario]") {
  const std::string round =
      "{\"repeat\": [" + call("malloc(2048, M_TEMP, M_NOWAIT)", "\"returns\": \"base+0x800\"") + "], \"times\": 2}";
  CHECK(differences(bsd_text(round)).at(0).find("step 1, round 2, step 1: ") != std::string::npos);
  const std::string handler =
      "{\"call\": \"malloc(2048, M_TEMP, M_NOWAIT)\", \"during\": [{\"access\": 3, \"steps\": [\n" +
      call("malloc(2048, M_MBUF, M_NOWAIT)", "\"returns\": \"base+0x800\"") + "]}]}";
  CHECK(differences(bsd_text(handler)).at(0).find("line 5: step 1, interrupt, step 1: ") != std::string::npos);
}

TEST_CASE("an unexpected line on the console is a difference", "[scenario]") {
  const std::string steps =
      "{\"call\": \"malloc(100, M_DEVBUF, M_WAITOK)\", \"interrupt\": 3, \"expect\": {\"returns\": "
      "null}}";
  const auto all = differences(text_of("osf1", steps));
  REQUIRE(all.size() == 1);
  CHECK(all[0].find("the console says 'malloc: M_WAITOK in interrupt context") != std::string::npos);
}

TEST_CASE("a run is the same every time", "[scenario]") {
  const std::string text = bsd_text(alloc + ",\n{\"call\": \"free(p, M_TEMP)\"}");
  CHECK(run_text(text).digest == run_text(text).digest);
  CHECK(run_text(text).digest != run_text(bsd_text(alloc)).digest);
  CHECK(run_text(text).steps == 2);
}

}  // namespace kmemlab::test
