// The machine's bulk operations (fill, copy), user-mode accesses and uncounted ones (peek, poke). See machine.h.
#include <algorithm>
#include <cstring>

#include "core/base/ints.h"
#include "sim/machine/machine.h"

namespace kmemlab::sim {

// How many of the next `words` word operations can be done before an interrupt must be looked at; 0 = not even one.
std::uint64_t Machine::words_before_interrupt(std::uint64_t words, unsigned accesses_per_word) const {
  if (s_.interrupt_at == never) return words;
  return std::min(words, (s_.interrupt_at - s_.accesses) / accesses_per_word);
}

void Machine::fill(Addr to, std::uint8_t value, std::uint64_t bytes) {
  while (bytes != 0) {
    poll_interrupts();
    const std::uint64_t in_page = std::min(bytes, page_bytes() - (to.v & s_.offset_mask));
    const std::uint64_t words = words_before_interrupt(div_ceil(in_page, s_.word_bytes), 1);
    const std::uint64_t piece = std::min(in_page, words * s_.word_bytes);
    ++s_.accesses;
    ++s_.stores;
    std::memset(bytes_to_store(to), value, piece);
    s_.accesses += words - 1;
    s_.stores += words - 1;
    s_.charged += div_ceil(piece, 8) * s_.profile->costs.zero_8_bytes - words * s_.profile->costs.store;
    to = to + piece;
    bytes -= piece;
  }
}

// One word of a copy whose load and store an interrupt may part.
void Machine::copy_one(Addr to, Addr from, unsigned bytes) {
  std::uint8_t word[8];
  poll_interrupts();
  ++s_.accesses;
  std::memcpy(word, bytes_to_load(from), bytes);
  poll_interrupts();
  ++s_.accesses;
  ++s_.stores;
  std::memcpy(bytes_to_store(to), word, bytes);
}

// Within a piece, loads and stores alternate between two pages that both stay in the TLB (it has two ways at least), so
// one translation of each gives the counts, and the order of use, of all of them.
void Machine::copy(Addr to, Addr from, std::uint64_t bytes) {
  while (bytes != 0) {
    poll_interrupts();
    const std::uint64_t in_page = std::min({bytes, page_bytes() - (to.v & s_.offset_mask),
                                            page_bytes() - (from.v & s_.offset_mask)});
    const std::uint64_t words = words_before_interrupt(div_ceil(in_page, s_.word_bytes), 2);
    const std::uint64_t piece = std::min<std::uint64_t>(in_page, std::max<std::uint64_t>(words, 1) * s_.word_bytes);
    if (words == 0) {
      copy_one(to, from, static_cast<unsigned>(piece));
    } else {
      ++s_.accesses;
      bytes_to_load(from);
      ++s_.accesses;
      ++s_.stores;
      std::uint8_t* target = bytes_to_store(to);
      const Pte source = s_.cpus[s_.current].tlb.pte(
          s_.cpus[s_.current].tlb.find(Tlb::tag_of(from.v >> s_.page_shift, kernel_space)));
      // Asked for again, because the store may have moved the bytes on the host.
      std::memmove(target, s_.frames.read(source.frame()) + (from.v & s_.offset_mask), piece);
      s_.accesses += 2 * (words - 1);
      s_.stores += words - 1;
    }
    to = to + piece;
    from = from + piece;
    bytes -= piece;
  }
}

// ---- User mode ----

Machine::UserPage Machine::user_page(Asid space, Addr a, unsigned bytes, Prot need) {
  poll_interrupts();
  ++s_.accesses;
  if (need == Prot::user_write) ++s_.stores;
  if (bytes == 0 || bytes > 8 || !is_power_of_two(bytes) || (a.v & (bytes - 1)) != 0) {
    return {Tlb::none, FaultKind::misaligned, false};
  }
  const Asid where = s_.profile->kernel_range.contains(a) ? kernel_space : space;
  if (where >= s_.tables.spaces() || !in_space(a, where)) return {Tlb::none, FaultKind::unmapped, false};
  const Tlb::Slot slot = translate(a, where);
  if (slot == Tlb::none) return {slot, FaultKind::unmapped, false};
  return {slot, FaultKind::protection, allows(s_.cpus[s_.current].tlb.pte(slot).prot(), need)};
}

Result<std::uint64_t, GuestFault> Machine::user_load(Asid space, Addr a, unsigned bytes) {
  const UserPage page = user_page(space, a, bytes, Prot::user_read);
  if (!page.ok) return Failure<GuestFault>{make_fault(page.fault, a, "user load")};
  const Pte pte = s_.cpus[s_.current].tlb.pte(page.slot);
  const std::uint8_t* p = s_.frames.read(pte.frame()) + (a.v & s_.offset_mask);
  switch (bytes) {
    case 1: return std::uint64_t{*p};
    case 2: return std::uint64_t{read_guest<std::uint16_t>(p, s_.swap)};
    case 4: return std::uint64_t{read_guest<std::uint32_t>(p, s_.swap)};
    default: return read_guest<std::uint64_t>(p, s_.swap);
  }
}

Result<void, GuestFault> Machine::user_store(Asid space, Addr a, std::uint64_t value, unsigned bytes) {
  const UserPage page = user_page(space, a, bytes, Prot::user_write);
  if (!page.ok) return Failure<GuestFault>{make_fault(page.fault, a, "user store")};
  const Pte pte = s_.cpus[s_.current].tlb.pte(page.slot);
  std::uint8_t* p = writable(pte.frame()) + (a.v & s_.offset_mask);
  switch (bytes) {
    case 1: *p = static_cast<std::uint8_t>(value); break;
    case 2: write_guest(p, static_cast<std::uint16_t>(value), s_.swap); break;
    case 4: write_guest(p, static_cast<std::uint32_t>(value), s_.swap); break;
    default: write_guest(p, value, s_.swap); break;
  }
  return {};
}

// ---- Viewers ----

bool Machine::peek_bytes(Addr a, std::span<std::uint8_t> out, Asid space) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const Addr at = a + done;
    const std::optional<Pte> pte = lookup(at, space);
    if (!pte) return false;
    const std::size_t piece = std::min<std::size_t>(out.size() - done, page_bytes() - (at.v & s_.offset_mask));
    std::memcpy(out.data() + done, s_.frames.read(pte->frame()) + (at.v & s_.offset_mask), piece);
    done += piece;
  }
  return true;
}

bool Machine::poke_bytes(Addr a, std::span<const std::uint8_t> bytes, Asid space) {
  if (bytes.empty()) return true;
  const std::uint64_t last = (a.v + bytes.size() - 1) & ~s_.offset_mask;
  for (std::uint64_t page = a.v & ~s_.offset_mask;; page += page_bytes()) {
    if (!lookup(Addr{page}, space)) return false;
    if (page == last) break;
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const Addr at = a + done;
    const std::size_t piece = std::min<std::size_t>(bytes.size() - done, page_bytes() - (at.v & s_.offset_mask));
    std::memcpy(writable(lookup(at, space)->frame()) + (at.v & s_.offset_mask), bytes.data() + done, piece);
    done += piece;
  }
  return true;
}

}  // namespace kmemlab::sim
