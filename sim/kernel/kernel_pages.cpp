// The kernel's page-by-page services (core/machine/pages.h), storage references (reference.h) and processes
// (process.h).
#include <string>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

KmemSpace Kernel::kmem_reserve(std::uint64_t bytes) {
  const MapLock lock(*this);
  const MapReply reply = strikes(FaultSite::map_entry) ? MapReply{MapStatus::no_entries, {}}
                                                       : map_.take(bytes >> machine_.page_shift(), entries_);
  switch (reply.status) {
    case MapStatus::ok:
      return {reply.va, Reason::none};
    case MapStatus::no_space:
      return {null_addr, Reason::no_space};
    case MapStatus::no_entries:
      return {null_addr, Reason::no_entries};
  }
  return {};
}

void Kernel::kmem_release(Addr va, std::uint64_t bytes) {
  const MapLock lock(*this);
  if (!map_.give(va, bytes >> machine_.page_shift(), entries_)) panic("out of map entries");
  wakeup(map_channel);
}

bool Kernel::kmem_map(Addr page, PageKey key, Zero zero) {
  const auto frame = frame_for(in_interrupt() ? Wait::no_sleep : Wait::may_sleep);
  if (!frame) return false;
  machine_.map_page(page, *frame, key == PageKey::user_read ? Prot::kernel | Prot::user_read : Prot::kernel);
  page_is_mapped(page, zero);
  return true;
}

void Kernel::kmem_unmap(Addr page) {
  unmap_pages(page, 1);
  wakeup(frames_channel);
}

bool Kernel::accessible(Addr a) const {
  const auto pte = machine_.lookup(a);
  return pte && allows(pte->prot(), Prot::kernel);
}

std::optional<std::uint32_t> Kernel::refer(const Reference& r) {
  const bool store = r.access == Reference::Access::store;
  if (r.mode == Reference::Mode::user) {
    if (store) {
      if (machine_.user_store(kernel_space, r.at, r.value, 4)) return r.value;
    } else if (const auto loaded = machine_.user_load(kernel_space, r.at, 4)) {
      return static_cast<std::uint32_t>(*std::move(loaded));
    }
  } else if (const auto pte = machine_.lookup(r.at);
             pte && r.at.v % 4 == 0 && allows(pte->prot(), store ? Prot::kernel_write : Prot::kernel_read)) {
    if (!store) return machine_.load<std::uint32_t>(r.at);
    machine_.store<std::uint32_t>(r.at, r.value);
    return r.value;
  }
  if (system_areas_.contains(r.at)) panic(system_area_crash);
  return std::nullopt;
}

unsigned Kernel::add_process(std::uint64_t private_pages) {
  std::vector<Frame> frames;
  if (private_pages > private_region().bytes >> machine_.page_shift()) return 0;
  while (frames.size() < private_pages) {
    const auto frame = machine_.take_frame();
    if (!frame) {
      for (const Frame f : frames) machine_.release_frame(f);
      return 0;
    }
    frames.push_back(*frame);
  }
  return processes_.add(std::move(frames));
}

void Kernel::run_process(unsigned number) {
  const unsigned before = processes_.running();
  if (number == before) return;
  if (number != 0 && !processes_.exists(number)) panic("run_process: no such process");
  Addr page = private_region().base;
  for (std::size_t n = 0; before != 0 && n < processes_.frames(before).size(); ++n) {
    machine_.unmap_page(page + n * machine_.page_bytes());
  }
  for (std::size_t n = 0; number != 0 && n < processes_.frames(number).size(); ++n) {
    machine_.map_page(page + n * machine_.page_bytes(), processes_.frames(number)[n]);
  }
  processes_.set_running(number);
  machine_.charge_context_switch();
}

void Kernel::exit_process(unsigned number) {
  if (!processes_.exists(number)) panic("exit_process: no such process");
  if (processes_.running() == number) run_process(0);
  for (const Frame f : processes_.frames(number)) machine_.release_frame(f);
  processes_.remove(number);
}

}  // namespace kmemlab::sim
