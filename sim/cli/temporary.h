// A container that lives as long as its reader: in memory while small, in a file of the system's temporary folder when
// large. The file is gone from the folder as soon as it is opened, or when this object dies.
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

 private:
  TemporaryContainer(traces::KmtWriter writer, std::string path);
  traces::KmtWriter writer_;
  std::string path_;  ///< empty: in memory
};

}  // namespace kmemlab::cli
