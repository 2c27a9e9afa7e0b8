// Command-line arguments of one verb: a thin cover over Boost.Program_options, so that its headers stay in one file,
// and every verb gives --help, errors and suggestions alike.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::cli {

enum class Takes : std::uint8_t { nothing, value, values };

struct OptionSpec {
  std::string name;  ///< "arena", or "algorithm,a" with a short form
  Takes takes = Takes::nothing;
  std::string placeholder;  ///< "SIZE"
  std::string meaning;
};

struct VerbSpec {
  std::string usage;    ///< "kmemlab replay TRACE [options]"
  std::string summary;  ///< what it does, a line or two
  std::string example;  ///< a command that works
  std::vector<OptionSpec> options;
  std::size_t positional_min = 0;
  std::size_t positional_max = 0;
};

class Parsed {
 public:
  bool has(const std::string& name) const { return values_.count(name) != 0; }
  /// The last value given, or none.
  std::optional<std::string> value(const std::string& name) const;
  std::vector<std::string> values(const std::string& name) const;
  const std::vector<std::string>& positional() const { return positional_; }

 private:
  friend Fallible<Parsed> parse(const VerbSpec&, const std::vector<std::string>&);
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> positional_;
};

/// Errors say what was expected; an unknown option names the nearest one. --help is an option of every verb.
Fallible<Parsed> parse(const VerbSpec& spec, const std::vector<std::string>& arguments);

std::string help_text(const VerbSpec& spec);

/// "4M", "64KiB", "1g", "8192": bytes, powers of 1024; the error says what was expected.
Fallible<std::uint64_t> parse_size(const std::string& option, const std::string& text);
Fallible<std::uint64_t> parse_count(const std::string& option, const std::string& text);

/// Prints "kmemlab: ..." to standard error.
void print_error(const Error& error);
int usage_error(const Error& error, const VerbSpec& spec);

}  // namespace kmemlab::cli
