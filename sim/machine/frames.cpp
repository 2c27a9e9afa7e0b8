// Physical memory: see frames.h.
#include "sim/machine/frames.h"

#include <bit>
#include <cstring>
#include <new>

#include "core/base/digest.h"

namespace kmemlab::sim {
namespace {

constexpr std::size_t page_bytes_max = 8192;

}  // namespace

HostPage HostPage::copy_of(const std::uint8_t* source, std::size_t bytes) {
  void* raw = ::operator new (sizeof(Head) + bytes, std::align_val_t{alignof(Head)});
  HostPage page;
  page.head_ = new (raw) Head;
  std::memcpy(page.bytes(), source, bytes);
  return page;
}

void HostPage::drop() {
  if (head_ == nullptr || head_->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  head_->~Head();
  ::operator delete (head_, std::align_val_t{alignof(Head)});
  head_ = nullptr;
}

Frames::Frames(Frame ram_frames, unsigned page_shift)
    : ram_frames_(ram_frames), next_kernel_(ram_frames), page_bytes_(std::size_t{1} << page_shift) {}

const std::uint8_t* Frames::zeros() {
  alignas(64) static const std::array<std::uint8_t, page_bytes_max> page{};
  return page.data();
}

Frame Frames::take_kernel_frame() {
  return next_kernel_++;
}

void Frames::Mine::add(std::size_t leaf, Frame i) {
  if (leaf >= bits_.size()) bits_.resize(leaf + 1);
  Bits& b = bits_[leaf];
  if (b.epoch != epoch_) b = {epoch_, {}};
  b.word[i / 64] |= std::uint64_t{1} << (i % 64);
  used_ = true;
}

Frames::Writable Frames::writable(Frame frame) {
  if (std::uint8_t* bytes = writable_already(frame)) return {bytes, false};
  const std::size_t index = frame / leaf_frames;
  if (index >= leaves_.size()) leaves_.resize(index + 1);
  Leaf& leaf = leaves_[index].own();
  const std::size_t i = frame % leaf_frames;
  leaf.dirty[i / 64] |= std::uint64_t{1} << (i % 64);
  leaf.any_dirty = true;
  HostPage& page = leaf.page[i];
  const bool moved = !page.unique();
  if (moved) page = HostPage::copy_of(page ? page.bytes() : zeros(), page_bytes_);
  mine_.add(index, static_cast<Frame>(i));
  return {page.bytes(), moved};
}

// Four running digests side by side, because one alone waits for its own multiplications.
std::uint64_t Frames::hash_of(Frame frame, const std::uint8_t* bytes) const {
  std::array<Digest, 4> lane;
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < page_bytes_; i += 32) {
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint64_t word = read_le64(bytes + i + 8 * k);
      any |= word;
      lane[k].add(word);
    }
  }
  if (any == 0) return 0;
  Digest all{frame};
  for (const Digest& d : lane) all.add(d.value());
  return all.value();
}

void Frames::settle(Leaf& leaf, Frame first) {
  for (std::size_t w = 0; w < leaf.dirty.size(); ++w) {
    for (std::uint64_t bits = leaf.dirty[w]; bits != 0; bits &= bits - 1) {
      const std::size_t i = w * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const std::uint64_t hash = hash_of(first + static_cast<Frame>(i), leaf.page[i].bytes());
      sum_ += hash - leaf.hash[i];
      leaf.hash[i] = hash;
    }
    leaf.dirty[w] = 0;
  }
  leaf.any_dirty = false;
}

std::uint64_t Frames::digest() {
  mine_.forget();
  for (std::size_t n = 0; n < leaves_.size(); ++n) {
    if (const Leaf* leaf = leaves_[n].get(); leaf != nullptr && leaf->any_dirty) {
      settle(leaves_[n].own(), static_cast<Frame>(n) * leaf_frames);
    }
  }
  return mix64(sum_);
}

std::size_t Frames::bytes_not_shared(const Frames& other) const {
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < leaves_.size(); ++n) {
    const Leaf* leaf = leaves_[n].get();
    const Leaf* with = n < other.leaves_.size() ? other.leaves_[n].get() : nullptr;
    if (leaf == nullptr || leaf == with) continue;
    bytes += sizeof(Leaf);
    for (std::size_t i = 0; i < leaf_frames; ++i) {
      const HostPage& page = leaf->page[i];
      if (page && (with == nullptr || !page.same_as(with->page[i]))) bytes += page_bytes_ + HostPage::head_bytes;
    }
  }
  return bytes;
}

std::size_t Frames::resident() const {
  std::size_t count = 0;
  for (const Cow<Leaf>& cow : leaves_) {
    if (cow.get() == nullptr) continue;
    for (const HostPage& page : cow.get()->page) count += page ? 1 : 0;
  }
  return count;
}

}  // namespace kmemlab::sim
