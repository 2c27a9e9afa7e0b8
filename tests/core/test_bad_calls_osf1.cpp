// The column osf1 of bad_calls_table.h.
#include "tests/core/bad_calls.h"
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

namespace {

template <class On>
class OsfRig {
 public:
  OsfRig() : heap_({}, alpha(64, 128)) {
    fragment_ = heap_.alloc(100, osf1::M_WAITOK).value();
    heap_.alloc(100, osf1::M_WAITOK).value();
    run_ = heap_.alloc(10000, osf1::M_WAITOK).value();
    large_ = heap_.alloc(20000, osf1::M_WAITOK).value();
    heap_.checking = false;
  }
  On& on() { return heap_.on; }
  auto& machine() { return heap_.on.machine(); }
  CheckResult checked() {
    std::vector<std::uint32_t> scratch(heap_.state.arena.bytes >> heap_.state.page_shift);
    return osf1::check(machine(), heap_.state, scratch);
  }
  std::uint64_t digest() const { return osf1::digest(heap_.state); }
  std::uint64_t live() const {
    std::uint64_t n = 0;
    for (const osf1::kmemstats& ks : heap_.state.stats) n += ks.ks_inuse;
    return n;
  }
  AddrRange tables() const { return {heap_.state.kmemusage_base, 8192}; }

  void prepare(Bad bad) {
    if (bad == Bad::free_twice) heap_.free(fragment_);
    if (bad == Bad::free_more_often) heap_.free(run_);
    if (bad == Bad::free_large_twice) heap_.free(large_);
  }
  std::string call(Bad bad) {
    switch (bad) {
      case Bad::free_null: return free(0 - on().base().v);
      case Bad::free_misaligned: return free(fragment_ + 1);
      case Bad::free_interior: return free(fragment_ + 64);
      case Bad::free_second_page: return free(run_ + 8192);
      case Bad::free_foreign: return free(heap_.state.kmemusage_base.v - on().base().v);
      case Bad::free_end: return free(heap_.state.arena.bytes);
      case Bad::free_never_given: return free(heap_.state.arena.bytes - 8192);
      case Bad::free_twice: return free(fragment_);
      case Bad::free_more_often: return free(run_);
      case Bad::free_large_twice: return free(large_);
      case Bad::free_type_bogus: return free(fragment_, osf1::M_LAST);
      case Bad::free_type_wrong: return free(fragment_, osf1::M_VNODE);
      case Bad::free_in_interrupt: return in_interrupt([&] { return free(fragment_); });
      case Bad::size_zero: return malloc(0);
      case Bad::size_negative: return malloc(~std::uint64_t{0}, osf1::M_WAITOK);
      case Bad::size_huge: return malloc(heap_.state.arena.bytes + 1, osf1::M_WAITOK);
      case Bad::size_over_limit: return malloc(osf1::pool_size_max + 1);
      case Bad::type_bogus: return malloc(100, osf1::M_NOWAIT, osf1::M_LAST);
      case Bad::flags_unknown: return malloc(100, osf1::M_NOWAIT | 0x100);
      case Bad::wait_in_interrupt: return in_interrupt([&] { return malloc(100, osf1::M_WAITOK); });
      case Bad::no_wait_in_interrupt: return in_interrupt([&] { return malloc(100); });
      case Bad::large_in_interrupt: return in_interrupt([&] { return malloc(osf1::pool_size_max + 1); });
      default: return "not made";
    }
  }

 private:
  std::string free(std::uint64_t offset, unsigned type = osf1::M_DEVBUF) {
    heap_.free(offset, type);
    return "done";
  }
  std::string malloc(std::uint64_t size, unsigned flags = osf1::M_NOWAIT, unsigned type = osf1::M_DEVBUF) {
    return heap_.alloc(size, flags, type) ? "block" : null_because(heap_.last.reason);
  }
  template <class F>
  std::string in_interrupt(F f) {
    std::string answer;
    on().in_interrupt([&] { answer = f(); });
    return answer;
  }

  OsfHeap<On> heap_;
  std::uint64_t fragment_ = 0, run_ = 0, large_ = 0;
};

}  // namespace

TEST_CASE("osf1: bad calls", "[osf1][bad]") {
  make_bad_calls<OsfRig>(&BadRow::osf1);
}

}  // namespace kmemlab::test
