// The blocks that live at a chunk head, as bytes between two chunks (FORMAT.md, section 11). Always offered to zstd:
// a container whose columns are stored plainly still keeps these small.
#pragma once

#include <vector>

#include "traces/kmt/codec.h"
#include "traces/kmt/layout.h"
#include "traces/kmt/live_blocks.h"

namespace kmemlab::traces::kmt {

inline constexpr std::uint32_t live_magic = 0x4556494c;  // "LIVE"
inline constexpr std::size_t live_header_bytes = 64, live_entry_bytes = 24;
/// A writer keeps these pieces within one part in so many of its chunks' bytes.
inline constexpr std::uint64_t live_share = 16;

/// Where a piece stands; `event` is the head, a multiple of 65536.
struct LiveRef {
  std::uint64_t event = 0, offset = 0, bytes = 0;
};

/// `blocks` in order of birth, all born before `event`. A multiple of 8 bytes.
ByteVector encode_live(std::uint64_t event, const std::vector<LiveBlock>& blocks, Compressor& compressor);

/// Bytes of the piece whose first 64 bytes are at `from`, to walk past it; 0 if there is none.
std::uint64_t live_piece_bytes(const unsigned char* from, std::uint64_t bytes);

/// In order of birth: slots below `slots`, ids below `ids`, born and sized below `event`. Bounded by the piece's bytes:
/// at most 64 times as many raw ones, of which a block takes four. Errors carry the byte relative to `from`.
Fallible<std::vector<LiveBlock>> decode_live(const unsigned char* from, std::uint64_t bytes, std::uint64_t event,
                                             std::uint64_t slots, std::uint64_t ids);

}  // namespace kmemlab::traces::kmt
