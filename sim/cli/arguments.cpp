#include "sim/cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdio>

#include "sim/cli/verbs.h"
#include "sim/replay/core_spec.h"

namespace kmemlab::cli {

namespace po = boost::program_options;

std::optional<std::string> Parsed::value(const std::string& name) const {
  const auto it = values_.find(name);
  if (it == values_.end() || it->second.empty()) return std::nullopt;
  return it->second.back();
}

std::vector<std::string> Parsed::values(const std::string& name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::vector<std::string>{} : it->second;
}

namespace {

std::string long_name(const OptionSpec& option) {
  return option.name.substr(0, option.name.find(','));
}

po::options_description describe(const VerbSpec& spec) {
  po::options_description d;
  for (const OptionSpec& o : spec.options) {
    if (o.takes == Takes::nothing) {
      d.add_options()(o.name.c_str(), o.meaning.c_str());
    } else {
      d.add_options()(o.name.c_str(), po::value<std::vector<std::string>>()->value_name(o.placeholder),
                      o.meaning.c_str());
    }
  }
  d.add_options()("help,h", "this text");
  return d;
}

std::string suggestion(const VerbSpec& spec, std::string word) {
  while (!word.empty() && word.front() == '-') word.erase(0, 1);
  word.resize(std::min(word.size(), word.find('=')));
  std::vector<std::string> names{"help"};
  for (const OptionSpec& o : spec.options) names.push_back(long_name(o));
  const std::string near = sim::nearest(word, names);
  return near.empty() ? "'--help' lists the options" : "did you mean --" + near + "?";
}

}  // namespace

Fallible<Parsed> parse(const VerbSpec& spec, const std::vector<std::string>& arguments) {
  po::options_description options = describe(spec);
  options.add_options()("positional", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("positional", -1);
  Parsed result;
  try {
    namespace style = po::command_line_style;
    const auto parsed = po::command_line_parser(arguments)
                            .options(options)
                            .positional(positional)
                            .style(style::unix_style & ~style::allow_guessing)
                            .run();
    for (const auto& o : parsed.options) {
      if (o.string_key == "positional") {
        result.positional_.insert(result.positional_.end(), o.value.begin(), o.value.end());
      } else {
        auto& values = result.values_[o.string_key];
        values.insert(values.end(), o.value.begin(), o.value.end());
      }
    }
  } catch (const po::unknown_option& e) {
    return fail("unknown option '" + e.get_option_name() + "'", suggestion(spec, e.get_option_name()));
  } catch (const po::error& e) {
    return fail(e.what(), "'--help' lists the options");
  }
  if (result.has("help")) return result;
  if (result.positional_.size() < spec.positional_min || result.positional_.size() > spec.positional_max) {
    return fail(result.positional_.size() < spec.positional_min ? "an argument is missing" : "too many arguments",
                "usage: " + spec.usage);
  }
  for (const OptionSpec& o : spec.options) {
    const auto it = result.values_.find(long_name(o));
    if (it != result.values_.end() && o.takes == Takes::value && it->second.size() > 1) {
      return fail("--" + long_name(o) + " was given more than once", "expected one value");
    }
  }
  return result;
}

std::string help_text(const VerbSpec& spec) {
  std::string text = "usage: " + spec.usage + "\n\n" + spec.summary + "\n\n";
  const auto line = [&](const std::string& flag, const std::string& meaning) {
    text += flag.size() <= 24 ? fmt::format("  {:<24} {}\n", flag, meaning)
                              : fmt::format("  {}\n{:27}{}\n", flag, "", meaning);
  };
  for (const OptionSpec& o : spec.options) {
    const auto comma = o.name.find(',');
    std::string flag =
        comma == std::string::npos ? "--" + o.name : "-" + o.name.substr(comma + 1) + ", --" + long_name(o);
    if (o.takes != Takes::nothing) flag += " " + o.placeholder;
    line(flag, o.meaning);
  }
  line("-h, --help", "this text");
  return text + "\nexample: " + spec.example + "\n";
}

Fallible<std::uint64_t> parse_count(const std::string& option, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return fail("--" + option + " is '" + text + "'", "expected a whole number");
  }
  return value;
}

Fallible<std::uint64_t> parse_size(const std::string& option, const std::string& text) {
  const auto bad = [&] {
    return fail("--" + option + " is '" + text + "'", "expected a size as in 8192, 64K, 4M, 1GiB (below 2^48)");
  };
  std::uint64_t value = 0;
  const char* const stop = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), stop, value);
  if (error != std::errc{} || value == 0) return bad();
  std::string unit(end, stop);
  for (char& c : unit) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  unsigned shift = 0;
  if (!unit.empty() && unit != "b") {
    const auto at = std::string("kmgt").find(unit.front());
    const std::string rest = unit.substr(1);
    if (at == std::string::npos || !(rest.empty() || rest == "b" || rest == "ib")) return bad();
    shift = 10 * (static_cast<unsigned>(at) + 1);
  }
  if (value >= (std::uint64_t{1} << 48) >> shift) return bad();
  return value << shift;
}

void print_error(const Error& error) {
  fmt::print(stderr, "kmemlab: {}\n", error.text());
}

int usage_error(const Error& error, const VerbSpec& spec) {
  print_error(error);
  if (error.expected.rfind("usage:", 0) != 0) fmt::print(stderr, "usage: {}\n", spec.usage);
  return exit_usage;
}

}  // namespace kmemlab::cli
