// Marks: each rare branch of a core names itself when it is taken, so that a test can demand that all of them were.
// A core lists its marks in core/SYSTEM/marks.h: an enum, and a name and one line of meaning for each.
#pragma once

#include <string_view>

namespace kmemlab {

/// Marks of one core: numbers below this.
inline constexpr unsigned marks_max = 128;

/// One row of a core's list, at the index that is its number.
struct MarkName {
  std::string_view name;  ///< "sleep_at_limit"
  std::string_view when;  ///< "a call sleeps because its type is at its limit"
};

//  - mark: this branch was taken. Costs nothing that is counted; changes nothing that is digested.
template <class M>
concept HasMarks = requires(M m, unsigned number) { m.mark(number); };

}  // namespace kmemlab
