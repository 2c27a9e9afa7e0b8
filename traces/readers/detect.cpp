// detect_format: see detect.h.
#include "traces/readers/detect.h"

#include "traces/readers/json_lines.h"
#include "traces/readers/mtrace.h"
#include "traces/readers/rep.h"
#include "traces/readers/text_reader.h"
#include "traces/readers/trace_dat_reader.h"

namespace kmemlab::traces {

Fallible<Format> detect_format(const Input& input) {
  const Bytes head = input.head();
  if (looks_like_trace_dat(head)) return Format::trace_dat;
  if (looks_like_json_lines(head)) return Format::json_lines;
  if (looks_like_kernel_text(head)) return Format::kernel_text;
  if (looks_like_mtrace(head)) return Format::mtrace;
  if (looks_like_rep(head)) return Format::rep;
  auto f = fail("unknown format",
                "trace.dat (version 6 or 7), ftrace text or trace-cmd report text, kmemlab.events/1, glibc mtrace or "
                "malloc-lab .rep, plain, .gz or .zst");
  f.error.file = input.path();
  f.error.byte_offset = 0;
  return f;
}

}  // namespace kmemlab::traces
