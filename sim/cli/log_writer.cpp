#include "sim/cli/log_writer.h"

#include <fmt/format.h>

#include "traces/event.h"

namespace kmemlab::cli {

LogWriter::LogWriter(std::FILE* to) : to_(to) {
  fmt::print(to_, "event,tick,op,id,size,address,granted,slept,outcome\n");
}

void LogWriter::on_completion(const sim::Completion& c) {
  constexpr const char* ops[] = {"alloc", "free", "realloc"};
  fmt::memory_buffer line;
  const auto out = fmt::appender(line);
  const std::string id = c.id == traces::no_block ? "" : fmt::to_string(c.id);  // none: a synthetic device's
  fmt::format_to(out, "{},{},{},{},{},", c.event, c.tick, ops[static_cast<unsigned>(c.action)], id, c.requested);
  if (c.address) fmt::format_to(out, "0x{:x}", c.address.v);
  fmt::format_to(out, ",{},{},", c.granted, c.slept_ticks);
  switch (c.ending) {
    case sim::Ending::ok:
      fmt::format_to(out, "ok\n");
      break;
    case sim::Ending::failed:
      fmt::format_to(out, "failed:{}\n", name_of(c.reason));
      break;
    case sim::Ending::refused:
      fmt::format_to(out, "refused:{}\n", name_of(c.reason));
      break;
    case sim::Ending::skipped:
      fmt::format_to(out, "skipped\n");
      break;
  }
  std::fwrite(line.data(), 1, line.size(), to_);
}

}  // namespace kmemlab::cli
