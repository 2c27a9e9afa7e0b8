// zstd behind our two small classes; the byte planes.
#include "traces/kmt/codec.h"

#include <zstd.h>

#include <cstring>
#include <new>

namespace kmemlab::traces::kmt {

struct Compressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  int level = 3;
  ByteVector planes, packed;
  Context() = default;
  ~Context() { ZSTD_freeCCtx(zstd); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // ByteVector in `packed`, 0 if that failed.
  std::size_t pack(const unsigned char* raw, std::size_t bytes) {
    packed.resize(ZSTD_compressBound(bytes));
    const std::size_t n = ZSTD_compressCCtx(zstd, packed.data(), packed.size(), raw, bytes, level);
    return ZSTD_isError(n) ? 0 : n;
  }
};

struct Decompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  ByteVector planes;
  Context() = default;
  ~Context() { ZSTD_freeDCtx(zstd); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

Compressor::Compressor(int level) : context_(std::make_unique<Context>()) {
  context_->level = level;
}
Compressor::~Compressor() = default;

Codec Compressor::compress(const unsigned char* raw, std::size_t bytes, unsigned width, ByteVector& out) {
  Codec best = Codec::stored;
  std::size_t best_bytes = bytes;
  const std::size_t start = out.size();
  const auto offer = [&](Codec codec, std::size_t n) {
    if (n == 0 || n >= best_bytes) return;
    best = codec;
    best_bytes = n;
    out.resize(start);
    out.insert(out.end(), context_->packed.begin(), context_->packed.begin() + static_cast<std::ptrdiff_t>(n));
  };
  if (width > 1) {
    context_->planes.resize(bytes);
    const std::size_t rows = bytes / width;
    for (unsigned p = 0; p < width; ++p)
      for (std::size_t i = 0; i < rows; ++i) context_->planes[p * rows + i] = raw[i * width + p];
    offer(Codec::planes_zstd, context_->pack(context_->planes.data(), bytes));
    if (best != Codec::stored) return best;
  }
  offer(Codec::zstd, context_->pack(raw, bytes));
  if (best == Codec::stored) out.insert(out.end(), raw, raw + bytes);
  return best;
}

Decompressor::Decompressor() : context_(std::make_unique<Context>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

namespace {

template <unsigned Width>
void join_planes(const unsigned char* __restrict planes, unsigned char* __restrict raw, std::size_t rows) {
  for (std::size_t i = 0; i < rows; ++i)
    for (unsigned p = 0; p < Width; ++p) raw[i * Width + p] = planes[p * rows + i];
}

}  // namespace

Fallible<void> Decompressor::decompress(Codec codec, const unsigned char* from, std::size_t bytes, unsigned width,
                                        unsigned char* raw, std::size_t raw_bytes) {
  if (codec == Codec::stored) {
    if (bytes != raw_bytes) return fail("stored data of the wrong size");
    if (bytes != 0) std::memcpy(raw, from, bytes);
    return {};
  }
  const bool planes = codec == Codec::planes_zstd;
  if (!planes && codec != Codec::zstd)
    return fail("unknown compression", "this kmemlab knows none, zstd and zstd of planes");
  if (planes && (width == 0 || raw_bytes % width != 0)) return fail("byte planes of unequal length");
  unsigned char* to = raw;
  if (planes) {
    if (context_->planes.size() < raw_bytes) context_->planes.resize(raw_bytes);
    to = context_->planes.data();
  }
  const std::size_t n = ZSTD_decompressDCtx(context_->zstd, to, raw_bytes, from, bytes);
  if (ZSTD_isError(n)) return fail(std::string("zstd: ") + ZSTD_getErrorName(n));
  if (n != raw_bytes) return fail("compressed data is too short");
  if (!planes) return {};
  switch (width) {
    case 2:
      join_planes<2>(to, raw, raw_bytes / 2);
      break;
    case 4:
      join_planes<4>(to, raw, raw_bytes / 4);
      break;
    case 8:
      join_planes<8>(to, raw, raw_bytes / 8);
      break;
    default:
      return fail("byte planes of an impossible width");
  }
  return {};
}

}  // namespace kmemlab::traces::kmt
