// The digest by which explore tells whether two states are the same to an allocator (Kernel::structure_digest).
#include <algorithm>
#include <array>
#include <span>

#include "core/base/digest.h"
#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

/// `bytes` of the range's mapped memory; at most a page, and a multiple of 8 since pages are.
void add_bytes(Digest& d, const Machine& machine, Addr at, std::span<std::uint8_t> bytes) {
  if (!machine.peek_bytes(at, bytes)) return d.add(0);
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t b = 0; b < 8 && i + b < bytes.size(); ++b) word |= std::uint64_t{bytes[i + b]} << 8 * b;
    d.add(word);
  }
}

}  // namespace

std::uint64_t Kernel::structure_digest() const {
  Digest d;
  std::array<std::uint8_t, 8192> buffer;  // the largest page
  const std::uint64_t page_bytes = machine_.page_bytes();
  for_each_held_page([&](Addr page) {
    d.add(page.v);
    d.add(static_cast<std::uint64_t>(machine_.lookup(page)->prot()));
    add_bytes(d, machine_, page, std::span(buffer).first(page_bytes));
  });
  const AddrRange statics = machine_.static_memory();
  for (std::uint64_t at = 0; at < statics.bytes; at += page_bytes) {
    add_bytes(d, machine_, statics.base + at, std::span(buffer).first(std::min(page_bytes, statics.bytes - at)));
  }
  d.add(map_.digest());
  d.add(machine_.free_frames());
  for (const Sleeper& s : sleepers_.sleepers()) {
    d.add(s.who);
    d.add(sems_.place_of(s.channel));
  }
  for (const Channel& c : late_wakeups_) d.add(sems_.place_of(c));
  for (const AddrRange& r : system_areas_.ranges()) {
    d.add(r.base.v);
    d.add(r.bytes);
  }
  d.add(processes_.running());
  sems_.structure_into(d);
  for (const sem_id id : releases_) d.add(sems_.count(id) ? static_cast<std::uint64_t>(id) % sems_max : sems_max);
  if (areas_.ever_used()) areas_.structure_into(d);
  if (modules_.ever_used()) modules_.add_to(d);
  for (unsigned cpu = 0; cpu < machine_.cpus(); ++cpu) d.add(machine_.cpu(cpu).level);
  return d.value();
}

}  // namespace kmemlab::sim
