// The simulated machine: page frames, page tables, TLB, CPUs, interrupt levels, clocks and console. It models what an
// allocator can tell apart: which accesses hit the TLB, what a page operation costs, when an interrupt may arrive.
// Refused: instruction fetch, data caches, concurrency between accesses (one CPU runs at a time: select_cpu), device
// memory, accessed and dirty bits.
//
// Everything counted, timed or digested is a function of the calls made, never of the host. Copying a machine is a
// checkpoint: it costs a few microseconds, frames are shared until written; assignment restores it.
//
// A load or store that hits the TLB is a handful of instructions, here; everything else is in machine*.cpp.
// Addresses are guest virtual addresses of the kernel's space, sizes are bytes, clocks are ticks (ns).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "core/base/result.h"
#include "sim/machine/byte_order.h"
#include "sim/machine/console.h"
#include "sim/machine/cpu.h"
#include "sim/machine/fault.h"
#include "sim/machine/frame_pool.h"
#include "sim/machine/frames.h"
#include "sim/machine/interrupt.h"
#include "sim/machine/page_tables.h"
#include "sim/machine/profile.h"
#include "sim/machine/shape.h"

namespace kmemlab::sim {

struct MachineOptions {
  std::uint64_t ram_bytes = std::uint64_t{64} << 20;  ///< what allocators can take; a multiple of the page size
  unsigned cpus = 1;                                  ///< 1 to 1024
};

/// All of the machine since it was made, all CPUs together.
struct Counters {
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
  std::uint64_t tlb_misses = 0;
  std::uint64_t table_reads = 0;  ///< page-table words read after a miss
  std::uint64_t page_maps = 0;
  std::uint64_t page_unmaps = 0;
  std::uint64_t frames_taken = 0;  ///< from the pool
  std::uint64_t frames_released = 0;
  std::uint64_t interrupts = 0;     ///< handlers run
  std::uint64_t level_changes = 0;  ///< calls of raise_level and restore_level

  bool operator==(const Counters&) const = default;
};

/// Time that code kept interrupts off (RaisedStretch in cpu.h), closed stretches only.
struct RaisedTicks {
  std::uint64_t sum = 0;
  std::uint64_t max = 0;
  bool operator==(const RaisedTicks&) const = default;
};

class Machine {
 public:
  /// The error says which number of the profile or the options is impossible.
  static Fallible<Machine> create(const Profile& profile, const MachineOptions& options);

  Machine(const Machine& other) : s_(other.s_) { rebind(); }
  Machine(Machine&&) noexcept = default;
  Machine& operator=(const Machine& other) {
    if (this != &other) s_ = other.s_;
    rebind();
    return *this;
  }
  Machine& operator=(Machine&&) noexcept = default;
  ~Machine() = default;

  const Profile& profile() const { return *s_.profile; }
  std::uint64_t page_bytes() const { return s_.offset_mask + 1; }
  template <class S = AnyShape>
  unsigned page_shift() const {
    if constexpr (S::fixed) return S::page_shift;
    return s_.page_shift;
  }
  template <class S = AnyShape>
  unsigned word_bytes() const {
    if constexpr (S::fixed) return S::word_bytes;
    return s_.word_bytes;
  }

  // ---- Memory, as kernel code sees it. A fault throws MachineTrap. ----

  /// T is an unsigned integer of 8, 16, 32 or 64 bits; the address must be a multiple of its size. One access, of any
  /// width. S is AnyShape, or the FixedShape of this machine (shape.h).
  template <GuestValue T, class S = AnyShape>
  T load(Addr a) {
    const std::uint64_t offsets = offset_mask<S>();
    const HostCache::Page& p = s_.fast[(a.v >> page_shift<S>()) % HostCache::pages];
    if ((a.v & (~offsets | (sizeof(T) - 1))) != p.readable || s_.accesses >= s_.interrupt_at) [[unlikely]] {
      return static_cast<T>(load_slow(a, sizeof(T)));
    }
    *p.stamp = ++s_.accesses;
    return read_guest<T>(p.bytes + (a.v & offsets), swap<S>());
  }

  template <GuestValue T, class S = AnyShape>
  void store(Addr a, T value) {
    const std::uint64_t offsets = offset_mask<S>();
    const HostCache::Page& p = s_.fast[(a.v >> page_shift<S>()) % HostCache::pages];
    if ((a.v & (~offsets | (sizeof(T) - 1))) != p.writable || s_.accesses >= s_.interrupt_at) [[unlikely]] {
      store_slow(a, value, sizeof(T));
      return;
    }
    *p.stamp = ++s_.accesses;
    ++s_.stores;
    write_guest<T>(p.bytes + (a.v & offsets), value, swap<S>());
  }

  /// A word of word_bytes().
  template <class S = AnyShape>
  std::uint64_t load_word(Addr a) {
    return word_bytes<S>() == 8 ? load<std::uint64_t, S>(a) : std::uint64_t{load<std::uint32_t, S>(a)};
  }
  template <class S = AnyShape>
  void store_word(Addr a, std::uint64_t value) {
    if (word_bytes<S>() == 8) {
      store<std::uint64_t, S>(a, value);
    } else {
      store<std::uint32_t, S>(a, static_cast<std::uint32_t>(value));
    }
  }
  Addr load_addr(Addr a) { return Addr{load_word(a)}; }
  void store_addr(Addr a, Addr value) { store_word(a, value.v); }

  /// As loops of word accesses, any alignment: each stretch within one page (for copy: within one page of both) counts
  /// ceil(its bytes / word) stores, and for copy as many loads, taken alternately. zero and fill cost
  /// Costs::zero_8_bytes per 8 bytes instead of Costs::store. copy goes upwards: where the ranges overlap, `to` must be
  /// the lower one.
  void zero(Addr to, std::uint64_t bytes) { fill(to, 0, bytes); }
  void fill(Addr to, std::uint8_t value, std::uint64_t bytes);
  void copy(Addr to, Addr from, std::uint64_t bytes);

  // ---- Memory, as user mode sees it: the pages of `space` below Profile::user_bytes, and kernel pages that allow it.
  // `bytes` is 1, 2, 4 or 8. Counted like kernel accesses; a fault is returned and does not stop the machine. ----

  Result<std::uint64_t, GuestFault> user_load(Asid space, Addr a, unsigned bytes);
  Result<void, GuestFault> user_store(Asid space, Addr a, std::uint64_t value, unsigned bytes);

  // ---- Memory, as a viewer sees it: nothing is counted, permissions are not asked. ----

  template <GuestValue T>
  std::optional<T> peek(Addr a, Asid space = kernel_space) const {
    std::uint8_t raw[sizeof(T)];
    if (!peek_bytes(a, raw, space)) return std::nullopt;
    return read_guest<T>(raw, s_.swap);
  }
  std::optional<std::uint64_t> peek_word(Addr a) const {
    if (s_.word_bytes == 8) return peek<std::uint64_t>(a);
    return peek<std::uint32_t>(a);
  }
  /// False, and `out` in no particular state, if a page of the range is not mapped.
  bool peek_bytes(Addr a, std::span<std::uint8_t> out, Asid space = kernel_space) const;
  template <GuestValue T>
  bool poke(Addr a, T value, Asid space = kernel_space) {
    std::uint8_t raw[sizeof(T)];
    write_guest<T>(raw, value, s_.swap);
    return poke_bytes(a, raw, space);
  }
  /// False, and nothing is written, if a page of the range is not mapped.
  bool poke_bytes(Addr a, std::span<const std::uint8_t> bytes, Asid space = kernel_space);

  // ---- Frames and pages. Misuse throws MachineTrap (bad_mapping, frame_misuse). ----

  std::optional<Frame> take_frame();
  /// `count` frames in a row, all below frame number `limit`; one frame_take in cost.
  std::optional<Frame> take_run(Frame count, Frame limit);
  void release_frame(Frame frame);
  Frame free_frames() const { return s_.pool.free_count(); }
  const FramePool& pool() const { return s_.pool; }
  const Frames& frames() const { return s_.frames; }

  /// Makes the page tables of a range at boot, not counted. Needed by nobody: map_page makes tables that are missing,
  /// from kernel frames, and cannot fail. On the host a table costs nothing until a page is mapped in it.
  void reserve_tables(AddrRange range, Asid space = kernel_space);
  /// `page` is a multiple of the page size and not mapped. Does not take the frame from the pool.
  void map_page(Addr page, Frame frame, Prot prot = Prot::kernel, Asid space = kernel_space);
  /// Forgets the page in every CPU's TLB. Returns its frame, which the caller may release.
  Frame unmap_page(Addr page, Asid space = kernel_space);
  void protect_page(Addr page, Prot prot, Asid space = kernel_space);
  /// The entry that maps this address, if any. Not counted.
  std::optional<Pte> lookup(Addr a, Asid space = kernel_space) const;
  /// A new, empty address space; none are left after 254.
  std::optional<Asid> add_space();
  const PageTables& tables() const { return s_.tables; }

  /// Static kernel memory: zeroed kernel frames mapped upwards from Profile::static_base. Not counted: this is boot.
  /// `align` is a power of two.
  Fallible<Addr> boot_alloc(std::uint64_t bytes, std::uint64_t align);
  /// What boot_alloc has given so far.
  AddrRange static_memory() const { return {s_.profile->static_base, s_.static_used}; }

  // ---- CPUs and time. ----

  unsigned cpus() const { return static_cast<unsigned>(s_.cpus.size()); }
  unsigned current_cpu() const { return s_.current; }
  void select_cpu(unsigned n) {
    if (n != s_.current) switch_cpu(n);
  }
  const Cpu& cpu(unsigned n) const { return s_.cpus[n]; }

  /// Accesses begun so far, all CPUs.
  std::uint64_t accesses() const { return s_.accesses; }
  /// Ticks spent, all CPUs: counters times costs, plus what was charged.
  std::uint64_t cycles() const { return s_.charged + s_.accesses * s_.cost_load + s_.stores * s_.cost_store_extra; }
  void charge(std::uint64_t ticks) { s_.charged += ticks; }
  void charge_call() { s_.charged += s_.cost_call; }
  void charge_context_switch() { s_.charged += s_.profile->costs.context_switch; }
  /// Clock of the selected CPU, or of any.
  std::uint64_t now() const { return s_.clock_base + cycles(); }
  std::uint64_t now(unsigned n) const { return n == s_.current ? now() : s_.cpus[n].tick; }
  /// Lets the selected CPU be idle until `tick`; nothing happens if its clock is there already.
  void advance_to(std::uint64_t tick) {
    const std::uint64_t t = now();
    if (tick > t) s_.clock_base += tick - t;
  }
  Counters counters() const;

  // ---- Interrupts. ----

  Level level() const { return s_.cpu->level; }
  /// splXXX(): never lowers. Returns the level before, for restore_level.
  Level raise_level(Level level) {
    Cpu& c = *s_.cpu;
    const Level before = c.level;
    count_level_change();
    if (level > before) change_level(c, level);
    return before;
  }
  /// splx(): may deliver interrupts that waited.
  void restore_level(Level level) {
    Cpu& c = *s_.cpu;
    count_level_change();
    if (level != c.level) change_level(c, level);
  }
  bool in_interrupt() const { return s_.cpu->interrupt_depth != 0; }
  RaisedTicks raised_ticks() const { return s_.raised; }
  /// The longest stretch since restart_raised_max(): for who watches a part of a run. No part of the digest.
  std::uint64_t raised_max_of_part() const { return s_.raised_max_of_part; }
  void restart_raised_max() { s_.raised_max_of_part = 0; }
  void set_interrupt_source(InterruptSource* source) { s_.source = source; }
  /// Without a source, an interrupt that arrives only costs its ticks.
  void plan_interrupt(const PlannedInterrupt& interrupt);
  void cancel_interrupts();
  /// Runs what follows as a handler of this level would, until leave_interrupt (a replay's softirq and hardirq events).
  struct Interrupted {
    Level level;
    Level base_level;
  };
  Interrupted enter_interrupt(Level level);
  /// Faults level_not_restored if the handler left the level changed.
  void leave_interrupt(const Interrupted& before);
  std::size_t planned_interrupts() const { return s_.planned.size(); }
  /// Delivers what is due and allowed now, without an access.
  void poll_interrupts() {
    if (s_.accesses >= s_.interrupt_at) deliver_interrupts();
  }

  // ---- Faults and console. ----

  [[noreturn]] void fault(FaultKind kind, Addr a, std::string_view message);
  [[noreturn]] void panic(std::string_view message) { fault(FaultKind::panic, null_addr, message); }
  /// Faults sleep_in_interrupt unless a process runs.
  void require_process(std::string_view who);
  /// Faults level_not_restored unless the level is this one.
  void require_level(Level level, std::string_view who);
  /// The first fault, if there was one.
  const std::optional<GuestFault>& stopped() const { return s_.stopped; }
  void print(std::string_view line) { s_.console.append(now(), s_.current, line); }
  const Console& console() const { return s_.console; }

  // ---- Digests: equal for equal guest states, whatever the host did. They change no count and no miss. ----

  /// Contents of all frames, by number.
  std::uint64_t memory_digest();
  /// Bytes of frames on the host that this machine has and `other`, a copy or the original, has not, and its own.
  std::size_t bytes_not_shared(const Machine& other) const;
  /// All guest-visible state: frames, pool, CPUs with their TLBs, counters, console, planned interrupts, fault.
  std::uint64_t digest();

 private:
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  struct State {
    State(const Profile& p, const MachineOptions& o);

    // What load and store touch comes first.
    std::uint64_t accesses = 0;
    std::uint64_t interrupt_at = never;  ///< deliver_interrupts() has something to do once accesses reach this
    HostCache::Page* fast = nullptr;     ///< of the selected CPU
    std::uint64_t offset_mask;
    unsigned page_shift;
    bool swap;
    unsigned word_bytes;
    std::uint64_t stores = 0;
    std::uint64_t charged = 0;
    std::uint64_t clock_base = 0;  ///< the selected CPU's clock less cycles(), modulo 2^64
    Cpu* cpu = nullptr;            ///< the selected one
    std::uint64_t cost_load;
    std::uint64_t cost_store_extra;  ///< store - load, modulo 2^64
    std::uint64_t cost_call;
    std::uint64_t cost_spl;

    std::shared_ptr<const Profile> profile;
    Frames frames;
    FramePool pool;
    PageTables tables;
    std::vector<Cpu> cpus;
    unsigned current = 0;
    Counters counts;  ///< loads and stores are filled in by counters()
    RaisedTicks raised;
    std::uint64_t raised_max_of_part = 0;
    std::uint64_t static_used = 0;
    InterruptSource* source = nullptr;
    std::vector<PlannedInterrupt> planned;  ///< by at_access, then in order of planning
    Console console;
    std::optional<GuestFault> stopped;
  };

  template <class S>
  std::uint64_t offset_mask() const {
    if constexpr (S::fixed) return (std::uint64_t{1} << S::page_shift) - 1;
    return s_.offset_mask;
  }
  template <class S>
  bool swap() const {
    if constexpr (S::fixed) return S::big_endian != host_is_big_endian;
    return s_.swap;
  }

  explicit Machine(const State& state) : s_(state) { rebind(); }
  void rebind() {
    s_.cpu = &s_.cpus[s_.current];
    s_.fast = s_.cpu->host.page_array();
  }
  void switch_cpu(unsigned n);

  std::uint64_t load_slow(Addr a, unsigned bytes);
  void store_slow(Addr a, std::uint64_t value, unsigned bytes);
  const std::uint8_t* bytes_to_load(Addr a);
  std::uint8_t* bytes_to_store(Addr a);
  Tlb::Slot translate(Addr a, Asid space);
  PageTables::Walk walk_counted(std::uint64_t vpn, Asid space);
  std::uint8_t* writable(Frame frame);
  void forget_tables();
  void invalidate(std::uint64_t vpn, Asid space);
  void check_page(Addr page, Asid space);
  bool in_space(Addr a, Asid space) const;
  struct UserPage {
    Tlb::Slot slot;
    FaultKind fault;
    bool ok;
  };
  UserPage user_page(Asid space, Addr a, unsigned bytes, Prot need);
  GuestFault make_fault(FaultKind kind, Addr a, std::string_view message) const;
  void copy_one(Addr to, Addr from, unsigned bytes);
  std::uint64_t words_before_interrupt(std::uint64_t words, unsigned accesses_per_word) const;

  void count_level_change() {
    ++s_.counts.level_changes;
    s_.charged += s_.cost_spl;
  }
  void change_level(Cpu& c, Level level) {
    c.level = level;
    const bool raised = level > c.base_level;
    if (raised && !c.raised.open) {
      c.raised = {true, c.interrupt_depth, now()};
    } else if (!raised && c.raised.open && c.raised.depth == c.interrupt_depth) {
      close_stretch(c);
    }
    if (!s_.planned.empty()) level_changed_with_interrupts();
  }
  void close_stretch(Cpu& c) {
    const std::uint64_t ticks = now() - c.raised.since;
    c.raised.open = false;
    s_.raised.sum += ticks;
    if (ticks > s_.raised.max) s_.raised.max = ticks;
    if (ticks > s_.raised_max_of_part) s_.raised_max_of_part = ticks;
  }
  void level_changed_with_interrupts();
  void arm_interrupts();
  void deliver_interrupts();
  void run_handler(const PlannedInterrupt& which);

  State s_;
};

}  // namespace kmemlab::sim
