// Which core, with which options: the text after -a. "bsd386", "bsd386,osf1", "bsd386:mode=faithful,types=temp".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::sim {

struct CoreSpec {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;  ///< in the order given

  /// "mode=faithful,types=temp"; empty without options.
  std::string options_text() const;
};

/// One option that a core knows, for help and errors.
struct CoreOption {
  std::string_view name;
  std::string_view values;  ///< "documented|faithful"
  std::string_view meaning;
};

struct CoreInfo {
  std::string_view name;
  std::string_view native_machine;  ///< profile of the machine that the system was written for: -m native
  std::string_view title;           ///< one line
  std::vector<CoreOption> options;
};

/// All cores, sorted by name.
const std::vector<CoreInfo>& all_cores();

/// Reads the values of one or more -a. Without a colon a value is a list of names ("all" = every core); with one it is
/// a single core and its options. Errors name the nearest core or option.
Fallible<std::vector<CoreSpec>> parse_core_specs(const std::vector<std::string>& texts);

/// The candidate that differs least from `word` (edit distance); empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace kmemlab::sim
