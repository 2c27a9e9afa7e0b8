// What gfp_flags say about a request: may it sleep, is it zeroed, and what are its flags called. Names come from the
// recording: either as printed text, or from the flag table inside the recorded kernel's own `print fmt:` line. Flag
// numbers differ between kernels, so a bare number is never interpreted without such a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/meta.h"

namespace kmemlab::traces {

/// Judges printed flags ("GFP_KERNEL|__GFP_ZERO", "none", "0xcc0", ""). A number, or a rest that is a number, leaves
/// unknown what the names do not already prove.
Gfp gfp_from_text(std::string_view text);

/// The names of one recorded kernel's flags, in the order in which its printing tries them.
class GfpTable {
 public:
  /// From a whole `print fmt:` line. Empty if the line has no flag table, or if a constant in it cannot be evaluated
  /// (an enum name that the recorder did not resolve): then numbers stay numbers.
  static GfpTable from_print_format(std::string_view print_format);

  bool empty() const { return entries_.empty(); }
  Gfp describe(std::uint64_t value) const;
  /// The mask of a name; nothing if the table lacks it.
  std::optional<std::uint64_t> mask_of(std::string_view name) const;

 private:
  struct Entry {
    std::uint64_t mask = 0;
    std::string name;
  };
  std::vector<Entry> entries_;
  std::string zero_text_ = "none";
  std::optional<std::uint64_t> sleep_bit_;
  std::optional<std::uint64_t> zero_bit_;
};

/// Value of a C constant expression as it stands in a format file: integers, casts, parentheses, | & ^ ~ ! + - * << >>.
/// Nothing if it holds anything else. Nesting is limited to 64.
std::optional<std::uint64_t> evaluate_constant(std::string_view text);

}  // namespace kmemlab::traces
