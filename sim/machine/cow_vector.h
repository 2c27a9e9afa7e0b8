// CowVector<T>: a vector whose copies share its elements, in chunks, until one of them writes. Copying costs a pointer
// for each chunk; own() a look-up and, once after each copy, a chunk. Never shrinks. As with Cow<T>: copies may live on
// different threads, one object may not; several threads may copy one that was not written since it was itself made by
// copying.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sim/machine/cow.h"

namespace kmemlab::sim {

template <class T, std::size_t chunk_size = 256>
class CowVector {
 public:
  CowVector() = default;
  CowVector(const CowVector& other) : size_(other.size_), chunks_(other.chunks_), mine_(other.mine_.size()) {
    other.forget();
  }
  CowVector(CowVector&&) noexcept = default;
  CowVector& operator=(const CowVector& other) {
    if (this == &other) return *this;
    other.forget();
    size_ = other.size_;
    chunks_ = other.chunks_;
    mine_.assign(chunks_.size(), nullptr);
    used_ = false;
    return *this;
  }
  CowVector& operator=(CowVector&&) noexcept = default;
  ~CowVector() = default;

  std::size_t size() const { return size_; }
  /// New elements are T{}.
  void resize(std::size_t size) {
    size_ = size;
    chunks_.resize((size + chunk_size - 1) / chunk_size);
    mine_.resize(chunks_.size());
  }
  /// For writing; valid until this object is copied.
  T& own(std::size_t i) {
    T* chunk = mine_[i / chunk_size];
    if (chunk == nullptr) [[unlikely]] {
      used_ = true;
      chunk = mine_[i / chunk_size] = chunks_[i / chunk_size].own().data();
    }
    return chunk[i % chunk_size];
  }
  void push_back(const T& t) {
    resize(size_ + 1);
    own(size_ - 1) = t;
  }
  /// Where the element will be written, if that is known already: for prefetching.
  const T* near(std::size_t i) const {
    const T* chunk = mine_[i / chunk_size];
    return chunk == nullptr ? nullptr : chunk + i % chunk_size;
  }
  /// For reading; null if its chunk was never written.
  const T* at(std::size_t i) const {
    const Chunk* chunk = chunks_[i / chunk_size].get();
    return chunk == nullptr ? nullptr : chunk->data() + i % chunk_size;
  }
  /// f(element) for each in order; elements of chunks that were never written are left out.
  template <class F>
  void for_each(F f) const {
    find([&](const T& t) { return f(t), false; });
  }
  /// Index of the first element that f(element) is true of; size() if there is none.
  template <class F>
  std::size_t find(F f) const {
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      const Chunk* chunk = chunks_[c].get();
      if (chunk == nullptr) continue;
      for (std::size_t i = c * chunk_size; i < size_ && i < (c + 1) * chunk_size; ++i) {
        if (f((*chunk)[i % chunk_size])) return i;
      }
    }
    return size_;
  }
  /// Bytes of chunks that `other` does not have.
  std::size_t bytes_not_shared(const CowVector& other) const {
    std::size_t bytes = chunks_.size() * (sizeof(chunks_[0]) + sizeof(mine_[0]));
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      const bool same = c < other.chunks_.size() && other.chunks_[c].get() == chunks_[c].get();
      if (!same && chunks_[c].get() != nullptr) bytes += sizeof(Chunk);
    }
    return bytes;
  }

 private:
  using Chunk = std::array<T, chunk_size>;
  void forget() const {
    if (!used_) return;
    mine_.assign(mine_.size(), nullptr);
    used_ = false;
  }

  std::size_t size_ = 0;
  std::vector<Cow<Chunk>> chunks_;
  mutable std::vector<T*> mine_;  ///< chunks that no copy shares, as far as is known
  mutable bool used_ = false;     ///< mine_ has any
};

}  // namespace kmemlab::sim
