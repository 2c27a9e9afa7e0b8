// Which marks of a core were hit (core/machine/marks.h).
#pragma once

#include <bitset>

#include "core/machine/marks.h"

namespace kmemlab {

using MarkSet = std::bitset<marks_max>;

}  // namespace kmemlab
