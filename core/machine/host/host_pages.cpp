// The host machine's page-by-page services (core/machine/pages.h), storage references (reference.h) and processes
// (process.h). The host's MMU knows no keys: the key of a page is looked up before a user's reference.
#include "core/machine/host/host_machine.h"

#include <algorithm>

namespace kmemlab::host {

KmemSpace HostMachine::kmem_reserve(std::uint64_t bytes) {
  const std::uint64_t pages = bytes / page_bytes();
  const auto start = find_pages(pages);
  if (!start) return {null_addr, Reason::no_space};
  std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(*start), pages, true);
  return {shape_.arena.base + *start * page_bytes(), Reason::none};
}

void HostMachine::kmem_release(Addr va, std::uint64_t bytes) {
  std::fill_n(page_taken_.begin() + static_cast<std::ptrdiff_t>(page_index(va)), bytes / page_bytes(), false);
  wakeup(map_channel);
}

bool HostMachine::kmem_map(Addr page, PageKey key, Zero zero_it) {
  if (!map_frame(page_index(page))) return false;
  key_of_[page_index(page)] = key;
  if (zero_it == Zero::yes) zero(page, page_bytes());
  return true;
}

void HostMachine::kmem_unmap(Addr page) {
  if (!mapped(page)) throw HostTrap{"unmap of a page that is not mapped"};
  unmap_frame(page_index(page));
  wakeup(frames_channel);
}

void HostMachine::set_system_area(AddrRange range, SystemArea area) {
  std::fill_n(system_page_.begin() + static_cast<std::ptrdiff_t>(page_index(range.base)), range.bytes / page_bytes(),
              area == SystemArea::yes);
}

std::optional<std::uint32_t> HostMachine::refer(const Reference& r) {
  const bool store_it = r.access == Reference::Access::store;
  const bool in_arena = shape_.arena.contains(r.at);
  bool allowed = r.at.v % 4 == 0 && mapped(r.at);
  if (r.mode == Reference::Mode::user) {
    allowed = allowed && in_arena && !store_it && key_of_[page_index(r.at)] == PageKey::user_read;
  }
  if (!allowed) {
    if (in_arena && system_page_[page_index(r.at)]) panic(system_area_crash);
    return std::nullopt;
  }
  if (!store_it) return load<std::uint32_t>(r.at);
  store<std::uint32_t>(r.at, r.value);
  return r.value;
}

unsigned HostMachine::add_process(std::uint64_t private_pages) {
  std::vector<std::uint32_t> frames;
  if (private_pages > shape_.private_region.bytes / page_bytes()) return 0;
  while (frames.size() < private_pages) {
    const std::uint32_t frame = take_frame();
    if (frame == no_frame) {
      for (const std::uint32_t f : frames) frame_taken_[f] = false;
      return 0;
    }
    frames.push_back(frame);
  }
  processes_.push_back(std::move(frames));
  return static_cast<unsigned>(processes_.size());
}

void HostMachine::run_process(unsigned number) {
  if (number > processes_.size()) throw HostTrap{"run_process: no such process"};
  const std::size_t before = running_ == 0 ? 0 : processes_[running_ - 1].size();
  for (std::size_t n = 0; n < before; ++n) displace_frame(private_window_ + n * page_bytes());
  const std::size_t after = number == 0 ? 0 : processes_[number - 1].size();
  for (std::size_t n = 0; n < after; ++n) place_frame(private_window_ + n * page_bytes(), processes_[number - 1][n]);
  running_ = number;
}

void HostMachine::exit_process(unsigned number) {
  if (running_ == number) run_process(0);
  for (const std::uint32_t f : processes_.at(number - 1)) frame_taken_[f] = false;
  processes_[number - 1].clear();
}

}  // namespace kmemlab::host
