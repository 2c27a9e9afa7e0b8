// Everything that a key can do, with its words: the same table makes the keys, the sheet under `?` and the list under
// Ctrl+Shift+P.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viz/app/app.h"

namespace kmemlab::viz {

struct Command {
  const char* name;   ///< "next event"
  const char* group;  ///< "Moving"
  KeyPress key;
  void (*run)(App&);
  std::optional<KeyPress> other_key{};
};

const std::vector<Command>& commands();
/// False: no command has this key.
bool run_command(App& app, const KeyPress& press);

}  // namespace kmemlab::viz
