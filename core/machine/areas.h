// Areas: named ranges of pages with a locking scheme and a protection (create_area of BeOS's Kernel Kit, restated in
// shared/spec/aix_and_beos.md section 4.4). They lie in the arena. Nothing here sleeps but make_resident, which is a
// request.
//
// Memory of a page is there, *resident*, from the area's creation (B_FULL_LOCK and stronger) or from the first time
// that somebody asks for it (B_NO_LOCK, B_LAZY_LOCK). Who wants to touch a page that may not be resident asks first;
// touching it without asking is a machine fault. Once resident, a page stays so until its area is deleted: swapping out
// is not modelled, so B_NO_LOCK and B_LAZY_LOCK behave alike here. Contents are whatever the frame held: nothing is
// zeroed. Not modelled: clone_area, resize_area, set_area_protection, teams (everything is the kernel's).
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"
#include "core/machine/status.h"

namespace kmemlab {

using area_id = std::int32_t;  ///< above 0, never used again; 0: none

// Where: addr_spec of create_area.
inline constexpr std::uint32_t B_ANY_ADDRESS = 0;
inline constexpr std::uint32_t B_EXACT_ADDRESS = 1;       ///< just there, or B_BAD_VALUE
inline constexpr std::uint32_t B_BASE_ADDRESS = 2;        ///< there or above
inline constexpr std::uint32_t B_CLONE_ADDRESS = 3;       ///< for clone_area only: B_BAD_VALUE
inline constexpr std::uint32_t B_ANY_KERNEL_ADDRESS = 4;  ///< as B_ANY_ADDRESS: there is only the kernel

// Whether memory stays: lock of create_area.
inline constexpr std::uint32_t B_NO_LOCK = 0;
inline constexpr std::uint32_t B_LAZY_LOCK = 1;   ///< a page is locked once it was brought in
inline constexpr std::uint32_t B_FULL_LOCK = 2;   ///< all pages are resident from the start
inline constexpr std::uint32_t B_CONTIGUOUS = 3;  ///< and their frames follow one another
inline constexpr std::uint32_t B_LOMEM = 4;       ///< and lie below 16 MiB
inline constexpr std::uint64_t lomem_bytes = std::uint64_t{16} << 20;

// protection of create_area: the sum of what is allowed.
inline constexpr std::uint32_t B_READ_AREA = 1;
inline constexpr std::uint32_t B_WRITE_AREA = 2;

inline constexpr std::size_t area_name_max = 32;  ///< characters

struct area_info {
  area_id area = 0;
  std::array<char, area_name_max + 1> name{};
  Addr address{};
  std::uint64_t size = 0;  ///< bytes
  std::uint32_t lock = 0;
  std::uint32_t protection = 0;
  std::uint64_t ram_size = 0;  ///< bytes of it that are resident
};

/// A request that a range of one area be resident; any alignment.
struct ResidentCall {
  AddrRange range{};
  Wait wait = Wait::may_sleep;

  std::uint64_t pages_done = 0;         ///< pages from the range's first one that are resident
  Channel channel{};                    ///< when blocked
  SleepCause cause = SleepCause::none;  ///< when blocked: frames
  Reason reason = Reason::none;         ///< when failed
};

//  - create_area: an id, or B_BAD_VALUE (unknown addr_spec, lock or protection, an address or size that is no multiple
//    of the page size, size 0, a name of more than 32 characters, an exact address that is not free), or B_NO_MEMORY
//    (no frames for a locked area, no address space, too many areas). `address` is read for B_EXACT_ADDRESS and
//    B_BASE_ADDRESS, and written on success.
//  - delete_area: B_OK or B_ERROR. Its memory is gone at once.
//  - area_for: the area that an address lies in, or B_ERROR. find_area: the oldest of that name, or B_NAME_NOT_FOUND.
//  - get_area_info: B_OK or B_BAD_VALUE.
//  - make_resident: done, or blocked until a frame may be free, or failed: no_frames (with no_sleep; pages that became
//    resident stay so), bad_argument (the range is not within one area).
template <class M>
concept HasAreas = requires(M m, const M c, std::string_view name, Addr& address, std::uint32_t word,
                            std::uint64_t bytes, area_id id, area_info& info, ResidentCall& call) {
  { m.create_area(name, address, word, bytes, word, word) } -> std::same_as<area_id>;
  { m.delete_area(id) } -> std::same_as<status_t>;
  { c.area_for(address) } -> std::same_as<area_id>;
  { c.find_area(name) } -> std::same_as<area_id>;
  { c.get_area_info(id, info) } -> std::same_as<status_t>;
  { m.make_resident(call) } -> std::same_as<Outcome>;
};

}  // namespace kmemlab
