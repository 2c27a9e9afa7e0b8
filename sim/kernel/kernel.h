// The kernel that stands between a core and the simulated machine: it is the Machine (core/machine/concepts.h) that a
// core is compiled against. Memory, levels and panics are the machine's own, forwarded; kmem (address space and frames
// for the arena) and sleep queues are added here. Copying a Kernel is a checkpoint, as copying a Machine is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "core/machine/area_table.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/modules.h"
#include "core/machine/outcome.h"
#include "core/machine/pages.h"
#include "core/machine/reference.h"
#include "core/machine/sem_table.h"
#include "core/machine/step.h"
#include "sim/kernel/address_map.h"
#include "sim/kernel/fault_sites.h"
#include "sim/kernel/frame_limits.h"
#include "sim/kernel/mark_set.h"
#include "sim/kernel/processes.h"
#include "sim/kernel/sleep_queue.h"
#include "sim/kernel/system_areas.h"
#include "sim/machine/machine.h"
#include "sim/machine/mapped_pages.h"

namespace kmemlab::sim {

/// Levels of this kernel. Interrupts of a trace arrive at or below the level that cores raise to.
enum class Spl : Level { none = 0, soft = 1, device = 3, imp = 5, high = 7 };

/// Who makes a call: a process, or a handler that the trace shows, at level soft or device.
enum class CallEnvironment : std::uint8_t { process, softirq, hardirq, interrupt = softirq };
constexpr Level level_of(CallEnvironment environment) {
  if (environment == CallEnvironment::process) return static_cast<Level>(Spl::none);
  return static_cast<Level>(environment == CallEnvironment::hardirq ? Spl::device : Spl::soft);
}

/// Told of every page of the arena that gets or loses its frame.
class PageWatcher {
 public:
  virtual ~PageWatcher() = default;
  virtual void page_mapped(Addr page) = 0;
  virtual void page_unmapped(Addr page) = 0;
};

/// Thrown by Kernel::step: see set_step_limit.
struct StepLimit {};

struct KernelOptions {
  std::uint64_t arena_bytes = std::uint64_t{64} << 20;  ///< a multiple of the page size
  std::uint64_t ram_bytes = std::uint64_t{64} << 20;
  std::uint64_t map_entries = 0;  ///< size of the static pool; 0 = map_entries_for(arena)
  unsigned cpus = 1;
};

/// 386BSD had 2500 entries for an arena of 1024 pages: enough for any pattern, since n pages fall into at most (n + 1)
/// / 2 runs. The same here in proportion, never fewer.
std::uint64_t map_entries_for(std::uint64_t arena_pages);

class Kernel {
 public:
  static Fallible<Kernel> create(const Profile& profile, const KernelOptions& options);

  // ---- What a core asks for (HasShape, HasMemory, HasPeek) ----
  unsigned page_shift() const { return machine_.page_shift(); }
  unsigned word_bytes() const { return machine_.word_bytes(); }
  template <class T>
  T load(Addr a) {
    return machine_.load<T>(a);
  }
  template <class T>
  void store(Addr a, T value) {
    machine_.store<T>(a, value);
  }
  std::uint64_t load_word(Addr a) { return machine_.load_word(a); }
  void store_word(Addr a, std::uint64_t value) { machine_.store_word(a, value); }
  void zero(Addr a, std::uint64_t bytes) { machine_.zero(a, bytes); }
  template <class T>
  std::optional<T> peek(Addr a) const {
    return machine_.peek<T>(a);
  }
  std::optional<std::uint64_t> peek_word(Addr a) const { return machine_.peek_word(a); }

  // ---- HasContext, HasWakeup, HasPanic, HasSteps ----
  bool in_interrupt() const { return machine_.in_interrupt(); }
  int splimp() { return machine_.raise_level(static_cast<Level>(Spl::imp)); }
  void splx(int level) { machine_.restore_level(static_cast<Level>(level)); }
  void wakeup(Channel channel) {
    if (faults_ != nullptr && strikes(FaultSite::late_wakeup)) [[unlikely]] {
      late_wakeups_.push_back(channel);
      return;
    }
    if (channel == announced_) announced_woken_ = true;
    sleepers_.wakeup(channel);
  }
  void will_sleep(Channel channel) {
    announced_ = channel;
    announced_woken_ = false;
  }
  [[noreturn]] void panic(const char* message);
  void console(std::string_view line) { machine_.print(line); }
  void step(const Step& s) {
    if (steps_ != nullptr) [[unlikely]]
      take_step(s);
  }

  // ---- HasMarks: marks.h ----
  void mark(unsigned number) { marks_.set(number); }
  /// Since the kernel was made, copies included; no part of any digest.
  const MarkSet& marks() const { return marks_; }

  // ---- HasKmem, HasBootMemory ----
  Outcome kmem_alloc(KmemCall& call);
  void kmem_free(Addr va, std::uint64_t bytes);
  AddrRange arena() const { return map_.arena(); }
  /// Panics "boot memory is used up" if the profile's static range is too small.
  Addr boot_alloc(std::uint64_t bytes);
  static constexpr Channel map_channel{0x6b6d'0000'0001ULL};     ///< "kmemspc"
  static constexpr Channel frames_channel{0x6b6d'0000'0002ULL};  ///< "kmempgs"

  // ---- HasPages, HasReferenceErrors, HasProcesses (kernel_pages.cpp) ----
  KmemSpace kmem_reserve(std::uint64_t bytes);
  void kmem_release(Addr va, std::uint64_t bytes);
  bool kmem_map(Addr page, PageKey key, Zero zero);
  void kmem_unmap(Addr page);
  bool accessible(Addr a) const;
  /// f(page) for each page of the arena that has a frame, lowest first.
  template <class F>
  void for_each_held_page(F f) const {
    for_each_mapped_page(machine_, arena(), f);
  }
  std::uint64_t ram_frames() const { return machine_.pool().frames(); }
  void set_system_area(AddrRange range, SystemArea area) { system_areas_.set(range, area == SystemArea::yes); }
  /// A reference by somebody who expects errors (reference.h): nothing if it failed; panics in a system area. User mode
  /// sees the kernel's space only here.
  std::optional<std::uint32_t> refer(const Reference& reference);
  unsigned process() const { return processes_.running(); }
  AddrRange private_region() const { return private_region_of(machine_.profile()); }
  /// A process whose private region has this many pages, with frames of its own; 0 if there are none. It does not run
  /// yet.
  unsigned add_process(std::uint64_t private_pages);
  /// The private region shows this process's pages from now on; 0: nobody's.
  void run_process(unsigned number);
  void exit_process(unsigned number);

  // ---- HasAreas (kernel_areas.cpp), HasModules ----
  area_id create_area(std::string_view name, Addr& address, std::uint32_t addr_spec, std::uint64_t size,
                      std::uint32_t lock, std::uint32_t protection);
  status_t delete_area(area_id id);
  area_id area_for(Addr a) const;
  area_id find_area(std::string_view name) const { return areas_.named(name); }
  status_t get_area_info(area_id id, area_info& info) const;
  Outcome make_resident(ResidentCall& call);
  const AreaTable& areas() const { return areas_; }
  ModuleTable& modules() { return modules_; }

  // ---- HasSemaphores (kernel_semaphores.cpp). An operation costs a raise and a restoring of the level, which is how
  // a table that all share is guarded. ----
  sem_id create_sem(std::int32_t count, std::string_view name) { return sems_.create(count, name); }
  status_t delete_sem(sem_id id);
  SemReply acquire_sem(sem_id id) {
    charge_sem();
    const SemReply reply = sems_.acquire(id);
    if (reply.status == SemStatus::wait) [[unlikely]] machine_.require_process("acquire_sem wants to wait");
    return reply;
  }
  SemReply resume_sem(sem_id id, std::uint64_t ticket) { return sems_.resume(id, ticket); }
  status_t release_sem(sem_id id) {
    charge_sem();
    if (!defer_releases_) [[likely]] return finish_release(id);
    releases_.push_back(id);
    return sems_.count(id) ? B_OK : B_BAD_SEM_ID;
  }
  std::optional<std::int32_t> get_sem_count(sem_id id) const { return sems_.count(id); }
  const SemTable& sems() const { return sems_; }
  /// While on, release_sem only writes down that it was called: a call holds its semaphores until its end tick, and the
  /// replay, which knows that tick, then calls finish_release for what take_releases says, in this order.
  void defer_releases(bool on) { defer_releases_ = on; }
  const std::vector<sem_id>& take_releases() {
    taken_releases_.clear();
    std::swap(taken_releases_, releases_);
    return taken_releases_;
  }
  /// What release_sem does at once while nothing is deferred. B_BAD_SEM_ID, harmlessly, if it was deleted meanwhile.
  status_t finish_release(sem_id id) {
    Channel woken{};
    const status_t status = sems_.release(id, woken);
    if (woken) [[unlikely]] wakeup(woken);
    return status;
  }

  // ---- What a replay or a scenario drives ----
  unsigned cpus() const { return machine_.cpus(); }
  /// A call begins on `cpu`, not before `tick` on that CPU's clock.
  void begin_call(unsigned cpu, std::uint64_t tick, CallEnvironment environment) {
    machine_.select_cpu(cpu);
    machine_.advance_to(tick);
    if (environment != CallEnvironment::process) interrupted_ = machine_.enter_interrupt(level_of(environment));
    machine_.charge_call();
  }
  /// The call is over (or asleep); returns the tick. Faults if it left the level raised.
  std::uint64_t end_call() {
    if (interrupted_) {
      machine_.leave_interrupt(*interrupted_);
      interrupted_.reset();
    } else if (machine_.level() != 0) {
      machine_.require_level(0, "a call returned with the level raised");
    }
    return machine_.now();
  }
  /// Parks a request. Who was woken since it announced its sleep (an interrupt, between the core's splx and here) is
  /// ready at once: tsleep joins the queue before it lowers the level.
  void sleep(const Sleeper& sleeper) {
    if (announced_woken_ && sleeper.channel == announced_) {
      sleepers_.sleep_no_longer(sleeper);
    } else {
      sleepers_.sleep(sleeper);
    }
    will_sleep({});
  }
  bool any_ready() const { return sleepers_.any_ready(); }
  std::vector<Sleeper> take_ready() { return sleepers_.take_ready(); }
  const SleepQueue& sleepers() const { return sleepers_; }

  Machine& machine() { return machine_; }
  const Machine& machine() const { return machine_; }
  const AddressMap& map() const { return map_; }

  void set_page_watcher(PageWatcher* watcher) { watcher_ = watcher; }
  /// Steps go here while it is set; a copy of the kernel must set its own.
  void set_steps(std::vector<Step>* steps) { steps_ = steps; }
  /// StepLimit is thrown when `steps` steps are there: a look into the middle of a call, which is unwound as by a trap.
  void set_step_limit(std::uint64_t steps) { step_limit_ = steps; }
  static constexpr std::uint64_t no_step_limit = ~std::uint64_t{0};
  /// Where map entries come from instead of the static pool.
  void set_entry_source(EntrySource* source) { entries_ = source; }

  // ---- Shortage: watermarks, frames of others, faults (kernel_frames.cpp) ----
  void set_frame_limits(const FrameLimits& limits) { limits_ = limits; }
  const FrameLimits& frame_limits() const { return limits_; }
  /// Free frames fell below the low watermark, or a frame was refused, since it was last asked.
  bool take_daemon_wanted() { return std::exchange(daemon_wanted_, false); }
  bool daemon_wanted() const { return daemon_wanted_; }
  /// A frame for somebody who is not the allocator: page cache, a user's page. Not mapped in the kernel's space. Never
  /// from the reserve.
  std::optional<Frame> take_other_frame();
  /// Gives such a frame back. Wakes those who sleep for frames.
  void release_other_frame(Frame frame);
  /// Asked at every site while it is set; a copy of the kernel must set its own, or null.
  void set_faults(FaultInjector* faults) { faults_ = faults; }
  bool any_late_wakeup() const { return !late_wakeups_.empty(); }
  /// Wake-ups that were kept back by FaultSite::late_wakeup happen now, oldest first.
  void deliver_late_wakeups();

  /// Machine, map and sleepers; areas, semaphores and modules if there are any.
  std::uint64_t digest();
  /// What decides the future of an allocator and nothing else: which pages of the arena are mapped and their bytes,
  /// static memory, the map, who sleeps on what, semaphores, areas and modules, and how many frames are free. Not:
  /// which frame backs a page, clocks, counters, TLBs, the console, since when somebody sleeps. Costs all held bytes.
  std::uint64_t structure_digest() const;

 private:
  Kernel(Machine machine, AddressMap map) : machine_(std::move(machine)), map_(std::move(map)) {}
  /// Holds the map's lock; a second taker is a recursion, since calls run to completion.
  class MapLock {
   public:
    explicit MapLock(Kernel& kernel);
    ~MapLock() { kernel_.map_locked_ = false; }
    MapLock(const MapLock&) = delete;
    MapLock& operator=(const MapLock&) = delete;

   private:
    Kernel& kernel_;
  };
  Outcome blocked(KmemCall& call, Channel channel, SleepCause cause, Reason reason);
  void charge_sem() { machine_.charge(std::uint64_t{2} * machine_.profile().costs.spl); }
  bool map_area(area_info& area);
  void unmap_area(area_info& area);
  /// Of a page of an area; the page tables know it too, at the price of a walk.
  bool resident(Addr page) const {
    const std::uint64_t number = (page - arena().base) >> machine_.page_shift();
    return number / 64 < resident_.size() && (resident_[number / 64] >> number % 64 & 1) != 0;
  }
  bool bring_in(area_info& area, Addr page, Wait wait);
  void map_area_page(area_info& area, Addr page, Frame frame);
  bool map_one(Addr page, const KmemCall& call);
  bool strikes(FaultSite site) { return faults_ != nullptr && faults_->strikes(site); }
  /// A frame for the arena; none if there is none that a caller of this kind may have.
  std::optional<Frame> frame_for(Wait wait);
  /// The page has just got its frame: its content, and who is told.
  void page_is_mapped(Addr page, Zero zero);
  void unmap_pages(Addr va, std::uint64_t pages);

  void take_step(const Step& s) {
    steps_->push_back(s);
    if (steps_->size() >= step_limit_) throw StepLimit{};
  }

  Machine machine_;
  AddressMap map_;
  SleepQueue sleepers_;
  SystemAreas system_areas_;
  Processes processes_;
  SemTable sems_;
  AreaTable areas_;
  ModuleTable modules_;
  std::vector<sem_id> releases_;  ///< deferred, oldest first
  std::vector<sem_id> taken_releases_;
  std::vector<std::uint64_t> resident_;  ///< a bit for each page of the arena: of an area, with a frame
  bool defer_releases_ = false;
  std::optional<Machine::Interrupted> interrupted_;
  bool map_locked_ = false;
  PageWatcher* watcher_ = nullptr;
  FaultInjector* faults_ = nullptr;
  std::vector<Channel> late_wakeups_;
  Channel announced_{};  ///< of will_sleep, until the call sleeps
  bool announced_woken_ = false;
  FrameLimits limits_;
  bool daemon_wanted_ = false;
  MarkSet marks_;
  std::vector<Step>* steps_ = nullptr;
  std::uint64_t step_limit_ = no_step_limit;
  EntrySource* entries_ = nullptr;
};

/// A kernel whose machine's shape the compiler knows: what a core is compiled against for speed.
template <class S>
class ShapedKernel final : public Kernel {
 public:
  /// @pre S::fits(the machine's profile)
  explicit ShapedKernel(Kernel kernel) : Kernel(std::move(kernel)) {}
  unsigned page_shift() const { return S::page_shift; }
  unsigned word_bytes() const { return S::word_bytes; }
  template <class T>
  T load(Addr a) {
    return machine().template load<T, S>(a);
  }
  template <class T>
  void store(Addr a, T value) {
    machine().template store<T, S>(a, value);
  }
  std::uint64_t load_word(Addr a) { return machine().template load_word<S>(a); }
  void store_word(Addr a, std::uint64_t value) { machine().template store_word<S>(a, value); }
};

}  // namespace kmemlab::sim
