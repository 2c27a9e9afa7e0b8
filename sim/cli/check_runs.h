// The runs behind `kmemlab check` and `kmemlab bless`: every entry of a suite on each of its cores.
#pragma once

#include <string>

#include "core/base/error.h"
#include "sim/check/compare.h"
#include "sim/check/suite.h"

namespace kmemlab::cli {

/// A text file of at most 16 MiB. Errors name the path.
Fallible<std::string> read_text(const std::string& path);

Fallible<check::Suite> open_suite(const std::string& path);

/// Errors of an entry without a place of their own have its line in the suite.
Fallible<check::Reports> run_suite(const check::Suite& suite);

}  // namespace kmemlab::cli
