// Pages one by one: address space without frames, frames with a protection key, and the question whether an address may
// be touched. kmem_alloc (kmem_call.h) gives both at once and always for the kernel alone; systems that keep address
// space whose pages come and go, or that show kernel memory to users, need the parts. Nothing here sleeps.
#pragma once

#include <concepts>
#include <cstdint>

#include "core/base/addr.h"
#include "core/machine/kmem_call.h"
#include "core/machine/outcome.h"

namespace kmemlab {

/// Protection key of a kernel page, by the names and values of AIX (shared/spec/aix_and_beos.md section 3.1).
enum class PageKey : std::uint8_t {
  kernel_only = 0,  ///< "00": the kernel reads and writes, users nothing
  user_read = 1,    ///< "01": the kernel reads and writes, users read
};

/// A stretch of the arena without frames; va is null if there is none, and reason says why.
struct KmemSpace {
  Addr va{};
  Reason reason = Reason::none;  ///< no_space or no_entries
};

//  - kmem_reserve: the lowest free stretch of the arena; no page of it has a frame.
//  - kmem_release: gives a stretch back; no page of it has a frame any more. Wakes those who sleep for address space.
//  - kmem_map: gives a reserved page the lowest free frame; false if none is free. Contents are what they were, unless
//    zeroing is asked for.
//  - kmem_unmap: takes the frame of a page away and gives it back. Wakes those who sleep for frames.
//  - accessible: whether kernel code that runs now may load and store at this address. Not an access, and not counted.
//  - ram_frames: frames of the machine, free or not.
template <class M>
concept HasPages = requires(M m, const M c, Addr a, std::uint64_t bytes, PageKey key, Zero zero) {
  { m.kmem_reserve(bytes) } -> std::same_as<KmemSpace>;
  m.kmem_release(a, bytes);
  { m.kmem_map(a, key, zero) } -> std::same_as<bool>;
  m.kmem_unmap(a);
  { c.accessible(a) } -> std::same_as<bool>;
  { c.ram_frames() } -> std::convertible_to<std::uint64_t>;
};

}  // namespace kmemlab
