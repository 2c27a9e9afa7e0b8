// The column aix of bad_calls_table.h. The services answer; nothing here stops the machine.
#include "tests/core/aix_heap.h"
#include "tests/core/bad_calls.h"

namespace kmemlab::test {

namespace {

template <class On>
class AixRig {
 public:
  AixRig() : aix_({}, rs6000_shape(512 * 1024, 1024 * 1024)) {
    fragment_ = aix_.xmalloc(100);
    aix_.xmalloc(100);
    sole_ = aix_.xmalloc(2000);
    run_ = aix_.xmalloc(10000);
    region_ = aix_.region(4 * page);
    inner_ = aix_.init_heap(region_, 4 * page);
    block_ = aix_.xmalloc(64, 0, inner_);
  }
  On& on() { return aix_.on; }
  auto& machine() { return aix_.on.machine(); }
  CheckResult checked() { return aix_.check(); }
  std::uint64_t digest() const { return aix::digest(aix_.state); }
  std::uint64_t live() const { return aix_.amount(aix_.state.kernel_heap) + aix_.amount(aix_.state.pinned_heap); }
  AddrRange tables() const { return {aix_.state.vm_page_base, page}; }

  void prepare(Bad bad) {
    if (bad == Bad::free_twice) aix_.xmfree(fragment_);
    if (bad == Bad::free_more_often) aix_.xmfree(sole_);
    if (bad == Bad::free_large_twice) aix_.xmfree(run_);
    if (bad == Bad::dead_heap || bad == Bad::free_to_dead_heap || bad == Bad::delete_twice) {
      REQUIRE(aix_.vm_gfree(region_, 4 * page) == 0);
    }
  }
  std::string call(Bad bad) {
    const Addr end = aix_.state.arena.end();
    switch (bad) {
      case Bad::free_null: return xmfree(null_addr);
      case Bad::free_misaligned: return xmfree(fragment_ + 1);
      case Bad::free_interior: return xmfree(fragment_ + 64);
      case Bad::free_second_page: return xmfree(run_ + page);
      case Bad::free_foreign: return xmfree(aix_.state.vm_page_base);
      case Bad::free_end: return xmfree(end);
      case Bad::free_never_given: return xmfree(aix_.geometry().pages().end() - page);
      case Bad::free_twice: return xmfree(fragment_);
      case Bad::free_more_often: return xmfree(sole_);
      case Bad::free_large_twice: return xmfree(run_);
      case Bad::wrong_heap: return number(aix_.xmfree(fragment_, aix_.state.pinned_heap));
      case Bad::free_to_dead_heap: return number(aix_.xmfree(block_, inner_));
      case Bad::free_in_interrupt: return in_interrupt([&] { return xmfree(fragment_); });
      default: return other(bad);
    }
  }

 private:
  static constexpr std::uint64_t page = 4096;

  std::string other(Bad bad) {
    switch (bad) {
      case Bad::size_zero: return xmalloc(0);
      case Bad::size_negative: return xmalloc(-1);
      case Bad::size_huge: return xmalloc(static_cast<std::int64_t>(aix_.state.arena.bytes) + 1);
      case Bad::size_over_limit: return xmalloc(std::int64_t{1} << 31);
      case Bad::align_negative: return xmalloc(100, -1);
      case Bad::align_above_page: return xmalloc(100, 13);
      case Bad::no_heap: return xmalloc(100, 0, {fragment_});
      case Bad::dead_heap: return xmalloc(100, 0, inner_);
      case Bad::wait_in_interrupt: return in_interrupt([&] { return xmalloc(100); });
      case Bad::make_misaligned: return heap(run_ + 64, 2 * page);
      case Bad::make_odd_size: return heap(run_, 2 * page + 1);
      case Bad::make_no_size: return heap(run_, 0);
      case Bad::make_overlapping: return heap(region_ + page, 2 * page);
      case Bad::make_in_interrupt: return in_interrupt([&] { return heap(run_, 2 * page); });
      case Bad::delete_twice: return error(aix_.vm_gfree(region_, 4 * page));
      case Bad::delete_in_interrupt: return in_interrupt([&] { return error(aix_.vm_gfree(region_, 4 * page)); });
      case Bad::region_partly: return error(aix_.vm_gfree(region_, 2 * page));
      case Bad::region_type: return galloc(aix::V_SYSTEM, page) + galloc(aix::V_WORKING | 8, page);
      case Bad::region_no_size: return galloc(aix::V_WORKING, 0) + galloc(aix::V_WORKING, ~std::uint64_t{0});
      case Bad::pin_nothing: return both(aix_.pin(fragment_, 0), aix_.pin(aix_.state.arena.end() - page, 64));
      case Bad::unpin_unpinned: return error(aix_.unpin(run_, 1));
      default: return "not made";
    }
  }
  static std::string number(int n) { return std::to_string(n); }
  static std::string error(int n) { return n == EINVAL ? "EINVAL" : number(n); }
  static std::string both(int a, int b) { return a == b ? error(a) : error(a) + " " + error(b); }
  std::string xmfree(Addr a) { return number(aix_.xmfree(a)); }
  std::string xmalloc(std::int64_t size, int align = 0) { return xmalloc(size, align, aix_.state.kernel_heap); }
  std::string xmalloc(std::int64_t size, int align, aix::heapaddr_t from) {
    return aix_.xmalloc(size, align, from) ? "block" : null_because(aix_.last.reason);
  }
  std::string heap(Addr area, std::uint64_t size) {
    return aix_.init_heap(area, static_cast<std::int64_t>(size)) ? "heap" : "null";
  }
  /// Empty for a second refusal of the same kind, so that two calls of a row read as one answer.
  std::string galloc(unsigned type, std::uint64_t size) {
    Addr untouched{1};
    const int result = aix_.vm_galloc(type, size, &untouched);
    CHECK(untouched == Addr{1});
    return std::exchange(refused_, true) && result == EINVAL ? "" : error(result);
  }
  template <class F>
  std::string in_interrupt(F f) {
    std::string answer;
    on().in_interrupt([&] { answer = f(); });
    return answer;
  }

  Aix<On> aix_;
  Addr fragment_, sole_, run_, region_, block_;
  aix::heapaddr_t inner_;
  bool refused_ = false;
};

}  // namespace

TEST_CASE("aix: bad calls", "[aix][bad]") {
  make_bad_calls<AixRig>(&BadRow::aix);
}

}  // namespace kmemlab::test
