// The kernel's areas (core/machine/areas.h): ranges of the arena whose pages the MMU protects as the area says, with
// frames from the start or as they are asked for. Clones, resizing and swapping are refused.
#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {
// The bits of a protection are those of the page-table entry: what is not allowed, faults.
constexpr Prot prot_of_area(const area_info& area) {
  return ((area.protection & B_READ_AREA) != 0 ? Prot::kernel_read : Prot::none) |
         ((area.protection & B_WRITE_AREA) != 0 ? Prot::kernel_write : Prot::none);
}
}  // namespace

void Kernel::map_area_page(area_info& area, Addr page, Frame frame) {
  machine_.map_page(page, frame, prot_of_area(area));
  area.ram_size += machine_.page_bytes();
  const std::uint64_t number = (page - arena().base) >> machine_.page_shift();
  if (resident_.size() <= number / 64) resident_.resize(number / 64 + 1);
  resident_[number / 64] |= std::uint64_t{1} << number % 64;
  page_is_mapped(page, Zero::no);
}

bool Kernel::bring_in(area_info& area, Addr page, Wait wait) {
  const auto frame = frame_for(wait);
  if (frame) map_area_page(area, page, *frame);
  return frame.has_value();
}

// All pages of a locked area; if there are not enough frames, those that it got stay for unmap_area. Nobody makes one
// who may not sleep, so the reserve is kept from it, from a run of frames too.
bool Kernel::map_area(area_info& area) {
  const unsigned shift = machine_.page_shift();
  const std::uint64_t pages = area.size >> shift;
  if (area.lock < B_FULL_LOCK) return true;
  if (pages + limits_.reserve > machine_.free_frames()) {
    daemon_wanted_ |= limits_.low != 0;
    return false;
  }
  if (area.lock == B_FULL_LOCK) {
    for (std::uint64_t p = 0; p < pages; ++p) {
      if (!bring_in(area, area.address + (p << shift), Wait::may_sleep)) return false;
    }
    return true;
  }
  const std::uint64_t low_frames = area.lock == B_LOMEM ? lomem_bytes >> shift : ram_frames();
  std::optional<Frame> first;
  if (!strikes(FaultSite::frame)) {
    first = machine_.take_run(static_cast<Frame>(pages), static_cast<Frame>(low_frames));
  }
  daemon_wanted_ |= limits_.low != 0 && (!first || machine_.free_frames() < limits_.low);  // as for a single frame
  if (!first) return false;
  for (std::uint64_t p = 0; p < pages; ++p) {
    map_area_page(area, area.address + (p << shift), *first + static_cast<Frame>(p));
  }
  return true;
}

void Kernel::unmap_area(area_info& area) {
  if (area.ram_size == 0) return;
  for (std::uint64_t at = 0; at < area.size; at += machine_.page_bytes()) {
    const Addr page = area.address + at;
    if (!resident(page)) continue;
    unmap_pages(page, 1);
    const std::uint64_t number = (page - arena().base) >> machine_.page_shift();
    resident_[number / 64] &= ~(std::uint64_t{1} << number % 64);
  }
  wakeup(frames_channel);
}

area_id Kernel::create_area(std::string_view name, Addr& address, std::uint32_t addr_spec, std::uint64_t size,
                            std::uint32_t lock, std::uint32_t protection) {
  const AreaRequest request{name, address, addr_spec, size, lock, protection};
  if (const status_t status = areas_.judge(request, machine_.page_bytes()); status != B_OK) return status;
  const bool exact = addr_spec == B_EXACT_ADDRESS;
  const Addr low = request.wants_address() ? address : arena().base;
  const Addr high = exact ? address : arena().end();
  MapReply where;
  {
    const MapLock guard(*this);
    where = strikes(FaultSite::map_entry) ? MapReply{MapStatus::no_entries, {}}
                                          : map_.take_between(low, high, size >> machine_.page_shift(), entries_);
  }
  if (where.status != MapStatus::ok) {
    return exact && where.status == MapStatus::no_space ? B_BAD_VALUE : B_NO_MEMORY;
  }
  area_info& area = areas_.add(request, where.va);
  const area_id id = area.area;
  if (!map_area(area)) {
    delete_area(id);
    return B_NO_MEMORY;
  }
  address = where.va;
  return id;
}

status_t Kernel::delete_area(area_id id) {
  area_info* area = areas_.find(id);
  if (area == nullptr) return B_ERROR;
  const area_info gone = *area;
  unmap_area(*area);
  *area = area_info{};
  // Who waits for a frame of it must learn that it is gone, though none comes free.
  if (gone.ram_size == 0 && gone.lock < B_FULL_LOCK) wakeup(frames_channel);
  kmem_release(gone.address, gone.size);
  return B_OK;
}

area_id Kernel::area_for(Addr a) const {
  const area_info* area = areas_.holding(a);
  return area == nullptr ? B_ERROR : area->area;
}

status_t Kernel::get_area_info(area_id id, area_info& info) const {
  const area_info* area = areas_.find(id);
  if (area == nullptr) return B_BAD_VALUE;
  info = *area;
  return B_OK;
}

Outcome Kernel::make_resident(ResidentCall& call) {
  area_info* area = areas_.holding(call.range.base);
  if (area == nullptr || call.range.bytes > area->address.v + area->size - call.range.base.v) {
    call.reason = Reason::bad_argument;
    return Outcome::failed;
  }
  if (area->ram_size == area->size) return Outcome::done;
  const unsigned shift = machine_.page_shift();
  const std::uint64_t first = call.range.base.v >> shift;
  const std::uint64_t end = (call.range.end().v + machine_.page_bytes() - 1) >> shift;
  for (; call.range.bytes > 0 && first + call.pages_done < end; ++call.pages_done) {
    const Addr page{(first + call.pages_done) << shift};
    if (resident(page) || bring_in(*area, page, call.wait)) continue;
    call.reason = Reason::no_frames;
    call.channel = frames_channel;
    call.cause = SleepCause::frames;
    if (call.wait == Wait::no_sleep) return Outcome::failed;
    machine_.require_process("make_resident wants to sleep in an interrupt");
    will_sleep(call.channel);
    return Outcome::blocked;
  }
  call.reason = Reason::none;
  return Outcome::done;
}

}  // namespace kmemlab::sim
