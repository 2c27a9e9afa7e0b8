// read_kernel_text: see text_reader.h.
#include "traces/readers/text_reader.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "traces/readers/byte_reader.h"
#include "traces/readers/text_assembler.h"
#include "traces/readers/text_line.h"

namespace kmemlab::traces {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr std::uint64_t progress_interval = 32;  // pieces

class TextReader {
 public:
  TextReader(const ReadJob& job, ByteStream& stream) : job_(job), stream_(stream), assembler_(job.tables) {}

  void run() {
    std::vector<char> buffer(piece_bytes + line_bytes_max);
    std::size_t held = 0;
    for (std::uint64_t pieces = 0;; ++pieces) {
      auto got = stream_.read(reinterpret_cast<unsigned char*>(buffer.data()) + held, buffer.size() - held);
      if (!got) {
        Error e = got.error();
        e.file = job_.damage.file();
        job_.damage.add(std::move(e), 0);
      }
      const std::size_t fresh = got ? *got : 0;
      held += fresh;
      const std::size_t used = take_lines(std::string_view(buffer.data(), held));
      std::memmove(buffer.data(), buffer.data() + used, held - used);
      held -= used;
      if (fresh == 0) break;
      if (held >= line_bytes_max) {  // a line without an end: its start is dropped, and so is the rest when it comes
        if (!skipping_) damaged(held, "a line of more than 64 KiB", "event lines");
        skipping_ = true;
        offset_ += held;
        held = 0;
      }
      if (pieces % progress_interval == 0 && job_.progress)
        job_.progress(stream_.stored_done(), job_.input.stored_bytes());
    }
    if (held > 0 && !skipping_) take_line(std::string_view(buffer.data(), held), LineEnd::end_of_input);
    finish();
  }

 private:
  /// Whole lines of `text`; returns how many bytes they took.
  std::size_t take_lines(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const void* newline = std::memchr(text.data() + at, '\n', text.size() - at);
      if (!newline) break;
      const auto end = static_cast<std::size_t>(static_cast<const char*>(newline) - text.data());
      ++line_number_;
      if (skipping_)
        skipping_ = false;
      else
        take_line(text.substr(at, end - at), LineEnd::newline);
      offset_ += end + 1 - at;
      at = end + 1;
    }
    return at;
  }

  void take_line(std::string_view text, LineEnd end) {
    if (end == LineEnd::end_of_input) ++line_number_;
    const TextLine line = parser_.parse(text);
    switch (line.kind) {
      case LineKind::event:
        take_event(line, text, end);
        break;
      case LineKind::lost: {
        RawRecord lost;
        lost.kind = RawKind::lost;
        lost.tick = last_tick_;
        lost.cpu = static_cast<std::uint16_t>(line.cpu);
        lost.requested = line.lost;
        job_.sink.record(lost);
        break;
      }
      // Overwritten before anybody read them: lost, though not at a place in this text.
      case LineKind::overwritten:
        job_.quality.lost_events += line.lost;
        break;
      case LineKind::garbage:
        // trace-cmd and perf append user text (stacks, printk) that need not look like anything; it is still not ours.
        damaged(text.size(), "not an event line", "TASK-PID [CPU] FLAGS TIME: EVENT: key=value ...");
        break;
      case LineKind::comment:
        break;
    }
  }

  void take_event(const TextLine& line, std::string_view text, LineEnd end) {
    RawRecord record;
    if (auto trouble = assembler_.assemble(line, end, record)) {
      damaged(text.size(), std::move(trouble->what), std::move(trouble->expected));
      return;
    }
    last_tick_ = record.tick;
    job_.sink.record(record);
  }

  void damaged(std::size_t bytes, std::string what, std::string expected) {
    job_.damage.at_line(std::max<std::uint64_t>(line_number_, 1), offset_, bytes, std::move(what), std::move(expected));
  }

  void finish() {
    switch (parser_.dialect()) {
      case Dialect::trace_cmd:
        job_.source.format = "trace-cmd report text";
        break;
      case Dialect::perf:
        job_.source.format = "perf script text";
        break;
      case Dialect::ftrace:
      case Dialect::unknown:
        job_.source.format = "ftrace text";
        break;
    }
    job_.source.cpus = parser_.header_cpus();
    if (assembler_.pointer_digits() != 0 && assembler_.pointer_digits() <= 8) job_.source.long_bytes = 4;
    job_.quality.hashed_pointers = assembler_.pointers_hashed() ? 1 : 0;
  }

  const ReadJob& job_;
  ByteStream& stream_;
  LineParser parser_;
  TextAssembler assembler_;
  std::uint64_t line_number_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t last_tick_ = 0;
  bool skipping_ = false;
};

}  // namespace

bool looks_like_kernel_text(Bytes head) {
  LineParser parser;
  std::string_view text = as_text(head);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const TextLine line = parser.parse(text.substr(0, end));
    if (line.kind == LineKind::event || line.kind == LineKind::lost) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.dialect() == Dialect::ftrace;
}

Fallible<void> read_kernel_text(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  TextReader(job, **stream).run();
  return {};
}

}  // namespace kmemlab::traces
