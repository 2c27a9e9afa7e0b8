// Physical memory: page frames, sparse on the host and copy-on-write between copies of a machine.
// A frame that was never written costs nothing and reads as zero. Frame numbers [0, ram_frames) are the RAM that
// allocators can take (frame_pool.h); numbers from ram_frames up are kernel frames (page tables, static kernel memory),
// handed out in order and never given back, so that "ram" means exactly what allocators can use.
// Host layout: a vector of leaves of 512 frames; leaf and frame are each shared until written.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/machine/cow.h"

namespace kmemlab::sim {

/// A physical page number of the guest.
using Frame = std::uint32_t;

/// The bytes of one frame on the host, shared until written. Null = never written.
class HostPage {
 public:
  HostPage() = default;
  HostPage(const HostPage& other) : head_(other.head_) {
    if (head_ != nullptr) head_->refs.fetch_add(1, std::memory_order_relaxed);
  }
  HostPage(HostPage&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  HostPage& operator=(HostPage other) noexcept {
    std::swap(head_, other.head_);
    return *this;
  }
  ~HostPage() { drop(); }

  static constexpr std::size_t head_bytes = 64;  ///< in front of the bytes
  /// A private copy of `source`, which has `bytes` bytes.
  static HostPage copy_of(const std::uint8_t* source, std::size_t bytes);

  bool unique() const { return head_ != nullptr && head_->refs.load(std::memory_order_acquire) == 1; }
  explicit operator bool() const { return head_ != nullptr; }
  bool same_as(const HostPage& other) const { return head_ == other.head_; }
  std::uint8_t* bytes() const { return reinterpret_cast<std::uint8_t*>(head_ + 1); }

 private:
  struct alignas(head_bytes) Head {
    std::atomic<std::uint32_t> refs{1};
  };
  void drop();

  Head* head_ = nullptr;
};

class Frames {
 public:
  Frames(Frame ram_frames, unsigned page_shift);

  Frame ram_frames() const { return ram_frames_; }
  /// First frame number that was never handed out as a kernel frame.
  Frame kernel_frames_end() const { return next_kernel_; }
  /// The next kernel frame: all zeros.
  Frame take_kernel_frame();

  /// The frame's bytes for reading; valid until that frame is written for the first time or this object is copied.
  const std::uint8_t* read(Frame frame) const {
    const std::size_t leaf = frame / leaf_frames;
    if (leaf >= leaves_.size()) return zeros();
    const Leaf* l = leaves_[leaf].get();
    if (l == nullptr) return zeros();
    const HostPage& page = l->page[frame % leaf_frames];
    return page ? page.bytes() : zeros();
  }

  struct Writable {
    std::uint8_t* bytes;
    bool moved;  ///< the bytes lie elsewhere than read() said before: forget cached pointers to this frame
  };
  /// The frame's bytes for writing; valid until this object is copied or digest() is called.
  Writable writable(Frame frame);
  /// The same where writable() would change nothing, else nullptr.
  std::uint8_t* writable_already(Frame frame) const {
    const std::size_t leaf = frame / leaf_frames;
    return leaf < leaves_.size() && mine_.has(leaf, frame % leaf_frames)
               ? leaves_[leaf].get()->page[frame % leaf_frames].bytes()
               : nullptr;
  }
  bool never_written(Frame frame) const { return read(frame) == zeros(); }

  /// Hash over the contents of all frames, by number. A frame of zeros counts like one never written. Frames that were
  /// not written since the last call are not read again; pointers from writable() end here.
  std::uint64_t digest();

  /// Bytes on the host of frames, and of the tables over them, that `other` does not have.
  std::size_t bytes_not_shared(const Frames& other) const;

  /// Frames that have bytes on the host (shared ones count in every copy).
  std::size_t resident() const;

 private:
  static constexpr Frame leaf_frames = 512;
  struct Leaf {
    std::array<HostPage, leaf_frames> page;
    std::array<std::uint64_t, leaf_frames> hash{};        ///< share of each frame in sum_; 0 for zeros
    std::array<std::uint64_t, leaf_frames / 64> dirty{};  ///< written since its hash was taken
    bool any_dirty = false;
  };
  /// Which frames writable() has handed out since the last copy or digest: private, and marked dirty. Kept apart from
  /// the leaves so that it can be forgotten at once, on both sides of a copy, and asked without touching the page.
  class Mine {
   public:
    Mine() = default;
    Mine(const Mine& other) { other.forget(); }
    Mine(Mine&&) noexcept = default;
    Mine& operator=(const Mine& other) {
      other.forget();
      forget();
      return *this;
    }
    Mine& operator=(Mine&&) noexcept = default;
    ~Mine() = default;

    bool has(std::size_t leaf, Frame i) const {
      return leaf < bits_.size() && bits_[leaf].epoch == epoch_ && (bits_[leaf].word[i / 64] >> (i % 64) & 1) != 0;
    }
    void add(std::size_t leaf, Frame i);
    /// Writes nothing when there is nothing to forget: several threads may copy one checkpoint.
    void forget() const {
      if (used_) ++epoch_;
      if (used_) used_ = false;
    }

   private:
    struct Bits {
      std::uint64_t epoch = 0;
      std::array<std::uint64_t, leaf_frames / 64> word{};
    };
    std::vector<Bits> bits_;
    mutable std::uint64_t epoch_ = 1;
    mutable bool used_ = false;
  };
  static const std::uint8_t* zeros();
  std::uint64_t hash_of(Frame frame, const std::uint8_t* bytes) const;
  void settle(Leaf& leaf, Frame first);

  Frame ram_frames_;
  Frame next_kernel_;
  std::size_t page_bytes_;
  std::vector<Cow<Leaf>> leaves_;
  Mine mine_;
  std::uint64_t sum_ = 0;  ///< sum of all hashes, modulo 2^64: order does not matter, so frames can be re-hashed alone
};

}  // namespace kmemlab::sim
