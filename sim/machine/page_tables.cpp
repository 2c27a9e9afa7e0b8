// Page tables: see page_tables.h.
#include "sim/machine/page_tables.h"

namespace kmemlab::sim {

PageTables::PageTables(const Profile& profile, Frames& frames)
    : levels_(static_cast<unsigned>(profile.levels.size())),
      pte_bytes_(profile.pte_bytes),
      swap_(profile.big_endian != host_is_big_endian) {
  unsigned shift = 0;
  for (unsigned level = levels_; level-- > 0;) {
    bits_[level] = profile.levels[level];
    shift_[level] = shift;
    shift += bits_[level];
  }
  add_space(frames);
}

Asid PageTables::add_space(Frames& frames) {
  roots_.push_back(frames.take_kernel_frame());
  return static_cast<Asid>(roots_.size() - 1);
}

PageTables::Walk PageTables::walk(const Frames& frames, Asid space, std::uint64_t vpn) const {
  Walk w;
  const std::uint8_t* table = frames.read(roots_[space]);
  for (unsigned level = 0;; ++level) {
    const Pte pte = read_entry(table, index_at(level, vpn));
    ++w.reads;
    if (level + 1 == levels_) {
      w.leaf = table;
      if (pte.valid()) w.pte = pte;
      return w;
    }
    if (!pte.valid()) return w;
    table = frames.read(pte.frame());
  }
}

bool PageTables::write_entry(Frames& frames, Frame table, std::uint64_t index, Pte pte) const {
  const Frames::Writable page = frames.writable(table);
  std::uint8_t* p = page.bytes + index * pte_bytes_;
  if (pte_bytes_ == 8) {
    write_guest<std::uint64_t>(p, pte.bits, swap_);
  } else {
    write_guest<std::uint32_t>(p, static_cast<std::uint32_t>(pte.bits), swap_);
  }
  return page.moved;
}

Frame PageTables::leaf_table(Frames& frames, Asid space, std::uint64_t vpn) const {
  Frame table = roots_[space];
  for (unsigned level = 0; level + 1 < levels_; ++level) {
    const std::uint64_t index = index_at(level, vpn);
    Pte pte = read_entry(frames.read(table), index);
    if (!pte.valid()) {
      pte = Pte::directory(frames.take_kernel_frame());
      write_entry(frames, table, index, pte);
    }
    table = pte.frame();
  }
  return table;
}

bool PageTables::write(Frames& frames, Asid space, std::uint64_t vpn, Pte pte) {
  return write_entry(frames, leaf_table(frames, space, vpn), leaf_index(vpn), pte);
}

void PageTables::reserve(Frames& frames, Asid space, std::uint64_t vpn, std::uint64_t pages) {
  if (pages == 0) return;
  const std::uint64_t last = (vpn + pages - 1) >> leaf_bits();
  for (std::uint64_t n = vpn >> leaf_bits(); n <= last; ++n) leaf_table(frames, space, n << leaf_bits());
}

}  // namespace kmemlab::sim
