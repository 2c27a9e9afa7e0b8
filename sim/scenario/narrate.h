// Words for what happens: names of the core's steps, of outcomes, and sentences for `kmemlab run --verbose`.
#pragma once

#include <string>
#include <string_view>

#include "core/machine/outcome.h"
#include "core/machine/step_names.h"

namespace kmemlab::scenario {

bool is_step_name(std::string_view name);
std::string_view name_of(Outcome outcome);

}  // namespace kmemlab::scenario
