// The host machine: a core runs on plain memory of the computer, with direct loads and stores. It exists to prove that
// the simulated machine runs the real allocator: the same calls must give the same guest addresses and leave the same
// bytes. Nothing is shared with the simulator but the contract (core/machine/concepts.h, kmem_call.h): address space is
// a page bitmap searched first fit, frames are pages of an anonymous file that the host's own MMU maps into a window, lowest
// free frame first. A page that is not mapped is PROT_NONE, so that a stray access stops the process.
// This folder is the one place in core/ that calls the operating system. A panic throws HostTrap (docs/design.md, traps).
#pragma once

#include <bit>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"
#include "core/machine/step.h"

namespace kmemlab::host {

struct HostTrap {
  std::string message;
};

struct HostShape {
  unsigned page_shift = 12;
  unsigned word_bytes = 8;
  bool big_endian = false;
  AddrRange arena{};
  AddrRange boot{};          ///< where boot_alloc takes from
  std::uint64_t frames = 0;  ///< page frames that kmem may map
};

class HostMachine {
 public:
  /// @throws HostTrap if the host refuses the window.
  explicit HostMachine(const HostShape& shape);
  ~HostMachine();
  HostMachine(const HostMachine&) = delete;
  HostMachine& operator=(const HostMachine&) = delete;

  // HasShape, HasMemory, HasPeek
  unsigned page_shift() const { return shape_.page_shift; }
  unsigned word_bytes() const { return shape_.word_bytes; }
  template <class T>
  T load(Addr a) {
    return read<T>(a);
  }
  template <class T>
  void store(Addr a, T value) {
    value = swapped(value);
    std::memcpy(at(a, sizeof(T)), &value, sizeof(T));
  }
  std::uint64_t load_word(Addr a) { return shape_.word_bytes == 8 ? read<std::uint64_t>(a) : read<std::uint32_t>(a); }
  void store_word(Addr a, std::uint64_t value) {
    if (shape_.word_bytes == 8) {
      store<std::uint64_t>(a, value);
    } else {
      store<std::uint32_t>(a, static_cast<std::uint32_t>(value));
    }
  }
  void zero(Addr a, std::uint64_t bytes) {
    if (bytes > 0) std::memset(at(a, bytes), 0, bytes);
  }
  template <class T>
  std::optional<T> peek(Addr a) const {
    if (!mapped(a)) return std::nullopt;
    return read<T>(a);
  }
  std::optional<std::uint64_t> peek_word(Addr a) const {
    if (!mapped(a)) return std::nullopt;
    return shape_.word_bytes == 8 ? read<std::uint64_t>(a) : read<std::uint32_t>(a);
  }

  // HasContext: the host has no interrupts; the level is only kept
  bool in_interrupt() const { return in_interrupt_; }
  void set_interrupt(bool on) { in_interrupt_ = on; }
  int splimp() { return std::exchange(level_, 1); }
  void splx(int level) { level_ = level; }

  // HasWakeup, and how a thread of the host waits
  void wakeup(Channel channel);
  /// Wake-ups since the last call, oldest first.
  std::vector<Channel> take_wakeups();
  /// Blocks the calling thread, which holds `lock` on kernel_lock(), until `channel` is woken.
  void wait(std::unique_lock<std::mutex>& lock, Channel channel);
  std::mutex& kernel_lock() { return kernel_lock_; }

  // HasKmem, HasBootMemory
  Outcome kmem_alloc(KmemCall& call);
  void kmem_free(Addr va, std::uint64_t bytes);
  AddrRange arena() const { return shape_.arena; }
  Addr boot_alloc(std::uint64_t bytes);

  // HasPanic, HasSteps
  [[noreturn]] void panic(const char* message) { throw HostTrap{message}; }
  void step(const Step&) {}

  bool mapped(Addr a) const;
  /// The channels on which kmem_alloc blocks; values agree with the simulated kernel's.
  static constexpr Channel map_channel{0x6b6d'0000'0001ULL};
  static constexpr Channel frames_channel{0x6b6d'0000'0002ULL};

 private:
  template <class T>
  T swapped(T value) const {
    if (!shape_.big_endian) return value;
    if constexpr (sizeof(T) == 1) return value;
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  }
  template <class T>
  T read(Addr a) const {
    T value;
    std::memcpy(&value, at(a, sizeof(T)), sizeof(T));
    return swapped(value);
  }
  unsigned char* at(Addr a, std::uint64_t bytes) const;
  std::uint64_t page_bytes() const { return std::uint64_t{1} << shape_.page_shift; }
  std::optional<std::uint64_t> find_pages(std::uint64_t pages) const;
  bool map_frame(std::uint64_t page);
  void unmap_frame(std::uint64_t page);

  static constexpr std::uint32_t no_frame = ~std::uint32_t{0};
  HostShape shape_;
  unsigned char* window_ = nullptr;       ///< arena
  unsigned char* boot_window_ = nullptr;  ///< boot memory
  std::uint64_t boot_used_ = 0;
  int frames_file_ = -1;
  std::vector<bool> page_taken_;            ///< address space of the arena
  std::vector<std::uint32_t> frame_of_;     ///< per page of the arena
  std::vector<bool> frame_taken_;
  std::vector<Channel> wakeups_;
  bool in_interrupt_ = false;
  int level_ = 0;

  std::mutex kernel_lock_;
  std::condition_variable woken_;
  std::deque<Channel> waiting_;  ///< one entry a waiting thread; removed by wakeup
};

}  // namespace kmemlab::host
