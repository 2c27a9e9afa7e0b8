// How long wholly free pages were kept and how few live bytes pin the others: the worked example by hand, a recount
// from scratch after every call on every system, and sleeps and failures by cause.
#include <map>
#include <set>

#include "sim/replay/observer_list.h"
#include "tests/sim/busy_trace.h"
#include "tests/sim/traces.h"
#include "tests/sim/worked_example.h"

namespace kmemlab::test {
namespace {

/// The same figures with nothing kept up to date: after every call, each held page is held against every block.
class Recount final : public sim::Observer {
 public:
  void on_begin(const sim::Kernel& kernel) override { page_bytes_ = std::uint64_t{1} << kernel.page_shift(); }
  void on_completion(const sim::Completion& c) override {
    if (c.ending == sim::Ending::ok) {
      if (c.action == sim::Action::free) {
        blocks_.erase(c.address.v);
      } else {
        blocks_[c.address.v] = c.granted;
      }
    }
    look(c.tick);
  }
  void on_background(std::uint64_t tick) override { look(tick); }
  void on_metadata(AddrRange range) override { tables_[range.base.v] = range.bytes; }
  void page_mapped(Addr page) override { held_.insert(page.v); }
  void page_unmapped(Addr page) override { held_.erase(page.v), went_.insert(page.v); }
  void on_end(std::uint64_t tick) override {
    tick_ = std::max(tick_, tick);
    for (const auto& [page, since] : kept_) over(since), ++stats.at_end;
  }

  sim::KeptPagesStats stats;
  sim::PageFillStats fill() const {
    sim::PageFillStats f;
    for (const std::uint64_t page : held_) {
      if (on(page, tables_) != 0) continue;
      unsigned c = 0;
      while (c < 17 && on(page, blocks_) >= std::uint64_t{1} << c) ++c;
      ++f.pages[c];
      f.free_bytes[c] += page_bytes_ - on(page, blocks_);
    }
    return f;
  }

 private:
  using Ranges = std::map<std::uint64_t, std::uint64_t>;
  std::uint64_t on(std::uint64_t page, const Ranges& ranges) const {
    std::uint64_t bytes = 0;
    for (const auto& [at, size] : ranges) {
      const std::uint64_t from = std::max(at, page), end = std::min(at + size, page + page_bytes_);
      if (from < end) bytes += end - from;
    }
    return bytes;
  }
  void over(std::uint64_t since) {
    const std::uint64_t ticks = tick_ - since;
    unsigned n = 0;
    while (n < 63 && ticks >> (n + 1) != 0) ++n;
    ++stats.times, ++stats.histogram[n];
    stats.page_ticks += ticks;
    stats.ticks_max = std::max(stats.ticks_max, ticks);
  }
  void look(std::uint64_t tick) {
    tick_ = std::max(tick_, tick);
    std::map<std::uint64_t, std::uint64_t> now;
    for (const std::uint64_t page : held_) {
      if (on(page, blocks_) + on(page, tables_) != 0) continue;
      const auto before = kept_.find(page);
      now[page] = before == kept_.end() || went_.count(page) != 0 ? tick_ : before->second;
    }
    for (const auto& [page, since] : kept_) {
      if (went_.count(page) != 0) {
        over(since), ++stats.returned;
      } else if (now.count(page) == 0) {
        over(since), ++stats.used;
      }
    }
    kept_ = now;
    went_.clear();
    stats.most = std::max<std::uint64_t>(stats.most, kept_.size());
  }

  std::uint64_t page_bytes_ = 4096, tick_ = 0;
  Ranges blocks_, tables_;
  std::set<std::uint64_t> held_, went_;
  std::map<std::uint64_t, std::uint64_t> kept_;  ///< since when
};

sim::Report recounted(const std::string& spec, std::uint64_t ram) {
  INFO(spec << ", RAM " << ram);
  Recount recount;
  sim::Ledger ledger;
  sim::ObserverList both;
  both.add(ledger), both.add(recount);
  auto reader = busy_trace().reader();
  const auto core = sim::parse_core_specs({spec});
  REQUIRE(core);
  auto facts = sim::replay(reader, core.value()[0], {*sim::find_profile("x86-64"), ram, 0}, {}, both.observer(), {});
  REQUIRE(facts);
  const sim::Report r = ledger.finish(*facts);
  std::uint64_t explained = 0;
  for (const std::uint64_t n : r.kept.by_rule) explained += n;
  CHECK(explained == r.kept.at_end);
  CHECK(r.kept.times == r.kept.returned + r.kept.used + r.kept.at_end);
  sim::KeptPagesStats counted = r.kept;
  counted.by_rule = {};
  CHECK((counted == recount.stats));
  CHECK((r.fill_at_end == recount.fill()));
  return r;
}

std::uint64_t kept_by(const sim::Report& r, sim::PageCode code) {
  return r.kept.by_rule[static_cast<unsigned>(code)];
}

}  // namespace

TEST_CASE("kept pages and page fill of the worked example, by hand", "[kept]") {
  // Event 6 frees page 1, which its bucket may keep; event 7 uses it again. What event 8 frees goes back at once. In
  // the end page 0 has two blocks of 128 bytes, page 1 one of 4096, and three pages are one block.
  const Replayed run =
      replay(worked_example(), {"bsd386:mode=faithful,types=temp", "i386", 0, std::uint64_t{1} << 20, {}});
  const sim::Report& r = run.report;
  CHECK(r.kept.times == 1);
  CHECK(r.kept.used == 1);
  CHECK(r.kept.returned == 0);
  CHECK(r.kept.at_end == 0);
  CHECK(r.kept.most == 1);
  const std::uint64_t ticks = run.completions[7].tick - run.completions[6].tick;
  CHECK((r.kept.page_ticks == ticks));
  CHECK(r.kept.ticks_max == ticks);
  CHECK(ticks >> 29 == 1);  // about a second
  CHECK(r.kept.histogram[29] == 1);
  sim::PageFillStats fill;
  fill.pages[9] = 1, fill.free_bytes[9] = 3840;  // 256 live bytes
  fill.pages[13] = 4;
  CHECK((r.fill_at_end == fill));
  CHECK((r.fill_at_peak == fill));
}

TEST_CASE("the rule that keeps a free page at the end, and one that goes back", "[kept]") {
  TraceMaker t;
  t.task(1).at(1000);
  const auto a = t.alloc(4096);
  t.at(2'000'000);
  t.free(a);
  const sim::Report kept = replay(t).report;
  CHECK(kept.kept.at_end == 1);
  CHECK(kept_by(kept, sim::PageCode::no_surplus) == 1);
  CHECK(kept.fill_at_end.pages[0] == 1);
  CHECK(kept.fill_at_end.free_bytes[0] == 4096);
  const sim::Report gone = replay(t, {"aix", "x86-64", 0, 0, {}}).report;
  CHECK(gone.kept.times == 0);
  CHECK(gone.kept.at_end == 0);
}

TEST_CASE("kept pages equal a recount from scratch, on every system, roomy and short", "[kept]") {
  const std::uint64_t kib = 1024;
  CHECK(recounted("bsd386", 0).kept.times > 0);
  CHECK(recounted("bsd386", 96 * kib).blocking.sleeps > 0);
  CHECK(recounted("osf1", 0).kept.times > 0);
  recounted("osf1", 256 * kib);
  recounted("aix", 0);
  recounted("aix:frees=defer", 512 * kib);
  CHECK(recounted("beos", 0).kept.at_end > 0);
  recounted("beos", 512 * kib);
}

// A recording's clock began with its machine's boot; a system's own boot here takes none of that time.
TEST_CASE("when a recording began changes no figure", "[kept]") {
  for (const char* core : {"bsd386", "osf1", "aix", "beos"}) {
    INFO(core);
    const sim::Report early = replay(busy_trace(1'000'000'000), {core, "x86-64", 0, 0, {}}).report;
    const sim::Report late = replay(busy_trace(60'000'000'000), {core, "x86-64", 0, 0, {}}).report;
    CHECK((early.byte_ticks.held == late.byte_ticks.held));
    CHECK((early.byte_ticks.cached == late.byte_ticks.cached));
    CHECK((early.kept.page_ticks == late.kept.page_ticks));
    CHECK(early.kept.ticks_max == late.kept.ticks_max);
    CHECK(early.blocking.ticks_total == late.blocking.ticks_total);
    CHECK(early.lag_ticks_max == late.lag_ticks_max);
  }
}

TEST_CASE("failures of those that may not sleep, and sleeps by their cause", "[kept]") {
  TraceMaker t;  // twelve pages are the limit of the type
  t.task(1).at(1000);
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);
  t.alloc(4096, TraceMaker::atomic);
  t.task(2).at(2'000'000);
  t.alloc(1000);
  t.task(1).at(9'000'000);
  t.free(0);
  const sim::Report r = replay(t, {"bsd386:types=temp", "x86-64", 0, 20 * 4096, {}}).report;
  CHECK(r.failed_nowait == r.failed_by);
  CHECK(r.failed_nowait[static_cast<unsigned>(Reason::type_limit)] == 1);
  const auto& of = r.blocking.of_cause[static_cast<unsigned>(SleepCause::type_limit)];
  CHECK(of.ticks_total == r.blocking.ticks_total);
  CHECK(of.ticks_max == r.blocking.ticks_max);
  CHECK(of.histogram == r.blocking.histogram);
  CHECK(of.histogram[22] == 1);  // about seven milliseconds
}

}  // namespace kmemlab::test
