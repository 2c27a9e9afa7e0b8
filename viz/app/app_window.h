// What a frame draws: the table of panels, and where they lie.
#pragma once

#include <string>
#include <vector>

#include "viz/app/app.h"

namespace kmemlab::viz {

struct PanelInfo {
  const char* name;   ///< "map": in view lines, in `render --what`, in tests
  const char* title;  ///< of its tab
  Region region;
  void (*draw)(Look&);
  const char* meaning;  ///< a line for help
};

/// In the order of the tabs.
const std::vector<PanelInfo>& panels();

class AppWindow {
 public:
  explicit AppWindow(App& app) : app_(app) {}
  void draw();

 private:
  void draw_all();
  void draw_only();
  void draw_transport();
  void draw_status();
  void draw_message();
  void draw_help();
  void draw_go_to();
  void draw_commands();
  void draw_nothing_open();
  void draw_lesson_window();
  bool fits_lesson(const PanelInfo& panel) const;
  void draw_region(Region region, ImVec2 size);
  void draw_panel(const PanelInfo& panel);
  float splitter(const char* name, bool vertical, float at, float low, float high);

  App& app_;
};

}  // namespace kmemlab::viz
