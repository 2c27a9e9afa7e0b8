// A table from block ids (or event numbers) to small values, for what observers remember of each live block: open
// addressing, a few nanoseconds an operation. Ids are given out one after the other, so the sixteen of a group lie side
// by side, and groups are scattered. Memory follows the greatest number of entries: at most half of the places are
// full.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/digest.h"

namespace kmemlab::sim {

template <class V>
class IdMap {
 public:
  static constexpr std::uint64_t no_id = ~std::uint64_t{0};  ///< cannot be a key

  std::size_t size() const { return size_; }
  /// The value of `id`, made if there is none; valid until the next call.
  V& operator[](std::uint64_t id) {
    if (2 * (size_ + 1) > places_.size()) grow();
    std::size_t at = home(id);
    while (places_[at].id != id && places_[at].id != no_id) at = (at + 1) & mask_;
    if (places_[at].id == no_id) {
      places_[at] = {id, V{}};
      ++size_;
    }
    return places_[at].value;
  }
  const V* find(std::uint64_t id) const {
    const std::size_t at = place_of(id);
    return at == none ? nullptr : &places_[at].value;
  }
  /// Brings the place where an entry would be into the host's cache.
  void prefetch(std::uint64_t id) const {
    if (!places_.empty()) __builtin_prefetch(&places_[home(id)], 1);
  }
  /// Removes the entry and gives its value.
  std::optional<V> take(std::uint64_t id) {
    const std::size_t at = place_of(id);
    if (at == none) return std::nullopt;
    std::optional<V> value(std::move(places_[at].value));
    close(at);
    --size_;
    return value;
  }
  /// f(id, value), in no order that means anything: for sums only.
  template <class F>
  void for_each(F f) const {
    for (const Place& p : places_) {
      if (p.id != no_id) f(p.id, p.value);
    }
  }

 private:
  struct Place {
    std::uint64_t id = no_id;
    V value{};
  };
  static constexpr std::size_t none = ~std::size_t{0};

  std::size_t home(std::uint64_t id) const {
    return static_cast<std::size_t>((mix64(id >> 4) << 4 | (id & 15)) & mask_);
  }
  std::size_t place_of(std::uint64_t id) const {
    if (places_.empty() || id == no_id) return none;
    for (std::size_t at = home(id);; at = (at + 1) & mask_) {
      if (places_[at].id == id) return at;
      if (places_[at].id == no_id) return none;
    }
  }
  /// The entries behind a removed one move up, so that each is found from its home without a gap.
  void close(std::size_t gap) {
    for (std::size_t at = (gap + 1) & mask_; places_[at].id != no_id; at = (at + 1) & mask_) {
      if (((at - home(places_[at].id)) & mask_) < ((at - gap) & mask_)) continue;
      places_[gap] = std::move(places_[at]);
      gap = at;
    }
    places_[gap] = {};
  }
  void grow() {
    std::vector<Place> old(places_.empty() ? 64 : 2 * places_.size());
    old.swap(places_);
    mask_ = places_.size() - 1;
    for (Place& p : old) {
      if (p.id == no_id) continue;
      std::size_t at = home(p.id);
      while (places_[at].id != no_id) at = (at + 1) & mask_;
      places_[at] = std::move(p);
    }
  }

  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  std::vector<Place> places_;
};

}  // namespace kmemlab::sim
