// Reading of scenario files.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "sim/scenario/scenario.h"

namespace kmemlab::scenario {

/// The scenario in `text`. Errors name `file`, line and byte; they cover JSON, unknown members, calls of functions that
/// the system does not have, and expressions that are none. Names inside expressions are looked up when it runs.
Fallible<Scenario> read_scenario(std::string_view text, const std::string& file);

/// The same from a file of the host.
Fallible<Scenario> read_scenario_file(const std::string& path);

}  // namespace kmemlab::scenario
