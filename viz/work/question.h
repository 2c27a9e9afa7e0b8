// A question that a panel asks a run's desk each frame, and its newest answer: asked again only when the key changes.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "viz/work/desk.h"

namespace kmemlab::viz {

/// Key: anything that can be compared. T: plain data.
template <class Key, class T>
class Question {
 public:
  Question() : box_(std::make_shared<Box>()), slot_(Desk::new_slot()) {}

  /// The newest answer, perhaps to an earlier key, or null. `answer(timeline, stop)` -> Fallible<T> runs on the desk's
  /// thread, and must not refer to what dies with this frame.
  template <class F>
  const T* ask(Desk& desk, const Key& key, F answer) {
    if (!asked_ || !(*asked_ == key)) {
      asked_ = key;
      desk.post(slot_, [box = box_, key, answer = std::move(answer)](sim::Timeline& timeline, const Desk::Stop& stop) {
        Fallible<T> came = answer(timeline, stop);
        if (!came && stop()) return;  // it gave up because nobody wants it any more
        const std::lock_guard lock(box->mutex);
        box->key = key;
        if (came) {
          box->value = std::make_shared<const T>(std::move(*came));
          box->error.reset();
        } else {
          box->error = came.error();
        }
      });
    }
    return look();
  }
  /// The newest answer without asking.
  const T* look() {
    const std::lock_guard lock(box_->mutex);
    shown_ = box_->value;
    shown_key_ = box_->key;
    return shown_.get();
  }
  /// The key that look()'s answer belongs to.
  const std::optional<Key>& key() const { return shown_key_; }
  bool current() const { return asked_ && shown_key_ && *asked_ == *shown_key_; }
  std::optional<Error> error() const {
    const std::lock_guard lock(box_->mutex);
    return box_->error;
  }
  void forget(Desk& desk) {
    desk.cancel(slot_);
    asked_.reset();
  }

 private:
  struct Box {
    std::mutex mutex;
    std::shared_ptr<const T> value;
    std::optional<Key> key;
    std::optional<Error> error;
  };
  std::shared_ptr<Box> box_;
  Desk::Slot slot_;
  std::optional<Key> asked_;
  std::shared_ptr<const T> shown_;
  std::optional<Key> shown_key_;
};

}  // namespace kmemlab::viz
