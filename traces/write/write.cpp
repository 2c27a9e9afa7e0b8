// write_trace: see write.h.
#include "traces/write/write.h"

#include <array>
#include <utility>

#include "traces/write/csv.h"
#include "traces/write/ftrace_text.h"
#include "traces/write/json_lines.h"
#include "traces/write/rep.h"

namespace kmemlab::traces {

std::optional<WriteFormat> write_format_of(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, WriteFormat>, 5> endings = {{{".jsonl", WriteFormat::json_lines},
                                                                                {".txt", WriteFormat::ftrace_text},
                                                                                {".ftrace", WriteFormat::ftrace_text},
                                                                                {".csv", WriteFormat::csv},
                                                                                {".rep", WriteFormat::rep}}};
  path = without_pack_ending(path);
  for (const auto& [ending, format] : endings) {
    if (path.size() > ending.size() && path.ends_with(ending)) return format;
  }
  return std::nullopt;
}

Fallible<Losses> write_trace(KmtReader& from, WriteFormat format, const Put& put) {
  LineOut out(put);
  Fallible<Losses> losses = fail("no such format");
  switch (format) {
    case WriteFormat::json_lines:
      losses = write_json_lines(from, out);
      break;
    case WriteFormat::ftrace_text:
      losses = write_ftrace_text(from, out);
      break;
    case WriteFormat::csv:
      losses = write_csv(from, out);
      break;
    case WriteFormat::rep:
      losses = write_rep(from, out);
      break;
  }
  if (losses) out.flush();
  return losses;
}

}  // namespace kmemlab::traces
