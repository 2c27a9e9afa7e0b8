// Where container bytes go: memory, or a file that is written beside its final name and renamed once it is whole, so
// that a full disk or a kill leaves the old file as it was. Refuses to replace anything but a regular file.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"

namespace kmemlab::traces::kmt {

class Output {
 public:
  static Fallible<Output> to_file(const std::string& path);
  static Output to_memory() { return Output(); }
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();  ///< removes the unfinished file

  void write(const unsigned char* data, std::size_t bytes);  ///< errors are kept for commit()
  void patch(std::uint64_t offset, const unsigned char* data, std::size_t bytes);
  std::uint64_t position() const { return position_; }
  /// Syncs nothing, closes, renames. Reports the first error of any call before.
  Fallible<void> commit();
  ByteVector take_memory() { return std::move(memory_); }

 private:
  Output() = default;
  void put_at(std::uint64_t offset, const unsigned char* data, std::size_t bytes);
  void note_error(const char* doing);
  std::string path_, part_path_, error_;
  int file_ = -1;
  bool in_memory_ = true;
  std::uint64_t position_ = 0;
  ByteVector memory_;
};

}  // namespace kmemlab::traces::kmt
