#include "sim/kernel/kernel.h"

#include <algorithm>
#include <string>

#include "core/base/digest.h"

namespace kmemlab::sim {

std::uint64_t map_entries_for(std::uint64_t arena_pages) {
  return std::max<std::uint64_t>(2500, arena_pages * 2500 / 1024);
}

Fallible<Kernel> Kernel::create(const Profile& profile, const KernelOptions& options) {
  if (options.arena_bytes == 0 || options.arena_bytes % profile.page_bytes() != 0) {
    return fail("the arena is not a number of pages",
                "expected a positive multiple of " + std::to_string(profile.page_bytes()) + " bytes");
  }
  if (options.arena_bytes > profile.arena_bytes_max) {
    return fail("the arena is larger than the kernel's addresses on " + profile.name,
                "expected at most " + std::to_string(profile.arena_bytes_max) + " bytes");
  }
  auto machine = Machine::create(profile, MachineOptions{options.ram_bytes, options.cpus});
  if (!machine) return Failure<Error>{machine.error()};
  const AddrRange arena{profile.arena_base, options.arena_bytes};
  machine->reserve_tables(arena);  // as 386BSD did: the kernel's page tables exist before the arena is used
  const std::uint64_t pages = options.arena_bytes >> profile.page_shift;
  return Kernel(
      std::move(*machine),
      AddressMap(arena, profile.page_shift, options.map_entries != 0 ? options.map_entries : map_entries_for(pages)));
}

void Kernel::panic(const char* message) {
  machine_.print(std::string("panic: ") + message);
  machine_.panic(message);
}

Kernel::MapLock::MapLock(Kernel& kernel) : kernel_(kernel) {
  if (kernel.map_locked_) {
    kernel.machine_.fault(FaultKind::lock, null_addr,
                          "kmem: the map is locked already: the map's entries come from here");
  }
  kernel.map_locked_ = true;
}

Outcome Kernel::blocked(KmemCall& call, Channel channel, SleepCause cause, Reason reason) {
  call.reason = reason;
  call.channel = channel;
  call.cause = cause;
  if (call.wait == Wait::no_sleep) return Outcome::failed;
  machine_.require_process("kmem_alloc wants to sleep in an interrupt");
  will_sleep(channel);
  return Outcome::blocked;
}

bool Kernel::map_one(Addr page, const KmemCall& call) {
  const auto frame = frame_for(call.wait);
  if (!frame) return false;
  machine_.map_page(page, *frame);
  page_is_mapped(page, call.zero);
  return true;
}

void Kernel::unmap_pages(Addr va, std::uint64_t pages) {
  for (std::uint64_t p = 0; p < pages; ++p) {
    const Addr page = va + (p << machine_.page_shift());
    machine_.release_frame(machine_.unmap_page(page));
    if (watcher_ != nullptr) watcher_->page_unmapped(page);
  }
}

// splhigh in the original; here no interrupt that may allocate arrives at splimp, where every caller is already.
Outcome Kernel::kmem_alloc(KmemCall& call) {
  const std::uint64_t pages = call.bytes >> machine_.page_shift();
  if (call.phase == KmemCall::Phase::find_space) {
    const MapLock lock(*this);
    const MapReply reply =
        strikes(FaultSite::map_entry) ? MapReply{MapStatus::no_entries, {}} : map_.take(pages, entries_);
    if (reply.status != MapStatus::ok) {
      return blocked(call, map_channel, SleepCause::address_space,
                     reply.status == MapStatus::no_space ? Reason::no_space : Reason::no_entries);
    }
    call.va = reply.va;
    call.phase = KmemCall::Phase::take_frames;
  }
  for (; call.pages_mapped < pages; ++call.pages_mapped) {
    if (map_one(call.va + (call.pages_mapped << machine_.page_shift()), call)) continue;
    const Outcome outcome = blocked(call, frames_channel, SleepCause::frames, Reason::no_frames);
    if (outcome == Outcome::failed) {  // without sleeping it is all pages or none
      const MapLock lock(*this);
      unmap_pages(call.va, call.pages_mapped);
      if (!map_.give(call.va, pages, entries_)) panic("out of map entries");
      if (call.pages_mapped > 0) wakeup(frames_channel);
      wakeup(map_channel);
    }
    return outcome;
  }
  return Outcome::done;
}

void Kernel::kmem_free(Addr va, std::uint64_t bytes) {
  const std::uint64_t pages = bytes >> machine_.page_shift();
  const MapLock lock(*this);
  unmap_pages(va, pages);
  if (!map_.give(va, pages, entries_)) panic("out of map entries");
  wakeup(frames_channel);
  wakeup(map_channel);
}

Addr Kernel::boot_alloc(std::uint64_t bytes) {
  const auto va = machine_.boot_alloc(bytes, machine_.page_bytes());
  if (!va) panic("boot memory is used up");
  return va.value();
}

std::uint64_t Kernel::digest() {
  Digest d;
  d.add(machine_.digest());
  d.add(map_.digest());
  for (const Sleeper& s : sleepers_.sleepers()) {
    d.add(s.who);
    d.add(s.channel.v);
    d.add(s.since_tick);
  }
  for (const Channel& c : late_wakeups_) d.add(c.v);
  for (const AddrRange& r : system_areas_.ranges()) {
    d.add(r.base.v);
    d.add(r.bytes);
  }
  if (processes_.running() != 0) d.add(processes_.running());
  if (sems_.ever_used()) sems_.add_to(d);
  for (const sem_id id : releases_) d.add(static_cast<std::uint64_t>(id));
  if (areas_.ever_used()) areas_.add_to(d);
  if (modules_.ever_used()) modules_.add_to(d);
  return d.value();
}

}  // namespace kmemlab::sim
