// The host machine: a core runs on plain memory of the computer, with direct loads and stores. It exists to prove that
// the simulated machine runs the real allocator: the same calls must give the same guest addresses and leave the same
// bytes. Nothing is shared with the simulator but the contract (core/machine/concepts.h, kmem_call.h): address space is
// a page bitmap searched first fit, frames are pages of an anonymous file that the host's own MMU maps into a window,
// lowest free frame first. A page that is not mapped is PROT_NONE, so that a stray access stops the process. This
// folder is the one place in core/ that calls the operating system. A panic throws HostTrap (docs/design.md, traps).
#pragma once

#include <bit>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/addr.h"
#include "core/machine/area_table.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/modules.h"
#include "core/machine/outcome.h"
#include "core/machine/pages.h"
#include "core/machine/reference.h"
#include "core/machine/sem_table.h"
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
  AddrRange boot{};            ///< where boot_alloc takes from
  AddrRange private_region{};  ///< of processes; may be empty
  std::uint64_t frames = 0;    ///< page frames that kmem may map
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
    permit(a, sizeof(T), B_READ_AREA);
    return read<T>(a);
  }
  template <class T>
  void store(Addr a, T value) {
    permit(a, sizeof(T), B_WRITE_AREA);
    value = swapped(value);
    std::memcpy(at(a, sizeof(T)), &value, sizeof(T));
  }
  std::uint64_t load_word(Addr a) { return shape_.word_bytes == 8 ? load<std::uint64_t>(a) : load<std::uint32_t>(a); }
  void store_word(Addr a, std::uint64_t value) {
    if (shape_.word_bytes == 8) {
      store<std::uint64_t>(a, value);
    } else {
      store<std::uint32_t>(a, static_cast<std::uint32_t>(value));
    }
  }
  void zero(Addr a, std::uint64_t bytes) {
    permit(a, bytes, B_WRITE_AREA);
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
  void will_sleep(Channel) {}
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

  // HasPages, HasReferenceErrors, HasProcesses (host_pages.cpp)
  KmemSpace kmem_reserve(std::uint64_t bytes);
  void kmem_release(Addr va, std::uint64_t bytes);
  bool kmem_map(Addr page, PageKey key, Zero zero);
  void kmem_unmap(Addr page);
  bool accessible(Addr a) const { return mapped(a); }
  std::uint64_t ram_frames() const { return shape_.frames; }
  void set_system_area(AddrRange range, SystemArea area);
  /// A user reaches pages of the arena whose key allows it, and nothing else.
  std::optional<std::uint32_t> refer(const Reference& reference);
  unsigned process() const { return running_; }
  AddrRange private_region() const { return shape_.private_region; }
  /// As the simulated kernel's: frames are taken now, the process does not run yet; 0 if there are none.
  unsigned add_process(std::uint64_t private_pages);
  void run_process(unsigned number);
  void exit_process(unsigned number);

  // HasAreas, HasSemaphores (host_areas.cpp), HasModules. Deferred releases: as sim::Kernel's.
  area_id create_area(std::string_view name, Addr& address, std::uint32_t addr_spec, std::uint64_t size,
                      std::uint32_t lock, std::uint32_t protection);
  status_t delete_area(area_id id);
  area_id area_for(Addr a) const;
  area_id find_area(std::string_view name) const { return areas_.named(name); }
  status_t get_area_info(area_id id, area_info& info) const;
  Outcome make_resident(ResidentCall& call);
  const AreaTable& areas() const { return areas_; }
  sem_id create_sem(std::int32_t count, std::string_view name) { return sems_.create(count, name); }
  status_t delete_sem(sem_id id);
  SemReply acquire_sem(sem_id id);
  SemReply resume_sem(sem_id id, std::uint64_t ticket) { return sems_.resume(id, ticket); }
  status_t release_sem(sem_id id);
  std::optional<std::int32_t> get_sem_count(sem_id id) const { return sems_.count(id); }
  const SemTable& sems() const { return sems_; }
  void defer_releases(bool on) { defer_releases_ = on; }
  std::vector<sem_id> take_releases() { return std::exchange(releases_, {}); }
  /// The wake-up is one of a channel that a single request waits on, reported by take_wakeups like any other.
  status_t finish_release(sem_id id);
  ModuleTable& modules() { return modules_; }

  // HasPanic, HasConsole, HasSteps
  [[noreturn]] void panic(const char* message) { throw HostTrap{message}; }
  void console(std::string_view line) { console_.emplace_back(line); }
  /// All lines printed so far, oldest first.
  const std::vector<std::string>& console_lines() const { return console_; }
  void step(const Step&) {}
  void mark(unsigned) {}

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
  std::optional<std::uint64_t> find_pages(std::uint64_t pages, std::uint64_t from = 0) const;
  /// Pages of areas: the host's MMU knows what is not there, and this who may read or write. @throws HostTrap
  void permit(Addr a, std::uint64_t bytes, std::uint32_t right) const {
    if (areas_.ever_used()) check_rights(a, bytes, right);
  }
  void check_rights(Addr a, std::uint64_t bytes, std::uint32_t right) const;
  std::optional<std::uint64_t> find_area_pages(const AreaRequest& request) const;
  bool map_area(area_info& area);
  void place_area_page(area_info& area, std::uint64_t page, std::uint32_t frame);
  std::uint32_t take_run(std::uint64_t count, std::uint64_t limit);  ///< first frame of the lowest run, or no_frame
  bool map_frame(std::uint64_t page);
  void unmap_frame(std::uint64_t page);
  std::uint32_t take_frame();  ///< the lowest free one, or no_frame
  void place_frame(unsigned char* at, std::uint32_t frame);
  void displace_frame(unsigned char* at);
  std::uint64_t page_index(Addr a) const { return (a - shape_.arena.base) >> shape_.page_shift; }

  static constexpr std::uint32_t no_frame = ~std::uint32_t{0};
  HostShape shape_;
  unsigned char* window_ = nullptr;          ///< arena
  unsigned char* boot_window_ = nullptr;     ///< boot memory
  unsigned char* private_window_ = nullptr;  ///< private region of the process that runs
  std::uint64_t boot_used_ = 0;
  int frames_file_ = -1;
  std::vector<bool> page_taken_;         ///< address space of the arena
  std::vector<std::uint32_t> frame_of_;  ///< per page of the arena
  std::vector<bool> frame_taken_;
  std::vector<PageKey> key_of_;                        ///< per page of the arena
  std::vector<bool> system_page_;                      ///< per page of the arena: a reference error there is a crash
  std::vector<std::vector<std::uint32_t>> processes_;  ///< frames of each one's private region
  unsigned running_ = 0;                               ///< from 1; 0 = none
  SemTable sems_;
  AreaTable areas_;
  ModuleTable modules_;
  std::vector<sem_id> releases_;
  bool defer_releases_ = false;
  std::vector<Channel> wakeups_;
  std::vector<std::string> console_;
  bool in_interrupt_ = false;
  int level_ = 0;

  std::mutex kernel_lock_;
  std::condition_variable woken_;
  std::deque<Channel> waiting_;  ///< one entry a waiting thread; removed by wakeup
};

}  // namespace kmemlab::host
