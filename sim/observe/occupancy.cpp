#include "sim/observe/occupancy.h"

#include <algorithm>
#include <bit>

namespace kmemlab::sim {

Occupancy::Occupancy(AddrRange arena, unsigned page_shift)
    : arena_(arena), page_shift_(page_shift), words_(1U << (page_shift - granule_shift - 6)) {
  const std::uint64_t pages = arena.bytes >> page_shift;
  chunks_.resize((pages + pages_per_chunk - 1) / pages_per_chunk);
}

Occupancy::Chunk& Occupancy::chunk_of(std::uint64_t page) {
  auto& chunk = chunks_[page / pages_per_chunk];
  if (!chunk) chunk = std::make_unique<Chunk>(words_);
  return *chunk;
}

void Occupancy::keep(Chunk& chunk, std::uint64_t in_chunk) {
  Page& page = chunk.page[in_chunk];
  if (page.stamp == moment_) return;
  page.stamp = moment_;
  page.held_then = page.held;
  std::copy_n(chunk.now.begin() + static_cast<std::ptrdiff_t>(in_chunk * words_), words_,
              chunk.then.begin() + static_cast<std::ptrdiff_t>(in_chunk * words_));
}

void Occupancy::page_held(Addr at) {
  const std::uint64_t page = (at - arena_.base) >> page_shift_;
  Chunk& chunk = chunk_of(page);
  keep(chunk, page % pages_per_chunk);
  chunk.page[page % pages_per_chunk].held = true;
}

void Occupancy::page_gone(Addr at) {
  const std::uint64_t page = (at - arena_.base) >> page_shift_;
  Chunk& chunk = chunk_of(page);
  keep(chunk, page % pages_per_chunk);
  chunk.page[page % pages_per_chunk].held = false;
}

template <bool live>
void Occupancy::change(Addr at, std::uint64_t bytes) {
  if (!arena_.contains(at)) return;
  const std::uint64_t page_bytes = std::uint64_t{1} << page_shift_;
  std::uint64_t offset = at - arena_.base;
  const std::uint64_t end = offset + std::min(bytes, arena_.bytes - offset);
  while (offset < end) {
    const std::uint64_t page = offset >> page_shift_;
    const std::uint64_t stop = std::min(end, (page + 1) << page_shift_);
    Chunk& chunk = chunk_of(page);
    keep(chunk, page % pages_per_chunk);
    std::uint64_t* bits = chunk.now.data() + page % pages_per_chunk * words_;
    std::uint64_t from = (offset & (page_bytes - 1)) >> granule_shift;
    const std::uint64_t to = (((stop - 1) & (page_bytes - 1)) >> granule_shift) + 1;
    while (from < to) {
      const std::uint64_t in_word = from & 63;
      const std::uint64_t n = std::min<std::uint64_t>(64 - in_word, to - from);
      const std::uint64_t mask = (n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1) << in_word;
      if constexpr (live) {
        bits[from >> 6] |= mask;
      } else {
        bits[from >> 6] &= ~mask;
      }
      from += n;
    }
    offset = stop;
  }
}

template void Occupancy::change<true>(Addr, std::uint64_t);
template void Occupancy::change<false>(Addr, std::uint64_t);

std::uint64_t Occupancy::moment_largest_free_run() const {
  std::uint64_t longest = 0;
  std::uint64_t run = 0;  // granules
  for (const auto& chunk : chunks_) {
    for (std::uint64_t p = 0; p < pages_per_chunk; ++p) {
      const Page* page = chunk ? &chunk->page[p] : nullptr;
      const bool changed = page != nullptr && page->stamp == moment_;
      if (page == nullptr || !(changed ? page->held_then : page->held)) {
        run = 0;
        continue;
      }
      const std::uint64_t* bits = (changed ? chunk->then.data() : chunk->now.data()) + p * words_;
      for (unsigned w = 0; w < words_; ++w) {
        std::uint64_t word = bits[w];
        unsigned left = 64;
        while (left > 0) {
          const auto zeros = static_cast<unsigned>(std::min<std::uint64_t>(
              left, static_cast<std::uint64_t>(word == 0 ? 64 : std::countr_zero(word))));
          run += zeros;
          longest = std::max(longest, run);
          left -= zeros;
          if (left == 0) break;
          word >>= zeros;
          const auto ones = static_cast<unsigned>(std::min<int>(static_cast<int>(left), std::countr_one(word)));
          run = 0;
          left -= ones;
          word = ones == 64 ? 0 : word >> ones;
        }
      }
    }
  }
  return longest << granule_shift;
}

}  // namespace kmemlab::sim
