// The kinds of errors. Each is one store or one call; what must have happened before is done by `before`.
#include "tests/corruption/owners.h"

namespace kmemlab::corruption {

namespace {

constexpr std::uint8_t wrong = 0x40;  // what a careless store writes

void nothing(Scene&, Owners&) {}
void free_above(Scene& s, Owners& o) {
  o.give(s.above());
}
void free_below(Scene& s, Owners& o) {
  o.give(s.below());
}
void free_block(Scene& s, Owners& o) {
  o.give(s.block());
}
void free_block_and_above(Scene& s, Owners& o) {
  o.give(s.block());
  o.give(s.above());
}
void free_and_take_again(Scene& s, Owners& o) {
  o.give(s.block());
  o.take(s.world.column().small);
}
/// The large block is the last one that was taken.
void take_large(Scene& s, Owners& o) {
  o.take(s.world.column().large, true);
}
std::uint64_t large_of(const Owners& o) {
  return o.live().back().address;
}

void take_100(Scene& s, Owners& o) {
  o.take(s.world.column().smaller, false, 100);
}
Came past_requested(Scene& s, Owners& o) {
  return s.world.store(o.live().back().address + 100, wrong);
}
Came past_end(Scene& s, Owners&) {
  return s.world.store(s.block() + s.granted, wrong);
}
Came before_begin(Scene& s, Owners&) {
  return s.world.store(s.block() - 1, wrong);
}
Came first_byte(Scene& s, Owners&) {
  return s.world.store(s.block(), wrong);
}
Came middle_byte(Scene& s, Owners&) {
  return s.world.store(s.block() + s.granted / 2, wrong);
}
Came last_byte(Scene& s, Owners&) {
  return s.world.store(s.block() + s.granted - 1, wrong);
}
Came free_again(Scene& s, Owners&) {
  return s.world.release(s.world.column().free, s.block());
}
Came free_large_again(Scene& s, Owners& o) {
  const std::uint64_t address = large_of(o);
  o.give(address);
  return s.world.release(s.world.column().free_large, address);
}
Came free_outside(Scene& s, Owners&) {
  return s.world.release(s.world.column().free, s.world.name("end+page"));
}
Came free_never_given(Scene& s, Owners&) {
  return s.world.release(s.world.column().free, s.world.name(s.world.column().never_given));
}
Came free_plus_one(Scene& s, Owners&) {
  return s.world.release(s.world.column().free, s.block() + 1);
}
Came free_half_way(Scene& s, Owners&) {
  return s.world.release(s.world.column().free, s.block() + s.granted / 2);
}
Came free_second_page(Scene& s, Owners& o) {
  return s.world.release(s.world.column().free_large, large_of(o) + s.world.page_bytes());
}
Came free_wrong(Scene& s, Owners& o) {
  const Came came = s.world.release(s.world.column().free_wrong, s.block());
  // Who made the error believes that the block is free; where it was refused, the block stays his.
  if (came.refusal.empty() && came.stop.empty()) o.forget(s.block());
  return came;
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"overflow-slack", "Overflow by one, into the rounding",
       "The owner of 100 bytes writes byte 100. The block has 128, so the byte is nobody else's.", take_100,
       past_requested},
      {"overflow-live", "Overflow by one, into a live block",
       "The owner writes one byte past the 128 that were granted; the block above is in use.", nothing, past_end},
      {"overflow-free", "Overflow by one, into a free block",
       "The same, but the block above was freed: the byte is the first of whatever the system keeps in free blocks.",
       free_above, past_end},
      {"underflow-live", "Underflow by one, into a live block",
       "The owner writes the byte before his block; the block below is in use.", nothing, before_begin},
      {"underflow-free", "Underflow by one, into a free block",
       "The same, but the block below was freed: the byte is its last one.", free_below, before_begin},
      {"write-after-free-first", "Write after free, first byte",
       "The owner frees his block and writes its first byte afterwards, where Berkeley's allocators keep the link of "
       "the "
       "free list.",
       free_block, first_byte},
      {"write-after-free-middle", "Write after free, middle",
       "The owner frees his block and writes into the middle of it afterwards.", free_block, middle_byte},
      {"write-after-free-last", "Write after free, last byte",
       "The owner frees his block and writes its last byte afterwards, where OSF/1's kmem_debug keeps the seal.",
       free_block, last_byte},
      {"write-after-reuse", "Write after free, when the block has a new owner",
       "The owner frees his block, somebody else gets it, and the old owner writes into it.", free_and_take_again,
       first_byte},
      {"double-free", "Double free, at once", "A block is freed twice, and nothing happens between.", free_block,
       free_again},
      {"double-free-later", "Double free, another free between",
       "A block is freed, its neighbour is freed, and then the first one again.", free_block_and_above, free_again},
      {"double-free-reused", "Double free, when the block has a new owner",
       "A block is freed, somebody else gets it, and the old owner frees it again.", free_and_take_again, free_again},
      {"double-free-large", "Double free of whole pages", "A block of several pages is freed twice.", take_large,
       free_large_again},
      {"foreign-outside", "Free of a foreign pointer, outside the arena",
       "The address is not of the memory that the system hands out.", nothing, free_outside},
      {"foreign-unused", "Free of a foreign pointer, into memory never handed out",
       "The address lies where blocks come from, in a page that was never used.", nothing, free_never_given},
      {"interior-odd", "Free of an interior pointer, one byte in", "The owner frees the address of his block plus one.",
       nothing, free_plus_one},
      {"interior-half", "Free of an interior pointer, half way",
       "The owner frees the middle of his block, which is aligned for a smaller one.", nothing, free_half_way},
      {"interior-page", "Free of an interior pointer, the second page",
       "The owner of several pages frees the beginning of the second one.", take_large, free_second_page},
      {"wrong-owner", "Free with the wrong type, heap or pool",
       "The address is right, but the type (386BSD, OSF/1), the heap (AIX) or the pool (BeOS) is another one.", nothing,
       free_wrong}};
  return all;
}

}  // namespace kmemlab::corruption
