// The wait graph as boxes and lines: two tasks in a circle, one that nobody can help, and words for all of it.
#include "tests/catch.h"
#include "viz/model/wait_layout.h"

using namespace kmemlab;
using sim::WaitGraph;

namespace {

WaitGraph::Waiter waiter(std::uint32_t task, std::uint64_t event, const char* channel) {
  WaitGraph::Waiter w;
  w.task = task;
  w.event = event;
  w.requested = 4096;
  w.since_tick = 1'000'000 * event;
  w.cause = SleepCause::frames;
  w.channel_name = channel;
  return w;
}

/// Tasks 0 and 1 each have what the other waits for; task 2 waits for address space, which nobody has.
WaitGraph circle() {
  WaitGraph g;
  g.tick = 20'000'000;
  g.stopped_at = 12;
  for (std::uint32_t task = 0; task < 3; ++task) {
    WaitGraph::Queue q;
    q.task = task;
    q.task_name = std::string(1, static_cast<char>('a' + task));
    g.queues.push_back(q);
  }
  g.waiters = {waiter(0, 5, "frames"), waiter(1, 6, "frames"), waiter(2, 7, "kernel map")};
  const WaitGraph::Held of_a{0, 1, 4096, 8}, of_b{1, 2, 8192, 9};
  g.waiters[0].helpers = {of_b};
  g.waiters[1].helpers = {of_a};
  g.waiters[0].helping_tasks = g.waiters[1].helping_tasks = 1;
  g.cycle = {0, 1};
  return g;
}

}  // namespace

TEST_CASE("three who wait, two channels, two who have what would help", "[waits]") {
  const viz::WaitLayout layout = viz::wait_layout(circle());
  REQUIRE(layout.waiters.size() == 3);
  REQUIRE(layout.channels.size() == 2);
  REQUIRE(layout.holders.size() == 2);
  CHECK(layout.waiters[0].name == "a");
  CHECK(layout.waiters[0].circle == 1);
  CHECK(layout.waiters[1].circle == 2);
  CHECK(layout.waiters[2].circle == 0);
  CHECK(layout.waiters[0].event == 5);
  CHECK(layout.waiters[0].lines[0] == "4,096 bytes, event 5");
  CHECK(layout.channels[0].lines == std::vector<std::string>{"2 wait"});
  CHECK(layout.channels[1].lines == std::vector<std::string>{"1 waits", "no queued free would help"});
  CHECK(layout.holders[0].name == "b");
  CHECK(layout.holders[0].lines[0] == "2 frees, 8,192 bytes");
  CHECK(layout.holders[0].event == 9);
  using Lines = std::vector<viz::WaitLine>;
  CHECK(layout.for_what == Lines{{0, 0, true}, {1, 0, true}, {2, 1, false}});
  CHECK(layout.in_whose == Lines{{0, 0, true}, {0, 1, true}});
}

TEST_CASE("a circle is an alarm in a deadlock only", "[waits]") {
  WaitGraph g = circle();
  const auto alarms = [](const viz::WaitLayout& layout) {
    std::size_t n = 0;
    for (const auto* boxes : {&layout.waiters, &layout.channels, &layout.holders})
      for (const viz::WaitBox& box : *boxes) n += box.alarm;
    for (const auto* lines : {&layout.for_what, &layout.in_whose})
      for (const viz::WaitLine& line : *lines) n += line.alarm;
    return n;
  };
  CHECK(alarms(viz::wait_layout(g)) == 8);
  g.stopped_at = WaitGraph::nowhere;
  CHECK(alarms(viz::wait_layout(g)) == 0);
  CHECK(viz::wait_layout(g).waiters[1].circle == 2);
  g.cycle = {0};
  CHECK(viz::wait_layout(g).waiters[0].circle == 0);  // no number where there is nothing to count
}

TEST_CASE("what is said over the picture", "[waits]") {
  WaitGraph g = circle();
  CHECK(viz::wait_headline(g) ==
        "Deadlock after event 12: 3 requests sleep, and nothing that was still to come could run.");
  CHECK(viz::circle_words(g) == "In a circle: 1 a waits for 2 b waits for 1 a.");
  g.cycle = {1};
  CHECK(viz::circle_words(g) == "b waits for itself: its frees are queued behind its own sleep.");
  g.stopped_at = WaitGraph::nowhere;
  CHECK(viz::circle_words(g) ==
        "b waits for itself: its frees are queued behind its own sleep; that is no deadlock while others run.");
  g.cycle = {0, 1};
  CHECK(viz::circle_words(g) == "In a circle: 1 a waits for 2 b waits for 1 a; that is no deadlock while others run.");
  CHECK(viz::wait_headline(g) == "3 requests sleep; what would wake some of them waits behind sleepers itself.");
  g.cycle.clear();
  CHECK(viz::circle_words(g).empty());
  CHECK(viz::wait_headline({}) == "Nobody sleeps here.");
}

TEST_CASE("a crowd is cut off", "[waits]") {
  WaitGraph g;
  for (std::uint32_t i = 0; i < 50; ++i) g.waiters.push_back(waiter(i, i, "frames"));
  const viz::WaitLayout layout = viz::wait_layout(g);
  CHECK(layout.waiters.size() == viz::WaitLayout::rows_max);
  CHECK(layout.left_out == 10);
  CHECK(layout.channels.size() == 1);
  g.cycle = {45, 47};  // whoever is in the circle is not
  const viz::WaitLayout circle = viz::wait_layout(g);
  CHECK(circle.waiters[0].event == 45);
  CHECK(circle.waiters[1].event == 47);
  CHECK(circle.waiters[2].event == 0);
}
