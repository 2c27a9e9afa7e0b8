#include "sim/observe/prepared.h"

#include <utility>

#include "sim/observe/event_facts.h"

namespace kmemlab::sim {

/// All of them as one observer, which hands on only what they listen to.
struct Collectors::All final : Observer {
  All(const std::shared_ptr<const traces::KmtView>& trace, EventRange run, const Ledger& ledger)
      : facts(trace),
        course(run, EventCourse::default_buckets, &ledger),
        kymograph(run),
        lanes([this](std::uint64_t event) { return facts.lane_of(event); }, run),
        lifetimes(run),
        sites([this](std::uint64_t event) { return facts.site_of(event); }) {}
  All(const All&) = delete;
  All& operator=(const All&) = delete;
  ~All() override = default;

  void join(const Session& session) {
    course.join(session);
    kymograph.join(session);
    lanes.join(session);
    lifetimes.join(session);
  }
  void on_begin(const Kernel& kernel) override {
    course.on_begin(kernel);
    kymograph.on_begin(kernel);
  }
  void on_completion(const Completion& c) override {
    lifetimes.prefetch(c.id);
    sites.prefetch(c.id);
    course.on_completion(c);
    kymograph.on_completion(c);
    lanes.on_completion(c);
    lifetimes.on_completion(c);
    sites.on_completion(c);
  }
  void on_sleep(const SleepNote& note) override {
    course.on_sleep(note);
    kymograph.on_sleep(note);
    lanes.on_sleep(note);
    sites.on_sleep(note);
  }
  void on_wake(const SleepNote& note) override {
    course.on_wake(note);
    lanes.on_wake(note);
  }
  void on_metadata(AddrRange range) override { course.on_metadata(range); }
  void on_background(std::uint64_t tick) override {
    course.on_background(tick);
    kymograph.on_background(tick);
    sites.on_background(tick);
  }
  void page_mapped(Addr page) override {
    course.page_mapped(page);
    kymograph.page_mapped(page);
  }
  void page_unmapped(Addr page) override {
    course.page_unmapped(page);
    kymograph.page_unmapped(page);
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override { sites.on_unfinished(event, requested); }
  void on_end(std::uint64_t tick) override {
    course.on_end(tick);
    kymograph.on_end(tick);
    lifetimes.on_end(tick);
    sites.on_end(tick);
  }

  EventFacts facts;
  EventCourse course;
  Kymograph kymograph;
  LaneBook lanes;
  Lifetimes lifetimes;
  BySite sites;
};

Collectors::Collectors(std::shared_ptr<const traces::KmtView> trace) : trace_(std::move(trace)) {}
Collectors::Collectors(Collectors&&) noexcept = default;
Collectors& Collectors::operator=(Collectors&&) noexcept = default;
Collectors::~Collectors() = default;

void Collectors::attach(Timeline& timeline) {
  const EventRange run{timeline.first_event(), timeline.events()};
  all_ = std::make_unique<All>(trace_, run, timeline.ledger());
  timeline.watch(*all_, [&](const Session& session) { all_->join(session); });
}

Prepared Collectors::result(const Timeline& timeline) const {
  Prepared p;
  p.run = {timeline.first_event(), timeline.events()};
  p.prepared = timeline.prepared();
  p.done = timeline.report() != nullptr;
  if (p.done) p.report = *timeline.report();
  if (all_ == nullptr) return p;
  p.course = all_->course.result();
  p.kymograph = all_->kymograph.result();
  p.lanes = all_->lanes.result();
  p.lifetimes = all_->lifetimes.result();
  p.sites = all_->sites.sites();
  p.sizes = all_->sites.sizes();
  return p;
}

}  // namespace kmemlab::sim
