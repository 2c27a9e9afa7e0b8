#include "sim/replay/options.h"

#include <charconv>

namespace kmemlab::sim {

Fallible<TypeRules> types_option(const std::string& value, unsigned temp_type) {
  if (value == "standard") return TypeRules::standard();
  if (value == "temp") return TypeRules::all(temp_type);
  return TypeRules::from_file(value);
}

Fallible<std::uint64_t> number_option(const std::string& what, const std::string& value, std::uint64_t least,
                                      std::uint64_t most) {
  std::uint64_t n = 0;
  const char* const end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, n);
  if (error == std::errc{} && stopped == end && n >= least && n <= most) return n;
  return fail(what + " is '" + value + "'",
              "expected a number from " + std::to_string(least) + " to " + std::to_string(most));
}

Fallible<bool> choice_option(const std::string& what, const std::string& value, const char* first,
                             const char* second) {
  if (value == first) return false;
  if (value == second) return true;
  return fail(what + " is '" + value + "'", std::string("expected ") + first + " or " + second);
}

}  // namespace kmemlab::sim
