// The machine's slow paths: making one, TLB misses, page operations, faults. See machine.h.
#include "sim/machine/machine.h"

#include "core/base/ints.h"

namespace kmemlab::sim {

Machine::State::State(const Profile& p, const MachineOptions& o)
    : offset_mask(p.page_bytes() - 1),
      page_shift(p.page_shift),
      swap(p.big_endian != host_is_big_endian),
      word_bytes(p.word_bytes),
      cost_load(p.costs.load),
      cost_store_extra(std::uint64_t{p.costs.store} - p.costs.load),
      cost_call(p.costs.call),
      cost_spl(p.costs.spl),
      profile(std::make_shared<const Profile>(p)),
      frames(static_cast<Frame>(o.ram_bytes >> p.page_shift), p.page_shift),
      pool(static_cast<Frame>(o.ram_bytes >> p.page_shift)),
      tables(p, frames),
      cpus(o.cpus, Cpu(p.tlb_entries, p.tlb_ways)) {}

Fallible<Machine> Machine::create(const Profile& profile, const MachineOptions& options) {
  if (auto ok = validate(profile); !ok) return Failure<Error>{ok.error()};
  if (options.cpus == 0 || options.cpus > 1024) return fail("impossible number of CPUs", "1 to 1024");
  if (options.ram_bytes == 0 || options.ram_bytes % profile.page_bytes() != 0) {
    return fail("the size of the memory is not a number of pages", "a positive multiple of the page size");
  }
  // Frame numbers are 24 bits in a 4-byte entry; half of them, or 2^31 of 2^32, are left to kernel frames.
  const std::uint64_t frames_max = std::uint64_t{1} << (profile.pte_bytes == 4 ? 23 : 31);
  if (options.ram_bytes >> profile.page_shift > frames_max) {
    return fail("more memory than page-table entries of " + profile.name + " can name",
                "at most " + std::to_string(frames_max) + " pages");
  }
  return Machine(State(profile, options));
}

void Machine::switch_cpu(unsigned n) {
  s_.cpu->tick = now();
  s_.current = n;
  rebind();
  s_.clock_base = s_.cpu->tick - cycles();
  if (!s_.planned.empty()) arm_interrupts();
}

Counters Machine::counters() const {
  Counters c = s_.counts;
  c.stores = s_.stores;
  c.loads = s_.accesses - s_.stores;
  return c;
}

// ---- Translation ----

bool Machine::in_space(Addr a, Asid space) const {
  return space == kernel_space ? s_.profile->kernel_range.contains(a) : a.v < s_.profile->user_bytes;
}

// The walk of a TLB miss, with the host's shortcut to the last table; counts are those of the whole walk.
PageTables::Walk Machine::walk_counted(std::uint64_t vpn, Asid space) {
  PageTables::Walk walk;
  if (space != kernel_space) {
    walk = s_.tables.walk(s_.frames, space, vpn);
  } else {
    HostCache& host = s_.cpus[s_.current].host;
    HostCache::Table& cached = host.table(vpn >> s_.tables.leaf_bits());
    if (cached.group == vpn >> s_.tables.leaf_bits()) {
      walk = {s_.tables.read_entry(cached.bytes, s_.tables.leaf_index(vpn)), s_.tables.levels(), cached.bytes};
    } else {
      walk = s_.tables.walk(s_.frames, space, vpn);
      if (walk.leaf != nullptr) {
        host.touch();
        cached = {vpn >> s_.tables.leaf_bits(), walk.leaf};
      }
    }
  }
  s_.counts.table_reads += walk.reads;
  s_.charged += std::uint64_t{s_.profile->costs.walk_read} * walk.reads;
  return walk;
}

// The TLB entry of an address, filled if it must be; none if nothing is mapped there. The access that asks is counted
// already, so that its number stamps the entry.
Tlb::Slot Machine::translate(Addr a, Asid space) {
  Cpu& c = s_.cpus[s_.current];
  const std::uint64_t vpn = a.v >> s_.page_shift;
  const std::uint64_t tag = Tlb::tag_of(vpn, space);
  Tlb::Slot slot = c.tlb.find(tag);
  if (slot != Tlb::none) {
    *c.tlb.stamp(slot) = s_.accesses;
    return slot;
  }
  ++s_.counts.tlb_misses;
  s_.charged += s_.profile->costs.tlb_miss;
  if (!in_space(a, space)) return Tlb::none;
  const PageTables::Walk walk = walk_counted(vpn, space);
  if (!walk.pte.valid()) return Tlb::none;
  slot = c.tlb.victim(tag);
  const std::uint64_t old = c.tlb.tag(slot);
  if (old != Tlb::empty_tag && Tlb::space_of(old) == kernel_space) {
    c.host.forget_page(Tlb::vpn_of(old), Tlb::vpn_of(old) << s_.page_shift);
  }
  c.tlb.fill(slot, tag, walk.pte, s_.accesses);
  return slot;
}

const std::uint8_t* Machine::bytes_to_load(Addr a) {
  const Tlb::Slot slot = translate(a, kernel_space);
  if (slot == Tlb::none) fault(FaultKind::unmapped, a, "load from an address that is not mapped");
  Cpu& c = s_.cpus[s_.current];
  const Pte pte = c.tlb.pte(slot);
  if (!allows(pte.prot(), Prot::kernel_read)) fault(FaultKind::protection, a, "load from a page that forbids it");
  const std::uint64_t page = a.v & ~s_.offset_mask;
  HostCache::Page& p = c.host.page(a.v >> s_.page_shift);
  c.host.touch();
  std::uint8_t* own = allows(pte.prot(), Prot::kernel_write) ? s_.frames.writable_already(pte.frame()) : nullptr;
  p.readable = page;
  p.writable = own != nullptr ? page : HostCache::nothing;
  p.bytes = own != nullptr ? own : const_cast<std::uint8_t*>(s_.frames.read(pte.frame()));  // writable guards stores
  p.stamp = c.tlb.stamp(slot);
  return p.bytes + (a.v & s_.offset_mask);
}

std::uint8_t* Machine::bytes_to_store(Addr a) {
  const Tlb::Slot slot = translate(a, kernel_space);
  if (slot == Tlb::none) fault(FaultKind::unmapped, a, "store to an address that is not mapped");
  Cpu& c = s_.cpus[s_.current];
  const Pte pte = c.tlb.pte(slot);
  if (!allows(pte.prot(), Prot::kernel_write)) fault(FaultKind::protection, a, "store to a page that forbids it");
  std::uint8_t* bytes = writable(pte.frame());
  const std::uint64_t page = a.v & ~s_.offset_mask;
  HostCache::Page& p = c.host.page(a.v >> s_.page_shift);
  c.host.touch();
  p.readable = allows(pte.prot(), Prot::kernel_read) ? page : HostCache::nothing;
  p.writable = page;
  p.bytes = bytes;
  p.stamp = c.tlb.stamp(slot);
  return bytes + (a.v & s_.offset_mask);
}

// A frame's bytes for writing. If they moved on the host, every shortcut to the old bytes goes.
std::uint8_t* Machine::writable(Frame frame) {
  const Frames::Writable w = s_.frames.writable(frame);
  if (!w.moved) return w.bytes;
  for (Cpu& c : s_.cpus) {
    for (Tlb::Slot s = 0; s < c.tlb.entries(); ++s) {
      const std::uint64_t tag = c.tlb.tag(s);
      if (c.tlb.pte(s).frame() != frame || tag == Tlb::empty_tag || Tlb::space_of(tag) != kernel_space) continue;
      c.host.forget_page(Tlb::vpn_of(tag), Tlb::vpn_of(tag) << s_.page_shift);
    }
  }
  return w.bytes;
}

void Machine::forget_tables() {
  for (Cpu& c : s_.cpus) c.host.forget_tables();
}

std::uint64_t Machine::load_slow(Addr a, unsigned bytes) {
  poll_interrupts();
  ++s_.accesses;
  if ((a.v & (bytes - 1)) != 0) fault(FaultKind::misaligned, a, "misaligned load");
  const std::uint8_t* p = bytes_to_load(a);
  switch (bytes) {
    case 1: return *p;
    case 2: return read_guest<std::uint16_t>(p, s_.swap);
    case 4: return read_guest<std::uint32_t>(p, s_.swap);
    default: return read_guest<std::uint64_t>(p, s_.swap);
  }
}

void Machine::store_slow(Addr a, std::uint64_t value, unsigned bytes) {
  poll_interrupts();
  ++s_.accesses;
  ++s_.stores;
  if ((a.v & (bytes - 1)) != 0) fault(FaultKind::misaligned, a, "misaligned store");
  std::uint8_t* p = bytes_to_store(a);
  switch (bytes) {
    case 1: *p = static_cast<std::uint8_t>(value); break;
    case 2: write_guest(p, static_cast<std::uint16_t>(value), s_.swap); break;
    case 4: write_guest(p, static_cast<std::uint32_t>(value), s_.swap); break;
    default: write_guest(p, value, s_.swap); break;
  }
}

// ---- Faults ----

GuestFault Machine::make_fault(FaultKind kind, Addr a, std::string_view message) const {
  return GuestFault{kind, a, s_.current, s_.accesses, now(), std::string(message)};
}

void Machine::fault(FaultKind kind, Addr a, std::string_view message) {
  if (!s_.stopped) s_.stopped = make_fault(kind, a, message);
  throw MachineTrap{kind};
}

void Machine::require_process(std::string_view who) {
  if (in_interrupt()) fault(FaultKind::sleep_in_interrupt, null_addr, who);
}

void Machine::require_level(Level expected, std::string_view who) {
  if (level() != expected) fault(FaultKind::level_not_restored, null_addr, who);
}

}  // namespace kmemlab::sim
