// The machine's page operations: frames, mappings, static kernel memory. See machine.h.
#include "core/base/ints.h"
#include "sim/machine/machine.h"

namespace kmemlab::sim {

std::optional<Frame> Machine::take_frame() {
  const std::optional<Frame> frame = s_.pool.take();
  s_.charged += s_.profile->costs.frame_take;
  if (frame) ++s_.counts.frames_taken;
  return frame;
}

std::optional<Frame> Machine::take_run(Frame count, Frame limit) {
  if (count == 0) fault(FaultKind::frame_misuse, null_addr, "a run of no frames");
  const std::optional<Frame> first = s_.pool.take_run(count, limit);
  s_.charged += s_.profile->costs.frame_take;
  if (first) s_.counts.frames_taken += count;
  return first;
}

void Machine::release_frame(Frame frame) {
  if (!s_.pool.release(frame)) fault(FaultKind::frame_misuse, null_addr, "release of a frame that nobody holds");
  s_.charged += s_.profile->costs.frame_release;
  ++s_.counts.frames_released;
}

void Machine::check_page(Addr page, Asid space) {
  if (space >= s_.tables.spaces() || !in_space(page, space) || (page.v & s_.offset_mask) != 0) {
    fault(FaultKind::bad_mapping, page, "not the address of a page in this space");
  }
}

void Machine::reserve_tables(AddrRange range, Asid space) {
  if (range.bytes == 0) return;
  check_page(Addr{round_down(range.base.v, page_bytes())}, space);
  check_page(Addr{round_down(range.base.v + range.bytes - 1, page_bytes())}, space);
  const std::uint64_t first = range.base.v >> s_.page_shift;
  const std::uint64_t last = (range.base.v + range.bytes - 1) >> s_.page_shift;
  s_.tables.reserve(s_.frames, space, first, last - first + 1);
}

void Machine::map_page(Addr page, Frame frame, Prot prot, Asid space) {
  check_page(page, space);
  if (frame >= s_.frames.kernel_frames_end()) fault(FaultKind::frame_misuse, page, "no such frame");
  const std::uint64_t vpn = page.v >> s_.page_shift;
  if (s_.tables.walk(s_.frames, space, vpn).pte.valid()) {
    fault(FaultKind::bad_mapping, page, "the page is mapped already");
  }
  if (s_.tables.write(s_.frames, space, vpn, Pte::page(frame, prot))) forget_tables();
  ++s_.counts.page_maps;
  s_.charged += s_.profile->costs.map_page;
}

Frame Machine::unmap_page(Addr page, Asid space) {
  check_page(page, space);
  const std::uint64_t vpn = page.v >> s_.page_shift;
  const Pte pte = s_.tables.walk(s_.frames, space, vpn).pte;
  if (!pte.valid()) fault(FaultKind::bad_mapping, page, "unmap of a page that is not mapped");
  if (s_.tables.write(s_.frames, space, vpn, Pte{})) forget_tables();
  invalidate(vpn, space);
  ++s_.counts.page_unmaps;
  s_.charged += s_.profile->costs.unmap_page;
  return pte.frame();
}

// Costs what an unmapping costs, because the TLBs must forget the page as well.
void Machine::protect_page(Addr page, Prot prot, Asid space) {
  check_page(page, space);
  const std::uint64_t vpn = page.v >> s_.page_shift;
  const Pte pte = s_.tables.walk(s_.frames, space, vpn).pte;
  if (!pte.valid()) fault(FaultKind::bad_mapping, page, "protection of a page that is not mapped");
  if (s_.tables.write(s_.frames, space, vpn, Pte::page(pte.frame(), prot))) forget_tables();
  invalidate(vpn, space);
  s_.charged += s_.profile->costs.unmap_page;
}

void Machine::invalidate(std::uint64_t vpn, Asid space) {
  const std::uint64_t tag = Tlb::tag_of(vpn, space);
  for (Cpu& c : s_.cpus) {
    const Tlb::Slot slot = c.tlb.find(tag);
    if (slot == Tlb::none) continue;
    c.tlb.clear(slot);
    if (space == kernel_space) c.host.forget_page(vpn, vpn << s_.page_shift);
  }
}

std::optional<Pte> Machine::lookup(Addr a, Asid space) const {
  if (space >= s_.tables.spaces() || !in_space(a, space)) return std::nullopt;
  const Pte pte = s_.tables.walk(s_.frames, space, a.v >> s_.page_shift).pte;
  return pte.valid() ? std::optional<Pte>(pte) : std::nullopt;
}

std::optional<Asid> Machine::add_space() {
  if (s_.tables.spaces() >= spaces_max) return std::nullopt;
  return s_.tables.add_space(s_.frames);
}

Fallible<Addr> Machine::boot_alloc(std::uint64_t bytes, std::uint64_t align) {
  if (!is_power_of_two(align)) return fail("alignment of static memory is not a power of two");
  const Addr base = s_.profile->static_base;
  const std::uint64_t start = round_up(base.v + s_.static_used, align) - base.v;
  const std::uint64_t room = s_.profile->static_bytes_max;
  if (start > room || bytes > room - start) {
    return fail("no room for " + std::to_string(bytes) + " bytes of static kernel memory",
                "at most " + std::to_string(room) + " bytes on " + s_.profile->name);
  }
  const std::uint64_t mapped_end = round_up(s_.static_used, page_bytes());
  for (std::uint64_t at = mapped_end; at < start + bytes; at += page_bytes()) {
    const Pte pte = Pte::page(s_.frames.take_kernel_frame(), Prot::kernel);
    if (s_.tables.write(s_.frames, kernel_space, (base.v + at) >> s_.page_shift, pte)) forget_tables();
  }
  s_.static_used = start + bytes;
  return base + start;
}

}  // namespace kmemlab::sim
