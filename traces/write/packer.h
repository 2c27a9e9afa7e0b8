// Compression of a text on its way out: gzip (RFC 1952) or one zstd frame with a checksum (RFC 8878), in pieces.
// Memory: the compressor's (256 KiB for zlib, some MB for zstd), whatever the length.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "traces/write/line_out.h"

namespace kmemlab::traces {

enum class PackAs : std::uint8_t { plain, gzip, zstd };

/// By the ending of `path`: .gz, .zst, or plain.
PackAs pack_of(std::string_view path);
std::string_view without_pack_ending(std::string_view path);

class Packer {
 public:
  Packer(PackAs as, Put to);
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer();
  void put(std::string_view text);
  /// Puts what is left. Errors: out of memory, now or before.
  Fallible<void> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
