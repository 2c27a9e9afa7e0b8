// read_ltrace: see ltrace.h.
#include "traces/readers/ltrace.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traces/readers/byte_reader.h"
#include "traces/readers/line_source.h"
#include "traces/readers/number_text.h"
#include "traces/readers/text_words.h"
#include "traces/readers/user_calls.h"

namespace kmemlab::traces {
namespace {

constexpr std::size_t arguments_max = 256;       // of an allocation: three numbers
constexpr std::size_t unfinished_max = 64;       // calls inside calls of one process
constexpr std::size_t processes_max = 1U << 16;  // that can be inside a call

struct CallLine {
  enum class Kind : std::uint8_t { note, call, unfinished, resumed, wrong } kind = Kind::wrong;
  std::int32_t pid = -1;
  std::uint64_t tick = 0;
  std::string_view name, arguments, result;
};

/// `14:32:01.123456 ` or `1699999.123456 `; 0 where there is no time.
std::uint64_t take_clock(std::string_view& s) {
  std::string_view rest = s;
  std::uint64_t seconds = 0;
  if (rest.size() > 8 && rest[2] == ':' && rest[5] == ':') {
    const auto hour = parse_decimal(rest.substr(0, 2)), minute = parse_decimal(rest.substr(3, 2));
    if (!hour || !minute) return 0;
    seconds = *hour * 3600 + *minute * 60;
    rest.remove_prefix(6);
  }
  const std::string_view word = first_word(rest);
  if (word.find('.') == std::string_view::npos && seconds == 0) return 0;
  const auto tick = take_stamp(rest);
  if (!tick || !rest.starts_with(' ')) return 0;
  s = skip_blanks(rest);
  return seconds * 1'000'000'000 + *tick;
}

void take_pid(std::string_view& s, CallLine& out) {
  std::string_view rest = s;
  if (rest.starts_with("[pid ")) rest = skip_blanks(rest.substr(5));
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto pid = parse_decimal(rest.substr(0, digits));
  if (!pid || *pid > 0x7fffffff) return;
  rest.remove_prefix(digits);
  if (s.front() == '[') {
    if (!rest.starts_with(']')) return;
    rest.remove_prefix(1);
  }
  if (!rest.starts_with(' ')) return;
  out.pid = static_cast<std::int32_t>(*pid);
  s = skip_blanks(rest);
}

bool is_name(std::string_view s) {
  return !s.empty() && s.size() < 256 && !is_digit(s.front()) && std::all_of(s.begin(), s.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '@' ||
           c == ':' || c == '~';
  });
}

/// What follows the last `) =`; arguments may hold the same inside of strings.
bool take_result(std::string_view& s, CallLine& out) {
  const std::size_t equals = s.rfind(" = ");
  if (equals == std::string_view::npos) return false;
  out.result = s.substr(equals + 3);
  s = trim_right(s.substr(0, equals));
  if (!s.ends_with(')')) return false;
  s.remove_suffix(1);
  return true;
}

CallLine parse_call(std::string_view text) {
  CallLine out;
  std::string_view s = skip_blanks(trim_right(text));
  if (s.empty()) return out.kind = CallLine::Kind::note, out;
  take_pid(s, out);
  out.tick = take_clock(s);
  if (s.starts_with("+++ ") || s.starts_with("--- ")) return out.kind = CallLine::Kind::note, out;
  if (s.starts_with("<... ")) {
    const std::size_t end = s.find(" resumed>");
    if (end == std::string_view::npos) return out;
    out.name = s.substr(5, end - 5);
    std::string_view rest = s.substr(end + 9);
    if (!take_result(rest, out)) return out;
    out.kind = CallLine::Kind::resumed;
    return out;
  }
  const std::size_t open = s.find('(');
  if (open == std::string_view::npos) return out;
  out.name = s.substr(0, open);
  if (const std::size_t arrow = out.name.rfind("->"); arrow != std::string_view::npos)
    out.name.remove_prefix(arrow + 2);
  if (!is_name(out.name)) return out;
  std::string_view rest = s.substr(open + 1);
  if (rest.ends_with("<unfinished ...>")) {
    rest.remove_suffix(16);
    out.kind = CallLine::Kind::unfinished;
  } else if (take_result(rest, out)) {
    out.kind = CallLine::Kind::call;
  }
  out.arguments = trim_right(rest);
  if (out.arguments.ends_with(',')) out.arguments.remove_suffix(1);
  return out;
}

std::optional<std::uint64_t> value_of(std::string_view s) {
  s = skip_blanks(trim_right(s));
  if (s == "nil" || s == "NULL" || s == "(nil)") return 0;
  return parse_number(s);
}

struct Arguments {
  std::array<std::optional<std::uint64_t>, 2> value;
  explicit Arguments(std::string_view text) {
    for (std::size_t i = 0; i < value.size() && !text.empty(); ++i) {
      const std::size_t comma = std::min(text.find(','), text.size());
      value[i] = value_of(text.substr(0, comma));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }
};

UserCall call_named(std::string_view name) {
  const UserCall call = user_call_named(name);
  return call == UserCall::posix_memalign ? UserCall::none : call;
}

class LtraceReader {
 public:
  LtraceReader(const ReadJob& job, ByteStream& stream) : job_(job), lines_(job, stream) {
    job.source.format = "ltrace";
  }

  void run() {
    lines_.each([&](const SourceLine& line) { take(line, parse_call(line.text)); });
  }

 private:
  struct Pending {
    std::string name, arguments;
  };

  void take(const SourceLine& line, const CallLine& said) {
    const bool frees = call_named(said.name) == UserCall::free;
    switch (said.kind) {
      case CallLine::Kind::note:
        return;
      case CallLine::Kind::wrong:
        return lines_.damaged(line, "not a call", "NAME(ARGUMENTS) = RESULT");
      case CallLine::Kind::call:
        if (!line.ended) return lines_.damaged(line, "the last line is cut", "a newline at the end");
        return record(line, said, said.arguments);
      case CallLine::Kind::unfinished:
        if (frees) record(line, said, said.arguments);
        if (pending_.size() < processes_max || pending_.count(said.pid)) {
          auto& calls = pending_[said.pid];
          if (calls.size() < unfinished_max)
            calls.push_back({std::string(said.name), std::string(said.arguments.substr(0, arguments_max))});
        }
        return;
      case CallLine::Kind::resumed:
        return resume(line, said, frees);
    }
  }

  /// The last unfinished call of the process with that name; calls inside it that never returned are given up.
  void resume(const SourceLine& line, const CallLine& said, bool frees) {
    const auto of_process = pending_.find(said.pid);
    if (of_process != pending_.end()) {
      auto& calls = of_process->second;
      for (std::size_t i = calls.size(); i-- > 0;) {
        if (calls[i].name != said.name) continue;
        const Pending call = std::move(calls[i]);
        calls.resize(i);
        if (calls.empty()) pending_.erase(of_process);
        if (!frees) record(line, said, call.arguments);
        return;
      }
    }
    lines_.damaged(line, "a return of a call that was not seen", "<unfinished ...> before it");
  }

  void record(const SourceLine& line, const CallLine& said, std::string_view arguments) {
    RawRecord r;
    r.tick = said.tick;
    r.name = job_.tables.name(said.name);
    if (said.pid >= 0) r.task = job_.tables.task(said.pid, {});
    const UserCall call = call_named(said.name);
    if (call != UserCall::none && !fill(call, Arguments(arguments), said.result, r)) {
      return lines_.damaged(line, std::string(said.name) + " with arguments or a result that cannot be", "numbers");
    }
    job_.sink.record(r);
  }

  static bool fill(UserCall call, const Arguments& a, std::string_view result, RawRecord& r) {
    UserCallValues v;
    const bool two = call == UserCall::calloc || call == UserCall::realloc || call == UserCall::memalign;
    if (!a.value[0] || (two && !a.value[1])) return false;
    if (call == UserCall::free) {
      v.pointer = *a.value[0];
    } else {
      const auto block = value_of(first_word(result));  // -T prints the time behind it
      if (!block) return false;
      v.result = *block;
      v.size = two ? *a.value[1] : *a.value[0];
    }
    if (call == UserCall::calloc) v.count = *a.value[0];
    if (call == UserCall::realloc) v.pointer = *a.value[0];
    return record_of_call(call, v, r);
  }

  const ReadJob& job_;
  LineSource lines_;
  std::map<std::int32_t, std::vector<Pending>> pending_;
};

}  // namespace

bool looks_like_ltrace(Bytes head) {
  std::string_view text = as_text(head);
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    const CallLine line = parse_call(text.substr(0, end));
    if (line.kind == CallLine::Kind::wrong || line.kind == CallLine::Kind::resumed) return false;
    if (line.kind != CallLine::Kind::note && user_call_named(line.name) != UserCall::none) return true;
  }
  return false;
}

Fallible<void> read_ltrace(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  LtraceReader(job, **stream).run();
  return {};
}

}  // namespace kmemlab::traces
