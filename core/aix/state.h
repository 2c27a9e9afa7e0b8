// All state of the AIX services outside guest memory: one trivially copyable struct. Heaps keep their descriptors,
// lists and page tables in guest memory (layout.h); the table of arena pages (regions, pins) is in guest memory too.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <type_traits>

#include "core/aix/layout.h"
#include "core/base/addr.h"
#include "core/base/digest.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"

namespace kmemlab::aix {

// EINVAL, ENOSPC and ENOMEM are the host's macros; AIX gives them the same classic values.
static_assert(EINVAL == 22 && ENOSPC == 28 && ENOMEM == 12);

/// What init_heap returns and xmalloc takes: the guest address of a heap's descriptor. Null: no heap.
struct heapaddr_t {
  Addr at{};
  constexpr auto operator<=>(const heapaddr_t&) const = default;
  constexpr explicit operator bool() const { return static_cast<bool>(at); }
};

/// Type bits of vm_galloc. The names are documented, their values are not: these are ours.
enum VType : unsigned { V_WORKING = 1, V_SYSTEM = 2, V_UREAD = 4 };
inline constexpr unsigned v_types = V_WORKING | V_SYSTEM | V_UREAD;

/// A process-only service called in an interrupt (A1: undocumented). no: a line on the console and the call's own kind
/// of failure. yes: the machine stops.
enum class Strict : std::uint8_t { no, yes };

struct Config {
  /// Bytes of the arena for kernel_heap and pinned_heap together; 0 = seven eighths. Rounded down to pages.
  std::uint64_t kernel_heap_bytes = 0;
  /// Share of the machine's frames that may be pinned (vmo maxpin%; the value 80 is ours).
  unsigned maxpin_percent = 80;
  Strict strict = Strict::no;
};

/// One page of the arena in the table of pages, in guest memory: byte offsets. Eight bytes.
struct vm_page {
  static constexpr std::uint64_t pins = 0;  ///< u16: pin count; its frame stays while it is not 0
  static constexpr std::uint64_t type = 2;  ///< u16: V_ bits of the region, with region_first etc.; kept after vm_gfree
  static constexpr std::uint64_t pages = 4;  ///< u32: in the first page of a region, its pages
  static constexpr std::uint64_t bytes = 8;
};
inline constexpr std::uint16_t region_first = 0x100;        ///< a region starts here
inline constexpr std::uint16_t region_rest = 0x200;         ///< another page of a region
inline constexpr std::uint16_t region_kernel_heap = 0x400;  ///< made at boot: vm_gfree refuses it

/// A heap that lives. Slot 0 is the pair kernel_heap and pinned_heap.
struct HeapRecord {
  Geometry g{};               ///< numpages 0: the slot is empty
  std::uint32_t process = 0;  ///< owner of the private region that it lies in; 0 = global
};
inline constexpr unsigned heaps_max = 64;  ///< ours: how many heaps may live at a time

struct State {
  std::array<HeapRecord, heaps_max> heap{};
  std::uint32_t private_heaps = 0;  ///< live ones, slots 1 and up
  heapaddr_t kernel_heap{};
  heapaddr_t pinned_heap{};
  AddrRange arena{};
  Addr vm_page_base{};
  std::uint64_t pin_limit = 0;     ///< pages
  std::uint64_t pinned_pages = 0;  ///< pages whose pin count is not 0
  std::uint64_t leaked_pins = 0;   ///< free pages of kernel_heap that keep their frame because somebody still pins them
  std::uint64_t leaked_pins_total = 0;  ///< how often a page became such
  std::uint64_t violations = 0;         ///< process-only services called in an interrupt
  std::uint64_t xmalloc_calls = 0;
  std::uint64_t xmalloc_failed = 0;
  std::uint64_t xmfree_failed = 0;
  std::uint64_t galloc_pages = 0;    ///< pages of live vm_galloc regions, kernel_heap's not counted
  std::uint32_t metadata_pages = 0;  ///< of kernel_heap's front, with frames
  unsigned page_shift = 12;
  Strict strict = Strict::no;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  Addr vm_page_of(Addr a) const { return vm_page_base + ((a - arena.base) >> page_shift) * vm_page::bytes; }
};
static_assert(std::is_trivially_copyable_v<State>);

/// Field by field, so that padding never counts.
inline std::uint64_t digest(const State& s) {
  Digest d;
  for (const HeapRecord& h : s.heap) {
    if (h.g.numpages == 0) continue;
    for (const std::uint64_t v : {h.g.front.v, std::uint64_t{h.g.numpages}, std::uint64_t{h.process}}) d.add(v);
  }
  for (const std::uint64_t v :
       {s.pin_limit, s.pinned_pages, s.leaked_pins, s.leaked_pins_total, s.violations, s.xmalloc_calls,
        s.xmalloc_failed, s.xmfree_failed, s.galloc_pages, std::uint64_t{s.metadata_pages}}) {
    d.add(v);
  }
  return d.value();
}

/// One call of xmalloc; plain data. It never sleeps: a run is `done` or `failed`.
struct XmallocCall {
  std::int64_t size = 0;  ///< `int` in the original: what an int cannot hold is too_big
  int align = 0;          ///< log2 of the boundary
  heapaddr_t heap{};

  Addr address{};                       ///< result when done; null when failed
  std::uint64_t granted = 0;            ///< bytes of the block when done
  Reason reason = Reason::none;         ///< when failed; the original only says NULL
  SleepCause cause = SleepCause::none;  ///< never set; for the common shape of calls
  Channel channel{};                    ///< never set
};
static_assert(std::is_trivially_copyable_v<XmallocCall>);

}  // namespace kmemlab::aix
