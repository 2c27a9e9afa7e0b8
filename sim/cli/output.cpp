#include "sim/cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kmemlab::cli {

OutputFile::OutputFile(std::FILE* file, std::string path, std::string temporary)
    : file_(file), path_(std::move(path)), temporary_(std::move(temporary)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
  if (temporary_.empty()) return;
  if (file_ != nullptr) std::fclose(file_);
  std::remove(temporary_.c_str());
}

Fallible<OutputFile> OutputFile::create(const std::string& path) {
  if (path == "-") return OutputFile(stdout, path, {});
  const std::string temporary = path + ".part-" + std::to_string(getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) {
    return Failure<Error>{{std::string("cannot be written: ") + std::strerror(errno),
                           "expected a path in a directory that can be written",
                           path,
                           {},
                           {}}};
  }
  return OutputFile(file, path, temporary);
}

void OutputFile::write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), file_);
}

Fallible<void> OutputFile::commit() {
  const auto failed = [&] {
    return Failure<Error>{
        {std::string("could not be written: ") + std::strerror(errno), "the old file is as it was", path_, {}, {}}};
  };
  if (temporary_.empty()) return std::fflush(file_) == 0 && std::ferror(file_) == 0 ? Fallible<void>{} : failed();
  const bool broken = std::ferror(file_) != 0;
  if (std::fclose(std::exchange(file_, nullptr)) != 0 || broken) return failed();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return failed();
  temporary_.clear();
  return {};
}

Fallible<void> write_file(const std::string& path, const std::string& text) {
  auto file = OutputFile::create(path);
  if (!file) return Failure<Error>{file.error()};
  file->write(text);
  return file->commit();
}

}  // namespace kmemlab::cli
