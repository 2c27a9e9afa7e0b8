// A trace in formats for people and for other programs. Written in one pass over the container (.rep and ftrace text:
// two), in pieces; memory follows the tables and the blocks that live at one time. Each writer's header says what its
// format loses.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/write/line_out.h"
#include "traces/write/losses.h"
#include "traces/write/packer.h"

namespace kmemlab::traces {

enum class WriteFormat : std::uint8_t {
  json_lines,   ///< .jsonl: kmemlab.events/1
  ftrace_text,  ///< .txt, .ftrace
  csv,          ///< .csv
  rep,          ///< .rep
};

/// By the ending of `path`, ahead of .gz or .zst; none for any other (.kmt is KmtWriter's).
std::optional<WriteFormat> write_format_of(std::string_view path);

/// Errors: the container is damaged. What was put until then must be thrown away.
Fallible<Losses> write_trace(KmtReader& from, WriteFormat format, const Put& put);

}  // namespace kmemlab::traces
