// What each workload states, computed from its events.
#include <algorithm>
#include <map>
#include <set>

#include "tests/traces/gen_kit.h"

namespace kmemlab::traces::gen {

namespace {

std::uint64_t most(const std::vector<std::uint64_t>& levels) {
  return *std::max_element(levels.begin(), levels.end());
}

}  // namespace

TEST_CASE("steady keeps its sizes, its lifetimes and its number of live blocks", "[gen]") {
  const Made made = make("steady", {3, 60'000, {"sizes=32:1,100-200:1", "lifetimes=10:1,200-400:1"}});
  std::map<BlockId, std::uint64_t> born;
  std::uint64_t allocs = 0, wrong = 0, live_sum = 0;
  const std::uint64_t drained_from = 30'000;  // allocations; what follows frees before its time
  for (const Event& e : made.events) {
    if (e.op == Op::alloc) {
      wrong += e.requested != 32 && (e.requested < 100 || e.requested > 200);
      born[e.id] = allocs++;
      wrong += born.size() > 400;
      if (allocs > 400) live_sum += born.size();
    } else {
      const std::uint64_t life = allocs - born.at(e.id);
      if (allocs < drained_from) wrong += life != 10 && (life < 200 || life > 400);
      born.erase(e.id);
    }
  }
  CHECK(allocs == drained_from);
  CHECK(wrong == 0);
  CHECK(born.empty());
  const std::uint64_t mean = live_sum / (allocs - 400);  // (10 + 300) / 2 by Little's law
  CHECK(mean >= 150);
  CHECK(mean <= 160);
  CHECK(made.with.totals.tasks == 4);
}

TEST_CASE("ramp: all that is allocated lives at the peak, then all goes in the order asked for", "[gen]") {
  for (const char* order : {"oldest", "newest", "random"}) {
    const Made made = make("ramp", {1, 2001, {std::string("order=") + order}});
    const std::vector<std::uint64_t> live = levels(made.events);
    REQUIRE(live.size() == 2000);
    CHECK(live[999] == 1000);
    CHECK(live.back() == 0);
    std::vector<BlockId> freed;
    for (std::size_t i = 1000; i < 2000; ++i) freed.push_back(made.events[i].id);
    CHECK(std::is_sorted(freed.begin(), freed.end()) == (order == std::string("oldest")));
    CHECK(std::is_sorted(freed.rbegin(), freed.rend()) == (order == std::string("newest")));
  }
}

TEST_CASE("sawtooth climbs to high and falls to low", "[gen]") {
  const Made made = make("sawtooth", {1, 10'000, {"high=1000", "low=200"}});
  const std::vector<std::uint64_t> live = levels(made.events);
  CHECK(most(live) == 1000);
  std::uint64_t tops = 0, bottoms = 0;
  for (std::size_t i = 1; i + 1 < live.size(); ++i) {
    if (live[i] > live[i - 1] && live[i] > live[i + 1]) tops += live[i] == 1000 ? 1 : 1000;
    if (live[i] < live[i - 1] && live[i] < live[i + 1]) bottoms += live[i] == 200 ? 1 : 1000;
  }
  CHECK(tops == 6);  // 1000 + 5 * 800 allocations; a seventh tooth would be 11,600 events
  CHECK(bottoms == 5);
  CHECK(live.back() == 0);
}

TEST_CASE("checkerboard leaves exactly every other block, or one of a stride, and the refill", "[gen]") {
  for (const std::uint64_t stride : {2, 3, 7}) {
    const Made made = make("checkerboard", {1, 9000, {"stride=" + std::to_string(stride), "refill=256"}});
    std::set<BlockId> live;
    std::uint64_t blocks = 0, refill_bytes = 0, freed_bytes = 0;
    for (const Event& e : made.events) {
      if (e.op == Op::alloc) {
        live.insert(e.id);
        (e.requested == 128 ? blocks : refill_bytes) += e.requested == 128 ? 1 : e.requested;
      } else {
        freed_bytes += 128;
        live.erase(e.id);
      }
    }
    CHECK(made.events.size() + 4 > 9000);
    std::uint64_t stays = 0, wrong = 0;
    for (const BlockId id : live) {
      stays += id < blocks;
      wrong += id < blocks && id % stride != 0;
    }
    CHECK(wrong == 0);
    CHECK(stays == (blocks + stride - 1) / stride);
    CHECK(refill_bytes <= freed_bytes);
    CHECK(refill_bytes + 256 > freed_bytes);
    CHECK(made.with.totals.live_at_end == live.size());
  }
}

TEST_CASE("netrx allocates in softirq and may not sleep there; readers free in task context", "[gen]") {
  for (const std::uint64_t delivered : {0, 500, 1000}) {
    const Made made = make("netrx", {1, 20'000, {"delivered=" + std::to_string(delivered), "queue=40"}});
    std::uint64_t wrong = 0, by_task = 0, frees = 0;
    for (const Event& e : made.events) {
      if (e.op == Op::alloc) {
        wrong += e.context != Context::softirq || e.task != no_index;
        wrong += made.with.tables.gfps.at(e.gfp).may_sleep != Tri::no;
        wrong += e.name == 1 ? e.requested != 232 || e.cache == no_index : e.cache != no_index;
      } else {
        ++frees;
        by_task += e.context == Context::task;
        wrong += (e.context == Context::task) != (e.task != no_index);
      }
    }
    CHECK(wrong == 0);
    CHECK(made.with.quality.may_sleep_yes == 0);
    CHECK(most(levels(made.events)) <= 80);
    if (delivered == 0) CHECK(by_task == 0);
    if (delivered == 500) CHECK((by_task > frees / 5 && by_task < frees * 4 / 5));
    if (delivered == 1000) CHECK(by_task > frees / 2);
  }
}

TEST_CASE("pipeline: the consumer frees what its producer made, oldest first, on its own CPU", "[gen]") {
  const Made made = make("pipeline", {1, 20'000, {"pairs=3", "depth=10", "cpus=6"}});
  std::map<Index, std::vector<BlockId>> queues;  // by producer
  std::uint64_t wrong = 0;
  for (const Event& e : made.events) {
    if (e.op == Op::alloc) {
      wrong += e.task % 2 != 0 || e.cpu != e.task;
      queues[e.task].push_back(e.id);
      wrong += queues[e.task].size() > 10;
    } else {
      wrong += e.task % 2 != 1 || e.cpu != e.task;
      std::vector<BlockId>& queue = queues[e.task - 1];
      wrong += queue.empty() || queue.front() != e.id;
      queue.erase(queue.begin());
    }
  }
  CHECK(wrong == 0);
  CHECK(queues.size() == 3);
  CHECK(made.with.source.cpus == 6);
  CHECK(levels(made.events).back() == 0);
}

TEST_CASE("forkstorm: a child frees all of its process, newest first, and nothing of another", "[gen]") {
  const Made made = make("forkstorm", {1, 20'000, {"children=50", "areas=3"}});
  std::vector<std::vector<BlockId>> owned(51);  // 8 blocks a process: 5 parts and 3 areas
  std::uint64_t wrong = 0, storms = 0, in_storm = 0;
  bool climbing = false;
  for (const Event& e : made.events) {
    if (e.op == Op::alloc) {
      storms += !climbing;
      in_storm = climbing ? in_storm : 0;
      climbing = true;
      owned.at(1 + in_storm++ / 8).push_back(e.id);
      wrong += e.task != 0;
    } else {
      climbing = false;
      wrong += owned.at(e.task).empty() || owned[e.task].back() != e.id;
      owned[e.task].pop_back();
    }
  }
  CHECK(wrong == 0);
  CHECK(storms == 25);  // 20,000 / (50 * 8 * 2)
  CHECK(most(levels(made.events)) == 400);
  CHECK(made.with.totals.live_at_end == 0);
}

TEST_CASE("mckusick-karels: the whole day has the paper's requests and leaves its blocks in use", "[gen]") {
  struct Counter final : EventSink {
    std::map<std::uint64_t, std::uint64_t> requests, in_use;  // by bucket, its upper bound
    std::vector<std::uint64_t> live;
    static std::uint64_t bucket(std::uint64_t n) { return n <= 128 ? 128 : std::uint64_t{1} << ceil_log2(n); }
    void append(const Event& e) override {
      if (live.size() <= e.slot) live.resize(e.slot + 1);
      if (e.op == Op::alloc) {
        live[e.slot] = bucket(e.requested);
        ++requests[live[e.slot]];
        ++in_use[live[e.slot]];
      } else {
        --in_use[live[e.slot]];
      }
    }
    void learn_cache(std::uint64_t, Index) override {}
  } counter;
  const Workload& day = *find_workload("mckusick-karels");
  const auto made = generate(day, {1, 0, {}}, counter);
  REQUIRE(made);
  using Buckets = std::map<std::uint64_t, std::uint64_t>;
  CHECK(counter.requests ==
        Buckets{{128, 3'129'219}, {512, 16}, {1024, 648'771}, {2048, 13}, {4096, 157}, {8192, 103}, {32768, 1}});
  CHECK(counter.in_use == Buckets{{128, 329}, {512, 4}, {1024, 17}, {2048, 13}, {4096, 0}, {8192, 2}, {32768, 1}});
  CHECK(made->totals.records == day.events);
  CHECK(made->totals.allocs == 3'778'280);
  CHECK(made->totals.live_at_end == 366);
  CHECK(made->totals.tick_last / 1'000'000'000 >= 86'390);  // a day, but for what the equal gaps round off
  CHECK(made->totals.tick_last / 1'000'000'000 < 86'400);
}

}  // namespace kmemlab::traces::gen
