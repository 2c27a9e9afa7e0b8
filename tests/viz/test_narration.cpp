// Sentences for what happened, and for the steps of an allocator.
#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "tests/catch.h"
#include "viz/model/narration.h"

namespace kmemlab::test {

namespace {

using sim::Happened;
using sim::Happening;

Happening happening(Happened kind, std::uint64_t address, std::uint64_t requested = 0, std::uint64_t granted = 0) {
  Happening h;
  h.kind = kind;
  h.event = 7;
  h.address = Addr{address};
  h.requested = requested;
  h.granted = granted;
  return h;
}

std::vector<std::string> texts(const std::vector<Happening>& all, const std::vector<Step>& steps = {},
                               const viz::Who& who = {}) {
  std::vector<std::string> words;
  for (const viz::Sentence& s : viz::narrate(
           all, steps,
           [&](std::uint64_t event) {
             CHECK(event == 7);
             return who;
           },
           4096)) {
    words.push_back(s.text);
  }
  return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a granted block has a sentence with its list and its waste", "[viz][narration]") {
  const Step took{StepKind::took_block, 7, Addr{0xf80}, 128};
  const auto asked = happening(Happened::granted, 0xf80, 100, 128);
  CHECK(texts({asked}, {took}, {"ip_output+0x1a", "bash (412)", false}) ==
        Words{"ip_output+0x1a for bash (412) asked for 100 bytes and took the block at 0xf80 from the list of 128 "
              "bytes: 28 bytes of it are waste."});
  CHECK(texts({asked}, {}, {"ip_output", "", true}) ==
        Words{"ip_output in an interrupt asked for 100 bytes and got the block at 0xf80, 128 bytes: 28 bytes of it are "
              "waste."});
  const Step gave{StepKind::gave_pages, 13, Addr{0x2000}, 8192};
  CHECK(texts({happening(Happened::granted, 0x2000, 8191, 8192)}, {gave}) ==
        Words{"Somebody asked for 8,191 bytes and got whole pages at 0x2000, 8,192 bytes: 1 byte of it is waste."});
  Happening late = happening(Happened::granted, 0x40, 64, 64);
  late.slept_ticks = 1500;
  CHECK(texts({late}, {}, {"", "sh (1)", false}) ==
        Words{"sh (1) asked for 64 bytes and got the block at 0x40, 64 bytes, after it had slept for 1.500 \u00b5s: "
              "nothing of it is waste."});
}

TEST_CASE("a sentence begins in upper case, but for names", "[viz][narration]") {
  const auto freed = happening(Happened::freed, 0x80, 128, 128);
  CHECK(texts({freed}, {}, {"", "task b", false, false}) == Words{"Task b freed the block at 0x80, 128 bytes."});
  CHECK(texts({freed}, {}, {"", "sh (1)", false}) == Words{"sh (1) freed the block at 0x80, 128 bytes."});
  CHECK(texts({freed}, {}, {"ip_output", "", false}) == Words{"ip_output freed the block at 0x80, 128 bytes."});
}

TEST_CASE("frees, failures, refusals and sleeps have their sentences", "[viz][narration]") {
  CHECK(texts({happening(Happened::freed, 0x80, 100, 128)}) ==
        Words{"Somebody freed the block at 0x80, 128 bytes (100 had been asked for)."});
  Happening h = happening(Happened::failed, 0, 5000);
  h.reason = Reason::type_limit;
  CHECK(texts({h}) == Words{"Somebody asked for 5,000 bytes and got null: its type has reached its limit."});
  h.kind = Happened::refused;
  h.reason = Reason::wait_in_interrupt;
  CHECK(texts({h}, {}, {"irq_entry", "", true}) ==
        Words{"The request for 5,000 bytes by irq_entry in an interrupt is refused: a call that may sleep was made in "
              "an interrupt."});
  h.kind = Happened::slept;
  h.cause = SleepCause::frames;
  CHECK(texts({h}, {}, {"", "sh (1)", false}) ==
        Words{"The request for 5,000 bytes by sh (1) goes to sleep: it waits for a free page frame."});
  h.kind = Happened::woke;
  h.requested = 0;
  h.slept_ticks = 20;
  CHECK(texts({h}) == Words{"The request wakes up after 20 ns, and looks again."});
}

TEST_CASE("pages side by side share a sentence", "[viz][narration]") {
  const auto page = [](Happened kind, std::uint64_t at) { return happening(kind, at); };
  CHECK(texts({page(Happened::page_mapped, 0x1000)}) == Words{"The page at 0x1000 gets a frame."});
  CHECK(texts({page(Happened::page_mapped, 0x1000), page(Happened::page_mapped, 0x2000),
               page(Happened::page_mapped, 0x3000), page(Happened::page_returned, 0x4000)}) ==
        Words{"3 pages from 0x1000 on get frames.", "The page at 0x4000 goes back to the system."});
  CHECK(texts({page(Happened::page_returned, 0x3000), page(Happened::page_returned, 0x2000)}) ==
        Words{"2 pages from 0x2000 on go back to the system."});
  CHECK(texts({page(Happened::page_mapped, 0x1000), page(Happened::page_mapped, 0x2000),
               page(Happened::page_mapped, 0x9000)})
            .size() == 2);
}

TEST_CASE("frames of others and of the page daemon have sentences", "[viz][narration]") {
  const auto frames = [](Happened kind, std::uint64_t n, std::uint64_t missing) {
    Happening h = happening(kind, 0);
    h.frames = n, h.missing = missing;
    return texts({h});
  };
  CHECK(frames(Happened::frames_taken, 4, 0) == Words{"Pages of others take 4 frames."});
  CHECK(frames(Happened::frames_taken, 1, 3) == Words{"Pages of others take 1 frame, and would have liked 3 more."});
  CHECK(frames(Happened::frames_given, 1, 0) == Words{"Pages of others go, and give back 1 frame."});
  CHECK(frames(Happened::frames_reclaimed, 9, 0) == Words{"The page daemon frees 9 frames."});
  CHECK(frames(Happened::frames_reclaimed, 0, 7) ==
        Words{"The page daemon frees 0 frames: then the page cache is empty, 7 too early."});
}
TEST_CASE("each step of an allocator has a sentence", "[viz][narration]") {
  const auto text = [](StepKind kind, std::uint16_t detail = 0) {
    return viz::narrate(Step{kind, detail, Addr{0x1000}, 4096}).text;
  };
  CHECK(text(StepKind::carved) == "It cuts the page at 0x1000 into blocks of 4,096 bytes.");
  CHECK(text(StepKind::took_block) == "It takes a block from its list: 4,096 bytes at 0x1000.");
  CHECK(text(StepKind::return_refused) == "The page at 0x1000 is wholly free, and yet it is kept.");
  CHECK(text(StepKind::sleeps, static_cast<std::uint16_t>(SleepCause::lock)) ==
        "It goes to sleep: it waits for a lock that another call holds.");
  for (unsigned kind = 0; kind <= static_cast<unsigned>(StepKind::zeroed); ++kind) {
    const viz::Sentence s = viz::narrate(Step{static_cast<StepKind>(kind), 0, Addr{0x1000}, 4096});
    INFO(s.text);
    CHECK(s.text.size() > 10);
    CHECK(s.text.back() == '.');
  }
  CHECK(viz::narrate(Step{StepKind::list_empty, 7, Addr{}, 4096}).address == std::nullopt);
  for (unsigned r = 0; r < reasons; ++r) CHECK(viz::in_words(static_cast<Reason>(r)).size() > 3);
  for (unsigned c = 0; c < sleep_causes; ++c) CHECK(viz::in_words(static_cast<SleepCause>(c)).size() > 3);
}

}  // namespace kmemlab::test
