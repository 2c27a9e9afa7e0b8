// A story in lines for the terminal: its calls, and what happens during them.
#include "sim/check/explore/story.h"

namespace kmemlab::sim::explore {

namespace {

using scenario::Step;

std::string call_line(const Step& s) {
  if (s.kind == Step::Kind::run) return s.text + " goes on";
  if (s.kind == Step::Kind::wake) return "a wake-up for nothing: " + s.text;
  if (s.kind == Step::Kind::leave) return s.text + " leaves its call";
  if (s.kind == Step::Kind::poke) return s.text + " becomes " + s.value;
  return s.task + ": " + (s.as.empty() ? "" : s.as + " = ") + s.text;
}

}  // namespace

std::vector<std::string> lines_of(const scenario::Scenario& story) {
  std::vector<std::string> lines;
  for (const Step& s : story.steps) {
    if (s.kind != Step::Kind::call && s.kind != Step::Kind::run && s.kind != Step::Kind::leave &&
        s.kind != Step::Kind::poke && s.kind != Step::Kind::wake) {
      continue;
    }
    lines.push_back(call_line(s));
    if (!s.say.empty()) lines.push_back("  (" + s.say + ")");
    for (const scenario::During& d : s.during) {
      lines.push_back("  before access " + std::to_string(d.access) + ", at level " + std::to_string(d.level) + ": " +
                      call_line(d.steps.front()));
    }
  }
  return lines;
}

}  // namespace kmemlab::sim::explore
