// Where readers write down what they could not read. Damage never stops a reader: it is counted, the first place is
// kept in words, and the reader goes on with the next record, page, CPU or line.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "traces/meta.h"

namespace kmemlab::traces {

class DamageLog {
 public:
  DamageLog(Quality& quality, std::string file) : quality_(quality), file_(std::move(file)) {}

  /// One damaged record or stretch of `bytes` bytes at byte `offset` of the (decompressed) input.
  void at_byte(std::uint64_t offset, std::uint64_t bytes, std::string what, std::string expected = {}) {
    Error e{std::move(what), std::move(expected), file_, {}, offset};
    add(std::move(e), bytes);
  }
  void at_line(std::uint64_t line, std::uint64_t offset, std::uint64_t bytes, std::string what,
               std::string expected = {}) {
    Error e{std::move(what), std::move(expected), file_, line, offset};
    add(std::move(e), bytes);
  }
  void add(Error error, std::uint64_t bytes) {
    ++quality_.damaged;
    quality_.damaged_bytes += bytes;
    if (!first_) first_ = std::move(error);
    if (quality_.first_damage.empty()) quality_.first_damage = first_->text();
  }

  std::uint64_t count() const { return quality_.damaged; }
  const std::optional<Error>& first() const { return first_; }
  const std::string& file() const { return file_; }

 private:
  Quality& quality_;
  std::string file_;
  std::optional<Error> first_;
};

}  // namespace kmemlab::traces
