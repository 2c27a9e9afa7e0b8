// Drivers that can be copied, and the digest of what decides their future: a copy goes its own way, on its own kernel;
// two histories that end in the same lists have the same digest, whatever they counted; other lists have another.
#include <memory>
#include <string>
#include <vector>

#include "sim/machine/profile.h"
#include "sim/scenario/driver.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

using scenario::Answer;
using scenario::Argument;
using scenario::Driver;

constexpr std::uint64_t nowait = 1;
constexpr std::uint64_t m_temp = 49;

/// A kernel with a driver, as explore holds them.
struct Place {
  std::unique_ptr<sim::Kernel> kernel;
  std::unique_ptr<Driver> driver;
  const scenario::System* system = nullptr;

  Place copy() const {
    auto k = std::make_unique<sim::Kernel>(*kernel);
    auto d = driver->copy(*k);
    return {std::move(k), std::move(d), system};
  }
  std::uint64_t structure() const { return kernel->structure_digest() ^ driver->structure_digest(); }
  std::uint64_t everything() const { return kernel->digest() ^ driver->digest(); }
  Answer call(const std::string& function, const std::vector<std::uint64_t>& values, Driver::Handle handle = 1000) {
    const auto& all = system->functions();
    std::size_t f = 0;
    while (all[f].name != function) ++f;
    std::vector<Argument> arguments;
    for (const std::uint64_t v : values) arguments.push_back({v, false, {}});
    if (function == "get_module") arguments = {{0, false, "B_AREA_MALLOC_MODULE_NAME"}};
    kernel->begin_call(0, kernel->machine().now(), sim::CallEnvironment::process);
    Answer a = driver->call(handle, f, arguments);
    if (a.outcome == Outcome::blocked) kernel->sleep({handle, a.channel, a.cause, 0});
    kernel->end_call();
    return a;
  }
};

Place booted(const std::string& name, std::uint64_t ram_pages = 64) {
  for (const scenario::System& system : scenario::all_systems()) {
    if (system.name != name) continue;
    const sim::Profile& profile = *sim::find_profile(system.profile);
    sim::KernelOptions options;
    options.ram_bytes = ram_pages * profile.page_bytes();
    options.arena_bytes = 64 * profile.page_bytes();
    auto kernel = sim::Kernel::create(profile, options);
    REQUIRE(kernel);
    Place place{std::make_unique<sim::Kernel>(std::move(*kernel)), nullptr, &system};
    auto driver = system.make(*place.kernel, {});
    REQUIRE(driver);
    place.driver = std::move(*driver);
    place.driver->boot();
    return place;
  }
  FAIL("no such system");
  return {};
}

std::vector<std::uint64_t> allocation(const std::string& core, Place& place, std::uint64_t size) {
  if (core == "aix") {
    for (const scenario::Constant& c : place.driver->constants()) {
      if (c.name == "kernel_heap") return {size, 0, c.value};
    }
  }
  if (core == "osf1") return {size, m_temp, nowait, 0};
  return {size, m_temp, nowait};
}
std::uint64_t take(const std::string& core, Place& place, std::uint64_t size) {
  const Answer a = place.call(core == "aix" ? "xmalloc" : "malloc", allocation(core, place, size));
  CHECK(a.outcome == Outcome::done);
  return a.value;
}
void give(const std::string& core, Place& place, std::uint64_t address) {
  if (core == "aix") {
    place.call("xmfree", {address, allocation(core, place, 0)[2]});
  } else if (core == "osf1") {
    place.call("free", {address, m_temp, 0});
  } else {
    place.call("free", {address, m_temp});
  }
}

}  // namespace

TEST_CASE("a copied driver goes its own way on its own kernel", "[driver_copy]") {
  for (const std::string core : {"aix", "bsd386", "osf1"}) {
    INFO(core);
    Place one = booted(core);
    const std::uint64_t block = take(core, one, 100);
    Place two = one.copy();
    CHECK(two.structure() == one.structure());
    CHECK(two.everything() == one.everything());
    const std::uint64_t before = one.everything();
    give(core, two, block);
    CHECK(one.everything() == before);
    CHECK(two.structure() != one.structure());
    give(core, one, block);
    CHECK(two.structure() == one.structure());
    CHECK(two.driver->check());
  }
}

TEST_CASE("histories that end alike have the same structure, whatever was counted", "[driver_copy]") {
  for (const std::string core : {"aix", "bsd386", "osf1"}) {
    INFO(core);
    Place one = booted(core);
    Place two = one.copy();
    const std::uint64_t first = take(core, one, 100);
    const std::uint64_t second = take(core, one, 100);
    CHECK(take(core, two, 100) == first);
    CHECK(take(core, two, 100) == second);
    give(core, one, second);
    give(core, two, second);
    give(core, two, take(core, two, 100));  // once more there and back
    CHECK(two.structure() == one.structure());
    CHECK(two.everything() != one.everything());
    give(core, two, first);
    CHECK(two.structure() != one.structure());
    Place other = booted(core);  // the same blocks are free, but the list may be in another order
    take(core, other, 100);
    take(core, other, 100);
    give(core, other, first);
    give(core, other, second);
    give(core, one, first);
    CHECK((other.structure() == one.structure()) == (core == "aix"));  // aix has bitmaps: there is no order
  }
}

TEST_CASE("beos: pools, areas and semaphores count by their slots", "[driver_copy]") {
  Place one = booted("beos");
  one.call("get_module", {0});
  const std::uint64_t page = one.kernel->machine().page_bytes();
  const std::vector<std::uint64_t> pool_arguments = {4, 4 * page, 1, 3};
  Place two = one.copy();
  const std::uint64_t gone = two.call("create_pool", pool_arguments).value;
  two.call("delete_pool", {gone});
  CHECK(two.structure() == one.structure());
  const std::uint64_t a = one.call("create_pool", pool_arguments).value;
  const std::uint64_t b = two.call("create_pool", pool_arguments).value;
  CHECK(a != b);
  // The table's page is zeroed, so frames that held something else do not show.
  CHECK(two.structure() == one.structure());
  const std::uint64_t block = one.call("malloc", {a, 100}).value;
  CHECK(two.structure() != one.structure());
  CHECK(two.call("malloc", {b, 100}).value == block);
  CHECK(two.structure() == one.structure());
  one.kernel->defer_releases(true);
  two.kernel->defer_releases(true);
  one.call("malloc", {a, 100});
  two.call("malloc", {b, 100});
  CHECK(one.call("malloc", {a, 24}, 1001).outcome == Outcome::blocked);
  CHECK(two.structure() != one.structure());
  Place before = two.copy();
  CHECK(two.call("malloc", {b, 24}, 1001).outcome == Outcome::blocked);
  CHECK(two.structure() == one.structure());
  CHECK(before.call("free", {b, block}, 1001).outcome == Outcome::blocked);
  CHECK(before.structure() != one.structure());  // another request sleeps there
}

TEST_CASE("a request that sleeps is copied with how far it is", "[driver_copy]") {
  for (const std::string core : {"bsd386", "osf1"}) {
    INFO(core);
    Place one = booted(core, core == "osf1" ? 20 : 12);  // osf1 fills its pool at boot: 11 pages
    const std::uint64_t page = one.kernel->machine().page_bytes();
    std::vector<std::uint64_t> held;
    std::vector<std::uint64_t> large = {4 * page, m_temp, 0};
    if (core == "osf1") large.push_back(0);
    Answer last;
    for (Driver::Handle handle = 1000; handle < 1010; ++handle) {
      last = one.call("malloc", large, handle);
      if (last.outcome == Outcome::blocked) break;
      held.push_back(last.value);
    }
    REQUIRE(last.outcome == Outcome::blocked);
    const Driver::Handle asleep = one.kernel->sleepers().sleepers().at(0).who;
    Place two = one.copy();
    CHECK(two.structure() == one.structure());
    for (Place* place : {&one, &two}) {
      give(core, *place, held.at(0));
      CHECK(place->kernel->take_ready().size() == 1);
      CHECK(place->driver->resume(asleep).outcome == Outcome::done);
    }
    CHECK(two.structure() == one.structure());
  }
}

}  // namespace kmemlab::test
