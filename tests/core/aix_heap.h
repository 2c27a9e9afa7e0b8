// The AIX services on either machine, with check() after every call. Offsets are from page 0 of kernel_heap.
#pragma once

#include <string>
#include <vector>

#include "core/aix/aix.h"
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {

inline Shape rs6000_shape(std::uint64_t arena_bytes = std::uint64_t{1} << 20,
                          std::uint64_t ram_bytes = std::uint64_t{4} << 20) {
  return {"rs6000", arena_bytes, ram_bytes};
}

inline std::vector<std::string> console_of(const sim::Kernel& kernel) {
  std::vector<std::string> lines;
  for (const auto& line : kernel.machine().console().lines()) lines.push_back(line.text);
  return lines;
}
inline std::vector<std::string> console_of(const host::HostMachine& machine) {
  return machine.console_lines();
}

template <class On>
class Aix {
 public:
  explicit Aix(const aix::Config& config = {}, const Shape& shape = rs6000_shape()) : on(shape) {
    aix::aixinit(on.machine(), state, config);
    verify();
  }

  Addr xmalloc(std::int64_t size, int align, aix::heapaddr_t heap) {
    last = {};
    last.size = size;
    last.align = align;
    last.heap = heap;
    const Outcome outcome = aix::xmalloc(on.machine(), state, last);
    verify();
    CHECK((outcome == Outcome::done) == static_cast<bool>(last.address));
    CHECK((outcome == Outcome::done) == (last.reason == Reason::none));
    return last.address;
  }
  Addr xmalloc(std::int64_t size, int align = 0) { return xmalloc(size, align, state.kernel_heap); }
  /// Offset in kernel_heap's pages; fails the test if the call failed.
  std::uint64_t at(std::int64_t size, int align = 0) {
    const Addr a = xmalloc(size, align);
    REQUIRE(a);
    return a - base();
  }
  int xmfree(Addr a, aix::heapaddr_t heap) {
    const int result = aix::xmfree(on.machine(), state, a, heap);
    verify();
    return result;
  }
  int xmfree(Addr a) { return xmfree(a, state.kernel_heap); }
  int free_at(std::uint64_t offset) { return xmfree(base() + offset); }
  aix::heapaddr_t init_heap(Addr area, std::int64_t size, aix::heapaddr_t heapp = {}) {
    const aix::heapaddr_t heap = aix::init_heap(on.machine(), state, area, size, &heapp);
    CHECK(!(heap && heapp));  // never written (A10)
    verify();
    return heap;
  }
  int vm_galloc(unsigned type, std::uint64_t size, Addr* where) {
    const int result = aix::vm_galloc(on.machine(), state, type, size, where);
    verify();
    return result;
  }
  /// A region that must be had.
  Addr region(std::uint64_t size, unsigned type = aix::V_WORKING) {
    Addr a{};
    REQUIRE(vm_galloc(type, size, &a) == 0);
    return a;
  }
  int vm_gfree(Addr a, std::uint64_t size) {
    const int result = aix::vm_gfree(on.machine(), state, a, size);
    verify();
    return result;
  }
  int pin(Addr a, std::int64_t bytes) {
    const int result = aix::pin(on.machine(), state, a, bytes);
    verify();
    return result;
  }
  int unpin(Addr a, std::int64_t bytes) {
    const int result = aix::unpin(on.machine(), state, a, bytes);
    verify();
    return result;
  }
  std::optional<std::uint32_t> refer(Addr a, Reference::Mode mode, Reference::Access access, std::uint32_t value = 0) {
    return on.machine().refer({a, mode, access, value});
  }
  std::optional<std::uint32_t> user_load(Addr a) { return refer(a, Reference::Mode::user, Reference::Access::load); }
  std::optional<std::uint32_t> user_store(Addr a, std::uint32_t v) {
    return refer(a, Reference::Mode::user, Reference::Access::store, v);
  }
  std::optional<std::uint32_t> kernel_load(Addr a) {
    return refer(a, Reference::Mode::kernel, Reference::Access::load);
  }

  void verify() {
    if (!checking) return;
    const CheckResult r = check();
    if (!r) FAIL("invariant " << r.invariant << " broken at " << std::hex << r.where.v);
  }
  CheckResult check() const { return aix::check(on.machine(), state, on.machine().process()); }
  /// A field of a descriptor.
  std::uint32_t field(std::uint64_t offset, aix::heapaddr_t heap) const {
    return on.machine().template peek<std::uint32_t>(heap.at + offset).value();
  }
  std::uint32_t field(std::uint64_t offset) const { return field(offset, state.kernel_heap); }
  std::uint64_t amount(aix::heapaddr_t heap) const {
    return on.machine().template peek<std::uint64_t>(heap.at + aix::heap_t::amount).value();
  }
  const aix::Geometry& geometry() const { return state.heap[0].g; }
  Addr base() const { return geometry().base; }
  std::uint64_t page() const { return state.page_bytes(); }
  bool has_frame(Addr a) const { return on.machine().peek_word(a).has_value(); }
  std::uint64_t frames_held() const {
    std::uint64_t n = 0;
    for (Addr a = state.arena.base; a < state.arena.end(); a = a + page()) n += has_frame(a);
    return n;
  }
  /// Pages of kernel_heap and pinned_heap that have frames, its front not counted.
  std::uint64_t heap_frames() const {
    std::uint64_t n = 0;
    for (Addr a = base(); a < geometry().pages().end(); a = a + page()) n += has_frame(a);
    return n;
  }

  On on;
  aix::State state;
  aix::XmallocCall last;
  bool checking = true;
};

}  // namespace kmemlab::test
