// The reader of json_text.h. The library parses; its events say what there is but not where, so the builder walks the
// text beside it: the next token begins after the last one's end and what separates them, and the text up to there is
// known to be well formed.
#include "sim/scenario/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kmemlab::scenario {

namespace {

using Parser = nlohmann::json;

constexpr std::size_t depth_max = 64;
constexpr std::uint64_t bytes_max = std::uint64_t{16} << 20;

/// Makes the tree from the parser's events. Each function gives false to end the parsing: then error() is set.
class TreeBuilder final : public nlohmann::json_sax<Parser> {
 public:
  TreeBuilder(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  const Error& error() const { return error_; }
  Json take() { return std::move(root_); }

  bool null() override { return word(4, false); }
  bool boolean(bool value) override { return word(value ? 4 : 5, value, Json::Kind::boolean); }
  bool number_integer(number_integer_t) override { return integer(); }
  bool number_unsigned(number_unsigned_t) override { return integer(); }
  bool number_float(number_float_t, const string_t& digits) override {
    find_token();
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    if (!whole) return wrong("a number with a fraction", "expected an integer");
    return wrong("not a number of 63 bits", "write larger ones as \"0x...\"");
  }
  bool string(string_t& value) override {
    find_token();
    at_ = end_of_text();
    add(Json::Kind::text).text = std::move(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override {
    find_token();
    Json& object = *open_.back();
    if (object.find(name) != nullptr) return wrong("the member \"" + name + "\" occurs twice", "expected it once");
    at_ = end_of_text();
    object.name_lines.push_back(line_);
    object.names.push_back(std::move(name));
    return true;
  }
  bool start_object(std::size_t) override { return open(Json::Kind::object); }
  bool start_array(std::size_t) override { return open(Json::Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    const std::string_view what = e.what();
    const auto cause = what.find(" - ");
    const std::string text(cause == std::string_view::npos ? what : what.substr(cause + 3));
    const auto expected = text.find("; expected ");
    move_to(position > 0 ? position - 1 : 0);
    if (expected == std::string::npos) return wrong(text.substr(0, text.find("; last read")), "expected JSON");
    return wrong(text.substr(0, expected), text.substr(expected + 2));
  }

 private:
  bool wrong(const std::string& what, const std::string& expected) {
    error_ = {what, expected, file_, line_, begin_};
    return false;
  }
  /// begin_ and line_ become the token's that begins at or behind at_.
  void find_token() { move_to(std::min(text_.find_first_not_of(" \t\r\n,:", at_), text_.size())); }
  void move_to(std::size_t begin) {
    begin = std::min(begin, text_.size());
    if (begin < begin_) begin = begin_;
    line_ += static_cast<std::uint64_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    at_ = begin_ = begin;
  }
  std::size_t end_of_text() const {
    std::size_t at = begin_ + 1;
    while (text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
    return at + 1;
  }

  /// The token from begin_ to at_ is a value: a member's, an item, or the root.
  Json& add(Json::Kind kind) {
    Json* to = &root_;
    if (!open_.empty()) to = &open_.back()->items.emplace_back();
    to->kind = kind;
    to->line = line_;
    to->begin = begin_;
    to->end = at_;
    return *to;
  }
  bool word(std::size_t length, bool truth, Json::Kind kind = Json::Kind::null) {
    find_token();
    at_ = begin_ + length;
    add(kind).truth = truth;
    return true;
  }
  bool integer() {
    find_token();
    at_ = std::min(text_.find_first_not_of("-0123456789", begin_), text_.size());
    const std::string_view digits = text_.substr(begin_, at_ - begin_);
    if (digits.size() - (digits[0] == '-') > 19) {
      return wrong("not a number of 63 bits", "write larger ones as \"0x...\"");
    }
    add(Json::Kind::integer).text = digits;
    return true;
  }
  /// Items of an open value never move: only the innermost one grows.
  bool open(Json::Kind kind) {
    find_token();
    if (open_.size() > depth_max) return wrong("nested deeper than 64", "expected a flatter value");
    at_ = begin_ + 1;
    open_.push_back(&add(kind));
    return true;
  }
  bool close() {
    find_token();
    at_ = begin_ + 1;
    open_.back()->end = at_;
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& file_;
  Json root_;
  std::vector<Json*> open_;
  std::size_t at_ = 0;     ///< end of the last token
  std::size_t begin_ = 0;  ///< of the present one
  std::uint64_t line_ = 1;
  Error error_;
};

}  // namespace

const char* name_of(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::boolean:
      return "true or false";
    case Json::Kind::integer:
      return "an integer";
    case Json::Kind::text:
      return "a text";
    case Json::Kind::list:
      return "a list";
    case Json::Kind::object:
      return "an object";
  }
  return "?";
}

Fallible<Json> read_json(std::string_view text, const std::string& file) {
  if (text.size() > bytes_max) return Failure<Error>{{"larger than 16 MiB", "expected a file of text", file, {}, {}}};
  TreeBuilder builder(text, file);
  if (!Parser::sax_parse(text.begin(), text.end(), &builder)) return Failure<Error>{builder.error()};
  return builder.take();
}

std::string quoted(std::string_view text) {
  return Parser(text).dump(-1, ' ', false, Parser::error_handler_t::replace);
}

}  // namespace kmemlab::scenario
