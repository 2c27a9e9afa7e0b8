// Splitting and matching of calls.
#include "sim/scenario/call_text.h"

#include <algorithm>

#include "sim/scenario/expression.h"

namespace kmemlab::scenario {

namespace {

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

bool is_name(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::all_of(text.begin(), text.end(), good);
}

/// "name=text", but not "a==b".
CallText::Part part_of(std::string_view text) {
  const auto equals = text.find('=');
  if (equals != std::string_view::npos && is_name(trimmed(text.substr(0, equals)))) {
    return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
  }
  return {{}, trimmed(text)};
}

std::string usage(const Function& f) {
  std::string text(f.name);
  text += '(';
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    if (i > 0) text += ", ";
    text += f.parameters[i].name;
  }
  return text + ")";
}

Fallible<void> check_argument(const Parameter& p, const std::string& text) {
  switch (p.takes) {
    case Takes::words:
      return {};
    case Takes::number:
      return check_expression(text);
    case Takes::stores:
      if (text == "NULL" || is_name(text) || (text.starts_with('&') && check_expression(text.substr(1)))) return {};
      return fail("argument " + std::string(p.name) + " is '" + text + "'", "expected a name, &name or NULL");
    case Takes::reads:
      if (text == "NULL" || (text.starts_with('&') && check_expression(text.substr(1)))) return {};
      return fail("argument " + std::string(p.name) + " is '" + text + "'", "expected &name or NULL");
  }
  return {};
}

}  // namespace

Fallible<CallText> split_call(std::string_view text) {
  const auto open = text.find('(');
  const std::string whole = trimmed(text);
  if (open == std::string_view::npos || !whole.ends_with(')') || !is_name(trimmed(text.substr(0, open)))) {
    return fail("'" + whole + "' is no call", "expected NAME(ARGUMENT, ...)");
  }
  CallText call;
  call.function = trimmed(text.substr(0, open));
  std::string_view rest = std::string_view(whole).substr(whole.find('(') + 1);
  rest.remove_suffix(1);
  if (trimmed(rest).empty()) return call;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= rest.size(); ++i) {
    if (i == rest.size() || (rest[i] == ',' && depth == 0)) {
      call.parts.push_back(part_of(rest.substr(from, i - from)));
      from = i + 1;
    } else if (rest[i] == '(' || rest[i] == '[') {
      ++depth;
    } else if (rest[i] == ')' || rest[i] == ']') {
      --depth;
    }
  }
  return call;
}

Fallible<MatchedCall> match_call(std::string_view text, const std::vector<Function>& functions) {
  auto call = split_call(text);
  if (!call) return Failure<Error>{call.error()};
  const auto f =
      std::find_if(functions.begin(), functions.end(), [&](const Function& c) { return c.name == call->function; });
  if (f == functions.end()) {
    std::string names = "expected one of";
    for (const Function& c : functions) names += " " + std::string(c.name);
    return fail("there is no function '" + call->function + "'", names);
  }
  MatchedCall matched;
  matched.function = static_cast<std::size_t>(f - functions.begin());
  std::vector<const std::string*> texts(f->parameters.size(), nullptr);
  for (std::size_t i = 0; i < call->parts.size(); ++i) {
    const CallText::Part& part = call->parts[i];
    std::size_t place = i;
    if (!part.name.empty()) {
      place = 0;
      while (place < f->parameters.size() && f->parameters[place].name != part.name) ++place;
    }
    if (place >= f->parameters.size() || texts[place] != nullptr) {
      return fail("'" + (part.name.empty() ? part.text : part.name) + "' in '" + std::string(text) + "'",
                  "expected " + usage(*f));
    }
    texts[place] = &part.text;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] == nullptr && i + f->optional < texts.size()) {
      return fail("argument " + std::string(f->parameters[i].name) + " is missing in '" + std::string(text) + "'",
                  "expected " + usage(*f));
    }
    matched.arguments.push_back(texts[i] == nullptr ? "0" : *texts[i]);
    if (auto good = check_argument(f->parameters[i], matched.arguments.back()); !good) {
      return Failure<Error>{good.error()};
    }
  }
  return matched;
}

}  // namespace kmemlab::scenario
