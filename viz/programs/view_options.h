// The command line that kmemlab-view and kmemlab-render share, and `kmemlab view` and `kmemlab render` with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/cli/arguments.h"
#include "viz/app/app.h"
#include "viz/app/exhibit.h"

namespace kmemlab::viz {

struct ViewWanted {
  std::string trace;
  std::vector<std::string> cores;  ///< values of -a
  std::string machine;             ///< the words of -m, --ram, --pages and their like, as given
  std::string unknown_sleep = "auto";
  std::optional<ViewLine> view;  ///< --at-view
  std::optional<std::uint64_t> event, steps;
  Settings settings;
  bool scale_given = false;
  int width = 1440, height = 900;
};

/// -a, -m, --ram, --arena, --pages and what belongs to it, --at-view, --at, --size, --scale, --light, --vision.
std::vector<cli::OptionSpec> view_options();
/// Errors are usage errors.
Fallible<ViewWanted> read_view_options(const cli::Parsed& p);
/// What is to be loaded: opens and imports when it is called.
LoadExhibit loader_of(const ViewWanted& wanted);
/// The view that the arguments ask for, if they do.
std::optional<ViewLine> view_of(const ViewWanted& wanted);

}  // namespace kmemlab::viz
