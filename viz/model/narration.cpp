#include "viz/model/narration.h"

#include <algorithm>

#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

using sim::Happened;
using sim::Happening;
using Tone = Sentence::Tone;

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// Names of functions are not ours to change.
std::string subject(const Who& who) {
  return who.site.empty() && (who.task.empty() || !who.named) ? capital(in_words(who)) : in_words(who);
}

const Step* step_of(std::span<const Step> steps, StepKind kind, Addr at) {
  const auto found =
      std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.kind == kind && s.addr == at; });
  return found == steps.end() ? nullptr : &*found;
}

std::string granted_text(const Happening& h, std::span<const Step> steps, const Who& who) {
  std::string s = subject(who) + " asked for " + bytes_text(h.requested) + " and ";
  if (step_of(steps, StepKind::gave_pages, h.address) != nullptr) {
    s += "got whole pages at " + hex(h.address) + ", " + bytes_text(h.granted);
  } else if (const Step* took = step_of(steps, StepKind::took_block, h.address)) {
    s += "took the block at " + hex(h.address) + " from the list of " + bytes_text(took->value);
  } else {
    s += "got the block at " + hex(h.address) + ", " + bytes_text(h.granted);
  }
  if (h.slept_ticks != 0) s += ", after it had slept for " + time_text(h.slept_ticks);
  const std::uint64_t waste = h.granted - std::min(h.requested, h.granted);
  if (waste == 0) return s + ": nothing of it is waste.";
  return s + ": " + bytes_text(waste) + " of it " + (waste == 1 ? "is" : "are") + " waste.";
}

std::string freed_text(const Happening& h, const Who& who) {
  std::string s = subject(who) + " freed the block at " + hex(h.address);
  if (h.granted != 0) s += ", " + bytes_text(h.granted);
  if (h.requested != 0 && h.requested != h.granted) s += " (" + grouped(h.requested) + " had been asked for)";
  return s + ".";
}

Sentence sentence_of(const Happening& h, std::span<const Step> steps, const Who& who) {
  const std::string request = h.requested == 0 ? "request" : "request for " + bytes_text(h.requested);
  const std::string by = who.site.empty() && who.task.empty() ? std::string() : " by " + in_words(who);
  switch (h.kind) {
    case Happened::granted:
      return {granted_text(h, steps, who), Tone::plain, h.address};
    case Happened::freed:
      return {freed_text(h, who), Tone::plain, h.address};
    case Happened::failed:
      return {subject(who) + " asked for " + bytes_text(h.requested) + " and got null: " + in_words(h.reason) + ".",
              Tone::alarm,
              {}};
    case Happened::refused:
      return {"The " + request + by + " is refused: " + in_words(h.reason) + ".", Tone::alarm, {}};
    case Happened::slept:
      return {"The " + request + by + " goes to sleep: it waits for " + in_words(h.cause) + ".", Tone::sleep, {}};
    case Happened::woke:
      return {"The " + request + by + " wakes up" +
                  (h.slept_ticks == 0 ? std::string() : " after " + time_text(h.slept_ticks)) + ", and looks again.",
              Tone::sleep,
              {}};
    case Happened::frames_taken:
      return {"Pages of others take " + counted(h.frames, "frame", "frames") +
                  (h.missing == 0 ? "." : ", and would have liked " + grouped(h.missing) + " more."),
              Tone::page,
              {}};
    case Happened::frames_given:
      return {"Pages of others go, and give back " + counted(h.frames, "frame.", "frames."), Tone::page, {}};
    case Happened::frames_reclaimed:
      return {"The page daemon frees " + counted(h.frames, "frame", "frames") +
                  (h.missing == 0 ? "." : ": then the page cache is empty, " + grouped(h.missing) + " too early."),
              Tone::page,
              {}};
    case Happened::page_mapped:
    case Happened::page_returned:
      break;
  }
  return {};
}

bool is_page(const Happening& h) {
  return is_in(h.kind, sim::of_pages);
}

/// Pages side by side that come one after the other, upwards or downwards.
std::size_t run_of_pages(std::span<const Happening> all, std::size_t from, std::uint64_t page_bytes) {
  std::size_t end = from + 1;
  const auto beside = [&](std::uint64_t by) { return by == page_bytes || by == ~page_bytes + 1; };
  std::uint64_t first = 0;
  while (end < all.size() && all[end].kind == all[from].kind) {
    const std::uint64_t by = all[end].address.v - all[end - 1].address.v;
    if (first == 0) first = by;
    if (by != first || !beside(by)) break;
    ++end;
  }
  return end;
}

Sentence pages_sentence(std::span<const Happening> pages) {
  const Addr lowest = std::min(pages.front().address, pages.back().address);
  const bool came = pages.front().kind == Happened::page_mapped;
  const std::size_t n = pages.size();
  std::string s = n == 1 ? "The page at " + hex(lowest) : capital(counted(n, "page", "pages") + " from " + hex(lowest));
  if (came) {
    s += n == 1 ? " gets a frame." : " on get frames.";
  } else {
    s += n == 1 ? " goes back to the system." : " on go back to the system.";
  }
  return {s, Tone::page, lowest};
}

}  // namespace

std::string in_words(const Who& who) {
  std::string s = who.site.empty() ? (who.task.empty() ? "somebody" : who.task) : who.site;
  if (who.interrupt) return s + " in an interrupt";
  if (!who.site.empty() && !who.task.empty()) s += " for " + who.task;
  return s;
}

std::string in_words(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "no reason is known";
    case Reason::type_limit:
      return "its type has reached its limit";
    case Reason::no_space:
      return "no free place is large enough";
    case Reason::no_frames:
      return "no page frame is free";
    case Reason::no_entries:
      return "the map has no free entry";
    case Reason::map_busy:
      return "somebody else has the map locked";
    case Reason::too_big:
      return "it is larger than the documents allow";
    case Reason::wait_in_interrupt:
      return "a call that may sleep was made in an interrupt";
    case Reason::pool_empty:
      return "the pool has no such block ready, and the caller may not wait";
    case Reason::process_only:
      return "the service is for processes only";
    case Reason::bad_argument:
      return "its argument means nothing";
    case Reason::bad_heap:
      return "there is no such heap or pool";
    case Reason::pin_limit:
      return "no more pages may be pinned";
    case Reason::read_only:
      return "the memory may not be written";
  }
  return "?";
}

std::string in_words(SleepCause cause) {
  switch (cause) {
    case SleepCause::none:
      return "work to do";
    case SleepCause::type_limit:
      return "its type to come below its limit";
    case SleepCause::address_space:
      return "a free place among the addresses";
    case SleepCause::frames:
      return "a free page frame";
    case SleepCause::lock:
      return "a lock that another call holds";
  }
  return "?";
}

std::vector<Sentence> narrate(std::span<const Happening> happenings, std::span<const Step> steps, const WhoOf& who,
                              std::uint64_t page_bytes) {
  std::vector<Sentence> all;
  for (std::size_t i = 0; i < happenings.size();) {
    if (is_page(happenings[i])) {
      const std::size_t end = run_of_pages(happenings, i, page_bytes);
      all.push_back(pages_sentence(happenings.subspan(i, end - i)));
      i = end;
    } else {
      all.push_back(sentence_of(happenings[i], steps, who(happenings[i].event)));
      ++i;
    }
  }
  return all;
}

Sentence narrate(const Step& s) {
  const std::string at = s.addr ? " at " + hex(s.addr) : std::string();
  const std::string size = bytes_text(s.value);
  const std::optional<Addr> place = s.addr ? std::optional(s.addr) : std::nullopt;
  switch (s.kind) {
    case StepKind::limit_reached:
      return {"Its type has " + size + " in use: that is the limit.", Tone::alarm, {}};
    case StepKind::list_empty:
      return {"The list of its size is empty.", Tone::plain, {}};
    case StepKind::pages_obtained:
      return {"It gets pages from the system: " + size + at + ".", Tone::page, place};
    case StepKind::carved:
      return {"It cuts the page" + at + " into blocks of " + size + ".", Tone::plain, place};
    case StepKind::took_block:
      return {"It takes a block from its list: " + size + at + ".", Tone::plain, place};
    case StepKind::gave_pages:
      return {"It hands out whole pages: " + size + at + ".", Tone::plain, place};
    case StepKind::pushed_block:
      return {"It puts the block" + at + ", " + size + ", on its list.", Tone::plain, place};
    case StepKind::page_returned:
      return {"It gives pages back to the system: " + size + at + ".", Tone::page, place};
    case StepKind::return_refused:
      return {"The page" + at + " is wholly free, and yet it is kept.", Tone::page, place};
    case StepKind::sleeps:
      return {"It goes to sleep: it waits for " + in_words(static_cast<SleepCause>(s.detail)) + ".", Tone::sleep, {}};
    case StepKind::wakes:
      return {"It wakes up those who wait.", Tone::sleep, {}};
    case StepKind::zeroed:
      return {"It fills " + size + at + " with zeros.", Tone::plain, place};
  }
  return {};
}

}  // namespace kmemlab::viz
