// Cow<T>: a value shared between copies until one of them writes. What makes copying a machine cheap.
// Copies may live on different threads; one Cow object may not be used by two threads at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace kmemlab::sim {

template <class T>
class Cow {
 public:
  Cow() = default;
  Cow(const Cow& other) : box_(other.box_) {
    if (box_ != nullptr) box_->refs.fetch_add(1, std::memory_order_relaxed);
  }
  Cow(Cow&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  Cow& operator=(Cow other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~Cow() {
    if (box_ != nullptr && box_->refs.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box_;
  }

  /// Null until the first own().
  const T* get() const { return box_ == nullptr ? nullptr : &box_->value; }
  bool unique() const { return box_ != nullptr && box_->refs.load(std::memory_order_acquire) == 1; }

  /// The value, for writing: made when absent, copied when shared.
  T& own() {
    if (!unique()) *this = box_ == nullptr ? Cow(new Box()) : Cow(new Box(box_->value));
    return box_->value;
  }

 private:
  struct Box {
    Box() = default;
    explicit Box(const T& v) : value(v) {}
    std::atomic<std::uint32_t> refs{1};
    T value{};
  };
  explicit Cow(Box* box) : box_(box) {}

  Box* box_ = nullptr;
};

}  // namespace kmemlab::sim
