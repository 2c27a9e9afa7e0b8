// reader_for: see detect.h.
#include "traces/readers/detect.h"

#include <iterator>
#include <string>

#include "traces/readers/json_lines.h"
#include "traces/readers/mtrace.h"
#include "traces/readers/rep.h"
#include "traces/readers/text_reader.h"
#include "traces/readers/trace_dat_reader.h"

namespace kmemlab::traces {
namespace {

// In this order: what has a magic number first, what only looks like something last.
constexpr FormatReader readers[] = {
    {"trace.dat (version 6 or 7)", looks_like_trace_dat, read_trace_dat},
    {"kmemlab.events/1", looks_like_json_lines, read_json_lines},
    {"ftrace text or trace-cmd report text", looks_like_kernel_text, read_kernel_text},
    {"glibc mtrace", looks_like_mtrace, read_mtrace},
    {"malloc-lab .rep", looks_like_rep, read_rep},
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
