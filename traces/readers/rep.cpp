// read_rep: see rep.h.
#include "traces/readers/rep.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "traces/readers/byte_reader.h"
#include "traces/readers/line_source.h"
#include "traces/readers/number_text.h"
#include "traces/readers/words_of_line.h"

namespace kmemlab::traces {
namespace {

/// Ids become pointers that are no small number, which the importer would take for null.
constexpr std::uint64_t first_pointer = std::uint64_t{1} << 63;

struct RepLine {
  enum class Kind : std::uint8_t { blank, number, operation, wrong } kind = Kind::wrong;
  char letter = ' ';
  std::optional<std::uint64_t> id;  ///< none: -1, null
  std::uint64_t number = 0;         ///< size of an operation; value of a header line
};

RepLine parse(std::string_view text) {
  RepLine out;
  const Words<3> w(text);
  if (w.count == 0) {
    out.kind = RepLine::Kind::blank;
    return out;
  }
  if (w.count == 1) {
    if (const auto n = parse_decimal(w.word[0])) out.kind = RepLine::Kind::number, out.number = *n;
    return out;
  }
  out.letter = w.word[0][0];
  const bool frees = out.letter == 'f';
  if (w.word[0].size() != 1 || (!frees && out.letter != 'a' && out.letter != 'r')) return out;
  if (w.count > (frees ? 2U : 3U)) return out;
  out.id = parse_decimal(w.word[1]);
  if (out.id ? *out.id >= first_pointer : !(frees && w.word[1] == "-1")) return out;
  const auto size = w.count == 3 ? parse_decimal(w.word[2]) : std::optional<std::uint64_t>(0);
  if (!size) return out;
  out.number = *size;
  out.kind = RepLine::Kind::operation;
  return out;
}

class RepReader {
 public:
  RepReader(const ReadJob& job, ByteStream& stream) : job_(job), lines_(job, stream) {
    job.source.format = "malloc-lab .rep";
  }

  void run() {
    SourceLine last;
    lines_.each([&](const SourceLine& line) {
      last = line;
      take(line, parse(line.text));
    });
    last.text = {};
    const std::uint64_t declared = header_.size() == 4 ? header_[2] : header_.size() == 2 ? header_[1] : 0;
    if (seen_ < declared) {
      lines_.damaged(last, "the file is cut: " + std::to_string(seen_) + " operations",
                     std::to_string(declared) + ", as the header says");
    }
  }

 private:
  void take(const SourceLine& line, const RepLine& said) {
    switch (said.kind) {
      case RepLine::Kind::blank:
        return;
      case RepLine::Kind::number:
        if (seen_ == 0 && header_.size() < 4) return header_.push_back(said.number);
        return lines_.damaged(line, "a number among the operations", "a ID SIZE, r ID SIZE or f ID");
      case RepLine::Kind::wrong:
        ++seen_;  // it stands for one
        return lines_.damaged(line, "not an operation", "a ID SIZE, r ID SIZE or f ID");
      case RepLine::Kind::operation:
        ++seen_;
        return operation(said);
    }
  }

  void operation(const RepLine& said) {
    RawRecord r;
    r.pointer = said.id ? first_pointer + *said.id : 0;
    r.moved_to = r.pointer;
    r.requested = said.letter == 'f' ? 0 : said.number;
    r.kind = said.letter == 'a' ? RawKind::slab_alloc : said.letter == 'r' ? RawKind::slab_realloc : RawKind::slab_free;
    r.name = job_.tables.name(said.letter == 'a' ? "malloc" : said.letter == 'r' ? "realloc" : "free");
    job_.sink.record(r);
  }

  const ReadJob& job_;
  LineSource lines_;
  std::vector<std::uint64_t> header_;
  std::uint64_t seen_ = 0;
};

}  // namespace

bool looks_like_rep(Bytes head) {
  std::string_view text = as_text(head);
  for (unsigned numbers = 0; !text.empty();) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    const RepLine line = parse(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (line.kind == RepLine::Kind::wrong) return false;
    if (line.kind == RepLine::Kind::operation) return numbers == 2 || numbers == 4;
    numbers += line.kind == RepLine::Kind::number;
  }
  return false;
}

Fallible<void> read_rep(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  RepReader(job, **stream).run();
  return {};
}

}  // namespace kmemlab::traces
