#include "core/machine/host/host_machine.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace kmemlab::host {

namespace {
unsigned char* reserve(std::uint64_t bytes, int protection) {
  void* p = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw HostTrap{"the host refuses a window of " + std::to_string(bytes) + " bytes"};
  return static_cast<unsigned char*>(p);
}
}  // namespace

HostMachine::HostMachine(const HostShape& shape) : shape_(shape) {
  window_ = reserve(shape.arena.bytes, PROT_NONE);
  boot_window_ = reserve(shape.boot.bytes, PROT_READ | PROT_WRITE);
  if (shape.private_region.bytes > 0) private_window_ = reserve(shape.private_region.bytes, PROT_NONE);
  frames_file_ = memfd_create("kmemlab-frames", MFD_CLOEXEC);
  if (frames_file_ < 0 || ftruncate(frames_file_, static_cast<off_t>(shape.frames << shape.page_shift)) != 0) {
    throw HostTrap{"the host gives no memory file for the frames"};
  }
  const std::uint64_t pages = shape.arena.bytes >> shape.page_shift;
  page_taken_.resize(pages, false);
  frame_of_.resize(pages, no_frame);
  frame_taken_.resize(shape.frames, false);
  key_of_.resize(pages, PageKey::kernel_only);
  system_page_.resize(pages, false);
}

HostMachine::~HostMachine() {
  munmap(window_, shape_.arena.bytes);
  munmap(boot_window_, shape_.boot.bytes);
  if (private_window_ != nullptr) munmap(private_window_, shape_.private_region.bytes);
  close(frames_file_);
}

unsigned char* HostMachine::at(Addr a, std::uint64_t bytes) const {
  if (shape_.arena.contains(a) && bytes <= shape_.arena.end().v - a.v) return window_ + (a - shape_.arena.base);
  if (shape_.boot.contains(a) && bytes <= shape_.boot.end().v - a.v) return boot_window_ + (a - shape_.boot.base);
  const AddrRange own = shape_.private_region;
  if (own.contains(a) && bytes <= own.end().v - a.v) return private_window_ + (a - own.base);
  throw HostTrap{"access outside the window"};
}

bool HostMachine::mapped(Addr a) const {
  if (shape_.boot.contains(a)) return true;
  if (running_ != 0 && shape_.private_region.contains(a)) {
    return (a - shape_.private_region.base) >> shape_.page_shift < processes_[running_ - 1].size();
  }
  return shape_.arena.contains(a) && frame_of_[(a - shape_.arena.base) >> shape_.page_shift] != no_frame;
}

void HostMachine::wakeup(Channel channel) {
  wakeups_.push_back(channel);
  const auto gone = std::remove(waiting_.begin(), waiting_.end(), channel);
  if (gone != waiting_.end()) {
    waiting_.erase(gone, waiting_.end());
    woken_.notify_all();
  }
}

std::vector<Channel> HostMachine::take_wakeups() {
  return std::exchange(wakeups_, {});
}

void HostMachine::wait(std::unique_lock<std::mutex>& lock, Channel channel) {
  waiting_.push_back(channel);
  woken_.wait(lock, [&] { return std::find(waiting_.begin(), waiting_.end(), channel) == waiting_.end(); });
}

std::optional<std::uint64_t> HostMachine::find_pages(std::uint64_t pages, std::uint64_t from) const {
  std::uint64_t run = 0;
  for (std::uint64_t p = from; p < page_taken_.size(); ++p) {
    run = page_taken_[p] ? 0 : run + 1;
    if (run == pages) return p + 1 - pages;
  }
  return std::nullopt;
}

std::uint32_t HostMachine::take_frame() {
  const auto frame = std::find(frame_taken_.begin(), frame_taken_.end(), false);
  if (frame == frame_taken_.end()) return no_frame;
  *frame = true;
  return static_cast<std::uint32_t>(frame - frame_taken_.begin());
}

void HostMachine::place_frame(unsigned char* at, std::uint32_t frame) {
  if (mmap(at, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, frames_file_,
           static_cast<off_t>(frame * page_bytes())) == MAP_FAILED) {
    throw HostTrap{"the host cannot map a frame"};
  }
}

void HostMachine::displace_frame(unsigned char* at) {
  if (mmap(at, page_bytes(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) {
    throw HostTrap{"the host cannot unmap a frame"};
  }
}

bool HostMachine::map_frame(std::uint64_t page) {
  const std::uint32_t number = take_frame();
  if (number == no_frame) return false;
  frame_of_[page] = number;
  place_frame(window_ + page * page_bytes(), number);
  return true;
}

void HostMachine::unmap_frame(std::uint64_t page) {
  frame_taken_[frame_of_[page]] = false;
  frame_of_[page] = no_frame;
  displace_frame(window_ + page * page_bytes());
}

Outcome HostMachine::kmem_alloc(KmemCall& call) {
  const std::uint64_t pages = call.bytes / page_bytes();
  const bool may_sleep = call.wait == Wait::may_sleep;
  if (call.phase == KmemCall::Phase::find_space) {
    const auto start = find_pages(pages);
    if (!start) {
      call.reason = Reason::no_space;
      call.channel = map_channel;
      call.cause = SleepCause::address_space;
      return may_sleep ? Outcome::blocked : Outcome::failed;
    }
    std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(*start), pages, true);
    call.va = shape_.arena.base + *start * page_bytes();
    call.phase = KmemCall::Phase::take_frames;
  }
  const std::uint64_t first = (call.va - shape_.arena.base) / page_bytes();
  for (; call.pages_mapped < pages; ++call.pages_mapped) {
    if (!map_frame(first + call.pages_mapped)) {
      call.reason = Reason::no_frames;
      call.channel = frames_channel;
      call.cause = SleepCause::frames;
      if (may_sleep) return Outcome::blocked;
      const std::uint64_t undo = call.pages_mapped;
      for (std::uint64_t p = 0; p < undo; ++p) unmap_frame(first + p);
      std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(first), pages, false);
      if (undo > 0) wakeup(frames_channel);
      wakeup(map_channel);
      return Outcome::failed;
    }
    if (call.zero == Zero::yes) zero(call.va + call.pages_mapped * page_bytes(), page_bytes());
  }
  return Outcome::done;
}

void HostMachine::kmem_free(Addr va, std::uint64_t bytes) {
  const std::uint64_t first = (va - shape_.arena.base) / page_bytes();
  const std::uint64_t pages = bytes / page_bytes();
  for (std::uint64_t p = first; p < first + pages; ++p) unmap_frame(p);
  std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(first), pages, false);
  wakeup(frames_channel);
  wakeup(map_channel);
}

Addr HostMachine::boot_alloc(std::uint64_t bytes) {
  const std::uint64_t rounded = (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
  if (rounded > shape_.boot.bytes - boot_used_) throw HostTrap{"boot memory is used up"};
  const Addr a = shape_.boot.base + boot_used_;
  boot_used_ += rounded;
  return a;
}

}  // namespace kmemlab::host
