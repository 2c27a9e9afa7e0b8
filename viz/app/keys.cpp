#include "viz/app/keys.h"

namespace kmemlab::viz {

std::string name_of(const KeyPress& press) {
  static constexpr const char* special[] = {"Left",    "Right",     "Up",  "Down",  "Home", "End",
                                            "Page Up", "Page Down", "Esc", "Enter", "Tab"};
  if (press.key == '/' && press.shift && !press.ctrl) return "?";
  std::string name = press.ctrl ? "Ctrl+" : "";
  if (press.alt) name += "Alt+";
  if (press.shift) name += "Shift+";
  if (press.key == ' ') return name + "Space";
  if (press.key >= key_left && press.key <= key_tab) return name + special[press.key - key_left];
  return name + static_cast<char>(press.key);
}

}  // namespace kmemlab::viz
