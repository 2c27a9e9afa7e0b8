// Who gets a frame when they run short: watermarks, the frames of others, and faults that pretend a shortage.
#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {
constexpr std::uint8_t dirt = 0xa5;
}  // namespace

std::optional<Frame> Kernel::frame_for(Wait wait) {
  const bool kept_back = wait == Wait::may_sleep && machine_.free_frames() <= limits_.reserve && limits_.reserve != 0;
  std::optional<Frame> frame;
  if (!kept_back && !strikes(FaultSite::frame)) frame = machine_.take_frame();
  daemon_wanted_ |= limits_.low != 0 && (!frame || machine_.free_frames() < limits_.low);
  return frame;
}

void Kernel::page_is_mapped(Addr page, Zero zero) {
  if (zero == Zero::yes) {
    machine_.zero(page, machine_.page_bytes());
  } else if (strikes(FaultSite::dirty_page)) {
    const std::vector<std::uint8_t> bytes(machine_.page_bytes(), dirt);
    machine_.poke_bytes(page, bytes);
  }
  if (watcher_ != nullptr) watcher_->page_mapped(page);
}

// Whoever takes these is no part of the allocator's calls: what the machine charged for them is taken back.
std::optional<Frame> Kernel::take_other_frame() {
  const std::uint64_t before = machine_.cycles();
  const std::optional<Frame> frame = frame_for(Wait::may_sleep);
  machine_.charge(before - machine_.cycles());
  return frame;
}

// Nobody is woken for a frame that only those who may not sleep could have.
void Kernel::release_other_frame(Frame frame) {
  const std::uint64_t before = machine_.cycles();
  machine_.release_frame(frame);
  machine_.charge(before - machine_.cycles());
  if (machine_.free_frames() > limits_.reserve) wakeup(frames_channel);
}

void Kernel::deliver_late_wakeups() {
  for (const Channel channel : std::exchange(late_wakeups_, {})) sleepers_.wakeup(channel);
}

}  // namespace kmemlab::sim
