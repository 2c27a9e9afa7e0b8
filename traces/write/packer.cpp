// Packer: see packer.h.
#include "traces/write/packer.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace kmemlab::traces {
namespace {

constexpr std::size_t room_bytes = 128 * 1024;
constexpr std::size_t gzip_piece_max = std::size_t{1} << 30;  // zlib counts in 32 bits

}  // namespace

struct Packer::State {
  PackAs as;
  Put to;
  z_stream gzip;
  ZSTD_CCtx* zstd = nullptr;
  std::vector<char> room = std::vector<char>(room_bytes);
  bool gzip_ready = false, good = true;

  State(PackAs kind, Put next) : as(kind), to(std::move(next)) {
    std::memset(&gzip, 0, sizeof gzip);
    if (as == PackAs::gzip) {
      gzip_ready = deflateInit2(&gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
      good = gzip_ready;
    } else if (as == PackAs::zstd) {
      zstd = ZSTD_createCCtx();
      good = zstd != nullptr && !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1));
    }
  }
  ~State() {
    if (gzip_ready) deflateEnd(&gzip);
    ZSTD_freeCCtx(zstd);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void deflate_piece(std::string_view text, int flush) {
    gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib's interface knows no const
    gzip.avail_in = static_cast<uInt>(text.size());
    do {
      gzip.next_out = reinterpret_cast<Bytef*>(room.data());
      gzip.avail_out = static_cast<uInt>(room.size());
      if (::deflate(&gzip, flush) == Z_STREAM_ERROR) good = false;
      to({room.data(), room.size() - gzip.avail_out});
    } while (gzip.avail_out == 0 && good);
  }
  void zstd_piece(std::string_view text, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (bool more = true; more && good;) {
      ZSTD_outBuffer out{room.data(), room.size(), 0};
      const std::size_t left = ZSTD_compressStream2(zstd, &out, &in, end);
      good = !ZSTD_isError(left);
      to({room.data(), out.pos});
      more = end == ZSTD_e_end ? left != 0 : in.pos < in.size;
    }
  }
};

PackAs pack_of(std::string_view path) {
  return path.ends_with(".gz") ? PackAs::gzip : path.ends_with(".zst") ? PackAs::zstd : PackAs::plain;
}

std::string_view without_pack_ending(std::string_view path) {
  const PackAs as = pack_of(path);
  path.remove_suffix(as == PackAs::gzip ? 3 : as == PackAs::zstd ? 4 : 0);
  return path;
}

Packer::Packer(PackAs as, Put to) : state_(std::make_unique<State>(as, std::move(to))) {}
Packer::~Packer() = default;

void Packer::put(std::string_view text) {
  State& s = *state_;
  if (s.as == PackAs::plain) return s.to(text);
  if (!s.good) return;
  if (s.as == PackAs::zstd) return s.zstd_piece(text, ZSTD_e_continue);
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), gzip_piece_max)))
    s.deflate_piece(text.substr(0, gzip_piece_max), Z_NO_FLUSH);
}

Fallible<void> Packer::finish() {
  State& s = *state_;
  if (s.good && s.as == PackAs::gzip) s.deflate_piece({}, Z_FINISH);
  if (s.good && s.as == PackAs::zstd) s.zstd_piece({}, ZSTD_e_end);
  return s.good ? Fallible<void>{} : fail("compression failed: out of memory");
}

}  // namespace kmemlab::traces
