// The pool of free frames: which of [0, frames) nobody holds. The lowest-numbered free frame goes first, so that a
// replay is reproducible and low memory fills first, as in the systems modelled.
// A bitmap with summaries, in chunks that copies of a machine share until they change them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/machine/cow.h"
#include "sim/machine/frames.h"

namespace kmemlab::sim {

class FramePool {
 public:
  explicit FramePool(Frame frames);

  Frame frames() const { return frames_; }
  Frame free_count() const { return free_; }
  bool is_free(Frame frame) const;

  /// The lowest free frame, or none.
  std::optional<Frame> take();
  /// The lowest run of `count` free frames that ends at or below frame number `limit`, or none. count > 0.
  std::optional<Frame> take_run(Frame count, Frame limit);
  /// This very frame; false if it is not free.
  bool take_at(Frame frame);
  /// False, and nothing changes, if the frame is free already or not of the pool.
  bool release(Frame frame);

  /// Calls visit(first frame of the word, bits) for every 64 frames that are not all taken, ascending, until it returns
  /// false; bit n set = frame first + n is free.
  void for_each_free_word(const std::function<bool(Frame, std::uint64_t)>& visit) const;
  /// Calls visit(first, length) for every maximal run of free frames, ascending, until it returns false.
  void for_each_free_run(const std::function<bool(Frame, Frame)>& visit) const;

  /// Share of the free frames that lie in runs shorter than 2^order frames, in thousandths, rounded down; 0 when
  /// nothing is free. Runs need no alignment.
  unsigned unusable_permille(unsigned order) const;

  /// Hash over which frames are taken.
  std::uint64_t digest() const;

 private:
  static constexpr Frame chunk_frames = 32768;
  struct Chunk {
    std::array<std::uint64_t, chunk_frames / 64> word{};            ///< bit set = frame free
    std::array<std::uint64_t, chunk_frames / 64 / 64> summary{};    ///< bit set = word not 0
  };
  void set_taken(Frame frame);
  void for_each_free_piece(const std::function<bool(Frame, Frame)>& visit) const;
  Chunk& own(Frame frame) { return chunks_[frame / chunk_frames].own(); }

  Frame frames_;
  Frame free_;
  std::vector<Cow<Chunk>> chunks_;
  std::vector<Frame> free_in_;  ///< free frames per chunk
  Frame lowest_chunk_ = 0;      ///< no chunk below this one has a free frame
  std::uint64_t taken_sum_ = 0;
};

}  // namespace kmemlab::sim
