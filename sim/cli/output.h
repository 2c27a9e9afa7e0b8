// Files that appear whole or not at all: written beside and renamed. "-" is standard output.
#pragma once

#include <cstdio>
#include <string>

#include "core/base/error.h"

namespace kmemlab::cli {

class OutputFile {
 public:
  /// Errors: the directory cannot be written.
  static Fallible<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Unless committed, leaves nothing behind.
  ~OutputFile();

  std::FILE* stream() { return file_; }
  void write(const std::string& text);
  /// Flushes and renames; the old file stays whole if this fails (full disk).
  Fallible<void> commit();

 private:
  OutputFile(std::FILE* file, std::string path, std::string temporary);
  std::FILE* file_ = nullptr;
  std::string path_;
  std::string temporary_;  ///< empty: standard output
};

/// All of a file at once.
Fallible<void> write_file(const std::string& path, const std::string& text);

}  // namespace kmemlab::cli
