// Unpacker: see unpack.h.
#include "traces/readers/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string>
#include <utility>

namespace kmemlab::traces {

Fallible<Packing> packing_named(std::string_view name) {
  if (name == "none") return Packing::none;
  if (name == "zlib") return Packing::zlib;
  if (name == "zstd") return Packing::zstd;
  return fail("unknown compression '" + std::string(name.substr(0, 32)) + "'", "none, zlib or zstd");
}

Unpacker::Unpacker(Packing packing) : packing_(packing) {}
Unpacker::Unpacker(Unpacker&& other) noexcept
    : packing_(other.packing_),
      zstd_(std::exchange(other.zstd_, nullptr)),
      buffer_(std::move(other.buffer_)),
      room_(std::exchange(other.room_, 0)) {}
Unpacker& Unpacker::operator=(Unpacker&& other) noexcept {
  std::swap(packing_, other.packing_);
  std::swap(zstd_, other.zstd_);
  std::swap(buffer_, other.buffer_);
  std::swap(room_, other.room_);
  return *this;
}
Unpacker::~Unpacker() {
  ZSTD_freeDCtx(zstd_);
}

Fallible<Bytes> Unpacker::unpack(Bytes packed, std::uint64_t unpacked) {
  if (packing_ == Packing::none) return fail("compressed data in a recording that names no compression");
  const std::uint64_t bound = std::min(unpacked_bytes_max, unpacked_floor + unpacked_ratio_max * packed.size());
  if (unpacked > bound) {
    return fail(
        "a piece of " + std::to_string(packed.size()) + " bytes claims to unpack to " + std::to_string(unpacked),
        "at most " + std::to_string(bound));
  }
  if (unpacked > room_ || !buffer_) {
    room_ = static_cast<std::size_t>(std::max<std::uint64_t>(unpacked, 1));
    buffer_ = std::make_unique_for_overwrite<unsigned char[]>(room_);  // pages stay untouched until data come
  }
  std::size_t got = 0;
  if (packing_ == Packing::zstd) {
    if (!zstd_) zstd_ = ZSTD_createDCtx();
    if (!zstd_) return fail("out of memory for zstd");
    got = ZSTD_decompressDCtx(zstd_, buffer_.get(), unpacked, packed.data(), packed.size());
    if (ZSTD_isError(got)) return fail(std::string("zstd: ") + ZSTD_getErrorName(got));
  } else {
    uLongf room = static_cast<uLongf>(unpacked);
    const int rc = ::uncompress(buffer_.get(), &room, packed.data(), static_cast<uLong>(packed.size()));
    if (rc != Z_OK) return fail("zlib: the data are damaged");
    got = room;
  }
  if (got != unpacked) return fail("a piece unpacks to " + std::to_string(got) + " bytes", std::to_string(unpacked));
  return Bytes(buffer_.get(), static_cast<std::size_t>(unpacked));
}

std::unique_ptr<unsigned char[]> Unpacker::release() {
  room_ = 0;
  return std::move(buffer_);
}

}  // namespace kmemlab::traces
