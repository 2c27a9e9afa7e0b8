// A picture as a PNG file, written beside and renamed, so that a full disk leaves an old file whole.
#pragma once

#include <string>

#include "core/base/error.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

/// No time and no name of a program are written into it: the same picture gives the same bytes.
Fallible<void> write_png(const std::string& path, const Pixels& pixels);

}  // namespace kmemlab::viz
