// Compression of columns and sections: one zstd frame each, with contexts that are kept. `planes_zstd` first sorts the
// bytes of a column by significance (all low bytes, then all second bytes, ...), which suits wide, slowly varying
// columns.
#pragma once

#include <cstddef>
#include <memory>

#include "core/base/error.h"
#include "traces/kmt/layout.h"

namespace kmemlab::traces::kmt {

class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  /// Appends the smallest form of `raw` to `out` and says which it is; never longer than stored.
  Codec compress(const unsigned char* raw, std::size_t bytes, unsigned width, ByteVector& out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  /// Fills exactly `raw_bytes` at `raw`, or says why not. Never writes beyond.
  Fallible<void> decompress(Codec codec, const unsigned char* from, std::size_t bytes, unsigned width,
                            unsigned char* raw, std::size_t raw_bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace kmemlab::traces::kmt
