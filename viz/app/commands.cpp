#include "viz/app/commands.h"

#include "viz/panels/map.h"

namespace kmemlab::viz {

namespace {

using sim::Happened;
using sim::set_of;

constexpr sim::HappenedSet failures = set_of(Happened::failed) | set_of(Happened::refused);
constexpr sim::HappenedSet sleeps = set_of(Happened::slept);
constexpr sim::HappenedSet returns = set_of(Happened::page_returned);

std::vector<Command> all_commands() {
  std::vector<Command> c;
  const auto add = [&](const char* group, const char* name, KeyPress key, void (*run)(App&),
                       std::optional<KeyPress> other = {}) {
    c.push_back({name, group, key, run, other});
  };
  add("Moving", "play or pause", {' '}, [](App& a) { a.play(!a.playing()); });
  add("Moving", "next event", {key_right}, [](App& a) { a.step_event(1); });
  add("Moving", "event before", {key_left}, [](App& a) { a.step_event(-1); });
  add("Moving", "next step inside the allocator", {key_right, true}, [](App& a) { a.step_inside(1); });
  add("Moving", "step before", {key_left, true}, [](App& a) { a.step_inside(-1); });
  add("Moving", "first event", {key_home}, [](App& a) { a.go({0, 0}); });
  add("Moving", "last event", {key_end}, [](App& a) { a.go({a.events(), 0}); });
  add("Moving", "slower", {'['}, [](App& a) { a.change_speed(-1); });
  add("Moving", "faster", {']'}, [](App& a) { a.change_speed(1); });
  add(
      "Moving", "go to an event or address", {'G', false, true}, [](App& a) { a.toggle_go_to(); }, KeyPress{'G'});
  add("Moving", "back to where you were", {key_left, false, false, true}, [](App& a) { a.back(-1); });
  add("Moving", "forward again", {key_right, false, false, true}, [](App& a) { a.back(1); });
  add("Finding", "next failure or refusal", {'N'}, [](App& a) { a.search(failures, true, "failure or refusal"); });
  add("Finding", "failure or refusal before", {'N', true},
      [](App& a) { a.search(failures, false, "failure or refusal"); });
  add("Finding", "next sleep", {'Z'}, [](App& a) { a.search(sleeps, true, "sleep"); });
  add("Finding", "sleep before", {'Z', true}, [](App& a) { a.search(sleeps, false, "sleep"); });
  add("Finding", "next page return", {'R'}, [](App& a) { a.search(returns, true, "page return"); });
  add("Finding", "page return before", {'R', true}, [](App& a) { a.search(returns, false, "page return"); });
  add("Looking", "nearer: the map, or the time axis", {'W'}, [](App& a) { a.zoom(1); });
  add("Looking", "farther", {'S'}, [](App& a) { a.zoom(-1); });
  add("Looking", "earlier on the time axis", {'A'}, [](App& a) { a.pan(-1); });
  add("Looking", "later on the time axis", {'D'}, [](App& a) { a.pan(1); });
  add("Looking", "fit everything", {'F'}, [](App& a) { a.fit(); });
  add("Looking", "map or kymograph", {'M'},
      [](App& a) { a.focus(a.shown_in(Region::left) == "map" ? "kymograph" : "map"); });
  add("Looking", "compare the runs", {'C'},
      [](App& a) { a.focus(a.shown_in(Region::left) == "compare" ? "map" : "compare"); });
  add("Looking", "other run in front", {'X'}, [](App& a) { a.next_run(1); });
  add("Looking", "why is this page still here?", {'Y'}, [](App& a) { a.focus("why"); });
  add("Looking", "next page of the lesson", {'L'}, [](App& a) { a.next_of_lesson(); });
  add(
      "Window", "larger", {'='}, [](App& a) { a.scale_by(1); }, KeyPress{'+'});
  add("Window", "smaller", {'-'}, [](App& a) { a.scale_by(-1); });
  add("Window", "normal size", {'0'}, [](App& a) { a.scale_by(0); });
  add("Window", "lecture size (200 %)", {'0', true}, [](App& a) { a.lecture_size(); });
  add("Window", "as others see it: colour blindness", {'V'}, [](App& a) { a.next_vision(); });
  add("Window", "light or dark", {'T'}, [](App& a) { a.other_shade(); });
  add("Window", "copy this view as a line", {'S', false, true}, [](App& a) { a.copy_view(); });
  add("Window", "export a picture (PNG)", {'E', false, true}, [](App& a) { a.export_picture(); });
  add("Window", "export the numbers (CSV)", {'E', true, true}, [](App& a) { a.export_csv(); });
  add("Window", "all commands", {'P', true, true}, [](App& a) { a.toggle_commands(); });
  add("Window", "the keys", {'/', true}, [](App& a) { a.toggle_help(); });
  add("Window", "close one thing, stop one search", {key_escape}, [](App& a) { a.clear_one(); });
  add("Window", "quit", {'Q', false, true}, [](App& a) { a.quit(); });
  static constexpr const char* bottom[] = {"events",    "lanes",   "counters", "sizes", "sites",
                                           "narration", "quality", "lesson",   "waits"};
  static_assert(std::size(bottom) == 9);
  add("Panels", "events", {'1'}, [](App& a) { a.focus(bottom[0]); });
  add("Panels", "lanes of tasks and interrupts", {'2'}, [](App& a) { a.focus(bottom[1]); });
  add("Panels", "counters", {'3'}, [](App& a) { a.focus(bottom[2]); });
  add("Panels", "sizes and lifetimes", {'4'}, [](App& a) { a.focus(bottom[3]); });
  add("Panels", "call sites", {'5'}, [](App& a) { a.focus(bottom[4]); });
  add("Panels", "narration", {'6'}, [](App& a) { a.focus(bottom[5]); });
  add("Panels", "quality of the recording", {'7'}, [](App& a) { a.focus(bottom[6]); });
  add("Panels", "lesson", {'8'}, [](App& a) { a.focus(bottom[7]); });
  add("Panels", "who waits", {'9'}, [](App& a) { a.focus(bottom[8]); });
  add("Panels", "inspector", {'I'}, [](App& a) { a.focus("inspector"); });
  add("Panels", "bytes", {'H'}, [](App& a) { a.focus("hex"); });
  return c;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = all_commands();
  return all;
}

bool run_command(App& app, const KeyPress& press) {
  for (const Command& c : commands()) {
    if (c.key == press || (c.other_key && *c.other_key == press)) {
      c.run(app);
      return true;
    }
  }
  return false;
}

}  // namespace kmemlab::viz
