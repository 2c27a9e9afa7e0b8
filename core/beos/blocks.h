// Blocks: elements of a bin's pages up to 2048 bytes, runs of pages above (shared/spec/aix_and_beos.md section 5 as a
// behavioural model; search order ours). A bin's list holds the pages that have both live and free elements; a full
// page leaves it, and comes to its head with the first element that is freed in it, since then it is the fullest.
// Inside a page the lowest free element goes first. A page without live elements goes back to the runs at once. All
// functions run with the pool's semaphore in hand.
#pragma once

#include <bit>
#include <cstdint>

#include "core/beos/runs.h"

namespace kmemlab::beos::detail {

/// A live block.
struct Block {
  std::uint32_t page = no_page;  ///< no_page: there is none
  What what{};
  std::uint32_t n = 0;        ///< element, or pages of the run
  std::uint64_t granted = 0;  ///< bytes
};

template <Machine M>
class Blocks {
 public:
  Blocks(M& m, State& s, Pool& p) : m_(m), s_(s), p_(p), touch_{m} {}

  /// Null if there is no room: `reason` says why. `granted` is set otherwise.
  [[gnu::always_inline]] Addr take(std::uint64_t size, std::uint64_t& granted, Reason& reason) const {
    if (size > element_max) [[unlikely]]
      return take_run(size, granted, reason);
    const unsigned b = bin_of(size);
    if (p_.bin[b].head == no_page) [[unlikely]] {
      if (!carve(b, reason)) return null_addr;
    }
    return take_element(b, granted);
  }

  /// The live block at exactly this address. page no_page: there is none.
  [[gnu::always_inline]] Block find(Addr ptr) const {
    const std::uint64_t offset = ptr.v - p_.g.base.v;
    if (offset >> p_.g.page_shift >= p_.fresh) {  // below the pool, too: the difference wraps
      mark(m_, Mark::not_in_pool);
      return {};
    }
    const auto page = static_cast<std::uint32_t>(offset >> p_.g.page_shift);
    const What what{touch_.get(p_.g.entry(page) + page_entry::what)};
    const std::uint64_t within = offset & (p_.g.page_bytes() - 1);
    if (what.kind() != Kind::elements) [[unlikely]] {
      if (what.kind() != Kind::run || within != 0) {
        mark(m_, Mark::no_block_begins);
        return {};
      }
      const std::uint32_t pages = touch_.get(p_.g.entry(page) + page_entry::pages);
      return {page, what, pages, std::uint64_t{pages} << p_.g.page_shift};
    }
    const unsigned b = what.bin();
    if (b >= bins) panic(m_, Mark::panic_entry_in_free, "area_malloc: a page entry is corrupted");
    const std::uint32_t n = element_of(within, b);
    if (std::uint64_t{n} * bin_sizes[b] != within || n >= p_.g.elements(b)) {
      mark(m_, Mark::inside_element);
      return {};
    }
    if ((touch_.get(map_word(page, n / 32)) >> n % 32 & 1) != 0) {
      mark(m_, Mark::element_is_free);
      return {};
    }
    return {page, what, n, bin_sizes[b]};
  }

  /// Gives a block back; `block` is what find() just said.
  [[gnu::always_inline]] void give(const Block& block) const {
    p_.bytes -= block.granted;
    if (block.what.kind() == Kind::run) [[unlikely]]
      return give_run(block);
    const unsigned b = block.what.bin();
    Bin& bin = p_.bin[b];
    --bin.used;
    const unsigned nfree = block.what.nfree() + 1;
    const Addr address = p_.g.page(block.page) + std::uint64_t{block.n} * bin_sizes[b];
    m_.step({StepKind::pushed_block, static_cast<std::uint16_t>(b), address, block.granted});
    if (nfree == p_.g.elements(b)) [[unlikely]]
      return give_page(block.page, b);
    const Addr word = map_word(block.page, block.n / 32);
    touch_.put(word, touch_.get(word) | 1U << block.n % 32);
    const unsigned lowest = block.n / 32 < block.what.word() ? block.n / 32 : block.what.word();
    touch_.put(p_.g.entry(block.page), What::of(Kind::elements, b, lowest, nfree).bits);
    if (nfree == 1) [[unlikely]]
      link(block.page, b);
  }

  /// Whether a request of `size` bytes would get a block of just this kind: then realloc leaves it where it is.
  bool same_kind(const Block& block, std::uint64_t size) const {
    if (block.what.kind() == Kind::run) {
      return size > element_max && div_ceil(size, p_.g.page_bytes()) == block.n;
    }
    return size <= element_max && bin_of(size) == block.what.bin();
  }

 private:
  Addr map_word(std::uint32_t page, std::uint32_t n) const { return p_.g.entry(page) + page_entry::map + 4 * n; }

  [[gnu::always_inline]] Addr take_element(unsigned b, std::uint64_t& granted) const {
    Bin& bin = p_.bin[b];
    const std::uint32_t page = bin.head;
    const Addr entry = p_.g.entry(page);
    const What what{touch_.get(entry)};
    if (what.kind() != Kind::elements || what.bin() != b || what.nfree() == 0) [[unlikely]]
      panic(m_, Mark::panic_entry_in_malloc, "area_malloc: a page entry is corrupted");
    unsigned word = what.word();
    std::uint32_t bits = touch_.get(map_word(page, word));
    while (bits == 0) [[unlikely]] {
        if (++word == p_.g.map_words()) panic(m_, Mark::panic_element_lost, "area_malloc: an element is lost");
        bits = touch_.get(map_word(page, word));
      }
    touch_.put(map_word(page, word), bits & (bits - 1));
    touch_.put(entry, What::of(Kind::elements, b, word, what.nfree() - 1).bits);
    if (what.nfree() == 1) [[unlikely]]
      unlink(page, b);
    ++bin.used;
    ++bin.calls;
    granted = bin_sizes[b];
    p_.bytes += granted;
    const std::uint64_t n = word * 32 + static_cast<unsigned>(std::countr_zero(bits));
    const Addr address = p_.g.page(page) + n * granted;
    m_.step({StepKind::took_block, static_cast<std::uint16_t>(b), address, granted});
    return address;
  }

  /// Cuts a page into elements of bin b. Its list is empty.
  [[gnu::noinline]] bool carve(unsigned b, Reason& reason) const {
    const Runs<M> runs(m_, s_, p_);
    m_.step({StepKind::list_empty, static_cast<std::uint16_t>(b), {}, p_.g.page_bytes()});
    const std::uint32_t page = runs.take(1, reason);
    if (page == no_page) return false;
    const std::uint32_t n = p_.g.elements(b);
    for (std::uint32_t i = 0; i < n; i += 32) {
      touch_.put(map_word(page, i / 32), n - i < 32 ? (1U << (n - i)) - 1 : ~std::uint32_t{0});
    }
    runs.put(page, What::of(Kind::elements, b, 0, n));
    p_.bin[b].total += n;
    link(page, b);
    m_.step({StepKind::carved, static_cast<std::uint16_t>(b), p_.g.page(page), bin_sizes[b]});
    return true;
  }

  [[gnu::noinline]] Addr take_run(std::uint64_t size, std::uint64_t& granted, Reason& reason) const {
    reason = Reason::no_space;
    if (size > p_.g.range().bytes) {  // and so is a negative size
      mark(m_, Mark::larger_than_pool);
      return null_addr;
    }
    const Runs<M> runs(m_, s_, p_);
    const auto pages = static_cast<std::uint32_t>(div_ceil(size, p_.g.page_bytes()));
    const std::uint32_t page = runs.take(pages, reason);
    if (page == no_page) return null_addr;
    runs.put(page, What::of(Kind::run));
    touch_.put(p_.g.entry(page) + page_entry::pages, pages);
    ++p_.runs;
    p_.run_pages += pages;
    granted = std::uint64_t{pages} << p_.g.page_shift;
    p_.bytes += granted;
    m_.step({StepKind::gave_pages, 0, p_.g.page(page), granted});
    return p_.g.page(page);
  }

  [[gnu::noinline]] void give_run(const Block& block) const {
    if (block.n == 0 || block.n > p_.fresh - block.page) {
      panic(m_, Mark::panic_run_in_free, "area_malloc: a page entry is corrupted");
    }
    mark(m_, Mark::run_returned);
    --p_.runs;
    p_.run_pages -= block.n;
    m_.step({StepKind::page_returned, 0, p_.g.page(block.page), block.granted});
    Runs<M>(m_, s_, p_).give(block.page, block.n);
  }

  /// The last live element of the page was freed.
  [[gnu::noinline]] void give_page(std::uint32_t page, unsigned b) const {
    mark(m_, Mark::page_returned);
    unlink(page, b);
    p_.bin[b].total -= p_.g.elements(b);
    m_.step({StepKind::page_returned, static_cast<std::uint16_t>(b), p_.g.page(page), p_.g.page_bytes()});
    Runs<M>(m_, s_, p_).give(page, 1);
  }

  [[gnu::noinline]] void link(std::uint32_t page, unsigned b) const {
    const std::uint32_t next = p_.bin[b].head;
    touch_.put(p_.g.entry(page) + page_entry::next, next);
    touch_.put(p_.g.entry(page) + page_entry::prev, no_page);
    if (next != no_page) touch_.put(p_.g.entry(next) + page_entry::prev, page);
    p_.bin[b].head = page;
  }

  [[gnu::noinline]] void unlink(std::uint32_t page, unsigned b) const {
    const std::uint32_t next = touch_.get(p_.g.entry(page) + page_entry::next);
    const std::uint32_t prev = touch_.get(p_.g.entry(page) + page_entry::prev);
    if (next != no_page) touch_.put(p_.g.entry(next) + page_entry::prev, prev);
    if (prev != no_page) {
      touch_.put(p_.g.entry(prev) + page_entry::next, next);
    } else {
      p_.bin[b].head = next;
    }
  }

  M& m_;
  State& s_;
  Pool& p_;
  Touch<M> touch_;
};

}  // namespace kmemlab::beos::detail
