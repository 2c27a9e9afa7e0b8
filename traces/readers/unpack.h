// One-shot decompression of the sections and chunks inside a trace.dat v7, with bounds stated here: a piece may unpack
// to 1 MiB plus 256 times its packed bytes, and to 256 MiB at most. (Ring-buffer pages and kernel texts stay far below:
// measured 6 to 13 times.) A size outside that is damage, not a request for memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "traces/readers/byte_reader.h"

struct ZSTD_DCtx_s;

namespace kmemlab::traces {

enum class Packing : std::uint8_t { none, zlib, zstd };

inline constexpr std::uint64_t unpacked_floor = 1ULL << 20;
inline constexpr std::uint64_t unpacked_ratio_max = 256;
inline constexpr std::uint64_t unpacked_bytes_max = 256ULL << 20;

/// "none", "zlib", "zstd"; an Error for anything else.
Fallible<Packing> packing_named(std::string_view name);

/// Decompressed bytes; a new piece replaces the old one.
class Unpacker {
 public:
  explicit Unpacker(Packing packing);
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;
  ~Unpacker();

  /// Exactly `unpacked` bytes or an Error. The result lives until the next call.
  Fallible<Bytes> unpack(Bytes packed, std::uint64_t unpacked);
  /// Keeps the buffer of the last piece; the caller owns it.
  std::unique_ptr<unsigned char[]> release();

 private:
  Packing packing_;
  ZSTD_DCtx_s* zstd_ = nullptr;
  std::unique_ptr<unsigned char[]> buffer_;
  std::size_t room_ = 0;
};

}  // namespace kmemlab::traces
