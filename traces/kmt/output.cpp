// Output to memory or to a file beside its final name.
#include "traces/kmt/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace kmemlab::traces::kmt {

Fallible<Output> Output::to_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return Failure<Error>{Error{"exists and is not a regular file", "expected a name for a new file", path, {}, {}}};
  Output out;
  out.in_memory_ = false;
  out.path_ = path;
  out.part_path_ = path + ".part";
  out.file_ = ::open(out.part_path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out.file_ < 0)
    return Failure<Error>{Error{std::string("cannot be created: ") + std::strerror(errno), {}, out.part_path_, {}, {}}};
  return out;
}

Output::Output(Output&& other) noexcept
    : path_(std::move(other.path_)),
      part_path_(std::move(other.part_path_)),
      error_(std::move(other.error_)),
      file_(std::exchange(other.file_, -1)),
      in_memory_(other.in_memory_),
      position_(other.position_),
      memory_(std::move(other.memory_)) {}

Output::~Output() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(part_path_.c_str());
}

void Output::note_error(const char* doing) {
  if (error_.empty()) error_ = std::string(doing) + ": " + std::strerror(errno);
}

void Output::put_at(std::uint64_t offset, const unsigned char* data, std::size_t bytes) {
  while (bytes > 0 && error_.empty()) {
    const ssize_t n = ::pwrite(file_, data, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return note_error("cannot be written");
    data += n, bytes -= static_cast<std::size_t>(n), offset += static_cast<std::uint64_t>(n);
  }
}

void Output::write(const unsigned char* data, std::size_t bytes) {
  if (in_memory_) {
    memory_.insert(memory_.end(), data, data + bytes);
  } else {
    put_at(position_, data, bytes);
  }
  position_ += bytes;
}

void Output::patch(std::uint64_t offset, const unsigned char* data, std::size_t bytes) {
  if (in_memory_) {
    std::copy(data, data + bytes, memory_.begin() + static_cast<std::ptrdiff_t>(offset));
  } else {
    put_at(offset, data, bytes);
  }
}

Fallible<void> Output::commit() {
  if (in_memory_) return {};
  const int file = std::exchange(file_, -1);
  if (::close(file) != 0) note_error("cannot be closed");
  if (error_.empty() && std::rename(part_path_.c_str(), path_.c_str()) != 0) note_error("cannot be renamed into place");
  if (error_.empty()) return {};
  ::unlink(part_path_.c_str());
  return Failure<Error>{Error{error_, {}, path_, {}, {}}};
}

}  // namespace kmemlab::traces::kmt
