#include "sim/observe/happenings.h"

namespace kmemlab::sim {

void Happenings::on_completion(const Completion& c) {
  Happening h;
  switch (c.ending) {
    case Ending::ok:
      h.kind = c.action == Action::free ? Happened::freed : Happened::granted;
      break;
    case Ending::failed:
      h.kind = Happened::failed;
      break;
    case Ending::refused:
      h.kind = Happened::refused;
      break;
    case Ending::skipped:
      return;
  }
  h.event = c.event;
  h.tick = c.tick;
  h.id = c.id;
  h.address = c.address;
  h.requested = c.requested;
  h.granted = c.granted;
  h.slept_ticks = c.slept_ticks;
  h.reason = c.reason;
  now_.push_back(h);
}

void Happenings::add_sleep(Happened kind, const SleepNote& note) {
  Happening h;
  h.kind = kind;
  h.event = note.event;
  h.tick = note.tick;
  h.slept_ticks = note.slept_ticks;
  h.cause = note.cause;
  now_.push_back(h);
}

void Happenings::add_page(Happened kind, Addr page) {
  Happening h;
  h.kind = kind;
  h.address = page;
  now_.push_back(h);
}

void Happenings::on_frames(const FramesNote& note) {
  Happening h;
  h.kind = kind_of(note);
  h.frames = note.frames;
  h.missing = note.missing;
  now_.push_back(h);
}

void Happenings::on_event_over(std::uint64_t event, std::span<const Step> steps) {
  for (Happening& h : now_) {
    h.during = event;
    if (is_in(h.kind, of_pages | of_frames)) h.event = event;
  }
  event_over(event, now_, steps);
  now_.clear();
}

void HappeningList::event_over(std::uint64_t, const std::vector<Happening>& all, std::span<const Step>) {
  for (const Happening& h : all) {
    if (wanted_(h)) list_.push_back(h);
  }
}

}  // namespace kmemlab::sim
