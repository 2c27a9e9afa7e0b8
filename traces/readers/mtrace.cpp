// read_mtrace: see mtrace.h.
#include "traces/readers/mtrace.h"

#include <algorithm>
#include <optional>

#include "traces/readers/byte_reader.h"
#include "traces/readers/key_values.h"
#include "traces/readers/line_source.h"
#include "traces/readers/number_text.h"
#include "traces/readers/text_assembler.h"

namespace kmemlab::traces {
namespace {

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  return s;
}

std::string_view take_last_word(std::string_view& s) {
  s = trim(s);
  const std::size_t blank = s.rfind(' ');
  const std::string_view word = s.substr(blank == std::string_view::npos ? 0 : blank + 1);
  s.remove_suffix(word.size());
  return word;
}

struct MtraceLine {
  char operation = 0;  ///< + - < > !; '=' for Start and End; 0: none of them
  std::string_view caller;
  std::uint64_t pointer = 0, size = 0;
};

/// From the right, since a program's path may hold blanks.
MtraceLine parse(std::string_view text) {
  MtraceLine out;
  text = trim(text);
  if (text == "= Start" || text == "= End" || text.empty()) {
    out.operation = '=';
    return out;
  }
  std::string_view size_text;
  std::string_view pointer_text = take_last_word(text);
  std::string_view operation = take_last_word(text);
  const bool sized = operation != "-" && operation != "<";
  if (sized) {
    size_text = pointer_text;
    pointer_text = operation;
    operation = take_last_word(text);
    if (operation != "+" && operation != ">" && operation != "!") return out;
  }
  const auto pointer = parse_pointer(pointer_text);
  if (!pointer || pointer->state != RawPointer::known) return out;
  const auto size = sized ? parse_hex(has_hex_prefix(size_text) ? size_text.substr(2) : size_text) : 0;
  if (!size) return out;
  if (text.starts_with("@ ")) text.remove_prefix(2);
  out.caller = trim(text);
  out.pointer = pointer->value;
  out.size = *size;
  out.operation = operation[0];
  return out;
}

class MtraceReader {
 public:
  MtraceReader(const ReadJob& job, ByteStream& stream) : job_(job), lines_(job, stream) {
    job.source.format = "glibc mtrace";
  }

  void run() {
    SourceLine last;
    lines_.each([&](const SourceLine& line) {
      last = line;
      take(line, parse(line.text));
    });
    last.text = {};
    half(last);
  }

 private:
  void take(const SourceLine& line, const MtraceLine& said) {
    if (said.operation != '>') half(line);
    switch (said.operation) {
      case '=':
        return;
      case '+':
        return record(said, RawKind::slab_alloc, "malloc", said.pointer);
      case '-':
        return record(said, RawKind::slab_free, "free", said.pointer);
      case '<':
        moving_ = said.pointer;
        return;
      case '>':
        if (!moving_) return lines_.damaged(line, "> without a < before it", "both lines of a realloc");
        record(said, RawKind::slab_realloc, "realloc", *moving_);
        moving_.reset();
        return;
      case '!':  // the block stays as it was; the request got nothing
        return record(said, RawKind::slab_alloc, "realloc", 0);
      default:
        return lines_.damaged(line, "not an mtrace line",
                              "@ CALLER + 0xPTR 0xSIZE, - 0xPTR, < 0xPTR or > 0xPTR 0xSIZE");
    }
  }

  /// A realloc whose second line did not come: what became of the block is not known, so that it stays.
  void half(const SourceLine& line) {
    if (!moving_) return;
    lines_.damaged(line, "the realloc before this line has no >", "both lines of a realloc");
    moving_.reset();
  }

  void record(const MtraceLine& said, RawKind kind, std::string_view name, std::uint64_t pointer) {
    RawRecord r;
    r.kind = kind;
    r.pointer = pointer;
    r.moved_to = said.pointer;
    r.requested = said.size;
    r.name = job_.tables.name(name);
    if (!said.caller.empty()) r.call_site = site(said.caller);
    job_.sink.record(r);
  }

  /// "./a.out:(func+0x1d)[0x4011ed]": the symbol where there is one.
  Index site(std::string_view caller) {
    return sites_.find_or(caller, [&] {
      const std::size_t open = caller.rfind('['), symbol = caller.rfind('(');
      std::uint64_t address = 0;
      if (open != std::string_view::npos && caller.ends_with(']')) {
        const std::string_view digits = caller.substr(open + 1, caller.size() - open - 2);
        address = has_hex_prefix(digits) ? parse_hex(digits.substr(2)).value_or(0) : 0;
      }
      const std::size_t close = symbol == std::string_view::npos ? symbol : caller.find(')', symbol);
      std::string_view shown = caller;
      if (close != std::string_view::npos && close > symbol + 1) shown = caller.substr(symbol + 1, close - symbol - 1);
      return job_.tables.call_site(address, shown);
    });
  }

  const ReadJob& job_;
  LineSource lines_;
  TextMemo sites_;
  std::optional<std::uint64_t> moving_;
};

}  // namespace

bool looks_like_mtrace(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("= Start\n") || text.starts_with("= Start\r\n")) return true;
  const std::size_t end = text.find('\n');
  const char first = parse(text.substr(0, end)).operation;
  return end != std::string_view::npos && (text.starts_with("@ ") || text.starts_with('[')) && first != 0 &&
         first != '=';
}

Fallible<void> read_mtrace(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  MtraceReader(job, **stream).run();
  return {};
}

}  // namespace kmemlab::traces
