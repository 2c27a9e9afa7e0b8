// Which pages of the trace are allocated at the moment and what frame each has: by page number, and those of the page
// cache also by age. Copies of a run share what they did not change.
// Memory: 32 bytes for each page that is allocated at one time, and 4 to 13 for finding it.
#pragma once

#include <cstdint>

#include "core/base/digest.h"
#include "sim/machine/cow_vector.h"
#include "sim/machine/frames.h"

namespace kmemlab::sim {

/// A page of the trace that is allocated.
struct OtherPage {
  enum class State : std::uint8_t {
    none,       ///< no entry: this place of the pool is free
    held,       ///< has a frame
    shortfall,  ///< there was no frame for it
    reclaimed,  ///< the daemon took its frame
    ignored,    ///< not replayed: a slab's, or undecided
  };
  std::uint64_t number = 0;  ///< page number, or the next free place of the pool
  Frame frame = 0;
  std::uint32_t older = ~std::uint32_t{0}, younger = ~std::uint32_t{0};  ///< neighbours in the page cache
  State state = State::none;
  bool cache = false;  ///< of the page cache, with a frame
};

class PageBook {
 public:
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  std::uint64_t size() const { return used_; }
  /// Handle of the entry of this page, or nobody.
  std::uint32_t find(std::uint64_t number) {
    if (places_.size() == 0) return nobody;
    return places_.own(place_of(number)) - 1;
  }
  OtherPage& at(std::uint32_t handle) { return pool_.own(handle); }

  /// @pre it has no entry
  std::uint32_t add(std::uint64_t number, OtherPage::State state) {
    if ((used_ + 1) * 8 > places_.size() * 5) grow();
    const std::uint32_t handle = take_handle();
    OtherPage& page = pool_.own(handle);
    page = {};
    page.number = number;
    page.state = state;
    places_.own(place_of(number)) = handle + 1;
    ++used_;
    return handle;
  }
  void remove(std::uint32_t handle) {
    OtherPage& page = pool_.own(handle);
    if (page.cache) leave_cache(handle);
    close_gap(place_of(page.number));
    page.state = OtherPage::State::none;
    page.number = free_;
    free_ = handle;
    --used_;
  }

  /// The youngest of the page cache from now on.
  void join_cache(std::uint32_t handle) {
    OtherPage& page = pool_.own(handle);
    page.cache = true;
    page.older = youngest_, page.younger = nobody;
    (youngest_ == nobody ? oldest_ : pool_.own(youngest_).younger) = handle;
    youngest_ = handle;
  }
  void leave_cache(std::uint32_t handle) {
    OtherPage& page = pool_.own(handle);
    page.cache = false;
    (page.older == nobody ? oldest_ : pool_.own(page.older).younger) = page.younger;
    (page.younger == nobody ? youngest_ : pool_.own(page.younger).older) = page.older;
  }
  /// nobody: the cache is empty.
  std::uint32_t oldest() const { return oldest_; }

  std::size_t bytes_not_shared(const PageBook& with) const {
    return pool_.bytes_not_shared(with.pool_) + places_.bytes_not_shared(with.places_);
  }

 private:
  /// Where the page stands, or the free place where it would.
  std::size_t place_of(std::uint64_t number) {
    const std::size_t mask = places_.size() - 1;
    std::size_t i = mix64(number) & mask;
    while (places_.own(i) != 0 && pool_.own(places_.own(i) - 1).number != number) i = (i + 1) & mask;
    return i;
  }
  /// Moves up what stands behind `gap` and could not stand where it belongs.
  void close_gap(std::size_t gap) {
    const std::size_t mask = places_.size() - 1;
    for (std::size_t i = (gap + 1) & mask; places_.own(i) != 0; i = (i + 1) & mask) {
      const std::size_t home = mix64(pool_.own(places_.own(i) - 1).number) & mask;
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      places_.own(gap) = places_.own(i);
      gap = i;
    }
    places_.own(gap) = 0;
  }
  void grow() {
    const std::size_t size = places_.size() == 0 ? 256 : places_.size() * 2;
    places_ = CowVector<std::uint32_t, 1024>();
    places_.resize(size);
    for (std::uint32_t handle = 0; handle < pool_.size(); ++handle) {
      const OtherPage& page = pool_.own(handle);
      if (page.state != OtherPage::State::none) places_.own(place_of(page.number)) = handle + 1;
    }
  }
  std::uint32_t take_handle() {
    if (free_ == nobody) {
      pool_.resize(pool_.size() + 1);
      return static_cast<std::uint32_t>(pool_.size() - 1);
    }
    const std::uint32_t handle = free_;
    free_ = static_cast<std::uint32_t>(pool_.own(handle).number);
    return handle;
  }

  CowVector<OtherPage> pool_;
  CowVector<std::uint32_t, 1024> places_;  ///< handle + 1, 0: free. A power of two of them, at most 5/8 in use
  std::uint64_t used_ = 0;
  std::uint32_t free_ = nobody;
  std::uint32_t oldest_ = nobody, youngest_ = nobody;
};

}  // namespace kmemlab::sim
