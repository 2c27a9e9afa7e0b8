// Live pieces: header of 64 bytes, then four columns of variable-length numbers, each column a difference to what it
// mostly follows.
#include "traces/kmt/live_piece.h"

#include <algorithm>

#include "traces/kmt/checksum.h"

namespace kmemlab::traces::kmt {

namespace {

void put_number(ByteVector& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<unsigned char>(v | 0x80));
  out.push_back(static_cast<unsigned char>(v));
}
// Small numbers of either sign stay small.
void put_signed(ByteVector& out, std::uint64_t v) {
  put_number(out, (v << 1) ^ (0 - (v >> 63)));
}

class Numbers {
 public:
  Numbers(const unsigned char* at, std::size_t bytes) : at_(at), end_(at + bytes) {}
  std::uint64_t number() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const unsigned char b = *at_++;
      v |= std::uint64_t{b & 0x7fU} << shift;
      if (b < 0x80) return v;
    }
    ok_ = false;
    return 0;
  }
  std::uint64_t signed_number() {
    const std::uint64_t v = number();
    return (v >> 1) ^ (0 - (v & 1));
  }
  bool ok() const { return ok_; }

 private:
  const unsigned char* at_;
  const unsigned char* end_;
  bool ok_ = true;
};

ByteVector raw_of(const std::vector<LiveBlock>& blocks) {
  ByteVector raw;
  raw.reserve(6 * blocks.size());
  std::uint64_t born = 0, id = 0, slot = 0;
  for (const LiveBlock& b : blocks) put_number(raw, b.born - born), born = b.born;
  for (const LiveBlock& b : blocks) put_signed(raw, b.id - id), id = b.id + 1;
  for (const LiveBlock& b : blocks) put_signed(raw, b.slot - slot), slot = b.slot + std::uint64_t{1};
  for (const LiveBlock& b : blocks) put_number(raw, b.sized - b.born);
  return raw;
}

// Readers allocate no more than 64 times the stored bytes: what zstd packed denser is followed by a frame that says
// nothing (RFC 8878, 3.1.2: skippable).
void keep_ratio(std::size_t raw_bytes, ByteVector& out) {
  const std::size_t stored = out.size() - live_header_bytes, needed = raw_bytes / section_ratio_max + 1;
  if (stored >= needed) return;
  const std::size_t frame = std::max<std::size_t>(needed - stored, 8);
  ByteWriter w(out);
  w.u32(0x184d2a50), w.u32(frame - 8);
  out.resize(out.size() + frame - 8);
}

bool read_columns(Numbers& from, std::vector<LiveBlock>& blocks, std::uint64_t event, std::uint64_t slots,
                  std::uint64_t ids) {
  std::uint64_t born = 0, id = 0, slot = 0;
  bool good = true;
  for (LiveBlock& b : blocks) {
    const std::uint64_t step = from.number();
    good &= step < event && born + step < event && (step != 0 || &b == blocks.data());
    b.born = born += step;
  }
  for (LiveBlock& b : blocks) b.id = id + from.signed_number(), id = b.id + 1, good &= b.id < ids;
  for (LiveBlock& b : blocks) {
    slot += from.signed_number();
    good &= slot < slots && slot < no_slot;
    b.slot = static_cast<Slot>(slot++);
  }
  for (LiveBlock& b : blocks) {
    const std::uint64_t later = from.number();
    good &= later < event && b.born + later < event;
    b.sized = b.born + later;
  }
  return good && from.ok();
}

}  // namespace

ByteVector encode_live(std::uint64_t event, const std::vector<LiveBlock>& blocks, Compressor& compressor) {
  const ByteVector raw = raw_of(blocks);
  ByteVector out(live_header_bytes);
  const Codec codec = compressor.compress(raw.data(), raw.size(), 1, out);
  if (codec == Codec::zstd) keep_ratio(raw.size(), out);
  const std::uint64_t stored = out.size() - live_header_bytes;
  put_le(out.data(), live_magic, 4);
  put_le(out.data() + 6, static_cast<std::uint64_t>(codec), 2);
  put_le(out.data() + 8, event, 8);
  put_le(out.data() + 16, blocks.size(), 8);
  put_le(out.data() + 24, stored, 8);
  put_le(out.data() + 32, raw.size(), 8);
  put_le(out.data() + 40, checksum(out.data() + live_header_bytes, stored), 8);
  put_le(out.data() + 56, checksum(out.data(), 56), 8);
  out.resize((out.size() + 7) & ~std::size_t{7});
  return out;
}

std::uint64_t live_piece_bytes(const unsigned char* from, std::uint64_t bytes) {
  if (bytes < live_header_bytes || get_le(from, 4) != live_magic || checksum(from, 56) != get_le(from + 56, 8))
    return 0;
  const std::uint64_t stored = get_le(from + 24, 8);
  if (stored > bytes - live_header_bytes) return 0;
  return (live_header_bytes + stored + 7) & ~std::uint64_t{7};
}

Fallible<std::vector<LiveBlock>> decode_live(const unsigned char* from, std::uint64_t bytes, std::uint64_t event,
                                             std::uint64_t slots, std::uint64_t ids) {
  if (live_piece_bytes(from, bytes) == 0) return fail_at(0, "the list of live blocks is damaged or cut off");
  const std::uint64_t count = get_le(from + 16, 8), stored = get_le(from + 24, 8), raw = get_le(from + 32, 8);
  const auto codec = static_cast<Codec>(get_le(from + 6, 2));
  if (get_le(from + 8, 8) != event)
    return fail_at(8, "this list of live blocks belongs elsewhere",
                   "expected the one of event " + std::to_string(event));
  if (checksum(from + live_header_bytes, stored) != get_le(from + 40, 8))
    return fail_at(live_header_bytes, "the list of live blocks is damaged", "its checksum differs");
  const bool packed = codec == Codec::zstd;
  if (packed ? raw / section_ratio_max > stored : codec != Codec::stored || raw != stored)
    return fail_at(6, "the list of live blocks is packed in an impossible way");
  if (count > raw / 4) return fail_at(16, "more live blocks than their bytes can hold");
  ByteVector unpacked;
  const unsigned char* at = from + live_header_bytes;
  if (packed) {
    unpacked.resize(raw);
    Decompressor unzip;
    const auto done = unzip.decompress(Codec::zstd, at, stored, 1, unpacked.data(), raw);
    if (!done) return fail_at(live_header_bytes, "the list of live blocks: " + done.error().what);
    at = unpacked.data();
  }
  std::vector<LiveBlock> blocks(count);
  Numbers numbers(at, raw);
  if (!read_columns(numbers, blocks, event, slots, ids))
    return fail_at(live_header_bytes, "the list of live blocks holds an impossible value");
  return blocks;
}

}  // namespace kmemlab::traces::kmt
