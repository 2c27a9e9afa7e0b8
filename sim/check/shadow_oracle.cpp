#include "sim/check/shadow_oracle.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>

#include "core/base/digest.h"

namespace kmemlab::check {

namespace {

constexpr std::size_t findings_kept = 8;

std::string hex(Addr a) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(a.v));
  return text;
}

std::string bytes_text(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " byte" : " bytes");
}

/// f(offset, bytes) for the parts of a block that the pattern covers.
template <class F>
bool for_each_part(std::uint64_t bytes, F f) {
  constexpr std::uint64_t whole = 512, end = 256, step = 1024, sample = 16;
  if (bytes <= whole) return bytes == 0 || f(std::uint64_t{0}, bytes);
  if (!f(std::uint64_t{0}, end)) return false;
  for (std::uint64_t at = step; at + sample + end <= bytes; at += step) {
    if (!f(at, sample)) return false;
  }
  return f(bytes - end, end);
}

/// The pattern of one part: a function of block, place and time, so that no other block's pattern passes for it.
void pattern(std::uint64_t seed, std::uint64_t offset, std::uint64_t bytes, std::uint8_t* to) {
  for (std::uint64_t i = 0; i < bytes; i += 8) {
    const std::uint64_t word = mix64(seed + offset + i);
    std::memcpy(to + i, &word, std::min<std::uint64_t>(8, bytes - i));
  }
}

}  // namespace

// 386BSD and OSF/1: spec/bsd386 and spec/osf1, a block is aligned to its size, at most to a page. AIX: xmalloc is
// called with align 3, 2^3 bytes. BeOS's documents promise a multiple of eight.
std::uint64_t alignment_of(std::string_view core, std::uint64_t granted, std::uint64_t page_bytes) {
  if (core == "aix" || core == "beos") return 8;
  return std::min(std::bit_floor(std::max<std::uint64_t>(granted, 1)), page_bytes);
}

void ShadowOracle::find(std::uint64_t event, std::string text) {
  ++broken_;
  if (findings_.size() < findings_kept) findings_.push_back({event, std::move(text)});
}

void ShadowOracle::on_completion(const sim::Completion& c) {
  event_ = c.event;
  if (c.ending != sim::Ending::ok) return;
  if (c.action == sim::Action::alloc) {
    granted(c);
  } else {
    freed(c);
  }
}

void ShadowOracle::check_place(const sim::Completion& c) {
  const sim::Kernel& kernel = session_->kernel();
  const std::uint64_t page_bytes = kernel.machine().page_bytes();
  if (c.granted < c.requested) {
    find(c.event, "got " + bytes_text(c.granted) + " for a request of " + std::to_string(c.requested));
  }
  if (!kernel.arena().contains(c.address) || kernel.arena().end().v - c.address.v < c.granted) {
    return find(c.event, "got a block at " + hex(c.address) + ", which is not in the arena");
  }
  const std::uint64_t alignment = alignment_of(core_, c.granted, page_bytes);
  if (c.address.v % alignment != 0) {
    find(c.event, "got a block at " + hex(c.address) + ", which is no multiple of " + std::to_string(alignment));
  }
  if (c.device) return;
  for (std::uint64_t page = c.address.v / page_bytes * page_bytes; page < c.address.v + c.requested;
       page += page_bytes) {
    if (!kernel.machine().lookup(Addr{page})) {
      return find(c.event, "got a block at " + hex(c.address) + " whose page " + hex(Addr{page}) + " is not there");
    }
  }
}

void ShadowOracle::check_neighbours(const sim::Completion& c) {
  const auto after = live_.lower_bound(c.address.v);
  const auto meets = [&](const Blocks::value_type& other) {
    find(c.event, "got a block at " + hex(c.address) + " of " + bytes_text(c.granted) +
                      " that overlaps the live one at " + hex(Addr{other.first}) + " of event " +
                      std::to_string(other.second.event));
  };
  if (after != live_.end() && after->first < c.address.v + std::max<std::uint64_t>(c.granted, 1)) meets(*after);
  if (after == live_.begin()) return;
  const auto before = std::prev(after);
  if (before->first + before->second.granted > c.address.v) meets(*before);
}

/// A device's handler asks for no zeros, whatever the event that it interrupted asked for.
void ShadowOracle::check_zeros(const sim::Completion& c) {
  if (c.device || !zeros_.asks(c.event) || !promises_zeros(core_)) return;
  ++zeros_checked_;
  constexpr std::uint64_t piece = 4096;
  for (std::uint64_t at = 0; at < c.requested; at += piece) {
    bytes_.resize(std::min(piece, c.requested - at));
    if (!session_->kernel().machine().peek_bytes(c.address + at, bytes_)) return;  // told as a page that is not there
    const auto dirty = std::find_if(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte != 0; });
    if (dirty == bytes_.end()) continue;
    return find(c.event, "asked for zeroed memory and got a block at " + hex(c.address) + " whose byte " +
                             std::to_string(at + static_cast<std::uint64_t>(dirty - bytes_.begin())) + " is not zero");
  }
}

void ShadowOracle::granted(const sim::Completion& c) {
  ++blocks_checked_;
  check_place(c);
  check_neighbours(c);
  check_zeros(c);
  Live block{c.id, c.event, c.requested, c.granted, c.device, false, false};
  if (!c.device) block.guarded = write_pattern(c.address, block);
  requested_ += c.requested;
  granted_ += c.granted;
  live_[c.address.v] = block;
}

void ShadowOracle::freed(const sim::Completion& c) {
  const auto found = live_.find(c.address.v);
  if (found == live_.end() || found->second.granted != c.granted) {
    return find(c.event, "freed a block at " + hex(c.address) + " that is not live");
  }
  requested_ -= found->second.requested;
  granted_ -= found->second.granted;
  live_.erase(found);
}

void ShadowOracle::about_to_free(AddrRange range) {
  const auto found = live_.find(range.base.v);
  if (found == live_.end()) return;  // told when the free is over
  compare(range.base, found->second, "when it was freed");
  found->second.leaving = true;
}

void ShadowOracle::page_unmapped(Addr page) {
  --held_pages_;
  const std::uint64_t end = page.v + session_->kernel().machine().page_bytes();
  auto block = live_.lower_bound(end);
  while (block != live_.begin()) {
    --block;
    if (block->first + block->second.granted <= page.v) break;
    if (block->second.device || block->second.leaving || block->first + block->second.requested <= page.v) continue;
    return find(event_, "page " + hex(page) + " went back under the live block at " + hex(Addr{block->first}));
  }
}

bool ShadowOracle::write_pattern(Addr a, const Live& block) {
  const std::uint64_t seed = mix64(a.v ^ mix64(block.event));
  return for_each_part(block.requested, [&](std::uint64_t offset, std::uint64_t bytes) {
    bytes_.resize(bytes);
    pattern(seed, offset, bytes, bytes_.data());
    return session_->poke(a + offset, bytes_);
  });
}

void ShadowOracle::compare(Addr a, const Live& block, const char* when) {
  if (!block.guarded || block.leaving) return;
  const std::uint64_t seed = mix64(a.v ^ mix64(block.event));
  std::uint8_t expected[512];
  const bool same = for_each_part(block.requested, [&](std::uint64_t offset, std::uint64_t bytes) {
    bytes_.resize(bytes);
    pattern(seed, offset, bytes, expected);
    bytes_compared_ += bytes;
    return session_->kernel().machine().peek_bytes(a + offset, bytes_) &&
           std::memcmp(bytes_.data(), expected, bytes) == 0;
  });
  if (same) return;
  find(event_, "the block at " + hex(a) + " of event " + std::to_string(block.event) + " has changed " + when);
}

void ShadowOracle::recount() {
  if (!session_->stopped().empty()) return;  // a call may be half done
  ++recounts_;
  if (const CheckResult r = session_->check(); !r) {
    find(event_,
         "the core's own check: invariant " + std::to_string(r.invariant) + " does not hold at " + hex(r.where));
  }
  recount_blocks();
  recount_pages();
  for (const auto& [address, block] : live_) compare(Addr{address}, block, "while it was live");
}

void ShadowOracle::recount_blocks() {
  std::uint64_t blocks = 0, requested = 0, granted = 0;
  session_->for_each_block([&](const sim::HeldBlock& b) {
    ++blocks;
    requested += b.requested;
    granted += b.granted;
    if (live_.count(b.address.v) == 0)
      find(event_, "the run has a block at " + hex(b.address) + " that nobody was told of");
  });
  if (blocks == live_.size() && requested == requested_ && granted == granted_) return;
  find(event_, "the run has " + std::to_string(blocks) + " blocks of " + bytes_text(granted) + ", but " +
                   std::to_string(live_.size()) + " of " + std::to_string(granted_) + " were told");
}

void ShadowOracle::recount_pages() {
  std::uint64_t pages = 0;
  session_->kernel().for_each_held_page([&](Addr) { ++pages; });
  if (pages != held_pages_) {
    find(event_, std::to_string(pages) + " pages are held, but " + std::to_string(held_pages_) + " were told");
  }
  const std::uint64_t held = pages * session_->kernel().machine().page_bytes();
  if (held >= granted_ + session_->metadata_bytes()) return;
  find(event_, bytes_text(held) + " are held, less than " + std::to_string(granted_) + " granted and " +
                   std::to_string(session_->metadata_bytes()) + " of tables");
}

AddrRange ShadowOracle::live_block(std::uint64_t n) const {
  if (live_.empty()) return {};
  auto block = std::next(live_.begin(), static_cast<std::ptrdiff_t>(n % live_.size()));
  if (!block->second.guarded || block->second.leaving) return {};
  return {Addr{block->first}, block->second.requested};
}

bool ShadowOracle::in_live_block(Addr a) const {
  auto block = live_.upper_bound(a.v);
  return block != live_.begin() && (--block, block->first + block->second.granted > a.v);
}

}  // namespace kmemlab::check
