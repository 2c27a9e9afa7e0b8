// Which changes of a core are tried: the operators, the lines that they apply to, and the seeded choice among them.
// Works on text. Only lines inside functions count; not comments, includes, concepts, static_assert. Left out on
// purpose: check.h and walk.h, which watch the allocator and have tests of their own, digests, and marks (tests/check).
//
// Operators (one change of one line each):
//   compare   < <= > >= == != become <= < >= > != ==
//   arith     + becomes -, - becomes +
//   logic     && becomes ||, || becomes &&
//   constant  a decimal number n becomes n + 1
//   truth     true becomes false, false becomes true
//   result    return Outcome::done / failed, return -1 / EINVAL, return {} of a range: the other one
//   drop      a statement of one line that is a call, an assignment, ++ or -- goes
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kmemlab::mutation {

struct Mutant {
  std::string system;     ///< bsd386, ...
  std::string file;       ///< from the root: core/bsd386/free.h
  std::size_t line = 0;   ///< from 1
  std::string op;         ///< "compare < to <=", with "#2" for the second such place of the line
  std::string before;     ///< the line, without the blanks around it
  std::string text;       ///< the line as changed
};

/// All that can be done to a file of this text.
std::vector<Mutant> mutants_of(const std::string& system, const std::string& file, const std::string& text);

/// At most `count` of them, at most one a line, the same for the same seed.
std::vector<Mutant> choose(const std::vector<Mutant>& all, std::size_t count, std::uint64_t seed);

}  // namespace kmemlab::mutation
