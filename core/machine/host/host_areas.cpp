// The host machine's areas (core/machine/areas.h) and semaphores (semaphores.h). What an area allows is looked up at
// each access of a core: an access that the simulated MMU would refuse throws HostTrap.
#include <algorithm>

#include "core/base/ints.h"
#include "core/machine/host/host_machine.h"

namespace kmemlab::host {

void HostMachine::check_rights(Addr a, std::uint64_t bytes, std::uint32_t right) const {
  for (std::uint64_t at = 0; at < bytes; at = round_down(a.v + at + page_bytes(), page_bytes()) - a.v) {
    const area_info* area = areas_.holding(a + at);
    if (area == nullptr) continue;
    if (!mapped(a + at)) throw HostTrap{"a page of an area was touched that is not resident"};
    if ((area->protection & right) == 0) throw HostTrap{"the area's protection forbids it"};
  }
}

std::optional<std::uint64_t> HostMachine::find_area_pages(const AreaRequest& request) const {
  const std::uint64_t pages = request.size / page_bytes();
  if (!request.wants_address() || request.address < arena().base) {
    return request.addr_spec == B_EXACT_ADDRESS ? std::nullopt : find_pages(pages);
  }
  if (!arena().contains(request.address)) return std::nullopt;
  const std::uint64_t from = page_index(request.address);
  const auto start = find_pages(pages, from);
  return request.addr_spec == B_EXACT_ADDRESS && start != from ? std::nullopt : start;
}

std::uint32_t HostMachine::take_run(std::uint64_t count, std::uint64_t limit) {
  std::uint64_t run = 0;
  for (std::uint64_t f = 0; f < std::min<std::uint64_t>(limit, frame_taken_.size()); ++f) {
    run = frame_taken_[f] ? 0 : run + 1;
    if (run < count) continue;
    std::fill_n(frame_taken_.begin() + static_cast<std::ptrdiff_t>(f + 1 - count), count, true);
    return static_cast<std::uint32_t>(f + 1 - count);
  }
  return no_frame;
}

void HostMachine::place_area_page(area_info& area, std::uint64_t page, std::uint32_t frame) {
  frame_of_[page] = frame;
  place_frame(window_ + page * page_bytes(), frame);
  area.ram_size += page_bytes();
}

bool HostMachine::map_area(area_info& area) {
  const std::uint64_t first = page_index(area.address);
  const std::uint64_t pages = area.size / page_bytes();
  if (area.lock < B_FULL_LOCK) return true;
  if (pages > static_cast<std::uint64_t>(std::count(frame_taken_.begin(), frame_taken_.end(), false))) return false;
  if (area.lock == B_FULL_LOCK) {
    for (std::uint64_t p = 0; p < pages; ++p) place_area_page(area, first + p, take_frame());
    return true;
  }
  const std::uint32_t run = take_run(pages, area.lock == B_LOMEM ? lomem_bytes / page_bytes() : shape_.frames);
  for (std::uint64_t p = 0; run != no_frame && p < pages; ++p) {
    place_area_page(area, first + p, run + static_cast<std::uint32_t>(p));
  }
  return run != no_frame;
}

area_id HostMachine::create_area(std::string_view name, Addr& address, std::uint32_t addr_spec, std::uint64_t size,
                                 std::uint32_t lock, std::uint32_t protection) {
  const AreaRequest request{name, address, addr_spec, size, lock, protection};
  if (const status_t status = areas_.judge(request, page_bytes()); status != B_OK) return status;
  const auto start = find_area_pages(request);
  if (!start) return addr_spec == B_EXACT_ADDRESS ? B_BAD_VALUE : B_NO_MEMORY;
  std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(*start), size / page_bytes(), true);
  area_info& area = areas_.add(request, shape_.arena.base + *start * page_bytes());
  const area_id id = area.area;
  if (!map_area(area)) {
    delete_area(id);
    return B_NO_MEMORY;
  }
  address = area.address;
  return id;
}

status_t HostMachine::delete_area(area_id id) {
  area_info* area = areas_.find(id);
  if (area == nullptr) return B_ERROR;
  const area_info gone = *area;
  *area = area_info{};
  for (std::uint64_t at = 0; at < gone.size; at += page_bytes()) {
    if (mapped(gone.address + at)) unmap_frame(page_index(gone.address + at));
  }
  if (gone.ram_size > 0 || gone.lock < B_FULL_LOCK) wakeup(frames_channel);
  kmem_release(gone.address, gone.size);
  return B_OK;
}

area_id HostMachine::area_for(Addr a) const {
  const area_info* area = areas_.holding(a);
  return area == nullptr ? B_ERROR : area->area;
}

status_t HostMachine::get_area_info(area_id id, area_info& info) const {
  const area_info* area = areas_.find(id);
  if (area == nullptr) return B_BAD_VALUE;
  info = *area;
  return B_OK;
}

Outcome HostMachine::make_resident(ResidentCall& call) {
  area_info* area = areas_.holding(call.range.base);
  if (area == nullptr || call.range.bytes > area->address.v + area->size - call.range.base.v) {
    call.reason = Reason::bad_argument;
    return Outcome::failed;
  }
  const std::uint64_t first = page_index(call.range.base);
  const std::uint64_t end = page_index(call.range.end() + (page_bytes() - 1));
  for (; call.range.bytes > 0 && first + call.pages_done < end; ++call.pages_done) {
    const std::uint64_t page = first + call.pages_done;
    if (frame_of_[page] != no_frame) continue;
    const std::uint32_t frame = take_frame();
    if (frame == no_frame) {
      call.reason = Reason::no_frames;
      call.channel = frames_channel;
      call.cause = SleepCause::frames;
      return call.wait == Wait::no_sleep ? Outcome::failed : Outcome::blocked;
    }
    place_area_page(*area, page, frame);
  }
  call.reason = Reason::none;
  return Outcome::done;
}

// ---- Semaphores ----

status_t HostMachine::delete_sem(sem_id id) {
  return sems_.remove(id, [&](Channel channel) { wakeup(channel); });
}

SemReply HostMachine::acquire_sem(sem_id id) {
  const SemReply reply = sems_.acquire(id);
  if (reply.status == SemStatus::wait && in_interrupt_) throw HostTrap{"acquire_sem wants to wait in an interrupt"};
  return reply;
}

status_t HostMachine::release_sem(sem_id id) {
  if (!defer_releases_) return finish_release(id);
  releases_.push_back(id);
  return sems_.count(id) ? B_OK : B_BAD_SEM_ID;
}

status_t HostMachine::finish_release(sem_id id) {
  Channel woken{};
  const status_t status = sems_.release(id, woken);
  if (woken) wakeup(woken);
  return status;
}

}  // namespace kmemlab::host
