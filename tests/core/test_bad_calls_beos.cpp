// The column beos of bad_calls_table.h.
#include "tests/core/bad_calls.h"
#include "tests/core/beos_pools.h"

namespace kmemlab::test {

namespace {

template <class On>
class BeosRig {
 public:
  BeosRig() : beos_({"i386", 512 * 1024, 1024 * 1024}) {
    pool_ = beos_.pool(32 * page_4k);
    other_ = beos_.create(8 * page_4k).pool;
    fragment_ = beos_.malloc(pool_, 100).address;
    beos_.malloc(pool_, 100);
    sole_ = beos_.malloc(pool_, 2000).address;
    run_ = beos_.malloc(pool_, 10000).address;
    block_ = beos_.malloc(other_, 100).address;
  }
  On& on() { return beos_.on; }
  auto& machine() { return beos_.on.machine(); }
  CheckResult checked() { return beos::check(machine(), beos_.state); }
  std::uint64_t digest() const { return beos::digest(beos_.state); }
  std::uint64_t live() {
    const beos::Pool* p = beos_.state.find(pool_);
    return p->bytes;
  }
  AddrRange tables() const { return {}; }

  void prepare(Bad bad) {
    if (bad == Bad::free_twice) beos_.free(pool_, fragment_);
    if (bad == Bad::free_more_often) beos_.free(pool_, sole_);
    if (bad == Bad::free_large_twice) beos_.free(pool_, run_);
    if (bad == Bad::dead_heap || bad == Bad::free_to_dead_heap || bad == Bad::delete_twice) {
      REQUIRE(beos_.remove(other_).status == B_OK);
    }
  }
  std::string call(Bad bad) {
    switch (bad) {
      case Bad::free_null: return free(null_addr);
      case Bad::free_misaligned: return free(fragment_ + 1);
      case Bad::free_interior: return free(fragment_ + 64);
      case Bad::free_second_page: return free(run_ + page_4k);
      case Bad::free_foreign: return free(machine().arena().base - page_4k);
      case Bad::free_end: return free(machine().arena().end());
      case Bad::free_never_given: return free(beos_.base + 31 * page_4k);
      case Bad::free_twice: return free(fragment_);
      case Bad::free_more_often: return free(sole_);
      case Bad::free_large_twice: return free(run_);
      case Bad::wrong_heap: return freed(beos_.free(other_, fragment_));
      case Bad::free_to_dead_heap: return freed(beos_.free(other_, block_));
      case Bad::free_in_interrupt: return in_interrupt([&] { return free(fragment_); });
      default: return other(bad);
    }
  }

 private:
  std::string other(Bad bad) {
    switch (bad) {
      case Bad::size_zero: return given(beos_.malloc(pool_, 0));
      case Bad::size_negative: return given(beos_.malloc(pool_, ~std::uint64_t{0}));
      case Bad::size_huge: return given(beos_.malloc(pool_, machine().arena().bytes + 1));
      case Bad::product_overflow: return given(beos_.calloc(pool_, (std::uint64_t{1} << 63) + 1, 2));
      case Bad::no_heap: return given(beos_.malloc({99}, 100));
      case Bad::dead_heap: return given(beos_.malloc(other_, 100));
      case Bad::wait_in_interrupt: return in_interrupt([&] { return given(beos_.malloc(pool_, 100)); });
      case Bad::make_odd_size: return made(beos_.create(page_4k + 1));
      case Bad::make_no_size: return made(beos_.create(0));
      case Bad::make_unknown_bits: return unknown_bits();
      case Bad::make_in_interrupt: return in_interrupt([&] { return made(beos_.create(page_4k)); });
      case Bad::delete_twice: return deleted(beos_.remove(other_));
      case Bad::delete_in_interrupt: return in_interrupt([&] { return deleted(beos_.remove(other_)); });
      case Bad::realloc_foreign: return given(beos_.realloc(pool_, fragment_ + 8, 200));
      case Bad::realloc_too_big: return given(beos_.realloc(pool_, fragment_, 33 * page_4k));
      default: return "not made";
    }
  }
  /// All of them must be refused for the same reason.
  std::string unknown_bits() {
    const std::string answer = made(beos_.create(page_4k, 5));
    CHECK(made(beos_.create(page_4k, B_FULL_LOCK, 4)) == answer);
    CHECK(made(beos_.create(page_4k, B_FULL_LOCK, area_rw, B_EXACT_ADDRESS)) == answer);
    CHECK(made(beos_.create(page_4k, B_FULL_LOCK, area_rw, 9)) == answer);
    return answer;
  }
  std::string free(Addr a) { return freed(beos_.free(pool_, a)); }
  std::string freed(const beos::FreeCall& c) const {
    return beos_.outcome == Outcome::done ? "done" : std::string("failed ") + name_of(c.reason);
  }
  template <class Call>
  static std::string given(const Call& c) {
    return c.address ? "block" : null_because(c.reason);
  }
  static std::string made(const beos::CreatePoolCall& c) { return c.pool ? "pool" : null_because(c.reason); }
  static std::string deleted(const beos::DeletePoolCall& c) { return c.status == B_ERROR ? "B_ERROR" : "B_OK"; }
  template <class F>
  std::string in_interrupt(F f) {
    std::string answer;
    on().in_interrupt([&] { answer = f(); });
    return answer;
  }

  Beos<On> beos_;
  beos::PoolId pool_, other_;
  Addr fragment_, sole_, run_, block_;
};

}  // namespace

TEST_CASE("beos: bad calls", "[beos][bad]") {
  make_bad_calls<BeosRig>(&BadRow::beos);
}

}  // namespace kmemlab::test
