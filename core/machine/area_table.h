// The kernel's table of areas (areas.h) as plain data, with the checks of create_area's arguments: what both machines
// keep. Addresses and frames are the machine's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/digest.h"
#include "core/machine/areas.h"

namespace kmemlab {

inline constexpr unsigned areas_max = 128;  ///< ours: how many areas may live at a time

/// The arguments of create_area.
struct AreaRequest {
  std::string_view name;
  Addr address{};
  std::uint32_t addr_spec = 0;
  std::uint64_t size = 0;
  std::uint32_t lock = 0;
  std::uint32_t protection = 0;

  bool wants_address() const { return addr_spec == B_EXACT_ADDRESS || addr_spec == B_BASE_ADDRESS; }
};

class AreaTable {
 public:
  /// B_OK, or what is wrong with the arguments by themselves.
  status_t judge(const AreaRequest& r, std::uint64_t page_bytes) const {
    if (r.addr_spec == B_CLONE_ADDRESS || r.addr_spec > B_ANY_KERNEL_ADDRESS || r.lock > B_LOMEM) return B_BAD_VALUE;
    if ((r.protection & ~(B_READ_AREA | B_WRITE_AREA)) != 0 || r.name.size() > area_name_max) return B_BAD_VALUE;
    if (r.size == 0 || r.size % page_bytes != 0) return B_BAD_VALUE;
    if (r.wants_address() && r.address.v % page_bytes != 0) return B_BAD_VALUE;
    const bool full = std::none_of(areas_.begin(), areas_.end(), [](const area_info& a) { return a.area == 0; });
    return full || serial_ == serial_max ? B_NO_MEMORY : B_OK;
  }
  /// @pre judge() was content. ram_size is 0 at first.
  area_info& add(const AreaRequest& r, Addr address) {
    area_info& a = *std::find_if(areas_.begin(), areas_.end(), [](const area_info& x) { return x.area == 0; });
    end_ = std::max(end_, static_cast<std::uint32_t>(&a - areas_.data()) + 1);
    a = area_info{};
    a.area = ++serial_;
    std::copy(r.name.begin(), r.name.end(), a.name.begin());
    a.address = address;
    a.size = r.size;
    a.lock = r.lock;
    a.protection = r.protection;
    return a;
  }
  area_info* find(area_id id) {
    if (id <= 0) return nullptr;
    area_info* const end = areas_.data() + end_;
    area_info* const a = std::find_if(areas_.data(), end, [&](const area_info& x) { return x.area == id; });
    return a == end ? nullptr : a;
  }
  const area_info* find(area_id id) const { return const_cast<AreaTable*>(this)->find(id); }
  area_info* holding(Addr at) {
    for (area_info* a = areas_.data(); a != areas_.data() + end_; ++a) {
      if (a->area != 0 && AddrRange{a->address, a->size}.contains(at)) return a;
    }
    return nullptr;
  }
  const area_info* holding(Addr at) const { return const_cast<AreaTable*>(this)->holding(at); }
  area_id named(std::string_view name) const {
    area_id found = B_NAME_NOT_FOUND;
    for (const area_info& a : areas_) {
      if (a.area != 0 && name == a.name.data() && (found < 0 || a.area < found)) found = a.area;
    }
    return found;
  }
  unsigned live() const {
    return static_cast<unsigned>(
        std::count_if(areas_.begin(), areas_.end(), [](const area_info& a) { return a.area != 0; }));
  }

  /// Of all slots; empty ones have id 0.
  const std::array<area_info, areas_max>& areas() const { return areas_; }
  bool ever_used() const { return serial_ != 0; }
  void add_to(Digest& d) const {
    d.add(static_cast<std::uint64_t>(serial_));
    for (const area_info& a : areas_) {
      if (a.area == 0) continue;
      d.add(std::string_view(a.name.data()));
      for (const std::uint64_t v : {static_cast<std::uint64_t>(a.area), a.address.v, a.size, std::uint64_t{a.lock},
                                    std::uint64_t{a.protection}, a.ram_size}) {
        d.add(v);
      }
    }
  }
  /// The same, but for how many areas there ever were: an id counts as its slot, and by how many are older.
  void structure_into(Digest& d) const {
    for (const area_info& a : areas_) {
      if (a.area == 0) continue;
      const auto older = std::count_if(areas_.begin(), areas_.end(),
                                       [&](const area_info& x) { return x.area != 0 && x.area < a.area; });
      d.add(std::string_view(a.name.data()));
      for (const std::uint64_t v :
           {static_cast<std::uint64_t>(&a - areas_.data()), static_cast<std::uint64_t>(older), a.address.v, a.size,
            std::uint64_t{a.lock}, std::uint64_t{a.protection}, a.ram_size}) {
        d.add(v);
      }
    }
  }

 private:
  static constexpr area_id serial_max = 0x7fff'ffff;
  std::array<area_info, areas_max> areas_{};
  area_id serial_ = 0;
  std::uint32_t end_ = 0;  ///< slots from here on have never been used
};

}  // namespace kmemlab
