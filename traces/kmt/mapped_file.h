// A file's bytes, mapped read-only. What cannot be mapped (a pipe, an empty file) is refused with a reason.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.h"

namespace kmemlab::traces::kmt {

class MappedFile {
 public:
  static Fallible<MappedFile> open(const std::string& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  const unsigned char* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  /// The pages of [offset, offset + bytes) need not stay in this process; reading them again is allowed and maps them
  /// anew. So that a pass over a long file holds one chunk of it, not all.
  void forget(std::size_t offset, std::size_t bytes) const;

 private:
  const unsigned char* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace kmemlab::traces::kmt
