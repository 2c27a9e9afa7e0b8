// All that is drawn of a whole run, collected while a Timeline prepares it: plain data, for another thread to draw, at
// any time of the preparing; and the collectors themselves, attached in one go.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "sim/observe/by_site.h"
#include "sim/observe/event_axis.h"
#include "sim/observe/event_course.h"
#include "sim/observe/kymograph.h"
#include "sim/observe/lane_book.h"
#include "sim/observe/lifetimes.h"
#include "sim/observe/report.h"
#include "sim/observe/timeline.h"
#include "traces/kmt/view.h"

namespace kmemlab::sim {

/// What is known of the run's events [run.from, prepared).
struct Prepared {
  EventRange run;  ///< the trace's end, until the run is prepared: it may stop before
  std::uint64_t prepared = 0;
  bool done = false;
  CourseResult course;
  KymographPicture kymograph;
  Lanes lanes;
  LifetimeTable lifetimes;
  std::vector<Account> sites;  ///< as BySite::sites: [n + 1] is call site n, [0] unknown ones
  std::array<Account, BySite::size_classes> sizes{};
  std::optional<Report> report;  ///< once done
};

class Collectors {
 public:
  explicit Collectors(std::shared_ptr<const traces::KmtView> trace);
  Collectors(Collectors&&) noexcept;
  Collectors& operator=(Collectors&&) noexcept;
  ~Collectors();

  /// Once, before anything is asked of the timeline. The timeline and these belong together from then on: they must
  /// live until it is prepared, and no longer than it while it is not. Of a fork: from its first event on, with what
  /// lives there; but call sites count only what they ask for from there on.
  void attach(Timeline& timeline);
  /// As far as the timeline, the one attached to, is prepared. Copies up to some 40 MB: a few milliseconds.
  Prepared result(const Timeline& timeline) const;

 private:
  struct All;
  std::shared_ptr<const traces::KmtView> trace_;
  std::unique_ptr<All> all_;
};

}  // namespace kmemlab::sim
