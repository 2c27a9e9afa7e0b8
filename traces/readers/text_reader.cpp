// read_kernel_text, read_systrace_html: see text_reader.h.
#include "traces/readers/text_reader.h"

#include <algorithm>
#include <optional>

#include "traces/readers/byte_reader.h"
#include "traces/readers/line_source.h"
#include "traces/readers/text_assembler.h"
#include "traces/readers/text_line.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {
namespace {

enum class Wrapping : std::uint8_t { none, html };

class TextReader {
 public:
  TextReader(const ReadJob& job, ByteStream& stream, Wrapping wrapping)
      : job_(job), lines_(job, stream), assembler_(job.tables), wrapping_(wrapping) {}

  Fallible<void> run() {
    lines_.each([&](const SourceLine& line) {
      if (wrapping_ == Wrapping::html) return take_wrapped(line);
      TextLine parsed;
      parser_.parse(line.text, parsed);
      take(line, parsed);
    });
    if (refusal_) return Failure<Error>{std::move(*refusal_)};
    if (wrapping_ == Wrapping::html && !found_) {
      return Failure<Error>{{"this HTML holds no kernel trace",
                             "<script class=\"trace-data\"> with ftrace text in it",
                             job_.input.path(),
                             {},
                             {}}};
    }
    finish();
    return {};
  }

 private:
  /// Where the lines of an HTML file belong to. A file may hold several trace-data scripts; other tools' are no text.
  enum class Place : std::uint8_t { viewer, script_start, script, foreign_script };

  void take_wrapped(const SourceLine& line) {
    if (place_ == Place::viewer) {
      lines_.expect_long_lines(true);  // of the viewer's program
      const std::size_t tag = line.text.find("class=\"trace-data\"");
      if (tag == std::string_view::npos) return;
      place_ = Place::script_start;
      const std::size_t end = line.text.find('>', tag);
      if (end == std::string_view::npos || end + 1 == line.text.size()) return;
      SourceLine first = line;
      first.text.remove_prefix(end + 1);
      first.offset += end + 1;
      return take_script_line(first);
    }
    take_script_line(line);
  }

  void take_script_line(const SourceLine& line) {
    SourceLine inner = line;
    if (inner.text.ends_with("\\n\\")) inner.text.remove_suffix(3);  // the oldest form was one JavaScript string
    const bool last = inner.text.find("</script>") != std::string_view::npos;
    if (last) inner.text = inner.text.substr(0, inner.text.find("</script>"));
    if (!skip_blanks(inner.text).empty() && place_ != Place::foreign_script) {
      const TextLine parsed = parser_.parse(inner.text);
      if (place_ == Place::script_start) {
        place_ = parsed.kind == LineKind::garbage ? Place::foreign_script : Place::script;
        found_ = found_ || place_ == Place::script;
        lines_.expect_long_lines(place_ == Place::foreign_script);
      }
      if (place_ == Place::script) take(inner, parsed);
    }
    if (last) place_ = Place::viewer;
  }

  void take(const SourceLine& source, const TextLine& line) {
    switch (line.kind) {
      case LineKind::event:
        return take_event(source, line);
      case LineKind::lost: {
        RawRecord lost;
        lost.kind = RawKind::lost;
        lost.tick = last_tick_;
        lost.cpu = static_cast<std::uint16_t>(line.cpu);
        lost.requested = line.lost;
        return job_.sink.record(lost);
      }
      // Overwritten before anybody read them: lost, though not at a place in this text.
      case LineKind::overwritten:
        job_.quality.lost_events += line.lost;
        return;
      case LineKind::garbage:
        // trace-cmd and perf append user text (stacks, printk) that need not look like anything; it is still not ours.
        return lines_.damaged(source, "not an event line", "TASK-PID [CPU] FLAGS TIME: EVENT: key=value ...");
      case LineKind::comment:
        return;
    }
  }

  void take_event(const SourceLine& source, const TextLine& line) {
    RawRecord record;
    const LineEnd end = source.ended ? LineEnd::newline : LineEnd::end_of_input;
    if (auto trouble = assembler_.assemble(line, parser_.tasks(), end, record)) {
      if (trouble->layout) {
        refusal_ = Error{std::move(trouble->what), std::move(trouble->expected), job_.input.path(), source.number,
                         source.offset};
        return lines_.stop();
      }
      return lines_.damaged(source, std::move(trouble->what), std::move(trouble->expected));
    }
    if (!line.timed) record.tick = last_tick_;
    last_tick_ = record.tick;
    job_.sink.record(record);
  }

  std::string_view format_name() const {
    switch (parser_.dialect()) {
      case Dialect::trace_cmd:
        return "trace-cmd report text";
      case Dialect::perf:
        return "perf script text";
      case Dialect::perf_prof:
        return "perf-prof text";
      case Dialect::ftrace:
      case Dialect::unknown:
        break;
    }
    return wrapping_ == Wrapping::html ? "systrace HTML" : "ftrace text";
  }

  void finish() {
    job_.source.format = format_name();
    job_.source.cpus = parser_.header_cpus();
    if (assembler_.pointer_digits() != 0 && assembler_.pointer_digits() <= 8) job_.source.long_bytes = 4;
    job_.quality.hashed_pointers = assembler_.pointers_hashed() ? 1 : 0;
  }

  const ReadJob& job_;
  LineSource lines_;
  LineParser parser_;
  TextAssembler assembler_;
  Wrapping wrapping_;
  Place place_ = Place::viewer;
  bool found_ = false;
  std::uint64_t last_tick_ = 0;
  std::optional<Error> refusal_;
};

Fallible<void> read_text(const ReadJob& job, Wrapping wrapping) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  return TextReader(job, **stream, wrapping).run();
}

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
  return read_text(job, Wrapping::none);
}

bool looks_like_systrace_html(Bytes head) {
  std::string_view text = as_text(head);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto starts = [&](std::string_view lower) {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
  };
  return starts("<!doctype html") || starts("<html");
}

Fallible<void> read_systrace_html(const ReadJob& job) {
  return read_text(job, Wrapping::html);
}

}  // namespace kmemlab::traces
