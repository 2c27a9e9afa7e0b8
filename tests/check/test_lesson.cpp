// Lessons as the viewer gets them: all that are shipped, what is to be seen at their steps, and which predictions
// count.
#include <cstdio>
#include <fstream>

#include "sim/check/lesson.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

std::string lessons_folder() {
  return std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios/lessons";
}

check::Lesson open(const std::string& name) {
  auto lesson = check::open_lesson(lessons_folder() + "/" + name);
  INFO((lesson ? std::string() : lesson.error().text()));
  REQUIRE(lesson);
  return *lesson;
}

const check::LessonPage& page_asking(const check::Lesson& lesson, const std::string& part) {
  for (const check::LessonPage& p : lesson.pages) {
    if (p.ask && p.ask->question.find(part) != std::string::npos) return p;
  }
  FAIL("no question has '" << part << "'");
  return lesson.pages.front();
}

std::string error_of_text(const std::string& text) {
  const std::string path = std::string(KMEMLAB_BINARY_DIR) + "/lesson-of-a-test.json";
  std::ofstream(path) << text;
  const auto lesson = check::open_lesson(path);
  std::remove(path.c_str());
  return lesson ? std::string("it was opened") : lesson.error().text();
}

}  // namespace

TEST_CASE("eight lessons are shipped, each with three questions and more", "[lesson]") {
  const auto entries = check::find_lessons(lessons_folder());
  REQUIRE(entries.size() == 8);
  const char* const cores[] = {"bsd386", "bsd386", "bsd386", "osf1", "bsd386", "osf1", "aix", "beos"};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    INFO(entries[i].path);
    CHECK(entries[i].core == cores[i]);
    CHECK(entries[i].questions >= 3);
    CHECK(entries[i].minutes >= 5);
    const auto lesson = check::open_lesson(entries[i].path);
    if (!lesson) FAIL(lesson.error().text());
    CHECK(lesson->title == entries[i].title);
    CHECK(lesson->steps.size() >= 7);
    CHECK(lesson->steps.size() <= 16);
    for (std::size_t n = 0; n < lesson->steps.size(); ++n) {
      const check::LessonStep& step = lesson->steps[n];
      REQUIRE(step.snapshot);
      CHECK(step.snapshot->place.event == n);
      CHECK_FALSE(step.snapshot->tables.tables().empty());
      CHECK(step.snapshot->tables.find("step") == nullptr);
    }
    std::size_t questions = 0;
    for (const check::LessonPage& page : lesson->pages) {
      REQUIRE(page.step < lesson->steps.size());
      if (!page.ask) continue;
      ++questions;
      INFO(page.ask->question);
      CHECK_FALSE(page.ask->reveal.empty());
      CHECK_FALSE(page.ask->answer_text().empty());
      CHECK(page.ask->is_right(page.ask->answer));
    }
    CHECK(questions == entries[i].questions);
  }
}

TEST_CASE("a lesson's snapshots show blocks, pages and what happened", "[lesson]") {
  const check::Lesson lesson = open("1-power-of-two-buckets.json");
  const sim::Snapshot& booted = *lesson.steps[0].snapshot;
  CHECK(booted.map.blocks().empty());
  CHECK(booted.frames_total == booted.frames_free);
  const check::LessonStep& step = lesson.steps[1];
  const sim::Snapshot& s = *step.snapshot;
  REQUIRE(s.map.blocks().size() == 1);
  const sim::HeldBlock& block = s.map.blocks()[0];
  CHECK(block.requested == 100);
  CHECK(block.granted == 128);
  CHECK(block.event == 0);
  CHECK(lesson.calls.at(block.call_site) == "malloc(100, M_TEMP, M_NOWAIT)");
  CHECK(lesson.tasks.at(block.task) == "main");
  CHECK(s.map.pages().size() == 1);
  CHECK(s.sums.granted == 128);
  CHECK(s.sums.held == 4096);
  CHECK(s.tick > booted.tick);
  REQUIRE(s.story.happenings.size() == 2);
  CHECK(s.story.happenings[0].kind == sim::Happened::page_mapped);
  CHECK(s.story.happenings[1].kind == sim::Happened::granted);
  CHECK(s.story.happenings[1].address == block.address);
  CHECK(s.story.steps.back().kind == StepKind::took_block);
  CHECK(step.call == "malloc(100, M_TEMP, M_NOWAIT)");
  CHECK(step.told == std::vector<std::string>{"main: malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80, 128 bytes"});
  CHECK(lesson.steps[6].call == "64 times: malloc(65+n, M_TEMP, M_NOWAIT)");
  CHECK(lesson.steps[6].told.size() == check::LessonStep::told_max);
  CHECK(lesson.steps[6].told_more == 64 - check::LessonStep::told_max);
}

TEST_CASE("a lesson's snapshots show who sleeps, and a stopped machine", "[lesson]") {
  const check::Lesson lesson = open("3-who-may-sleep.json");
  const sim::Snapshot& s = *lesson.steps[3].snapshot;
  REQUIRE(s.waiting.size() == 1);
  CHECK(s.waiting[0].event == 2);
  CHECK(s.waiting[0].requested == 100);
  CHECK(s.waiting[0].cause == SleepCause::address_space);
  CHECK(lesson.tasks.at(s.waiting[0].task) == "b");
  CHECK(s.sums.asleep == 1);
  CHECK(lesson.steps[3].who == "task b");
  CHECK(lesson.steps[2].who == "an interrupt of level 3");
  CHECK(lesson.steps[3].asleep ==
        std::vector<std::string>{"task b: malloc(100, M_TEMP, M_WAITOK) sleeps on address_space"});
  CHECK(lesson.steps[5].asleep.empty());
  CHECK(open("8-pools-and-the-semaphore.json").steps[10].console ==
        std::vector<std::string>{"area_malloc: malloc in an interrupt"});
  CHECK(lesson.steps[6].snapshot->stopped.empty());
  CHECK(lesson.steps[7].snapshot->stopped.find("may sleep, but called in an interrupt") != std::string::npos);
}

TEST_CASE("the blocks of a heap in a block are shown, and not the block", "[lesson]") {
  const check::Lesson lesson = open("7-heap-in-a-heap.json");
  REQUIRE(lesson.steps[1].snapshot->map.blocks().size() == 1);
  CHECK(lesson.steps[1].snapshot->map.blocks()[0].granted == 40960);
  CHECK(lesson.steps[2].snapshot->map.blocks().empty());
  REQUIRE(lesson.steps[3].snapshot->map.blocks().size() == 1);
  CHECK(lesson.steps[3].snapshot->map.blocks()[0].requested == 1000);
  CHECK(lesson.steps[1].snapshot->metadata.size() == 1);
  REQUIRE(lesson.steps[2].snapshot->metadata.size() == 2);  // the new heap's records are the first page of its block
  CHECK(lesson.steps[2].snapshot->metadata[1] ==
        AddrRange{lesson.steps[1].snapshot->map.blocks()[0].address, lesson.steps[1].snapshot->map.page_bytes()});
  CHECK(lesson.steps[13].snapshot->metadata.size() == 1);
}

TEST_CASE("which predictions count", "[lesson]") {
  const check::Lesson types = open("5-type-limits.json");
  const check::LessonPage& block = page_asking(types, "Click the place that it gets");
  CHECK(block.step == 6);
  CHECK(block.before() == 5);
  const check::LessonQuestion& q = *block.ask;
  CHECK(q.extent == 4096);
  CHECK(q.is_right(q.answer + 4095));
  CHECK_FALSE(q.is_right(q.answer + 4096));
  CHECK_FALSE(q.is_right(q.answer - 1));
  const check::Lesson pages = open("2-checkerboard-and-page-return.json");
  const check::LessonQuestion& page = *page_asking(pages, "Click the page that goes back").ask;
  CHECK(page.is_right(page.answer + 100));
  CHECK_FALSE(page.is_right(page.answer - 1));
  CHECK(page_asking(pages, "How many pages go back").ask->answer_text() == "0 pages");
  const check::LessonQuestion& choice = *page_asking(types, "Does b wake up").ask;
  CHECK(choice.is_right(1));
  CHECK_FALSE(choice.is_right(0));
  CHECK(choice.answer_text() == "No");
}

TEST_CASE("a lesson that is wrong is not opened", "[lesson]") {
  const std::string head =
      "{\"schema\": \"kmemlab.scenario/1\", \"name\": \"t\", \"sentence\": \"T.\",\n"
      "\"system\": {\"core\": \"bsd386\"}, \"steps\": [{\"call\": \"malloc(1, M_TEMP, M_NOWAIT)\"}]";
  CHECK(error_of_text(head + "}").find("a scenario without a lesson") != std::string::npos);
  const std::string wrong =
      error_of_text(head +
                    ",\n\"lesson\": {\"title\": \"t\", \"for\": {\"who\": \"w\", \"minutes\": 1}, \"intro\": \"i\", "
                    "\"closing\": \"c\",\n"
                    "\"pages\": [{\"step\": 1, \"text\": \"t\", \"checkpoint\": \"step.waste == 14\"}]}}");
  CHECK(wrong.find("lesson-of-a-test.json:4") != std::string::npos);
  CHECK(wrong.find("step.waste is 15; expected == 14") != std::string::npos);
  CHECK(check::open_lesson("/nowhere/at/all.json").ok() == false);
  CHECK(check::find_lessons("/nowhere/at/all").empty());
}

}  // namespace kmemlab::test
