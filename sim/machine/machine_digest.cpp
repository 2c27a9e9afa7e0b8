// Digests of a machine: see machine.h. Nothing of the host enters: no pointer, no shortcut, no sharing of frames.
#include "core/base/digest.h"
#include "sim/machine/machine.h"

namespace kmemlab::sim {
namespace {

void add(Digest& d, const Counters& c) {
  for (const std::uint64_t n : {c.loads, c.stores, c.tlb_misses, c.table_reads, c.page_maps, c.page_unmaps,
                                c.frames_taken, c.frames_released, c.interrupts, c.level_changes}) {
    d.add(n);
  }
}

void add(Digest& d, const GuestFault& f) {
  d.add(static_cast<std::uint64_t>(f.kind));
  d.add(f.addr.v);
  d.add(f.cpu);
  d.add(f.access);
  d.add(f.tick);
  d.add(f.message);
}

void add(Digest& d, const Cpu& c) {
  d.add(c.level);
  d.add(c.base_level);
  d.add(c.interrupt_depth);
  d.add(c.raised.open ? 1 : 0);
  d.add(c.raised.open ? c.raised.depth : 0);
  d.add(c.raised.open ? c.raised.since : 0);
  c.tlb.digest_into(d);
}

}  // namespace

// Stores must ask again afterwards, so that the frames they write are hashed again.
std::uint64_t Machine::memory_digest() {
  for (Cpu& c : s_.cpus) c.host.forget_write_permissions();
  return s_.frames.digest();
}

std::uint64_t Machine::digest() {
  Digest d;
  d.add(memory_digest());
  d.add(s_.pool.digest());
  d.add(s_.frames.kernel_frames_end());
  d.add(s_.static_used);
  d.add(s_.current);
  d.add(cycles());
  for (unsigned n = 0; n < cpus(); ++n) {
    d.add(now(n));
    add(d, s_.cpus[n]);
  }
  add(d, counters());
  d.add(s_.raised.sum);
  d.add(s_.raised.max);
  d.add(s_.console.digest());
  d.add(s_.planned.size());
  for (const PlannedInterrupt& p : s_.planned) {
    d.add(p.at_access);
    d.add(p.cpu);
    d.add(p.level);
    d.add(p.cookie);
  }
  d.add(s_.stopped.has_value() ? 1 : 0);
  if (s_.stopped) add(d, *s_.stopped);
  return d.value();
}

std::size_t Machine::bytes_not_shared(const Machine& other) const {
  std::size_t bytes = sizeof *this + s_.frames.bytes_not_shared(other.s_.frames);
  for (const Cpu& cpu : s_.cpus) bytes += sizeof cpu + HostCache::held_bytes() + cpu.tlb.entries() * Tlb::entry_bytes;
  return bytes;
}

}  // namespace kmemlab::sim
