// Reading of what a step expects; a part of the reader (read.cpp), in a file of its own.
#pragma once

#include "sim/scenario/json_text.h"
#include "sim/scenario/members.h"
#include "sim/scenario/scenario.h"

namespace kmemlab::scenario {

Expect read_expect(const Json& object, FirstError& first);

}  // namespace kmemlab::scenario
