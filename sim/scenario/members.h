// Reading members of a JSON object one by one. The first error stays, with its line, and every read after it gives a
// default; a member that nobody asked for is an error that names it and what there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/scenario/json_text.h"

namespace kmemlab::scenario {

/// Shared by all objects of one file.
struct FirstError {
  const std::string& file;
  std::optional<Error> error;

  void set(std::uint64_t line, std::uint64_t byte, std::string what, std::string expected);
};

class Members {
 public:
  /// `what` names the object in errors: "a step".
  Members(const Json& object, std::string_view what, FirstError& first);

  /// Null if there is none; from then on the member is known.
  const Json* find(std::string_view name);
  /// As find, but an error if it is missing.
  const Json* need(std::string_view name);

  std::string text(std::string_view name, std::string fallback = {});
  /// A text, or the digits of an integer: an expression.
  std::optional<std::string> expression(std::string_view name);
  std::uint64_t number(std::string_view name, std::uint64_t fallback);
  bool flag(std::string_view name, bool fallback);
  std::vector<std::string> texts(std::string_view name);

  /// Call after the last read.
  void finish();

  std::uint64_t line() const { return object_.line; }
  void wrong(const Json& at, std::string what, std::string expected) const {
    first_.set(at.line, at.begin, std::move(what), std::move(expected));
  }
  FirstError& first() { return first_; }

 private:
  const Json& object_;
  std::string what_;
  FirstError& first_;
  std::vector<std::string> known_;
};

/// The value as an expression's text; nothing (and an error) if it is neither a text nor an integer, or is none.
std::optional<std::string> expression_of(const Json& value, const Members& in, std::string_view name);

}  // namespace kmemlab::scenario
