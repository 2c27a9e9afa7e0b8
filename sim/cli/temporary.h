// A container for a while: in memory while small, in a file of the system's temporary folder when large or when another
// program is to open it. The file is gone from the folder when this object dies; a reader that was opened reads on.
#pragma once

#include <string>

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

class TemporaryContainer {
 public:
  static TemporaryContainer in_memory();
  static Fallible<TemporaryContainer> in_file();
  TemporaryContainer(TemporaryContainer&& other) noexcept;
  TemporaryContainer& operator=(TemporaryContainer&&) = delete;
  ~TemporaryContainer();

  traces::KmtWriter& writer() { return writer_; }
  /// After writer().finish(). `name` stands in errors of a container in memory.
  Fallible<traces::KmtReader> open(const std::string& name);
  /// After writer().finish(), for another program. Empty: in memory.
  const std::string& path() const { return path_; }

 private:
  TemporaryContainer(traces::KmtWriter writer, std::string path);
  traces::KmtWriter writer_;
  std::string path_;  ///< empty: in memory
};

}  // namespace kmemlab::cli
