// Areas (core/machine/areas.h) on the simulated machine and on the host: addresses, locks, protection, residency,
// errors; and the address map's search above an address, against a plain model.
#include <set>

#include "core/base/digest.h"
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint32_t rw = B_READ_AREA | B_WRITE_AREA;
const Shape small{"i386", 64 * page, 32 * page};

static_assert(HasAreas<sim::Kernel> && HasAreas<host::HostMachine>);
static_assert(HasAreas<sim::ShapedKernel<sim::Shape4k64>>);

template <class M>
area_id any_area(M& m, std::uint64_t pages, std::uint32_t lock = B_FULL_LOCK, std::uint32_t protection = rw) {
  Addr a{};
  return m.create_area("test", a, B_ANY_ADDRESS, pages * page, lock, protection);
}

template <class M>
area_info info_of(const M& m, area_id id) {
  area_info info;
  REQUIRE(m.get_area_info(id, info) == B_OK);
  return info;
}

}  // namespace

TEMPLATE_TEST_CASE("areas: where create_area puts them", "[areas]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const Addr base = on.base();
  const auto create = [&](std::uint32_t spec, Addr& a, std::uint64_t pages) {
    return m.create_area("x", a, spec, pages * page, B_LAZY_LOCK, rw);
  };
  Addr a{123};
  CHECK(create(B_ANY_ADDRESS, a, 4) == 1);  // the address is ignored
  CHECK(a == base);
  a = base + 10 * page;
  CHECK(create(B_EXACT_ADDRESS, a, 2) == 2);
  CHECK(a == base + 10 * page);
  a = base + 11 * page;
  CHECK(create(B_EXACT_ADDRESS, a, 1) == B_BAD_VALUE);
  a = base + 9 * page;
  CHECK(create(B_EXACT_ADDRESS, a, 2) == B_BAD_VALUE);
  CHECK(a == base + 9 * page);
  a = base - page;
  CHECK(create(B_EXACT_ADDRESS, a, 1) == B_BAD_VALUE);
  a = base + 64 * page;
  CHECK(create(B_EXACT_ADDRESS, a, 1) == B_BAD_VALUE);
  a = base + 63 * page;
  CHECK(create(B_EXACT_ADDRESS, a, 2) == B_BAD_VALUE);
  a = base + 8 * page;
  CHECK(create(B_BASE_ADDRESS, a, 3) == 3);  // does not fit before page 10
  CHECK(a == base + 12 * page);
  a = base + 8 * page;
  CHECK(create(B_BASE_ADDRESS, a, 2) == 4);
  CHECK(a == base + 8 * page);
  a = Addr{};
  CHECK(create(B_BASE_ADDRESS, a, 1) == 5);
  CHECK(a == base + 4 * page);
  a = base + 60 * page;
  CHECK(create(B_BASE_ADDRESS, a, 5) == B_NO_MEMORY);
  CHECK(create(B_ANY_KERNEL_ADDRESS, a, 49) == 6);
  CHECK(a == base + 15 * page);
  CHECK(create(B_ANY_ADDRESS, a, 4) == B_NO_MEMORY);
  CHECK(create(B_ANY_ADDRESS, a, 3) == 7);
  CHECK(a == base + 5 * page);
  CHECK(m.areas().live() == 7);
}

TEMPLATE_TEST_CASE("areas: arguments without a meaning", "[areas]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const auto refused = [&](std::string_view name, Addr a, std::uint32_t spec, std::uint64_t size, std::uint32_t lock,
                           std::uint32_t protection) {
    const Addr before = a;
    CHECK(m.create_area(name, a, spec, size, lock, protection) == B_BAD_VALUE);
    CHECK(a == before);
    CHECK(m.areas().live() == 0);
  };
  const Addr base = on.base();
  refused("x", {}, B_CLONE_ADDRESS, page, B_FULL_LOCK, rw);
  refused("x", {}, 5, page, B_FULL_LOCK, rw);
  refused("x", {}, B_ANY_ADDRESS, page, 5, rw);
  refused("x", {}, B_ANY_ADDRESS, page, B_FULL_LOCK, 4);
  refused("x", {}, B_ANY_ADDRESS, 0, B_FULL_LOCK, rw);
  refused("x", {}, B_ANY_ADDRESS, page + 1, B_FULL_LOCK, rw);
  refused("x", base + 8, B_EXACT_ADDRESS, page, B_FULL_LOCK, rw);
  refused("x", base + 8, B_BASE_ADDRESS, page, B_FULL_LOCK, rw);
  refused("a name of thirty-three characters", {}, B_ANY_ADDRESS, page, B_FULL_LOCK, rw);
  Addr a{};
  CHECK(m.create_area("a name of thirty-two characters.", a, B_ANY_ADDRESS, page, B_FULL_LOCK, rw) > 0);
}

TEMPLATE_TEST_CASE("areas: ids, names, addresses inside", "[areas]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const area_id one = any_area(m, 2);
  const area_id two = any_area(m, 3, B_NO_LOCK, B_READ_AREA);
  CHECK(m.area_for(on.base()) == one);
  CHECK(m.area_for(on.base() + (2 * page - 1)) == one);
  CHECK(m.area_for(on.base() + 2 * page) == two);
  CHECK(m.area_for(on.base() + 5 * page) == B_ERROR);
  CHECK(m.area_for({}) == B_ERROR);
  CHECK(m.find_area("test") == one);
  CHECK(m.find_area("tes") == B_NAME_NOT_FOUND);
  const area_info info = info_of(m, two);
  CHECK(info.area == two);
  CHECK(info.address == on.base() + 2 * page);
  CHECK(info.size == 3 * page);
  CHECK(info.lock == B_NO_LOCK);
  CHECK(info.protection == B_READ_AREA);
  CHECK(info.ram_size == 0);
  CHECK(m.delete_area(one) == B_OK);
  CHECK(m.delete_area(one) == B_ERROR);
  CHECK(m.delete_area(0) == B_ERROR);
  CHECK(m.delete_area(-1) == B_ERROR);
  area_info gone;
  CHECK(m.get_area_info(one, gone) == B_BAD_VALUE);
  CHECK(m.find_area("test") == two);
  CHECK(any_area(m, 1) == 3);  // numbers are not used again
}

TEMPLATE_TEST_CASE("areas: locked ones need their frames at once, or are not made", "[areas]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const area_id most = any_area(m, 30);
  CHECK(info_of(m, most).ram_size == 30 * page);
  for (const std::uint32_t lock : {B_FULL_LOCK, B_CONTIGUOUS, B_LOMEM}) CHECK(any_area(m, 3, lock) == B_NO_MEMORY);
  CHECK(m.areas().live() == 1);
  CHECK(on.pages_held() == 30);
  CHECK(any_area(m, 3, B_LAZY_LOCK) > 0);
  CHECK(any_area(m, 2, B_CONTIGUOUS) > 0);
  on.park(m.frames_channel);
  m.delete_area(most);
  CHECK(on.was_woken(m.frames_channel));
  CHECK(any_area(m, 30) > 0);
}

TEMPLATE_TEST_CASE("areas: at most 128", "[areas]", OnSim, OnHost) {
  TestType on(Shape{"i386", 256 * page, 32 * page});
  for (unsigned n = 0; n < areas_max; ++n) REQUIRE(any_area(on.machine(), 1, B_LAZY_LOCK) > 0);
  CHECK(any_area(on.machine(), 1, B_LAZY_LOCK) == B_NO_MEMORY);
}

TEMPLATE_TEST_CASE("areas: residency is asked for", "[areas]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const area_id lazy = any_area(m, 8, B_LAZY_LOCK);
  const Addr a = on.base();
  ResidentCall call;
  SECTION("the pages of the range, and no others") {
    call.range = {a + page - 1, 2};
    CHECK(m.make_resident(call) == Outcome::done);
    CHECK(call.pages_done == 2);
    CHECK(info_of(m, lazy).ram_size == 2 * page);
    CHECK(m.make_resident(call) == Outcome::done);
    CHECK(m.accessible(a));
    CHECK(m.accessible(a + page));
    CHECK_FALSE(m.accessible(a + 2 * page));
    call = {};
    call.range = {a, 0};
    CHECK(m.make_resident(call) == Outcome::done);
    call.range = {a, 8 * page};
    CHECK(m.make_resident(call) == Outcome::done);
    CHECK(info_of(m, lazy).ram_size == 8 * page);
    m.delete_area(lazy);
    CHECK(on.pages_held() == 0);
  }
  SECTION("blocks until there are frames, and keeps what it has") {
    const area_id hog = any_area(m, 29);
    call.range = {a, 5 * page};
    CHECK(m.make_resident(call) == Outcome::blocked);
    CHECK(call.pages_done == 3);
    CHECK(call.channel == m.frames_channel);
    CHECK(call.cause == SleepCause::frames);
    CHECK(m.make_resident(call) == Outcome::blocked);
    m.delete_area(hog);
    CHECK(m.make_resident(call) == Outcome::done);
    CHECK(call.pages_done == 5);
  }
  SECTION("or fails, without leave to sleep") {
    any_area(m, 31);
    call.range = {a, 2 * page};
    call.wait = Wait::no_sleep;
    CHECK(m.make_resident(call) == Outcome::failed);
    CHECK(call.reason == Reason::no_frames);
    CHECK(info_of(m, lazy).ram_size == page);
  }
  SECTION("within one area") {
    any_area(m, 1);
    const AddrRange too_long{a, 8 * page + 1};
    const AddrRange wraps{a + page, ~std::uint64_t{0}};
    for (const AddrRange range : {too_long, wraps, AddrRange{a + 20 * page, 1}}) {
      call.range = range;
      CHECK(m.make_resident(call) == Outcome::failed);
      CHECK(call.reason == Reason::bad_argument);
    }
    CHECK(info_of(m, lazy).ram_size == 0);
  }
  SECTION("touching without asking is a fault") {
    CHECK_FALSE(on.trap([&] { m.template store<std::uint32_t>(a, 1); }).empty());
  }
}

TEMPLATE_TEST_CASE("areas: the protection is the pages'", "[areas]", OnSim, OnHost) {
  for (std::uint32_t protection = 0; protection <= 3; ++protection) {
    for (const std::uint32_t lock : {B_FULL_LOCK, B_LAZY_LOCK}) {
      TestType on(small);
      auto& m = on.machine();
      any_area(m, 2, lock, protection);
      ResidentCall call;
      call.range = {on.base(), 2 * page};
      REQUIRE(m.make_resident(call) == Outcome::done);
      const Addr at = on.base() + page;
      const bool reads = on.trap([&] { (void)m.template load<std::uint32_t>(at); }).empty();
      CHECK(reads == ((protection & B_READ_AREA) != 0));
      if (!reads) continue;  // the simulated machine has stopped
      CHECK(on.trap([&] { m.zero(at, 8); }).empty() == ((protection & B_WRITE_AREA) != 0));
    }
  }
}

TEST_CASE("areas: a watcher is told of every page", "[areas]") {
  struct Watcher final : sim::PageWatcher {
    std::set<std::uint64_t> pages;
    void page_mapped(Addr a) override { CHECK(pages.insert(a.v).second); }
    void page_unmapped(Addr a) override { CHECK(pages.erase(a.v) == 1); }
  } watcher;
  OnSim on(small);
  on.machine().set_page_watcher(&watcher);
  const area_id full = any_area(on.machine(), 3, B_CONTIGUOUS);
  const area_id lazy = any_area(on.machine(), 3, B_LAZY_LOCK);
  CHECK(watcher.pages.size() == 3);
  ResidentCall call;
  call.range = {on.base() + 4 * page, page};
  REQUIRE(on.machine().make_resident(call) == Outcome::done);
  CHECK(watcher.pages.size() == 4);
  CHECK(watcher.pages.count(on.base().v + 4 * page) == 1);
  on.machine().delete_area(lazy);
  on.machine().delete_area(full);
  CHECK(watcher.pages.empty());
  CHECK(on.machine().machine().free_frames() == 32);
}

TEST_CASE("areas: the map's search above an address agrees with a plain model", "[areas]") {
  constexpr std::uint64_t pages = 48;
  const Addr base{0x100000};
  sim::AddressMap map({base, pages * page}, 12, 1000);
  sim::AddressMap again = map;
  std::vector<bool> taken(pages, false);
  std::uint64_t seed = 3;
  const auto below = [&](std::uint64_t n) { return mix64(seed += 0x9e3779b97f4a7c15ULL) % n; };
  for (unsigned n = 0; n < 5000; ++n) {
    const std::uint64_t want = 1 + below(5);
    const std::uint64_t low = below(pages + 4);
    const std::uint64_t high = below(3) == 0 ? low : low + below(pages);
    std::uint64_t expected = pages;
    for (std::uint64_t at = low; at <= high && at + want <= pages && expected == pages; ++at) {
      bool free = true;
      for (std::uint64_t i = 0; i < want; ++i) free = free && !taken[at + i];
      if (free) expected = at;
    }
    const auto reply = map.take_between(base + low * page, base + high * page, want, nullptr);
    REQUIRE((reply.status == sim::MapStatus::ok) == (expected < pages));
    if (expected < pages) {
      REQUIRE(reply.va == base + expected * page);
      for (std::uint64_t i = 0; i < want; ++i) taken[expected + i] = true;
    }
    for (std::uint64_t i = 0; i < pages; ++i) REQUIRE(map.taken(base + i * page) == taken[i]);
    std::uint64_t entries = 0;
    for (std::uint64_t i = 0; i < pages; ++i) entries += taken[i] && (i == 0 || !taken[i - 1]);
    REQUIRE(map.entries_used() == entries);
    for (unsigned k = 0; k < 2; ++k) {  // give some back
      const std::uint64_t p = below(pages);
      if (!taken[p]) continue;
      REQUIRE(map.give(base + p * page, 1, nullptr));
      taken[p] = false;
    }
  }
  for (std::uint64_t p = 0; p < pages; ++p) {
    if (taken[p]) map.give(base + p * page, 1, nullptr);
  }
  CHECK(map.digest() == again.digest());
}

}  // namespace kmemlab::test
