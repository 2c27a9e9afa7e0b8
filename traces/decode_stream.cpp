// gzip and zstd decoders. Damage is an Error at the place where it stands, after everything before it was handed out.
#include "traces/decode_stream.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace kmemlab::traces {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr int zstd_window_log_max = 27;  // the zstd tool's own limit without --long

Failure<Error> damaged_at(std::string what, std::uint64_t stored) {
  auto f = fail(std::move(what), "an undamaged compressed file");
  f.error.byte_offset = stored;
  return f;
}

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> from) : from_(std::move(from)), in_(piece_bytes) {
    std::memset(&z_, 0, sizeof z_);
    ready_ = inflateInit2(&z_, 15 + 16) == Z_OK;
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&z_); }

  Fallible<std::size_t> read(unsigned char* to, std::size_t room) override {
    if (!ready_) return fail("out of memory for gzip");
    z_.next_out = to;
    z_.avail_out = static_cast<uInt>(std::min<std::size_t>(room, 1U << 30));
    const uInt asked = z_.avail_out;
    while (z_.avail_out == asked) {
      if (z_.avail_in == 0) {
        auto got = from_->read(in_.data(), in_.size());
        if (!got) return Failure<Error>{got.error()};
        if (*got == 0) {
          if (inside_) return damaged_at("gzip data end early", from_->stored_done());
          return std::size_t{0};
        }
        z_.next_in = in_.data();
        z_.avail_in = static_cast<uInt>(*got);
      }
      inside_ = true;
      const int rc = inflate(&z_, Z_NO_FLUSH);
      if (rc == Z_STREAM_END) {  // members may follow each other (RFC 1952, 2.2)
        inside_ = false;
        inflateReset(&z_);
      } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
        if (z_.avail_out != asked) break;  // hand out what is good; the error comes again at the next call
        return damaged_at("gzip data are damaged", stored_done());
      }
    }
    return static_cast<std::size_t>(asked - z_.avail_out);
  }
  std::uint64_t stored_done() const override { return from_->stored_done() - z_.avail_in; }

 private:
  std::unique_ptr<ByteStream> from_;
  std::vector<unsigned char> in_;
  z_stream z_;
  bool ready_ = false;
  bool inside_ = false;
};

class ZstdStream : public ByteStream {
 public:
  explicit ZstdStream(std::unique_ptr<ByteStream> from) : from_(std::move(from)), in_(piece_bytes) {
    z_ = ZSTD_createDCtx();
    if (z_) ZSTD_DCtx_setParameter(z_, ZSTD_d_windowLogMax, zstd_window_log_max);
  }
  ZstdStream(const ZstdStream&) = delete;
  ZstdStream& operator=(const ZstdStream&) = delete;
  ~ZstdStream() override { ZSTD_freeDCtx(z_); }

  Fallible<std::size_t> read(unsigned char* to, std::size_t room) override {
    if (!z_) return fail("out of memory for zstd");
    ZSTD_outBuffer out{to, room, 0};
    while (out.pos == 0) {
      if (at_ == held_) {
        auto got = from_->read(in_.data(), in_.size());
        if (!got) return Failure<Error>{got.error()};
        if (*got == 0) {
          if (inside_) return damaged_at("zstd data end early", from_->stored_done());
          return std::size_t{0};
        }
        at_ = 0;
        held_ = *got;
      }
      ZSTD_inBuffer in{in_.data(), held_, at_};
      const std::size_t rc = ZSTD_decompressStream(z_, &out, &in);
      at_ = in.pos;
      if (ZSTD_isError(rc)) return damaged_at(std::string("zstd: ") + ZSTD_getErrorName(rc), stored_done());
      inside_ = rc != 0;
    }
    return out.pos;
  }
  std::uint64_t stored_done() const override { return from_->stored_done() - (held_ - at_); }

 private:
  std::unique_ptr<ByteStream> from_;
  std::vector<unsigned char> in_;
  std::size_t at_ = 0, held_ = 0;
  ZSTD_DCtx* z_ = nullptr;
  bool inside_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> decode_stream(Encoding encoding, std::unique_ptr<ByteStream> from) {
  switch (encoding) {
    case Encoding::gzip:
      return std::make_unique<GzipStream>(std::move(from));
    case Encoding::zstd:
      return std::make_unique<ZstdStream>(std::move(from));
    case Encoding::plain:
      break;
  }
  return from;
}

}  // namespace kmemlab::traces
