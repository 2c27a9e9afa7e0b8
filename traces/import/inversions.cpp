// InversionWindow: see inversions.h.
#include "traces/import/inversions.h"

#include <algorithm>

namespace kmemlab::traces {
namespace {

constexpr std::size_t compact_at = 16 * InversionWindow::window_records;

std::uint8_t bucket_of(std::uint64_t pointer) {
  return static_cast<std::uint8_t>(mix64(pointer));
}

/// Records that say something about one pointer of a block.
bool is_slab(const RawRecord& r) {
  return (r.kind == RawKind::slab_alloc || r.kind == RawKind::slab_free) && r.pointer_text == RawPointer::known &&
         names_block(r.pointer);
}

bool is_realloc(const RawRecord& r) {
  return r.kind == RawKind::slab_realloc;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) {
  return a < b ? b - a : a - b;
}

}  // namespace

bool clock_orders_cpus(std::string_view clock) {
  constexpr std::string_view ordered[] = {"global", "mono",    "mono_raw", "boot",
                                          "tai",    "counter", "x86-tsc",  "tsc2nsec"};
  return std::find(std::begin(ordered), std::end(ordered), clock) != std::end(ordered);
}

void InversionWindow::record(const RawRecord& record) {
  if (mode_ == Mode::undecided) {
    mode_ = clock_orders_cpus(source_.clock) ? Mode::passes : Mode::holds;
    held_.reserve(compact_at + 1);
  }
  if (mode_ == Mode::passes) return to_.record(record);
  hold(record);
  if (held_.size() - first_ > window_records) emit_oldest();
}

void InversionWindow::hold(const RawRecord& record) {
  Held fresh{record, false};
  if (is_realloc(record)) {
    ++touched_[bucket_of(record.pointer)];
    ++touched_[bucket_of(record.moved_to)];
  } else if (is_slab(record)) {
    const bool alloc = record.kind == RawKind::slab_alloc;
    fresh.odd = alloc == live(record.pointer);
    const std::size_t partner = touched_[bucket_of(record.pointer)] ? partner_of(record) : held_.size();
    ++touched_[bucket_of(record.pointer)];
    if (partner != held_.size()) {
      ++quality_.inverted;
      held_[partner].odd = false;
      fresh.odd = false;
      fresh.record.tick = held_[partner].record.tick;
      held_.insert(held_.begin() + static_cast<std::ptrdiff_t>(partner), fresh);
      return;
    }
  }
  held_.push_back(fresh);
}

bool InversionWindow::live(std::uint64_t pointer) const {
  if (touched_[bucket_of(pointer)]) {
    for (std::size_t i = held_.size(); i-- > first_;) {
      const RawRecord& r = held_[i].record;
      if (is_slab(r) && r.pointer == pointer) return r.kind == RawKind::slab_alloc;
      if (is_realloc(r) && r.moved_to == pointer) return true;
      if (is_realloc(r) && r.pointer == pointer) return false;
    }
  }
  return to_.is_live(pointer);
}

/// An odd free wants the allocation that comes too late; an odd allocation the free that does. What stands between the
/// two at the same pointer would be torn apart by the move: then they are no pair.
std::size_t InversionWindow::partner_of(const RawRecord& record) const {
  for (std::size_t i = held_.size(); i-- > first_;) {
    const Held& h = held_[i];
    if (is_realloc(h.record) && (h.record.pointer == record.pointer || h.record.moved_to == record.pointer)) break;
    if (!is_slab(h.record) || h.record.pointer != record.pointer) continue;
    const bool pair = h.odd && h.record.kind != record.kind && h.record.cpu != record.cpu &&
                      distance(h.record.tick, record.tick) <= window_ticks;
    return pair ? i : held_.size();
  }
  return held_.size();
}

void InversionWindow::emit_oldest() {
  const RawRecord& r = held_[first_].record;
  if (is_slab(r)) --touched_[bucket_of(r.pointer)];
  if (is_realloc(r)) {
    --touched_[bucket_of(r.pointer)];
    --touched_[bucket_of(r.moved_to)];
  }
  to_.record(r);
  if (++first_ == compact_at - window_records) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void InversionWindow::flush() {
  while (first_ < held_.size()) emit_oldest();
  held_.clear();
  first_ = 0;
}

}  // namespace kmemlab::traces
