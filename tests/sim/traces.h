// Traces made in a test, event by event, and replays of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/observe/ledger.h"
#include "sim/replay/replay.h"
#include "tests/catch.h"
#include "traces/kmt/writer.h"

namespace kmemlab::test {

/// Builds a trace; each call is one record. Slots are the ids' own small numbers, taken lowest first.
class TraceMaker {
 public:
  TraceMaker() {
    tables_.names = {"kmalloc", "kfree"};
    tables_.gfps = {{"GFP_KERNEL", {}, traces::Tri::yes, traces::Tri::no},
                    {"GFP_ATOMIC", {}, traces::Tri::no, traces::Tri::no},
                    {"", {}, traces::Tri::unknown, traces::Tri::unknown},
                    {"GFP_KERNEL|__GFP_ZERO", {}, traces::Tri::yes, traces::Tri::yes}};
    source_.name = "made";
    source_.cpus = 1;
  }
  enum Gfp : traces::Index { kernel, atomic, unsaid, zeroed };

  TraceMaker& at(std::uint64_t tick) {
    event_.tick = tick;
    return *this;
  }
  TraceMaker& task(int pid) {
    for (traces::Index i = 0; i < tables_.tasks.size(); ++i) {
      if (tables_.tasks[i].pid == pid) {
        event_.task = i;
        return *this;
      }
    }
    event_.task = static_cast<traces::Index>(tables_.tasks.size());
    tables_.tasks.push_back({pid, "task" + std::to_string(pid)});
    return *this;
  }
  TraceMaker& cpu(unsigned n) {
    event_.cpu = static_cast<std::uint16_t>(n);
    source_.cpus = std::max(source_.cpus, n + 1);
    return *this;
  }
  /// By name; the rules for types look at it.
  TraceMaker& cache(const std::string& name) {
    const auto at = std::find(tables_.caches.begin(), tables_.caches.end(), name);
    event_.cache = static_cast<traces::Index>(at - tables_.caches.begin());
    if (at == tables_.caches.end()) tables_.caches.push_back(name);
    return *this;
  }
  TraceMaker& context(traces::Context c) {
    event_.context = c;
    return *this;
  }
  TraceMaker& state(traces::CpuState s) {
    event_.cpu_state = s;
    return *this;
  }
  traces::BlockId alloc(std::uint64_t size, Gfp gfp = kernel) {
    traces::Event e = event_;
    e.op = traces::Op::alloc;
    e.requested = e.granted = size;
    e.gfp = gfp;
    e.name = 0;
    e.id = next_id_++;
    e.slot = slots_[e.id] = lowest_slot();
    taken_[e.slot] = 1;
    events_.push_back(e);
    return e.id;
  }
  /// An allocation at the address of a live block: that block's free was lost.
  traces::BlockId alloc_over(traces::BlockId old, std::uint64_t size) {
    const traces::Slot slot = slots_.at(old);
    give_up(old);
    const traces::BlockId id = alloc(size);
    give_up(id);
    events_.back().slot = slots_[id] = slot;
    taken_[slot] = 1;
    return id;
  }
  void free(traces::BlockId id) {
    traces::Event e = event_;
    e.op = traces::Op::free;
    e.free_kind = traces::FreeKind::matched;
    e.id = id;
    e.slot = slots_.at(id);
    e.name = 1;
    give_up(id);
    events_.push_back(e);
  }
  /// Pages of somebody else, by default movable and so of the page cache.
  TraceMaker& page_alloc(std::uint64_t pfn, unsigned order = 0, unsigned migratetype = 1,
                         traces::PageVerdict verdict = traces::PageVerdict::other) {
    page_event(traces::Op::page_alloc, pfn, order);
    events_.back().migratetype = static_cast<std::uint8_t>(migratetype);
    verdicts_.append(verdict);
    return *this;
  }
  TraceMaker& page_free(std::uint64_t pfn, unsigned order = 0) {
    page_event(traces::Op::page_free, pfn, order);
    return *this;
  }
  void other(traces::Event e) {
    e.tick = event_.tick;
    events_.push_back(e);
  }
  traces::BlockId new_id() { return next_id_++; }

  /// The container.
  auto bytes() const {
    traces::KmtWriter writer = traces::KmtWriter::to_memory();
    for (const traces::Event& e : events_) writer.append(e);
    writer.set_page_verdicts(verdicts_);
    const auto done = writer.finish(tables_, {}, source_);
    if (!done) FAIL(done.error().text());
    return writer.take_bytes();
  }
  traces::KmtReader reader() const { return traces::KmtReader::from_bytes(bytes()).value(); }

 private:
  /// Not looked for among the live blocks: two thirds of the time of a sanitized test_sim went there.
  traces::Slot lowest_slot() {
    while (lowest_ < taken_.size() && taken_[lowest_] != 0) ++lowest_;
    if (lowest_ == taken_.size()) taken_.push_back(0);
    return lowest_;
  }
  void give_up(traces::BlockId id) {
    const auto at = slots_.find(id);
    taken_[at->second] = 0;
    lowest_ = std::min(lowest_, at->second);
    slots_.erase(at);
  }
  void page_event(traces::Op op, std::uint64_t pfn, unsigned order) {
    traces::Event e = event_;
    e.op = op;
    e.pfn = pfn;
    e.order = static_cast<std::uint8_t>(order);
    events_.push_back(e);
  }

  traces::Event event_;
  traces::PageVerdicts verdicts_;
  traces::Tables tables_;
  traces::Source source_;
  std::vector<traces::Event> events_;
  std::map<traces::BlockId, traces::Slot> slots_;
  std::vector<std::uint8_t> taken_;  ///< by slot
  traces::Slot lowest_ = 0;          ///< no slot below it is free
  traces::BlockId next_id_ = 0;
};

/// The ten events of the report contract's worked example (docs/report.md), a second apart.
inline TraceMaker worked_example() {
  TraceMaker t;
  t.task(1);
  auto step = [&, tick = std::uint64_t{0}]() mutable { t.at(tick += 1'000'000'000); };
  step(), t.alloc(100);
  step(), t.alloc(100);
  step(), t.alloc(3000);
  step(), t.free(0);
  step(), t.alloc(128);
  step(), t.alloc(5000);
  step(), t.free(2);
  step(), t.alloc(4096);
  step(), t.free(4);
  step(), t.alloc(9000);
  return t;
}

/// Keeps everything it is told, and tells a ledger.
class Recorder final : public sim::Observer {
 public:
  explicit Recorder(const sim::MetricsWindow& window = {}) : ledger(window) {}
  void on_begin(const sim::Kernel& k) override { ledger.on_begin(k); }
  void on_completion(const sim::Completion& c) override {
    ledger.on_completion(c);
    completions.push_back(c);
    const auto now = ledger.now();
    // The law, at every event. Sums are unsigned: a negative `cached` would show as a huge one.
    if (now.held != now.requested + now.internal + now.cached + now.metadata || now.cached > now.held) {
      FAIL("event " << c.event << ": held " << now.held << " cached " << now.cached);
    }
  }
  void on_sleep(const sim::SleepNote& n) override {
    ledger.on_sleep(n);
    sleeps.push_back(n);
  }
  void on_wake(const sim::SleepNote& n) override {
    ledger.on_wake(n);
    wakes.push_back(n);
  }
  void on_background(std::uint64_t tick) override { ledger.on_background(tick); }
  void on_metadata(AddrRange range) override { ledger.on_metadata(range); }
  void page_mapped(Addr a) override { ledger.page_mapped(a); }
  void page_unmapped(Addr a) override { ledger.page_unmapped(a); }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const sim::RunFacts& so_far) override {
    ledger.on_window_open(event, tick, so_far);
  }
  void on_window_close(std::uint64_t tick, const sim::RunFacts& so_far) override {
    ledger.on_window_close(tick, so_far);
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override { ledger.on_unfinished(event, requested); }
  void on_end(std::uint64_t tick) override { ledger.on_end(tick); }
  void on_books_closed(const sim::Session& session) override { ledger.on_books_closed(session); }

  sim::Ledger ledger;
  std::vector<sim::Completion> completions;
  std::vector<sim::SleepNote> sleeps;
  std::vector<sim::SleepNote> wakes;
};

struct Replayed {
  sim::Report report;
  std::vector<sim::Completion> completions;
  std::vector<sim::SleepNote> sleeps, wakes;
  Addr base;
};

struct ReplaySetup {
  std::string core = "bsd386";
  std::string machine = "x86-64";
  std::uint64_t ram_bytes = 0;
  std::uint64_t arena_bytes = 0;
  sim::ReplayPolicy policy{};
};

inline Replayed replay(traces::KmtReader& trace, const ReplaySetup& setup = {}) {
  Recorder recorder(setup.policy.window);
  sim::MachineSpec machine{*sim::find_profile(setup.machine), setup.ram_bytes, setup.arena_bytes};
  const auto cores = sim::parse_core_specs({setup.core});
  if (!cores) FAIL(cores.error().text());
  auto facts = sim::replay(trace, cores.value()[0], machine, setup.policy, recorder, [](std::uint64_t) {});
  if (!facts) FAIL(facts.error().text());
  return {recorder.ledger.finish(*facts), recorder.completions, recorder.sleeps, recorder.wakes,
          machine.profile.arena_base};
}

inline Replayed replay(const TraceMaker& maker, const ReplaySetup& setup = {}) {
  auto reader = maker.reader();
  return replay(reader, setup);
}

}  // namespace kmemlab::test
