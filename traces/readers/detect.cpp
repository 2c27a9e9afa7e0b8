// reader_for: see detect.h.
#include "traces/readers/detect.h"

#include <iterator>
#include <string>

#include "traces/readers/babeltrace.h"
#include "traces/readers/json_lines.h"
#include "traces/readers/ltrace.h"
#include "traces/readers/mtrace.h"
#include "traces/readers/perf_reader.h"
#include "traces/readers/rep.h"
#include "traces/readers/text_reader.h"
#include "traces/readers/trace_dat_reader.h"

namespace kmemlab::traces {
namespace {

// In this order: what has a magic number first, what only looks like something last.
constexpr FormatReader readers[] = {
    {"trace_dat", "trace.dat (version 6 or 7)", looks_like_trace_dat, read_trace_dat},
    {"perf_data", "perf.data", looks_like_perf_data, read_perf_data},
    {"json_lines", "kmemlab.events/1", looks_like_json_lines, read_json_lines},
    {"systrace", "systrace HTML", looks_like_systrace_html, read_systrace_html},
    {"babeltrace", "LTTng as babeltrace text", looks_like_babeltrace, read_babeltrace},
    {"kernel_text", "ftrace, trace-cmd report or perf script text", looks_like_kernel_text, read_kernel_text},
    {"mtrace", "glibc mtrace", looks_like_mtrace, read_mtrace},
    {"ltrace", "ltrace", looks_like_ltrace, read_ltrace},
    {"rep", "malloc-lab .rep", looks_like_rep, read_rep},
};

std::string names_of_all() {
  std::string text;
  for (const FormatReader& r : readers) {
    if (&r == std::prev(std::end(readers))) {
      text += " or ";
    } else if (!text.empty()) {
      text += ", ";
    }
    text += r.called;
  }
  return text + ", plain, .gz or .zst";
}

}  // namespace

std::span<const FormatReader> all_readers() {
  return readers;
}

Fallible<const FormatReader*> reader_for(const Input& input) {
  for (const FormatReader& r : readers) {
    if (r.looks_like(input.head())) return &r;
  }
  auto f = fail("unknown format", names_of_all());
  f.error.file = input.path();
  f.error.byte_offset = 0;
  return f;
}

}  // namespace kmemlab::traces
