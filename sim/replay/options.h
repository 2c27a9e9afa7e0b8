// Values of core options, read from text with errors that say what was expected.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/type_rules.h"

namespace kmemlab::sim {

/// What a free becomes that the system forbids in an interrupt: refused and counted, or done by a process soon after.
enum class InterruptFrees : std::uint8_t { refuse, defer };

/// "standard", "temp" (all under `temp_type`), or the path of a rule file.
Fallible<TypeRules> types_option(const std::string& value, unsigned temp_type);

/// A decimal number from least to most. `what` names it: "core aix: option pinned".
Fallible<std::uint64_t> number_option(const std::string& what, const std::string& value, std::uint64_t least,
                                      std::uint64_t most);

/// One of two words; true for the second. `what` as above.
Fallible<bool> choice_option(const std::string& what, const std::string& value, const char* first, const char* second);

}  // namespace kmemlab::sim
