// A filter on a trace: against a naive one, written from the words of docs/formats.md with strings and maps.
#include <map>
#include <string>

#include "tests/traces/kmt_samples.h"
#include "tests/traces/write_kit.h"
#include "traces/edit/where.h"
#include "traces/filter/syntax.h"
#include "traces/write/words.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

struct List final : EventSink {
  std::vector<Event> events;
  void append(const Event& e) override { events.push_back(e); }
  void learn_cache(std::uint64_t, Index) override {}
};

// Every comparison by its text, one event at a time.
struct Naive {
  const Filter& filter;
  const Tables& t;
  std::uint64_t start;

  bool node(std::size_t i, const Event& e) const {
    const FilterNode& n = filter.nodes[i];
    switch (n.kind) {
      case FilterNode::Kind::negation:
        return !node(n.left, e);
      case FilterNode::Kind::both:
        return node(n.left, e) && node(n.right, e);
      case FilterNode::Kind::either:
        return node(n.left, e) || node(n.right, e);
      case FilterNode::Kind::term:
        break;
    }
    return term(n, e);
  }
  bool term(const FilterNode& n, const Event& e) const {
    const bool sized = e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::realloc;
    switch (n.field) {
      case FilterField::cpu:
        return number(n, e.cpu, n.number);
      case FilterField::pid:
        return number(n, e.task == no_index ? -1 : t.tasks[e.task].pid, n.signed_number);
      case FilterField::comm:
        return text(n, e.task == no_index ? "" : t.tasks[e.task].comm);
      case FilterField::site:
        return text(n, e.call_site == no_index ? "" : t.call_sites[e.call_site].name);
      case FilterField::cache:
        return text(n, e.cache == no_index ? "" : t.caches[e.cache]);
      case FilterField::size:
        return sized ? number(n, e.requested, n.number) : n.operation == FilterOperator::unequal;
      case FilterField::granted:
        return sized || e.free_kind == FreeKind::unrecorded ? number(n, e.granted, n.number)
                                                            : n.operation == FilterOperator::unequal;
      case FilterField::time:
        return number(n, e.tick - start, n.number);
      case FilterField::context:
        return text(n, std::string(word_of(e.context)));
      case FilterField::op:
        return text(n, std::string(word_of(e.op)));
      case FilterField::event:
        return text(n, e.name == no_index ? "" : t.names[e.name]);
      case FilterField::node:
        return number(n, e.node, n.signed_number);
      case FilterField::order:
        return is_page(e.op) ? number(n, e.order, n.number) : n.operation == FilterOperator::unequal;
    }
    return false;
  }
  template <class A, class B>
  static bool number(const FilterNode& n, A a, B b) {
    const int order = std::cmp_less(a, b) ? -1 : std::cmp_equal(a, b) ? 0 : 1;
    switch (n.operation) {
      case FilterOperator::equal:
        return order == 0;
      case FilterOperator::unequal:
        return order != 0;
      case FilterOperator::below:
        return order < 0;
      case FilterOperator::at_most:
        return order <= 0;
      case FilterOperator::above:
        return order > 0;
      default:
        return order >= 0;
    }
  }
  static bool text(const FilterNode& n, const std::string& s) {
    if (n.operation == FilterOperator::equal) return s == n.text;
    if (n.operation == FilterOperator::unequal) return s != n.text;
    return is_like(s, n.text);
  }

  // Which events stay.
  std::vector<bool> kept(const std::vector<Event>& events) const {
    std::vector<bool> keep;
    std::map<BlockId, bool> blocks;
    for (const Event& e : events) {
      bool k = e.op == Op::lost || node(filter.nodes.size() - 1, e);
      if (e.op == Op::alloc) blocks[e.id] = k;
      if (e.op == Op::realloc || e.free_kind == FreeKind::matched) k = blocks.at(e.id);
      keep.push_back(k);
    }
    return keep;
  }
};

std::vector<Event> sample(std::uint64_t seed) {
  std::vector<Event> events = samples::realistic(seed, 4000);
  samples::Random random(seed);
  std::vector<Event> out;
  for (Event e : events) {
    out.push_back(e);
    if (random.below(50) == 0) out.push_back({}), out.back().op = Op::lost, out.back().tick = e.tick;
    if (e.op != Op::alloc || random.below(8) != 0) continue;
    e.op = Op::realloc, e.requested *= 2;
    out.push_back(e);
  }
  return out;
}

const std::vector<std::string> terms = {"cpu == 1",          "cpu >= 2",     "pid < 9",       "pid == -1",
                                        "comm ~ kworker/1*", "comm == ''",   "site ~ site_1", "site == site_3+0x1c",
                                        "cache ~ *_1*",      "cache == ''",  "size >= 1K",    "size < 100",
                                        "granted <= 512",    "time > 500us", "time <= 3ms",   "context == softirq",
                                        "op == alloc",       "op ~ page",    "event ~ cache", "event == kfree",
                                        "node == -1",        "node != 0",    "order > 1",     "order == 0"};

std::string random_filter(samples::Random& random, unsigned depth) {
  if (depth == 0 || random.below(3) == 0) return terms[random.below(terms.size())];
  const std::string a = random_filter(random, depth - 1), b = random_filter(random, depth - 1);
  switch (random.below(4)) {
    case 0:
      return "!(" + a + ")";
    case 1:
      return "(" + a + ") && (" + b + ")";
    case 2:
      return a + " && " + b;
    default:
      return a + " || " + b;
  }
}

}  // namespace

TEST_CASE("where: the events that a naive filter keeps, renumbered", "[filter][edit]") {
  samples::Random random(99);
  std::size_t some = 0;
  for (unsigned round = 0; round < 300; ++round) {
    const std::vector<Event> events = sample(round % 5 + 1);
    const std::string text = round < terms.size() ? terms[round] : random_filter(random, 3);
    INFO(text);
    const auto filter = parse_filter(text);
    REQUIRE(filter);
    Edited before;
    before.tables = samples::tables();
    List out;
    Where where(*filter, before, events[0].tick, out);
    for (const Event& e : events) where.append(e);
    const std::vector<bool> keep = Naive{*filter, before.tables, events[0].tick}.kept(events);
    std::size_t at = 0, wrong = 0;
    std::map<BlockId, BlockId> ids;
    BlockId next = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!keep[i]) continue;
      REQUIRE(at < out.events.size());
      Event e = out.events[at++];
      if (events[i].id != no_block) {
        const auto [known, fresh] = ids.try_emplace(events[i].id, next);
        next += fresh;
        wrong += e.id != known->second;
      }
      e.id = events[i].id, e.slot = events[i].slot;
      wrong += !(e == events[i]);
    }
    CHECK(wrong == 0);
    CHECK(at == out.events.size());
    CHECK(where.kept() == at);
    CHECK(where.dropped() == events.size() - at);
    some += at > 0 && at < events.size();
  }
  CHECK(some > 200);
}

TEST_CASE("where: a block goes with its allocation, other frees go by themselves", "[filter][edit]") {
  KmtReader trace = stored_text(schema_line + R"({"t":1,"op":"alloc","p":1,"size":10,"cpu":0}
{"t":2,"op":"alloc","p":2,"size":20,"cpu":1}
{"t":3,"op":"realloc","p":1,"size":99,"cpu":1}
{"t":4,"op":"free","p":1,"cpu":1}
{"t":5,"op":"free","p":2,"cpu":0}
{"t":6,"op":"free","p":9,"cpu":0}
{"t":7,"op":"free","p":null,"cpu":1}
{"t":8,"op":"lost","count":4,"cpu":1}
{"t":9,"op":"page_alloc","pfn":5,"order":1,"cpu":0}
{"t":10,"op":"mark","name":"x","cpu":1}
)");
  const auto filter = parse_filter("cpu == 0");
  Edited before;
  before.tables = trace.tables(), before.quality = trace.quality();
  List out;
  Where where(*filter, before, 1, out);
  REQUIRE(trace.for_each(all_columns, [&](std::uint64_t, const Event& e) { where.append(e); }));
  std::string ticks;
  for (const Event& e : out.events) ticks += std::to_string(e.tick) + " ";
  CHECK(ticks == "1 3 4 6 8 9 ");
  const Edited edited = where.finish();
  CHECK(edited.quality.before_trace == 1);
  CHECK(edited.quality.null_frees == 0);
  CHECK(edited.quality.live_at_end == 0);
  CHECK(edited.quality.lost_events == trace.quality().lost_events);
  CHECK(edited.slab_events == 4);
}

TEST_CASE("where: a filter that keeps all changes no digest", "[filter][edit]") {
  KmtReader trace = stored(Input::open(sample_recording()));
  const auto filter = parse_filter("size >= 0 || size != 0");
  Edited before;
  before.tables = trace.tables(), before.quality = trace.quality(), before.source = trace.source();
  KmtWriter writer = KmtWriter::to_memory();
  Where where(*filter, before, trace.first_tick(), writer);
  REQUIRE(trace.for_each(all_columns, [&](std::uint64_t, const Event& e) { where.append(e); }));
  const Edited edited = where.finish();
  REQUIRE(writer.finish(edited.tables, edited.quality, edited.source));
  auto again = KmtReader::from_bytes(writer.take_bytes());
  REQUIRE(again);
  CHECK(counted(*again) == counted(trace));
  CHECK(edited.quality.live_at_end == trace.quality().live_at_end);
  CHECK(edited.quality.before_trace == trace.quality().before_trace);
  CHECK(again->max_slots() == trace.max_slots());
}
