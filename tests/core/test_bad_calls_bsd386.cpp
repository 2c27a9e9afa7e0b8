// The column bsd386 of bad_calls_table.h, in documented mode.
#include "tests/core/bad_calls.h"
#include "tests/core/bsd386_heap.h"

namespace kmemlab::test {

namespace {

template <class On>
class BsdRig {
 public:
  BsdRig() : heap_({}, {"i386", 256 * 1024, 512 * 1024}) {
    fragment_ = heap_.alloc(100).value();
    heap_.alloc(100).value();
    page_ = heap_.alloc(3000).value();
    large_ = heap_.alloc(8192).value();
    heap_.checking = false;
  }
  On& on() { return heap_.on; }
  auto& machine() { return heap_.on.machine(); }
  CheckResult checked() {
    std::vector<std::uint32_t> scratch(heap_.state.arena.bytes >> heap_.state.page_shift);
    return bsd386::check(machine(), heap_.state, scratch);
  }
  std::uint64_t digest() const { return bsd386::digest(heap_.state); }
  std::uint64_t live() const {
    std::uint64_t n = 0;
    for (const kmemstats& ks : heap_.state.stats) n += ks.ks_inuse;
    return n;
  }
  AddrRange tables() const { return {heap_.state.kmemusage_base, 4096}; }

  void prepare(Bad bad) {
    if (bad == Bad::free_twice) heap_.free(fragment_);
    if (bad == Bad::free_more_often) heap_.free(page_);
    if (bad == Bad::free_large_twice) heap_.free(large_);
  }
  std::string call(Bad bad) {
    switch (bad) {
      case Bad::free_null: return free(0 - on().base().v);
      case Bad::free_misaligned: return free(fragment_ + 1);
      case Bad::free_interior: return free(fragment_ + 64);
      case Bad::free_second_page: return free(large_ + 4096);
      case Bad::free_foreign: return free(heap_.state.kmemusage_base.v - on().base().v);
      case Bad::free_end: return free(heap_.state.arena.bytes);
      case Bad::free_never_given: return free(heap_.state.arena.bytes - 4096);
      case Bad::free_twice: return free(fragment_);
      case Bad::free_more_often: return free(page_);
      case Bad::free_large_twice: return free(large_);
      case Bad::free_type_bogus: return free(fragment_, M_LAST);
      case Bad::free_type_wrong: return free(fragment_, M_VNODE);
      case Bad::free_in_interrupt: return in_interrupt([&] { return free(fragment_); });
      case Bad::size_zero: return malloc(0);
      case Bad::size_negative: return malloc(~std::uint64_t{0});
      case Bad::size_huge: return malloc(heap_.state.arena.bytes + 1);
      case Bad::size_over_limit: return malloc(documented_size_max + 1);
      case Bad::type_bogus: return malloc(100, M_NOWAIT, M_LAST);
      case Bad::flags_unknown: return malloc(100, M_NOWAIT | 0x100);
      case Bad::wait_in_interrupt: return in_interrupt([&] { return malloc(100, M_WAITOK); });
      case Bad::no_wait_in_interrupt: return in_interrupt([&] { return malloc(100); });
      case Bad::large_in_interrupt: return in_interrupt([&] { return malloc(documented_size_max + 1); });
      default: return "not made";
    }
  }

 private:
  std::string free(std::uint64_t offset, unsigned type = M_TEMP) {
    heap_.free(offset, type);
    return "done";
  }
  std::string malloc(std::uint64_t size, unsigned flags = M_NOWAIT, unsigned type = M_TEMP) {
    return heap_.alloc(size, flags, type) ? "block" : null_because(heap_.last.reason);
  }
  template <class F>
  std::string in_interrupt(F f) {
    std::string answer;
    on().in_interrupt([&] { answer = f(); });
    return answer;
  }

  Heap<On> heap_;
  std::uint64_t fragment_ = 0, page_ = 0, large_ = 0;
};

}  // namespace

TEST_CASE("bsd386: bad calls", "[bsd386][bad]") {
  make_bad_calls<BsdRig>(&BadRow::bsd386);
}

}  // namespace kmemlab::test
