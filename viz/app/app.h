// The application behind both programs and the tests: what is shown, where the cursor stands, and one frame of it all.
// Knows neither window nor OpenGL: who owns those gives it textures, keys and time, and draws ImGui's lists.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "viz/app/exhibit.h"
#include "viz/app/keys.h"
#include "viz/app/shown_run.h"
#include "viz/app/view_line.h"
#include "viz/panels/lesson.h"
#include "viz/ui/look.h"

namespace kmemlab::viz {

/// What the owner of the window does for the application. Any may be empty.
struct Host {
  std::function<void()> wake;  ///< from any thread: a frame is due
  std::function<void(const std::string&)> clipboard;
  /// The window as a PNG file: after this frame.
  std::function<void(const std::string& path)> picture;
};

struct Settings {
  float scale = 1;
  Shade shade = Shade::dark;
  Vision vision = Vision::normal;
};

/// Where a panel lives.
enum class Region : std::uint8_t { left, upper_right, lower_right, bottom };
inline constexpr unsigned regions = 4;

class App {
 public:
  App(TextureMaker& maker, Host host, const Settings& settings);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  /// Shows what `load` gives; it runs on a thread of its own meanwhile. Its error becomes a message in the window.
  void open(const std::string& name, LoadExhibit load);
  /// When the trace is there: the cursor, the panels and the zoom of a view line.
  void go_to_view(const ViewLine& view) { view_wanted_ = view; }
  ViewLine view() const;

  /// Before ImGui::NewFrame: true if the fonts were made anew, and their texture must be too.
  bool before_frame();
  /// Between NewFrame and Render. `seconds` since the last frame: moves a playing run on.
  void frame(double seconds);
  /// Only this panel, over the whole display: pictures without a display.
  void only(const std::string& panel) { only_ = panel; }
  void press(const KeyPress& press);

  /// Nothing is under way: another frame would look the same.
  bool idle() const;
  /// Waits until nothing is under way, without drawing.
  void wait_until_idle();
  /// Something moves by itself (a run that plays): frames are due without input.
  bool playing() const { return playing_; }
  bool wants_to_quit() const { return quit_; }
  void quit() { quit_ = true; }

  // What commands (commands.cpp) and tests use.
  sim::Place cursor() const { return cursor_; }
  std::uint64_t events() const;
  void go(sim::Place place);
  void step_event(int by);
  void step_inside(int by);
  void play(bool on) { playing_ = on && !runs_.empty(); }
  void change_speed(int by);
  std::uint64_t events_per_second() const;
  void search(sim::HappenedSet kinds, bool forward, std::string words);
  void cancel_search();
  bool searching() const { return search_.has_value(); }
  void focus(const std::string& panel);
  const std::string& shown_in(Region region) const { return shown_[static_cast<unsigned>(region)]; }
  void scale_by(int steps);
  void next_vision();
  void other_shade();
  void lecture_size();
  void zoom(int by);
  void pan(int by);
  void fit();
  void clear_one();
  void back(int by);
  void next_run(int by);
  void copy_view();
  void export_picture();
  void export_csv();
  void toggle_help() { help_ = !help_; }
  void toggle_go_to() { go_to_open_ = !go_to_open_; }
  void toggle_commands() { commands_open_ = !commands_open_; }

  Ids& ids() { return ids_; }
  Memory& memory() { return memory_; }
  Selection& selection() { return selection_; }
  const Theme& theme() const { return theme_; }
  std::vector<std::unique_ptr<ShownRun>>& runs() { return runs_; }
  const std::optional<Exhibit>& exhibit() const { return exhibit_; }
  std::size_t focused_run() const { return focused_; }
  const std::string& message() const { return message_; }
  void say(std::string message) { message_ = std::move(message); }
  Look look_at(ShownRun& run);
  /// What panels look at while a lesson is open, whatever else is (lesson_mode.cpp).
  Look lesson_look();
  bool in_lesson() { return lesson_is_open(memory_); }
  void next_of_lesson();

 private:
  friend class AppWindow;  // app_window.cpp: the layout
  void take_exhibit();
  void take_lessons();
  void take_search();
  void move_on(double seconds);
  void do_wishes();
  void save_csv(const std::string& name, const std::string& text);

  Host host_;
  Settings settings_;
  Theme theme_;
  bool fonts_due_ = true;
  Ids ids_;
  Textures textures_;
  Memory memory_;
  Selection selection_;
  Wishes wishes_;
  std::array<std::string, regions> shown_;

  struct Loading;
  std::shared_ptr<Loading> loading_;
  std::thread loader_;
  std::string opening_;  ///< name of what is being opened
  std::optional<Exhibit> exhibit_;
  std::string failure_;  ///< why nothing is shown
  std::vector<std::unique_ptr<ShownRun>> runs_;
  std::size_t focused_ = 0;

  sim::Place cursor_{};
  EventRange range_{};
  std::vector<sim::Place> been_;  ///< for back and forward
  std::size_t been_at_ = 0;
  bool playing_ = false;
  int speed_ = 3;
  double owed_ = 0;  ///< events that play has not made yet
  struct Search;
  std::optional<std::shared_ptr<Search>> search_;
  std::optional<ViewLine> view_wanted_;

  std::string only_;
  std::string message_;
  bool help_ = false, go_to_open_ = false, commands_open_ = false;
  bool quit_ = false;
};

}  // namespace kmemlab::viz
