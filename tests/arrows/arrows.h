// The rooms of the project and the arrows between them (docs/design.md): which include lines a file may hold. Knows
// paths only and reads no file, so that the rule itself can be tested with lines that nobody may write.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kmemlab::test {

/// The room that a path from the root lies in: "core/base", "core/machine", "core/machine/host", "core/bsd386",
/// "sim/kernel", "traces", "viz", "tests"; the top-level folder where there is no finer room.
inline std::string room_of(std::string_view path) {
  if (path.starts_with("core/machine/host/")) return "core/machine/host";
  const auto first = path.find('/');
  if (first == std::string_view::npos) return {};
  const std::string_view top = path.substr(0, first);
  if (path.starts_with("viz/programs/")) return "viz/programs";
  if (top != "core" && top != "sim") return std::string(top);
  const auto second = path.find('/', first + 1);
  return std::string(second == std::string_view::npos ? top : path.substr(0, second));
}

/// One arrow: files of `from` may include what begins with `to`: a room ("traces/") or one header.
struct Arrow {
  std::string_view from;
  std::string_view to;
};

/// Besides: everybody may include core/base/ and its own room; a system under core/ may include core/machine/ (not the
/// host machine below it), and no other system.
inline constexpr std::array arrows = {
    Arrow{"core/machine/host", "core/machine/"},
    Arrow{"sim/machine", "core/machine/"},
    Arrow{"sim/kernel", "core/machine/"},
    Arrow{"sim/kernel", "sim/machine/"},
    Arrow{"sim/replay", "core/"},
    Arrow{"sim/replay", "sim/machine/"},
    Arrow{"sim/replay", "sim/kernel/"},
    Arrow{"sim/replay", "traces/"},
    Arrow{"sim/observe", "sim/machine/"},
    Arrow{"sim/observe", "sim/kernel/"},
    Arrow{"sim/observe", "sim/replay/observer.h"},
    Arrow{"sim/observe", "sim/replay/run_facts.h"},
    Arrow{"sim/observe", "sim/replay/window.h"},
    Arrow{"sim/observe", "sim/replay/page_rule.h"},
    Arrow{"sim/observe", "sim/replay/session.h"},
    Arrow{"sim/observe", "sim/replay/observer_list.h"},
    Arrow{"sim/observe", "traces/kmt/"},
    Arrow{"sim/scenario", "core/"},
    Arrow{"sim/scenario", "sim/machine/"},
    Arrow{"sim/scenario", "sim/kernel/"},
    Arrow{"sim/check", "sim/scenario/"},
    Arrow{"sim/check", "sim/machine/"},
    Arrow{"sim/check", "sim/kernel/"},
    Arrow{"sim/check", "sim/replay/"},
    Arrow{"sim/check", "sim/observe/"},
    Arrow{"sim/check", "traces/"},
    Arrow{"sim/check", "core/bsd386/marks.h"},  // the menus of explore say which branches a toy machine cannot reach
    Arrow{"sim/check", "core/osf1/marks.h"},
    Arrow{"sim/check", "core/aix/marks.h"},
    Arrow{"sim/check", "core/beos/marks.h"},
    Arrow{"sim/cli", "core/"},
    Arrow{"sim/cli", "sim/"},
    Arrow{"sim/cli", "traces/"},
    Arrow{"viz", "sim/observe/"},
    Arrow{"viz", "sim/check/"},
    Arrow{"viz", "traces/kmt/"},
    Arrow{"viz", "traces/event.h"},
    Arrow{"viz/programs", "viz/"},
    Arrow{"viz/programs", "sim/"},
};

/// What the observer interface itself speaks of, and so whoever watches a run: channels, reasons, steps.
inline constexpr std::array<std::string_view, 4> vocabulary = {"core/machine/channel.h", "core/machine/outcome.h",
                                                               "core/machine/step.h", "core/machine/step_names.h"};

/// Folders whose headers are named by a path from the root.
inline constexpr std::array<std::string_view, 5> include_roots = {"core/", "sim/", "traces/", "viz/", "tests/"};

inline bool is_system_of_core(std::string_view room) {
  return room.starts_with("core/") && room != "core/base" && !room.starts_with("core/machine");
}

inline bool listed(std::span<const std::string_view> list, std::string_view word) {
  for (const std::string_view w : list) {
    if (w == word) return true;
  }
  return false;
}

inline bool arrow_allowed(std::string_view from_room, std::string_view included) {
  const std::string to_room = room_of(included);
  if (to_room == from_room || to_room == "core/base") return true;
  if (is_system_of_core(from_room) && to_room == "core/machine") return true;
  if ((from_room == "sim/observe" || from_room == "sim/check" || from_room == "viz") && listed(vocabulary, included))
    return true;
  for (const Arrow& a : arrows) {
    // Only the command line and the replay, which may name all of core/, reach the host machine.
    if (a.to == "core/machine/" && to_room == "core/machine/host") continue;
    if (a.from == from_room && included.starts_with(a.to)) return true;
  }
  return false;
}

/// Headers of the standard library that core/ may use: what allocates nothing, throws nothing and asks no system. Of
/// <cerrno> only the constants, as in freestanding C++26: the word errno is forbidden (house_rules.h).
inline constexpr std::array<std::string_view, 21> core_headers = {
    "algorithm", "array",    "bit",     "cerrno",           "compare",  "concepts",
    "cstddef",   "cstdint",  "cstring", "initializer_list", "iterator", "limits",
    "numeric",   "optional", "span",    "string_view",      "tuple",    "type_traits",
    "utility",   "variant",  "version"};

/// What is wrong with the line `#include "included"` in the file `path`; nothing if it is allowed.
inline std::optional<std::string> wrong_own_include(std::string_view path, std::string_view included) {
  bool from_root = false;
  for (const std::string_view root : include_roots) from_root |= included.starts_with(root);
  if (!from_root) return "\"" + std::string(included) + "\" is no path from the root";
  const std::string room = room_of(path);
  if (room == "tests") return std::nullopt;
  const bool of_a_core = room.starts_with("core/") && room != "core/base" && room != "core/machine/host";
  if (of_a_core && included == "core/base/error.h") {
    return "errors with text are for the rooms around the cores";
  }
  if (arrow_allowed(room, included)) return std::nullopt;
  return "no arrow from " + room + " to " + room_of(included) + " (" + std::string(included) + ")";
}

/// The same for `#include <included>`.
inline std::optional<std::string> wrong_system_include(std::string_view path, std::string_view included) {
  const std::string room = room_of(path);
  const bool graphics = included.starts_with("GL/") || included.starts_with("GLFW/") || included.starts_with("imgui");
  if (graphics && room != "viz" && room != "viz/programs" && room != "tests")
    return "graphics outside viz: <" + std::string(included) + ">";
  if (!room.starts_with("core/") || room == "core/machine/host" || listed(core_headers, included)) return std::nullopt;
  if (path == "core/base/error.h" && included == "string") return std::nullopt;  // no core may include it, see above
  return "core/ may not use <" + std::string(included) + ">";
}

}  // namespace kmemlab::test
