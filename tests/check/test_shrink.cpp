// Delta debugging with known answers: on made-up tests, and on traces whose smallest form is known.
#include <algorithm>
#include <set>

#include "sim/check/ddmin.h"
#include "sim/check/shrink.h"
#include "sim/check/shrinking.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

using traces::Event;
using traces::Op;

std::vector<int> upto(int n) {
  std::vector<int> all;
  for (int i = 0; i < n; ++i) all.push_back(i);
  return all;
}

bool has_all(const std::vector<int>& items, std::initializer_list<int> wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](int w) { return std::find(items.begin(), items.end(), w) != items.end(); });
}

/// A trace made by hand: alloc(size), free(block), ...
class Maker {
 public:
  std::uint64_t alloc(std::uint64_t size, std::uint32_t task = 0) {
    const std::uint64_t block = blocks_++;
    Event e = event(Op::alloc, block, task);
    e.requested = e.granted = size;
    events_.push_back(e);
    return block;
  }
  void free(std::uint64_t block, std::uint32_t task = 0) {
    Event e = event(Op::free, block, task);
    e.free_kind = traces::FreeKind::matched;
    events_.push_back(e);
  }
  check::ShrinkTrace trace() const {
    traces::Tables tables;
    tables.tasks = {{1, "one"}, {2, "two"}};
    tables.gfps = {{"GFP_ATOMIC", {}, traces::Tri::no, traces::Tri::no}};
    auto writer = traces::KmtWriter::to_memory();
    for (const Event& e : events_) writer.append(e);
    traces::Source source;
    source.name = "made";
    source.cpus = 2;
    REQUIRE(writer.finish(tables, {}, source).ok());
    auto reader = traces::KmtReader::from_bytes(writer.take_bytes());
    REQUIRE(reader.ok());
    auto loaded = check::load_shrink_trace(*reader);
    REQUIRE(loaded.ok());
    return *loaded;
  }

 private:
  Event event(Op op, std::uint64_t block, std::uint32_t task) {
    Event e;
    e.op = op;
    e.tick = 1'000'000 + 7'777 * events_.size();
    e.id = block;
    e.slot = static_cast<traces::Slot>(block);
    e.task = task;
    e.cpu = static_cast<std::uint16_t>(task);
    e.context = traces::Context::softirq;
    if (op == Op::alloc) e.gfp = 0;
    return e;
  }
  std::vector<Event> events_;
  std::uint64_t blocks_ = 0;
};

std::vector<Event> events_of(traces::KmtReader& reader) {
  std::vector<Event> events;
  REQUIRE(reader.for_each(traces::all_columns, [&](std::uint64_t, const Event& e) { events.push_back(e); }).ok());
  return events;
}

check::Shrunk shrunk(const check::ShrinkTrace& trace, bool (*shows)(const std::vector<Event>&),
                     std::uint64_t runs_max = 5000) {
  auto result =
      check::shrink(trace, [&](traces::KmtReader& r) -> Fallible<bool> { return shows(events_of(r)); }, {runs_max}, {});
  INFO((result ? std::string() : result.error().text()));
  REQUIRE(result.ok());
  return std::move(*result);
}

std::uint64_t live_bytes_max(const std::vector<Event>& events) {
  std::uint64_t live = 0, most = 0;
  std::vector<std::uint64_t> sizes(events.size());
  for (const Event& e : events) {
    if (e.op == Op::alloc) live += sizes[e.id] = e.requested;
    if (e.op == Op::free) live -= sizes[e.id];
    most = std::max(most, live);
  }
  return most;
}

}  // namespace

TEST_CASE("ddmin: known answers", "[check][shrink]") {
  CHECK(check::ddmin(upto(1000), [](const auto& i) { return has_all(i, {7}); }) == std::vector<int>{7});
  CHECK(check::ddmin(upto(1000), [](const auto& i) {
          return has_all(i, {3, 500, 999});
        }) == std::vector<int>{3, 500, 999});
  CHECK(check::ddmin(upto(8), [](const auto& i) { return has_all(i, {0, 1, 2, 3, 4, 5, 6, 7}); }) == upto(8));
  CHECK(check::ddmin(upto(100), [](const auto&) { return true; }).empty());
  CHECK(check::ddmin(upto(100), [](const auto& i) { return i.size() >= 42; }).size() == 42);
  CHECK(check::ddmin(std::vector<int>{}, [](const auto&) { return true; }).empty());
  CHECK(check::ddmin(upto(1), [](const auto& i) { return !i.empty(); }) == upto(1));
}

TEST_CASE("ddmin: without any one item it is not shown, whatever the test is like", "[check][shrink]") {
  // Not monotone: an even number of multiples of 3, at least four.
  const auto shows = [](const std::vector<int>& items) {
    const auto n = std::count_if(items.begin(), items.end(), [](int i) { return i % 3 == 0; });
    return n >= 4 && n % 2 == 0;
  };
  const auto left = check::ddmin(upto(90), shows);
  CHECK(shows(left));
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto without = left;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK_FALSE(shows(without));
  }
}

TEST_CASE("shrink: one block of many, and nothing about it that does not matter", "[check][shrink]") {
  Maker m;
  for (unsigned i = 0; i < 500; ++i) {
    const auto block = m.alloc(i == 333 ? 5000 : 60 + i % 7, i % 2);
    if (i % 3 != 0) m.free(block, i % 2);
  }
  const auto result = shrunk(m.trace(), [](const std::vector<Event>& events) {
    return std::any_of(events.begin(), events.end(), [](const Event& e) { return e.requested > 4096; });
  });
  REQUIRE(result.trace.events.size() == 1);
  CHECK(result.minimal);
  CHECK(result.units == 1);
  const Event& e = result.trace.events[0].event;
  CHECK(e.requested == 8192);
  CHECK(e.tick == 0);
  CHECK(e.cpu == 0);
  CHECK(e.context == traces::Context::task);
  CHECK(result.trace.tables->tasks.size() == 1);
  CHECK(result.trace.tables->gfps[e.gfp].text == "GFP_KERNEL");
  CHECK(result.trace.source.cpus == 1);
}

TEST_CASE("shrink: a free goes with its allocation, and alone only where it may", "[check][shrink]") {
  Maker m;
  std::vector<std::uint64_t> blocks;
  for (unsigned i = 0; i < 64; ++i) blocks.push_back(m.alloc(64));
  for (unsigned i = 0; i < 64; ++i) m.free(blocks[63 - i]);
  // Three frees, and never a free of a block that is not there.
  const auto three_frees = shrunk(m.trace(), [](const std::vector<Event>& events) {
    std::set<std::uint64_t> live;
    unsigned frees = 0;
    for (const Event& e : events) {
      if (e.op == Op::alloc) live.insert(e.id);
      if (e.op == Op::free) {
        CHECK(e.free_kind == traces::FreeKind::matched);
        CHECK(live.erase(e.id) == 1);
        ++frees;
      }
    }
    return frees >= 3;
  });
  CHECK(three_frees.units == 3);
  CHECK(three_frees.trace.events.size() == 6);
  // Ten blocks at one time: nobody needs their frees.
  const auto ten = shrunk(m.trace(), [](const std::vector<Event>& events) { return live_bytes_max(events) >= 640; });
  CHECK(ten.trace.events.size() <= 10);
  CHECK(std::none_of(ten.trace.events.begin(), ten.trace.events.end(),
                     [](const auto& e) { return e.event.op == Op::free; }));
}

TEST_CASE("shrink: the same twice, a bound on runs, and errors", "[check][shrink]") {
  Maker m;
  for (unsigned i = 0; i < 300; ++i) m.alloc(16 + i);
  const auto shows = [](const std::vector<Event>& events) { return live_bytes_max(events) >= 3000; };
  const auto one = shrunk(m.trace(), shows), two = shrunk(m.trace(), shows);
  CHECK(check::digest_of(one.trace) == check::digest_of(two.trace));
  CHECK(one.tried == two.tried);
  CHECK(one.minimal);
  const auto bounded = shrunk(m.trace(), shows, 5);
  CHECK(bounded.tried == 5);
  CHECK_FALSE(bounded.minimal);
  CHECK(shows([&] {
    auto reader = check::open_shrink_trace(bounded.trace);
    REQUIRE(reader.ok());
    return events_of(*reader);
  }()));
  CHECK_FALSE(check::shrink(m.trace(), [](traces::KmtReader&) -> Fallible<bool> { return false; }, {}, {}).ok());
  const auto failed =
      check::shrink(m.trace(), [](traces::KmtReader&) -> Fallible<bool> { return fail("out of order"); }, {}, {});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().text() == "out of order");
}

TEST_CASE("shrink: what was tried in vain is not taken for another trace", "[check][shrink]") {
  Maker m;
  for (unsigned i = 0; i < 4; ++i) m.alloc(100 + i, 1);
  const check::ShrinkTrace trace = m.trace();
  const std::uint64_t digest = check::digest_of(trace);
  check::ShrinkTrace other = trace;
  other.events[2].event.granted += 28;  // bytes.recorded_granted measures it
  CHECK(check::digest_of(other) != digest);
  // The same row, saying something else; and another row that says the same.
  auto tables = std::make_shared<traces::Tables>(*trace.tables);
  tables->gfps = {{"GFP_KERNEL", {}, traces::Tri::yes, traces::Tri::no}, trace.tables->gfps[0]};
  other = trace, other.tables = tables;
  CHECK(check::digest_of(other) != digest);
  for (check::ShrinkEvent& e : other.events) e.event.gfp = 1;
  CHECK(check::digest_of(other) == digest);

  // With one task of two left, task 0 is another one than before: the same numbers are another trace.
  unsigned runs = 0;
  const check::Shows shows = [&](traces::KmtReader&) -> Fallible<bool> {
    ++runs;
    return false;
  };
  const check::ShrinkProgress quiet;
  check::Shrinking s(trace, shows, {}, quiet);
  CHECK_FALSE(s.shows(trace));
  CHECK_FALSE(s.shows(trace));
  CHECK(runs == 1);
  auto renamed = std::make_shared<traces::Tables>(*trace.tables);
  std::swap(renamed->tasks[0], renamed->tasks[1]);
  other = trace, other.tables = renamed;
  CHECK_FALSE(s.shows(other));
  CHECK(runs == 2);
  s.put(other);
  CHECK_FALSE(s.shows(other));
  CHECK(runs == 3);
}

}  // namespace kmemlab::test
