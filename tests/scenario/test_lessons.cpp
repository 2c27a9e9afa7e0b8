// The member `lesson` of a scenario: what its reader refuses, and that a lesson which says something wrong fails.
#include "tests/scenario/scenario_kit.h"

namespace kmemlab::test {

namespace {

const char* const two_steps =
    "{\"label\": \"first\", \"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"as\": \"p\"},\n"
    "{\"label\": \"gone\", \"call\": \"free(p, M_TEMP)\"}";

/// A lesson whose pages begin at line 5 of the file.
std::string lesson(const std::string& pages, const std::string& steps = two_steps) {
  return bsd_text(steps,
                  "\"lesson\": {\"title\": \"T\", \"for\": {\"who\": \"W\", \"minutes\": 5},\n"
                  "\"intro\": \"I\", \"closing\": \"C\", \"pages\": [\n" +
                      pages + "\n]},\n");
}

std::string asking(const std::string& ask, const std::string& step = "\"first\"") {
  return lesson("{\"step\": " + step + ", \"text\": \"words\",\n \"ask\": {\"question\": \"Q\", \"reveal\": \"R\", " +
                ask + "}}");
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the answers of a lesson are computed where its pages stand", "[scenario]") {
  const auto r = run_text(asking("\"kind\": \"number\", \"answer\": \"step.granted\""));
  REQUIRE(r.passed());
  REQUIRE(r.answers.size() == 1);
  CHECK(r.answers[0].page == 0);
  CHECK(r.answers[0].value == 128);
  const auto block = run_text(asking("\"kind\": \"block\", \"answer\": \"p\""));
  REQUIRE(block.answers.size() == 1);
  CHECK(block.answers[0].extent == 128);
  const auto freed = run_text(asking("\"kind\": \"block\", \"answer\": \"p\"", "2"));
  REQUIRE(freed.answers.size() == 1);
  CHECK(freed.answers[0].extent == 128);
  const auto page = run_text(asking("\"kind\": \"page\", \"answer\": \"p\""));
  REQUIRE(page.answers.size() == 1);
  CHECK(page.answers[0].extent == 4096);
  CHECK(page.answers[0].value == block.answers[0].value);
}

TEST_CASE("of a choice exactly one holds", "[scenario]") {
  const auto choice = [](const char* a, const char* b) {
    return asking("\"kind\": \"choice\", \"choices\": [{\"text\": \"a\", \"if\": \"" + std::string(a) +
                  "\"}, {\"text\": \"b\", \"if\": \"" + b + "\"}]");
  };
  CHECK(run_text(choice("step.failed == 1", "step.done == 1")).answers.at(0).value == 1);
  CHECK(says(differences(choice("step.done == 1", "step.failed == 0")).at(0), "two choices are right: 1 and 2"));
  CHECK(says(differences(choice("step.done == 0", "step.failed == 1")).at(0), "none of the choices is right"));
  const auto numbered = [](const char* n) {
    return asking("\"kind\": \"choice\", \"choices\": [\"a\", \"b\"], \"answer\": " + std::string(n));
  };
  CHECK(run_text(numbered("2")).answers.at(0).value == 1);
  CHECK(says(differences(numbered("3")).at(0), "the answer is choice 3; there are 2"));
  CHECK(says(differences(numbered("0")).at(0), "the answer is choice 0; there are 2"));
}

TEST_CASE("a lesson that says something wrong fails, at its own line", "[scenario]") {
  const std::string wrong =
      lesson("{\"step\": 1, \"text\": \"words\",\n\"checkpoint\": [\"held.blocks == 1\",\n\"held.waste == 27\"]}");
  CHECK(differences(wrong) ==
        std::vector<std::string>{"line 7: step 1, page 1 of the lesson: held.waste is 28; expected == 27"});
  const auto lost = differences(asking("\"kind\": \"number\", \"answer\": \"nowhere\""));
  REQUIRE(lost.size() == 1);
  CHECK(says(lost[0], "line 6: step 1, page 1 of the lesson: the answer 'nowhere' has no value"));
  CHECK(says(differences(asking("\"kind\": \"page\", \"answer\": \"step.granted\"")).at(0),
             "is no address of the arena"));
  CHECK(differences(lesson("{\"step\": 0, \"text\": \"words\", \"checkpoint\": \"held.blocks == 0\"}")).empty());
}

TEST_CASE("the reader of lessons is strict", "[scenario]") {
  const auto page = [](const std::string& members) {
    return error_of(lesson("{\"text\": \"words\", " + members + "}"));
  };
  CHECK(says(page("\"step\": 3"), "test.json:5"));
  CHECK(says(page("\"step\": 3"), "there is no step 3"));
  CHECK(says(page("\"step\": \"nowhere\""), "there is no step 'nowhere'"));
  CHECK(says(page("\"step\": 1, \"picture\": 1"), "a page has no member \"picture\""));
  CHECK(says(page("\"step\": 1, \"checkpoint\": [\"1 +\"]"), "test.json:5"));
  CHECK(says(error_of(lesson("{\"step\": 2, \"text\": \"w\"},\n{\"step\": 1, \"text\": \"w\"}")), "test.json:6"));
  CHECK(says(error_of(lesson("{\"step\": 1}")), "a page has no \"text\""));
  CHECK(says(error_of(lesson("")), "\"pages\" is empty"));
  CHECK(says(error_of(bsd_text(two_steps, "\"lesson\": {\"title\": \"t\"},\n")), "the lesson has no \"for\""));
  CHECK(says(error_of(bsd_text(two_steps, "\"lesson\": [],\n")), "the lesson is a list"));
}

TEST_CASE("the reader refuses questions that could rot or have no answer", "[scenario]") {
  const auto ask = [](const std::string& members) { return error_of(asking(members)); };
  CHECK(says(ask("\"kind\": \"number\", \"answer\": 128"), "the answer is the literal 128"));
  CHECK(says(ask("\"kind\": \"number\""), "a question without \"answer\""));
  CHECK(says(ask("\"kind\": \"essay\", \"answer\": \"p\""), "\"kind\" is 'essay'"));
  CHECK(says(ask("\"kind\": \"choice\", \"choices\": [\"a\"], \"answer\": 1"), "a choice between fewer than two"));
  CHECK(says(ask("\"kind\": \"choice\", \"choices\": [\"a\", \"b\"]"), "whose right answer is unclear"));
  CHECK(says(ask("\"kind\": \"choice\", \"choices\": [\"a\", {\"text\": \"b\", \"if\": \"1 == 1\"}]"), "unclear"));
  CHECK(says(ask("\"kind\": \"number\", \"answer\": \"p\", \"choices\": [\"a\", \"b\"]"), "that is no choice"));
  const std::string one =
      "{\"step\": 1, \"text\": \"w\", \"ask\": {\"question\": \"Q\", \"kind\": \"number\", "
      "\"answer\": \"p\", \"reveal\": \"R\"}}";
  CHECK(says(error_of(lesson(one + ",\n" + one)), "a question about a step that was made"));
  CHECK(error_of(lesson(one + ",\n{\"step\": 1, \"text\": \"more\"}")) == "it was read");
}

TEST_CASE("labels are for steps of the scenario itself, once each", "[scenario]") {
  CHECK(says(error_of(bsd_text("{\"label\": \"a\"}, {\"label\": \"a\"}")), "the label 'a' for the second time"));
  CHECK(says(error_of(bsd_text("{\"repeat\": [{\"label\": \"a\"}], \"times\": 2}")), "a label inside a step"));
}

TEST_CASE("step and held say what a step did and what callers hold", "[scenario]") {
  const std::string steps =
      "{\"repeat\": [{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"as\": \"p[n]\"}], \"times\": 3,"
      " \"expect\": {\"holds\": [\"step.done == 3\", \"step.pages_mapped == 1\", \"held.blocks == 3\", \"held.waste == "
      "84\"]}},"
      "{\"call\": \"free(p[1], M_TEMP)\", \"expect\": {\"holds\": [\"step.done == 1\", \"held.requested == 200\"]}},"
      "{\"call\": \"malloc(70000, M_TEMP, M_NOWAIT)\", \"expect\": {\"returns\": null, \"holds\": [\"step.failed == "
      "1\","
      " \"held.blocks == 2\"]}},"
      "{\"call\": \"malloc(8192, M_TEMP, M_NOWAIT)\", \"as\": \"q\"},"
      "{\"call\": \"free(q, M_TEMP)\", \"expect\": {\"holds\": [\"step.pages_returned == 2\", \"step.last_returned == "
      "q+4096\","
      " \"step.stopped == 0\"]}}";
  CHECK(differences(bsd_text(steps)).empty());
}

TEST_CASE("blocks go with the heap or pool that they lie in", "[scenario]") {
  const std::string aix =
      "{\"call\": \"xmalloc(40960, 0, kernel_heap)\", \"as\": \"b\", \"expect\": {\"holds\": [\"held.blocks == 1\"]}},"
      "{\"call\": \"init_heap(b, 40960, &h)\", \"as\": \"heap\", \"expect\": {\"holds\": [\"held.blocks == 0\"]}},"
      "{\"call\": \"xmalloc(100, 0, heap)\", \"expect\": {\"holds\": [\"held.blocks == 1\", \"held.waste == 28\"]}},"
      "{\"call\": \"xmfree(b, kernel_heap)\", \"expect\": {\"holds\": [\"held.blocks == 0\"]}}";
  CHECK(differences(text_of("aix", aix)).empty());
  const std::string beos =
      "{\"call\": \"get_module(B_AREA_MALLOC_MODULE_NAME)\"},"
      "{\"call\": \"create_pool(B_ANY_ADDRESS, 4096, B_FULL_LOCK, 3)\", \"as\": \"one\"},"
      "{\"call\": \"create_pool(B_ANY_ADDRESS, 8192, B_FULL_LOCK, 3)\", \"as\": \"two\"},"
      "{\"call\": \"malloc(one, 100)\"}, {\"call\": \"calloc(two, 2, 50)\", \"as\": \"p\"},"
      "{\"call\": \"realloc(two, p, 300)\", \"as\": \"q\", \"expect\": {\"holds\": [\"held.blocks == 2\", "
      "\"held.requested == 400\"]}},"
      "{\"call\": \"delete_pool(one)\", \"expect\": {\"holds\": [\"held.blocks == 1\", \"held.requested == 300\"]}},"
      "{\"call\": \"put_module(B_AREA_MALLOC_MODULE_NAME)\", \"expect\": {\"holds\": [\"held.blocks == 0\"]}}";
  CHECK(differences(text_of("beos", beos)).empty());
}

}  // namespace kmemlab::test
