#include "sim/cli/temporary.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

namespace kmemlab::cli {

TemporaryContainer::TemporaryContainer(traces::KmtWriter writer, std::string path)
    : writer_(std::move(writer)), path_(std::move(path)) {}
TemporaryContainer::TemporaryContainer(TemporaryContainer&& other) noexcept
    : writer_(std::move(other.writer_)), path_(std::exchange(other.path_, {})) {}

TemporaryContainer::~TemporaryContainer() {
  if (!path_.empty()) std::remove(path_.c_str());
}

TemporaryContainer TemporaryContainer::in_memory() {
  return {traces::KmtWriter::to_memory(), {}};
}

Fallible<TemporaryContainer> TemporaryContainer::in_file() {
  std::error_code ignored;
  std::string path = (std::filesystem::temp_directory_path(ignored) / "kmemlab-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return fail("no temporary file can be made", "a folder that can be written, as TMPDIR names it");
  close(file);
  auto writer = traces::KmtWriter::create(path);
  if (!writer) {
    std::remove(path.c_str());
    return Failure<Error>{writer.error()};
  }
  return TemporaryContainer(std::move(*writer), std::move(path));
}

Fallible<traces::KmtReader> TemporaryContainer::open(const std::string& name) {
  return path_.empty() ? traces::KmtReader::from_bytes(writer_.take_bytes(), name) : traces::KmtReader::open(path_);
}

}  // namespace kmemlab::cli
