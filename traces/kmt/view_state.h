// What a KmtView holds, for the two files that look inside (view.cpp, cursor.cpp).
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "traces/kmt/decode.h"
#include "traces/kmt/directory.h"
#include "traces/kmt/mapped_file.h"
#include "traces/kmt/view.h"

namespace kmemlab::traces {

struct KmtView::State {
  std::string name;
  kmt::MappedFile file;
  ByteVector owned;
  const unsigned char* data = nullptr;
  std::uint64_t bytes = 0;
  kmt::Opened opened;
  kmt::ColumnLimits limits;
  /// Per chunk: columns whose checksum and values were found good. Only a hint that the work was done: the bytes behind
  /// it never change, so that relaxed order is enough.
  std::unique_ptr<std::atomic<std::uint32_t>[]> checked;

  Failure<Error> blame(Error error, std::uint64_t base) const {
    error.file = name;
    error.byte_offset = base + error.byte_offset.value_or(0);
    return Failure<Error>{std::move(error)};
  }
};

}  // namespace kmemlab::traces
