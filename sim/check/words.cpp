#include "sim/check/words.h"

#include <algorithm>

#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

using sim::Decision;
using sim::Ending;
using Kind = Decision::Kind;

std::string bytes(std::uint64_t n) {
  return grouped(n) + (n == 1 ? " byte" : " bytes");
}

std::string pages(std::uint64_t n) {
  return grouped(n) + (n == 1 ? " page" : " pages");
}

std::string place(std::uint64_t where) {
  if (where == Decision::nowhere) return {};
  if (where == Decision::fresh) return " where no block ever was";
  return " where block " + grouped(where) + " was";
}

std::string step_in_words(const Decision& d) {
  switch (d.step) {
    case StepKind::limit_reached:
      return "met the limit of its type, with " + bytes(d.value) + " in use";
    case StepKind::list_empty:
      return "found its list empty";
    case StepKind::pages_obtained:
      return "got " + bytes(d.value) + " of pages" + place(d.place);
    case StepKind::carved:
      return "cut a page into blocks of " + bytes(d.value) + place(d.place);
    case StepKind::took_block:
      return "took a block of " + bytes(d.value) + place(d.place);
    case StepKind::gave_pages:
      return "handed out whole pages, " + bytes(d.value) + "," + place(d.place);
    case StepKind::pushed_block:
      return "put the block of " + bytes(d.value) + " onto its list";
    case StepKind::page_returned:
      return "gave " + bytes(d.value) + " of pages back" + place(d.place);
    case StepKind::return_refused:
      return "kept a page that is wholly free" + place(d.place);
    case StepKind::sleeps:
      return d.detail == 0 ? "went to sleep"
                           : std::string("went to sleep, for ") + name_of(static_cast<SleepCause>(d.detail));
    case StepKind::wakes:
      return "woke those who wait";
    case StepKind::zeroed:
      return "zeroed " + bytes(d.value);
  }
  return {};
}

std::string outcome_in_words(const Decision& d) {
  const bool alloc = d.kind == Kind::alloc;
  switch (d.ending) {
    case Ending::ok:
      return (alloc ? "granted " : "freed ") + bytes(d.granted) + " (" + grouped(d.value) + " requested)";
    case Ending::failed:
      return "returned null for " + bytes(d.value) + ": " + name_of(d.reason);
    case Ending::refused:
      return std::string("refused the ") + (alloc ? "request" : "free") + " of " + bytes(d.value) + ": " +
             name_of(d.reason);
    case Ending::skipped:
      return "had nothing to free: the block was never granted";
  }
  return {};
}

std::string said(const Decision& d) {
  switch (d.kind) {
    case Kind::step:
      return step_in_words(d);
    case Kind::alloc:
    case Kind::free:
      return outcome_in_words(d);
    case Kind::sleep:
      return std::string("the request sleeps, for ") + name_of(d.cause);
    case Kind::wake:
      return std::string("the request wakes, from ") + name_of(d.cause);
    case Kind::map:
      return pages(d.value) + " came";
    case Kind::unmap:
      return pages(d.value) + " went back";
    case Kind::tables:
      return "its tables have " + bytes(d.value);
    case Kind::background:
      return "a thread of the system ran";
  }
  return {};
}

bool has_bucket(const Decision& d) {
  return d.step != StepKind::sleeps && d.step != StepKind::wakes && d.step != StepKind::limit_reached &&
         d.step != StepKind::zeroed && d.step != StepKind::gave_pages;
}

/// What differs in two decisions of one kind.
const char* what_differs(const Decision& a, const Decision& b) {
  if (a.of_event != b.of_event) return "of another event";
  if (a.ending != b.ending || a.reason != b.reason || a.implied != b.implied) return "with another ending";
  if (a.cause != b.cause) return "for another cause";
  if (a.kind == Kind::step && a.detail != b.detail) return "of another bucket or type";
  const bool sized = a.kind == Kind::step || a.kind == Kind::alloc || a.kind == Kind::free;
  if (a.value != b.value || a.granted != b.granted) return sized ? "of another size" : "of another number";
  return "in another place";
}

/// "took_block", "alloc", "alloc failed", "free skipped".
std::string kind_word(const Decision& d) {
  std::string word = sim::word_of(d);
  if (d.ending == Ending::failed) word += " failed";
  if (d.ending == Ending::refused) word += " refused";
  if (d.ending == Ending::skipped) word += " skipped";
  return word;
}

}  // namespace

std::string in_words(const Decision& d, std::uint64_t group_event) {
  std::string text = said(d);
  if (d.kind == Kind::step) {
    text += std::string(" (") + sim::word_of(d);
    if (has_bucket(d)) text += ", bucket " + std::to_string(d.detail);
    text += ")";
  }
  if (d.of_event != group_event) text += " [event " + grouped(d.of_event) + "]";
  return text;
}

std::string in_words(const std::vector<Decision>& decisions, std::uint64_t group_event, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < decisions.size() && i < most; ++i) {
    text += (text.empty() ? "" : "; ") + in_words(decisions[i], group_event);
  }
  if (decisions.size() > most) text += "; and " + grouped(decisions.size() - most) + " more";
  return text.empty() ? "nothing" : text;
}

std::string difference_of(const Decision* a, const Decision* b) {
  const std::string of_a = a == nullptr ? "nothing" : kind_word(*a);
  const std::string of_b = b == nullptr ? "nothing" : kind_word(*b);
  if (of_a != of_b) return "A " + of_a + ", B " + of_b;
  return "both " + of_a + (a == nullptr ? "" : std::string(", ") + what_differs(*a, *b));
}

std::string site_name(std::uint64_t site, const traces::Tables& tables) {
  return site < tables.call_sites.size() ? tables.call_sites[site].name : "(call site not recorded)";
}

std::string event_in_words(const traces::Event& e, const traces::Tables& tables) {
  std::string text;
  switch (e.op) {
    case traces::Op::alloc:
      text = "alloc of " + bytes(e.requested);
      break;
    case traces::Op::realloc:
      text = "realloc to " + bytes(e.requested);
      break;
    case traces::Op::free:
      text = "free";
      break;
    default:
      text = "event";
      break;
  }
  if (e.id != traces::no_block) text += ", block " + grouped(e.id) + ",";
  if (e.call_site < tables.call_sites.size()) text += " at " + tables.call_sites[e.call_site].name;
  if (e.task < tables.tasks.size()) {
    const traces::Task& task = tables.tasks[e.task];
    text += ", task " + (task.comm.empty() ? std::string() : task.comm + " ") + "(" + std::to_string(task.pid) + ")";
  }
  text += ", CPU " + std::to_string(e.cpu);
  const bool interrupt = e.context == traces::Context::softirq || e.context == traces::Context::hardirq ||
                         e.context == traces::Context::nmi;
  return text + (interrupt ? ", in an interrupt" : "");
}

}  // namespace kmemlab::check
