// kmem_debug=1: freed blocks are sealed, and MALLOC verifies the seal before it hands one out again. MALLOC(9r) says:
// the last word of freed memory holds the pc of the last freer and the checksum of the content; on a mismatch the
// address, the size and that pc go into kmem_corrupt_data, and the kernel panics. How two things share a word, and
// which checksum, is not documented; this is ours (shared/spec/osf1_and_bsd.md section 5.3). The last 16 bytes of a
// free block:
//
//   8-byte words   size-16: link (8)               size-8: low 32 bits: pc, high 32 bits: checksum (one word)
//   4-byte words   size-16: link (4), unused (4)   size-8: pc (4)       size-4: checksum (4)
//
// The checksum covers bytes [0, size-16) word by word: the first words, which are trashed most often, are in it, and
// the link, which changes while the block lies on its list, is not. A block of 32 bytes has 16 that are covered;
// smaller ones would have none, which is why 32 is the smallest. A block that was carved and never handed out has no
// freer: it carries a checksum that no content has, and is not verified.
// Not detected, as documented: changes after the block was handed out again; a change of the stored pc (the report
// then names a wrong freer). Not detected either: a change of the link (the next MALLOC follows it), and blocks over
// 16 KiB, which leave at once.
#pragma once

#include "core/base/digest.h"
#include "core/machine/concepts.h"
#include "core/osf1/marks.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1 {

namespace detail {

inline constexpr std::uint32_t checksum_of_fresh = 0x66726573;  // no content has this one

struct Seal {
  std::uint32_t pc = 0;
  std::uint32_t checksum = 0;
};

/// The digest of core/base over the guest's words, low half.
template <class M>
  requires HasMemory<M> && HasShape<M>
std::uint32_t checksum(M& m, Addr block, std::uint64_t bytes) {
  Digest d;
  for (std::uint64_t at = 0; at < bytes; at += m.word_bytes()) d.add(m.load_word(block + at));
  const auto sum = static_cast<std::uint32_t>(d.value());
  return sum == checksum_of_fresh ? ~sum : sum;
}

template <class M>
  requires HasMemory<M> && HasShape<M>
void store_seal(M& m, Addr block, std::uint64_t size, Seal seal) {
  const Addr last = block + size - 8;
  if (m.word_bytes() == 8) {
    m.template store<std::uint64_t>(last, std::uint64_t{seal.checksum} << 32 | seal.pc);
  } else {
    m.template store<std::uint32_t>(last, seal.pc);
    m.template store<std::uint32_t>(last + 4, seal.checksum);
  }
}

template <class M>
  requires HasMemory<M> && HasShape<M>
Seal load_seal(M& m, Addr block, std::uint64_t size) {
  const Addr last = block + size - 8;
  if (m.word_bytes() == 8) {
    const auto word = m.template load<std::uint64_t>(last);
    return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
  }
  return {m.template load<std::uint32_t>(last), m.template load<std::uint32_t>(last + 4)};
}

/// FREE: the block's content is final until MALLOC looks again.
template <class M>
  requires HasMemory<M> && HasShape<M>
[[gnu::noinline, gnu::cold]] void seal_freed(M& m, Addr block, std::uint64_t size, std::uint64_t pc) {
  store_seal(m, block, size, {static_cast<std::uint32_t>(pc), checksum(m, block, size - 16)});
}

/// A carved block that nobody has had yet.
template <class M>
  requires HasMemory<M> && HasShape<M>
void seal_fresh(M& m, Addr block, std::uint64_t size) {
  store_seal(m, block, size, {0, checksum_of_fresh});
}

/// MALLOC: panics if a freed block was changed since.
template <class M>
  requires HasMemory<M> && HasShape<M> && HasPanic<M> && HasMarks<M>
[[gnu::noinline, gnu::cold]] void verify_seal(M& m, State& s, Addr block, std::uint64_t size) {
  const Seal seal = load_seal(m, block, size);
  if (seal.checksum == checksum_of_fresh || seal.checksum == checksum(m, block, size - 16)) return;
  s.kmem_corrupt_data = {block, size, seal.pc};
  panic(m, Mark::panic_modified, "malloc: freed memory was modified, see kmem_corrupt_data");
}

}  // namespace detail

}  // namespace kmemlab::osf1
