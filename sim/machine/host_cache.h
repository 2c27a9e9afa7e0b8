// The host's shortcuts, one set per CPU: from a guest page to host bytes, and from a group of pages to the host bytes
// of their last page table. Not part of the model: dropping any of it at any time changes no count, clock or digest.
// Invariant: a page is here only if the CPU's modelled TLB holds it, so a hit here is a TLB hit there.
// A copy of a machine starts with empty shortcuts, and the original loses its own, because both now share their bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace kmemlab::sim {

class HostCache {
 public:
  static constexpr std::size_t pages = 256;
  static constexpr std::size_t tables = 64;
  static constexpr std::uint64_t nothing = ~std::uint64_t{0};  ///< no page address: its low bits are not 0

  /// Kernel pages only; user mode always takes the slow path.
  struct Page {
    std::uint64_t readable = nothing;  ///< address of the page if kernel loads may use this entry
    std::uint64_t writable = nothing;  ///< the same for stores
    std::uint8_t* bytes = nullptr;
    std::uint64_t* stamp = nullptr;    ///< of the TLB entry
  };
  struct Table {
    std::uint64_t group = nothing;     ///< vpn without the index into the last table
    const std::uint8_t* bytes = nullptr;
  };

  HostCache() : held_(std::make_unique<Held>()) {}
  HostCache(const HostCache& other) : HostCache() { other.clear(); }
  HostCache(HostCache&&) noexcept = default;
  HostCache& operator=(const HostCache& other) {
    if (this == &other) return *this;
    other.clear();
    clear();
    return *this;
  }
  HostCache& operator=(HostCache&&) noexcept = default;
  ~HostCache() = default;

  Page* page_array() { return held_->page.data(); }
  Page& page(std::uint64_t vpn) { return held_->page[vpn % pages]; }
  Table& table(std::uint64_t group) { return held_->table[group % tables]; }
  /// Call before filling anything: a cache that was never used is not written when its machine is copied, so that
  /// several threads may copy one checkpoint.
  void touch() { held_->used = true; }

  void forget_page(std::uint64_t vpn, std::uint64_t address) {
    if (page(vpn).readable == address || page(vpn).writable == address) page(vpn) = Page{};
  }
  void forget_tables() { held_->table.fill(Table{}); }
  void forget_write_permissions() {
    for (Page& p : held_->page) p.writable = nothing;
  }
  static std::size_t held_bytes() { return sizeof(Held); }
  void clear() const {
    if (held_->used) *held_ = Held{};
  }

 private:
  struct Held {
    std::array<Page, pages> page;
    std::array<Table, tables> table;
    bool used = false;
  };
  std::unique_ptr<Held> held_;
};

}  // namespace kmemlab::sim
