#include "viz/work/event_rows.h"

#include <algorithm>

#include "core/machine/outcome.h"
#include "sim/observe/happenings.h"
#include "traces/kmt/cursor.h"
#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

constexpr std::uint64_t events_behind = 64;

}  // namespace

Fallible<std::vector<EventRow>> event_rows(sim::Timeline& timeline, const TraceNames& names, std::uint64_t from,
                                           std::uint64_t to) {
  to = std::min(to, names.events());
  std::vector<EventRow> rows;
  traces::KmtCursor cursor(names.trace());
  for (std::uint64_t n = from; n < to; ++n) {
    auto event = cursor.event(n);
    if (!event) return Failure<Error>{event.error()};
    rows.push_back({n, *event, {}});
  }
  const std::uint64_t end = std::min(to, timeline.events());
  if (from >= end) return rows;
  // Where calls overlap, a call ends during the arrival of a later event: play on a little.
  const std::uint64_t behind = std::min(end + events_behind, timeline.events());
  sim::HappeningList list([](const sim::Happening&) { return true; }, ~std::size_t{0});
  if (auto played = timeline.play_range(from, behind, list); !played) return Failure<Error>{played.error()};
  for (const sim::Happening& h : list.list()) {
    const bool whose_arrival = is_in(h.kind, sim::of_pages | sim::of_frames | set_of(sim::Happened::woke));
    const std::uint64_t number = whose_arrival ? h.during : h.event;
    if (number >= from && number < end) rows[number - from].happened.push_back(h);
  }
  return rows;
}

std::string word_of(traces::Op op) {
  static constexpr const char* words[] = {"alloc",      "alloc (null)", "free", "realloc",
                                          "page alloc", "page free",    "lost", "mark"};
  return words[static_cast<unsigned>(op)];
}

std::string word_of(traces::Context context) {
  static constexpr const char* words[] = {"?", "task", "softirq", "hardirq", "nmi"};
  return words[static_cast<unsigned>(context)];
}

std::string outcome_of(const EventRow& row) {
  std::string s;
  std::uint64_t mapped = 0, returned = 0;
  for (const sim::Happening& h : row.happened) {
    std::string one;
    switch (h.kind) {
      case sim::Happened::granted:
        one = hex(h.address) + ", " + bytes_text(h.granted);
        break;
      case sim::Happened::freed:
        one = "freed " + hex(h.address);
        break;
      case sim::Happened::failed:
        one = std::string("failed: ") + name_of(h.reason);
        break;
      case sim::Happened::refused:
        one = std::string("refused: ") + name_of(h.reason);
        break;
      case sim::Happened::slept:
        one = std::string("sleeps: ") + name_of(h.cause);
        break;
      case sim::Happened::woke:
        one = (h.event == row.number ? "it" : "event " + grouped(h.event)) + " wakes after " + time_text(h.slept_ticks);
        break;
      case sim::Happened::page_mapped:
        ++mapped;
        continue;
      case sim::Happened::page_returned:
        ++returned;
        continue;
      case sim::Happened::frames_taken:
        one = "others take " + counted(h.frames, "frame", "frames");
        if (h.missing != 0) one += "; " + counted(h.missing, "more is", "more are") + " not to be had";
        break;
      case sim::Happened::frames_given:
        one = "others give back " + counted(h.frames, "frame", "frames");
        if (h.missing != 0) one += "; " + counted(h.missing, "page", "pages") + " had none";
        break;
      case sim::Happened::frames_reclaimed:
        one = "the page daemon frees " + counted(h.frames, "frame", "frames");
        if (h.missing != 0) one += "; the cache has no more, " + grouped(h.missing) + " short";
        break;
    }
    s += (s.empty() ? "" : "; ") + one;
  }
  if (mapped != 0) s += (s.empty() ? "" : "; ") + counted(mapped, "page comes", "pages come");
  if (returned != 0) s += (s.empty() ? "" : "; ") + counted(returned, "page goes back", "pages go back");
  return s;
}

}  // namespace kmemlab::viz
