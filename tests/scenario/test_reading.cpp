// Files that are no scenarios: each error has the line, what is wrong, and what was expected. And the language of
// numbers.
#include "sim/scenario/call_text.h"
#include "sim/scenario/expression.h"
#include "sim/scenario/json_text.h"
#include "tests/scenario/scenario_kit.h"

namespace kmemlab::test {

namespace {

void refuses(const std::string& text, const std::string& part) {
  const std::string error = error_of(text);
  INFO(error);
  CHECK(error.find("test.json:") == 0);
  CHECK(error.find("(byte ") != std::string::npos);
  CHECK(error.find(part) != std::string::npos);
}

void refuses_step(const std::string& step, const std::string& part) {
  refuses(bsd_text(step), part);
}

}  // namespace

TEST_CASE("broken JSON is refused with its line", "[scenario]") {
  CHECK(error_of("{\n\"schema\": 1.5}") == "test.json:2 (byte 12): a number with a fraction; expected an integer");
  refuses("", "unexpected end of input; expected '[', '{', or a literal");
  refuses("{\"a\": 1,\n \"a\": 2}", "test.json:2 (byte 10): the member \"a\" occurs twice");
  refuses("{\"a\": \"x", "missing closing quote");
  refuses("{\"a\" 1}", "test.json:1 (byte 5): unexpected number literal; expected ':'");
  refuses("{\"a\": [1 2]}", "unexpected number literal; expected ']'");
  refuses("{\"a\":\n\n [1,\n 2,}", "test.json:4 (byte 15): unexpected '}'");
  refuses("{\"a\": nul}", "invalid literal; expected JSON");
  refuses("{} {}", "expected end of input");
  refuses("{\"a\": \"\\q\"}", "forbidden character after backslash");
  refuses("{\"a\": \"\n\"}", "control character");
  refuses("{\"a\": 99999999999999999999}", "not a number of 63 bits");
  refuses("{\"a\": 9999999999999999999999}", "not a number of 63 bits");
  refuses(std::string(100, '['), "nested deeper than 64");
  const auto tree = scenario::read_json("\n{ \"a\" : [ 1 , \"x\\\"y\" ],\n \"b\":{\"c\": true}}", "x");
  CHECK(tree->items[0].line == 2);
  CHECK(tree->items[0].begin == 9);
  CHECK(tree->items[0].end == 23);
  CHECK(tree->items[1].items[0].begin == 36);
  CHECK(tree->items[1].items[0].end == 40);
  CHECK(scenario::read_json("\"\\u00e9\\ud83d\\ude00\\n\"", "x")->text == "\xc3\xa9\xf0\x9f\x98\x80\n");
}

TEST_CASE("a file that is no scenario is refused", "[scenario]") {
  refuses("[]", "the scenario is a list; expected an object");
  refuses("{\"schema\": \"kmemlab.scenario/2\"}", "expected kmemlab.scenario/1");
  refuses("{\"schema\": \"kmemlab.scenario/1\"}", "the scenario has no \"name\"");
  refuses(bsd_text("", "\"color\": 7,\n"), "test.json:3 (byte ");
  refuses(bsd_text("", "\"color\": 7,\n"), "the scenario has no member \"color\"; expected one of schema name");
  refuses(text_of("linux", ""), "there is no core 'linux'; expected one of aix beos bsd386 osf1");
  refuses(text_of("bsd386\", \"strict\": \"x", ""), "the system has no member \"strict\"; expected one of core mode");
  refuses(bsd_text("", "\"machine\": {\"ram\": \"lots\"},\n"), "\"ram\" is no number; expected one as in 8");
  refuses(bsd_text("", "\"machine\": {\"profile\": \"vax\"},\n"), "there is no profile 'vax'");
  refuses(bsd_text("", "\"machine\": {\"arena\": \"5G\"},\n"), "an arena of more than 4 GiB");
  refuses(bsd_text("", "\"boot\": 3,\n"), "an expectation is an integer; expected an object");
}

TEST_CASE("a step that cannot be is refused", "[scenario]") {
  refuses_step("{\"call\": \"malloc(100, M_TEMP)\"}", "argument flags is missing in 'malloc(100, M_TEMP)'");
  refuses_step("{\"call\": \"malloc(1, 2, 3, 4)\"}", "'4' in 'malloc(1, 2, 3, 4)'; expected malloc(size, type, flags)");
  refuses_step("{\"call\": \"malloc(1, 2, colour=3)\"}", "'colour' in");
  refuses_step("{\"call\": \"kalloc(1)\"}", "there is no function 'kalloc'; expected one of malloc free");
  refuses_step("{\"call\": \"malloc\"}", "'malloc' is no call; expected NAME(ARGUMENT, ...)");
  refuses_step("{\"call\": \"malloc(1 +, 2, 3)\"}", "'1 +' is no expression");
  refuses_step("{\"call\": \"free(0, 0)\", \"load\": \"base\"}", "a step that does two things");
  refuses_step("{\"fill\": \"base\", \"value\": 1}", "a fill without \"size\"");
  refuses_step("{\"store\": \"base\"}", "a step without \"value\"");
  refuses_step("{\"repeat\": [{}]}", "a repeat without \"times\"");
  refuses_step("{\"repeat\": [{}], \"times\": 1000001}", "at most 1000000");
  refuses_step("{\"repeat\": 7, \"times\": 1}", "\"steps\" is no list");
  refuses_step("{\"call\": \"free(0, 0)\", \"times\": 3}", "\"times\" does not fit this step; it belongs to a repeat");
  refuses_step("{\"load\": \"base\", \"as\": \"p\"}", "\"as\" does not fit this step; it belongs to a call");
  refuses_step("{\"set\": {\"a\": 1}, \"task\": \"t\"}", "\"task\" does not fit this step; it belongs to a call, load");
  refuses_step("{\"fill\": \"base\", \"value\": 1, \"size\": 4, \"flip\": true}", "\"flip\" does not fit");
  refuses_step("{\"interrupt\": 8, \"call\": \"free(0, 0)\"}", "\"interrupt\" is no level; expected 1 to 7");
  refuses_step("{\"call\": \"free(0, 0)\", \"expect\": {\"holds\": [\"a = b\"]}}", "there is no comparison");
  refuses_step("{\"expect\": {\"outcome\": \"maybe\"}}", "expected done, failed or blocked");
  refuses_step("{\"expect\": {\"reason\": \"luck\"}}", "there is no reason 'luck'");
  refuses_step("{\"expect\": {\"did\": [\"danced\"]}}", "there is no step 'danced'");
  refuses_step("{\"expect\": {\"memory\": [{\"at\": \"p\"}]}}", "memory is not described");
  refuses_step("{\"expect\": {\"memory\": [{\"at\": \"p\", \"bytes\": \"xx\"}]}}",
               "expected pairs of hexadecimal digits");
  refuses_step("{\"expect\": {\"woken\": 3}}", "\"woken\" is no object");
  refuses_step("{\"during\": [{\"steps\": []}], \"call\": \"free(0, 0)\"}", "an interrupt has no \"access\"");
  CHECK(error_of(bsd_text("{\"expect\": {\"granted\": [1]}}")) ==
        "test.json:4 (byte 136): \"granted\" is a list; expected a number or an expression");
}

TEST_CASE("a machine or an option that cannot be is refused when it runs", "[scenario]") {
  const auto refused = [](const std::string& text) {
    const auto read = scenario::read_scenario(text, "test.json");
    REQUIRE(read);
    const auto result = scenario::run_scenario(*read);
    REQUIRE(!result);
    return result.error().text();
  };
  CHECK(
      refused(bsd_text("", "\"machine\": {\"arena\": 100},\n")).find("test.json: the arena is not a number of pages") ==
      0);
  CHECK(refused(text_of("bsd386\", \"mode\": \"strange", "")).find("expected documented or faithful") !=
        std::string::npos);
  CHECK(refused(text_of("osf1\", \"kmem_debug\": \"maybe", "")).find("expected yes or no") != std::string::npos);
}

TEST_CASE("notes may hold anything, and a lesson is kept as it was written", "[scenario]") {
  const std::string lesson =
      "{\"closing\":  \"c\", \"title\": \"t\", \"for\": {\"who\": \"w\", \"minutes\": 1}, \"intro\": \"i\",\n"
      " \"pages\": [{\"step\": 1, \"text\": \"p\"}]}";
  const auto read = scenario::read_scenario(
      bsd_text("{\"notes\": 7}", "\"lesson\": " + lesson + ", \"notes\": [\"why\"],\n"), "test.json");
  REQUIRE(read);
  CHECK(read->lesson == lesson);
  REQUIRE(read->taught);
  CHECK(read->taught->pages.size() == 1);
}

TEST_CASE("numbers are written as people write them", "[scenario]") {
  const auto value = [](const std::string& text) { return *scenario::constant(text); };
  CHECK(value("128") == 128);
  CHECK(value("0x80") == 128);
  CHECK(value("4K") == 4096);
  CHECK(value("16 KiB") == 16384);
  CHECK(value("1M + 2*3") == (1U << 20) + 6);
  CHECK(value("2 * (3 + 4) - 1") == 13);
  CHECK(value("1|2|4") == 7);
  CHECK(value("-1") == ~std::uint64_t{0});
  CHECK_FALSE(scenario::constant("4 Kilo"));
  CHECK_FALSE(scenario::constant("0x"));
  CHECK_FALSE(scenario::constant("(1"));
  CHECK_FALSE(scenario::constant("99999999999999999999"));
  CHECK_FALSE(scenario::constant("p"));
  CHECK_FALSE(scenario::constant(std::string(10'000, '(')));
}

TEST_CASE("calls are split at commas outside brackets", "[scenario]") {
  const auto call = scenario::split_call("f(a[1], (2), x=u32(b), struct s *)");
  REQUIRE(call);
  REQUIRE(call->parts.size() == 4);
  CHECK(call->parts[0].text == "a[1]");
  CHECK(call->parts[2].name == "x");
  CHECK(call->parts[2].text == "u32(b)");
  CHECK(call->parts[3].text == "struct s *");
}

}  // namespace kmemlab::test
