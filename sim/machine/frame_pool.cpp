// The pool of free frames: see frame_pool.h.
#include "sim/machine/frame_pool.h"

#include <algorithm>
#include <bit>

#include "core/base/digest.h"
#include "core/base/ints.h"

namespace kmemlab::sim {
namespace {

constexpr Frame low(int n) { return static_cast<Frame>(n); }

}  // namespace

FramePool::FramePool(Frame frames) : frames_(frames), free_(frames) {
  Cow<Chunk> full;  // one chunk serves all that are wholly free
  full.own().word.fill(~std::uint64_t{0});
  full.own().summary.fill(~std::uint64_t{0});
  chunks_.assign(frames / chunk_frames, full);
  free_in_.assign(frames / chunk_frames, chunk_frames);
  const Frame rest = frames % chunk_frames;
  if (rest == 0) return;
  Chunk& last = chunks_.emplace_back().own();
  for (Frame f = 0; f < rest; f += 64) {
    const Frame bits = std::min<Frame>(64, rest - f);
    last.word[f / 64] = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    last.summary[f / 4096] |= std::uint64_t{1} << (f / 64 % 64);
  }
  free_in_.push_back(rest);
}

bool FramePool::is_free(Frame frame) const {
  if (frame >= frames_) return false;
  const Chunk& chunk = *chunks_[frame / chunk_frames].get();
  return (chunk.word[frame % chunk_frames / 64] >> (frame % 64) & 1) != 0;
}

void FramePool::set_taken(Frame frame) {
  Chunk& chunk = own(frame);
  const Frame w = frame % chunk_frames / 64;
  chunk.word[w] &= ~(std::uint64_t{1} << (frame % 64));
  if (chunk.word[w] == 0) chunk.summary[w / 64] &= ~(std::uint64_t{1} << (w % 64));
  --free_in_[frame / chunk_frames];
  --free_;
  taken_sum_ += mix64(frame + std::uint64_t{1});
}

std::optional<Frame> FramePool::take() {
  if (free_ == 0) return std::nullopt;
  while (free_in_[lowest_chunk_] == 0) ++lowest_chunk_;
  const Chunk& chunk = *chunks_[lowest_chunk_].get();
  Frame s = 0;
  while (chunk.summary[s] == 0) ++s;
  const Frame w = s * 64 + low(std::countr_zero(chunk.summary[s]));
  const Frame frame = lowest_chunk_ * chunk_frames + w * 64 + low(std::countr_zero(chunk.word[w]));
  set_taken(frame);
  return frame;
}

// First fit: stops at the first piece that makes the run long enough, however long the run goes on.
std::optional<Frame> FramePool::take_run(Frame count, Frame limit) {
  std::optional<Frame> found;
  Frame first = 0;
  Frame end = 0;
  for_each_free_piece([&](Frame piece, Frame length) {
    if (piece >= limit) return false;
    if (piece != end) first = piece;
    end = piece + length;
    if (std::min(end, limit) - first >= count) found = first;
    return !found.has_value();
  });
  for (Frame i = 0; found && i < count; ++i) set_taken(*found + i);
  return found;
}

bool FramePool::take_at(Frame frame) {
  if (!is_free(frame)) return false;
  set_taken(frame);
  return true;
}

bool FramePool::release(Frame frame) {
  if (frame >= frames_ || is_free(frame)) return false;
  Chunk& chunk = own(frame);
  const Frame w = frame % chunk_frames / 64;
  chunk.word[w] |= std::uint64_t{1} << (frame % 64);
  chunk.summary[w / 64] |= std::uint64_t{1} << (w % 64);
  ++free_in_[frame / chunk_frames];
  ++free_;
  lowest_chunk_ = std::min(lowest_chunk_, frame / chunk_frames);
  taken_sum_ -= mix64(frame + std::uint64_t{1});
  return true;
}

void FramePool::for_each_free_word(const std::function<bool(Frame, std::uint64_t)>& visit) const {
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    if (free_in_[c] == 0) continue;
    const Chunk& chunk = *chunks_[c].get();
    for (std::size_t s = 0; s < chunk.summary.size(); ++s) {
      for (std::uint64_t bits = chunk.summary[s]; bits != 0; bits &= bits - 1) {
        const std::size_t w = s * 64 + low(std::countr_zero(bits));
        if (!visit(static_cast<Frame>(c * chunk_frames + w * 64), chunk.word[w])) return;
      }
    }
  }
}

// Free runs cut at the borders of bitmap words.
void FramePool::for_each_free_piece(const std::function<bool(Frame, Frame)>& visit) const {
  for_each_free_word([&](Frame first, std::uint64_t bits) {
    while (bits != 0) {
      const Frame skip = low(std::countr_zero(bits));
      const Frame ones = low(std::countr_one(bits >> skip));
      if (!visit(first + skip, ones)) return false;
      if (skip + ones == 64) break;
      bits &= ~std::uint64_t{0} << (skip + ones);
    }
    return true;
  });
}

void FramePool::for_each_free_run(const std::function<bool(Frame, Frame)>& visit) const {
  Frame run_first = 0;
  Frame run_length = 0;
  bool going = true;
  for_each_free_piece([&](Frame first, Frame length) {
    if (run_length != 0 && run_first + run_length == first) {
      run_length += length;
      return true;
    }
    if (run_length != 0) going = visit(run_first, run_length);
    run_first = first;
    run_length = length;
    return going;
  });
  if (going && run_length != 0) visit(run_first, run_length);
}

unsigned FramePool::unusable_permille(unsigned order) const {
  if (free_ == 0) return 0;
  const std::uint64_t needed = order >= 63 ? ~std::uint64_t{0} : std::uint64_t{1} << order;
  std::uint64_t in_short_runs = 0;
  for_each_free_run([&](Frame, Frame length) {
    if (length < needed) in_short_runs += length;
    return true;
  });
  return static_cast<unsigned>(in_short_runs * 1000 / free_);
}

std::uint64_t FramePool::digest() const { return mix64(taken_sum_ ^ mix64(frames_)); }

}  // namespace kmemlab::sim
