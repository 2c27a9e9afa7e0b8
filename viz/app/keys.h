// Keys as the application sees them, whatever the window system calls them.
#pragma once

#include <string>

namespace kmemlab::viz {

/// Printable keys are their unshifted character, letters in upper case.
enum SpecialKey : int {
  key_left = 256,
  key_right,
  key_up,
  key_down,
  key_home,
  key_end,
  key_page_up,
  key_page_down,
  key_escape,
  key_enter,
  key_tab
};

struct KeyPress {
  int key = 0;
  bool shift = false, ctrl = false, alt = false;
  bool operator==(const KeyPress&) const = default;
};

/// "Ctrl+Shift+P", "Right", "?".
std::string name_of(const KeyPress& press);

}  // namespace kmemlab::viz
