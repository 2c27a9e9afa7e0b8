// The clauses of vm_galloc and vm_gfree (shared/spec/clauses.md, AIX-G1 to AIX-G14), each by its id, on both machines.
#include "tests/core/aix_heap.h"

namespace kmemlab::test {

using aix::V_SYSTEM;
using aix::V_UREAD;
using aix::V_WORKING;

TEMPLATE_TEST_CASE("AIX-G1 vm_galloc allocates global memory and stores its start", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  Addr a{};
  Addr b{};
  CHECK(k.vm_galloc(V_WORKING, 3 * 4096, &a) == 0);
  CHECK(k.vm_galloc(V_WORKING, 4096, &b) == 0);
  const Addr pool = k.geometry().area().end();  // kernel_heap has seven eighths
  CHECK(pool == k.state.arena.base + k.state.arena.bytes / 8 * 7);
  CHECK(a == pool);
  CHECK(b == a + 3 * 4096);
  for (std::uint64_t at = 0; at < 3 * 4096; at += 4096) CHECK(k.kernel_load(a + at) == 0U);  // zeroed (D3)
  SECTION("first fit") {
    const Addr c = k.region(2 * 4096);
    CHECK(k.vm_gfree(a, 3 * 4096) == 0);
    CHECK(k.region(4 * 4096) == c + 2 * 4096);
    CHECK(k.region(2 * 4096) == a);
    CHECK(k.region(4096) == a + 2 * 4096);
  }
}

TEMPLATE_TEST_CASE("AIX-G2 sizes are rounded up to 4K", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const std::uint64_t before = k.frames_held();
  const Addr a = k.region(1);
  CHECK(k.frames_held() == before + 1);
  const Addr b = k.region(4096);
  CHECK(b == a + 4096);
  const Addr c = k.region(4097);
  CHECK(c == b + 4096);
  CHECK(k.region(1) == c + 8192);
  CHECK(k.state.galloc_pages == 5);
  CHECK(k.vm_gfree(c, 8192) == 0);  // A6: rounded sizes are compared
  CHECK(k.vm_gfree(a, 77) == 0);
}

TEMPLATE_TEST_CASE("AIX-G3 and AIX-G4 protection key 00 by default, 01 with V_UREAD", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr plain = k.region(4096);
  const Addr shown = k.region(8192, V_WORKING | V_UREAD);
  k.on.machine().template store<std::uint32_t>(plain, 1);
  k.on.machine().template store<std::uint32_t>(shown + 4096, 2);
  CHECK(k.user_load(plain) == std::nullopt);
  CHECK(k.user_store(plain, 9) == std::nullopt);
  CHECK(k.user_load(shown) == 0U);
  CHECK(k.user_load(shown + 4096) == 2U);
  CHECK(k.user_store(shown, 9) == std::nullopt);
  CHECK(k.kernel_load(shown) == 0U);  // the user's store did not happen
  CHECK(k.refer(shown, Reference::Mode::kernel, Reference::Access::store, 3) == 3U);
  CHECK(k.user_load(shown) == 3U);
  CHECK(k.refer(plain, Reference::Mode::kernel, Reference::Access::store, 4) == 4U);
  SECTION("the key goes with the region") {
    CHECK(k.vm_gfree(shown, 8192) == 0);
    CHECK(k.user_load(shown) == std::nullopt);
    CHECK(k.region(8192) == shown);
    CHECK(k.user_load(shown) == std::nullopt);
    CHECK(k.kernel_load(shown) == 0U);
  }
}

TEMPLATE_TEST_CASE("AIX-G5 V_WORKING is required", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  Addr a{7};
  for (const unsigned type : {0U, unsigned{V_SYSTEM}, unsigned{V_UREAD}, unsigned{V_SYSTEM} | V_UREAD}) {
    CHECK(k.vm_galloc(type, 4096, &a) == EINVAL);
  }
  CHECK(a == Addr{7});  // A7: written on success only
}

TEMPLATE_TEST_CASE("AIX-G6 a storage reference error crashes the system in a V_SYSTEM area, and only there", "[aix]",
                   OnSim, OnHost) {
  Aix<TestType> k;
  const Addr plain = k.region(4096);
  const Addr system = k.region(8192, V_WORKING | V_SYSTEM);
  k.checking = false;
  const auto crash = [&](auto f) { return k.on.trap(f); };
  SECTION("allowed references do nothing") {
    CHECK(k.kernel_load(system) == 0U);
    CHECK(k.kernel_load(plain) == 0U);
  }
  SECTION("a user's reference") {
    CHECK(crash([&] { k.user_load(system + 4096); }) == system_area_crash);
  }
  SECTION("a user's store") {
    CHECK(crash([&] { k.user_store(system, 1); }) == system_area_crash);
  }
  SECTION("the kernel's, to freed memory") {
    REQUIRE(k.vm_gfree(system, 8192) == 0);
    CHECK(crash([&] { k.kernel_load(system); }) == system_area_crash);
  }
  SECTION("a misaligned one") {
    CHECK(crash([&] { k.kernel_load(system + 2); }) == system_area_crash);
  }
  SECTION("without V_SYSTEM the reference fails and the machine runs on") {
    CHECK(crash([&] {
            CHECK(k.user_load(plain) == std::nullopt);
            CHECK(k.kernel_load(plain + 1) == std::nullopt);
            REQUIRE(k.vm_gfree(plain, 4096) == 0);
            CHECK(k.kernel_load(plain) == std::nullopt);
          }).empty());
    CHECK(k.xmalloc(16));
  }
  SECTION("memory that another region took over is no system area any more (D5)") {
    REQUIRE(k.vm_gfree(system, 8192) == 0);
    REQUIRE(k.region(4096) == system);
    CHECK(crash([&] { CHECK(k.user_load(system) == std::nullopt); }).empty());
    CHECK(crash([&] { k.user_load(system + 4096); }) == system_area_crash);
  }
  SECTION("kernel_heap is a system area") {
    CHECK(crash([&] { k.user_load(k.base()); }) == system_area_crash);
  }
}

TEMPLATE_TEST_CASE("AIX-G7 types combine", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const unsigned all = V_WORKING | V_SYSTEM | V_UREAD;
  const Addr a = k.region(4096, all);
  CHECK(aix::region_type(k.on.machine(), k.state, a) == all);
  CHECK(k.user_load(a) == 0U);
  k.checking = false;
  CHECK(k.on.trap([&] { k.user_store(a, 1); }) == system_area_crash);
}

TEMPLATE_TEST_CASE("AIX-G8 and AIX-G9 0 on success, EINVAL for an invalid size or type", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  Addr a{};
  const std::uint64_t held = k.frames_held();
  CHECK(k.vm_galloc(V_WORKING, 0, &a) == EINVAL);
  CHECK(k.vm_galloc(V_WORKING, ~std::uint64_t{0}, &a) == EINVAL);         // rounding wraps
  CHECK(k.vm_galloc(V_WORKING, ~std::uint64_t{0} - 4094, &a) == EINVAL);  // the smallest that wraps
  CHECK(k.vm_galloc(V_WORKING | 8, 4096, &a) == EINVAL);                  // V_NOEXEC is later than our document
  CHECK(k.vm_galloc(V_WORKING | 0x80000000U, 4096, &a) == EINVAL);
  CHECK(k.vm_galloc(V_WORKING, 4096, nullptr) == EINVAL);
  CHECK_FALSE(a);
  CHECK(k.frames_held() == held);
  CHECK(k.vm_galloc(V_WORKING, 4096, &a) == 0);
}

TEMPLATE_TEST_CASE("AIX-G10 ENOSPC: no stretch of addresses, though enough pages are free", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;  // 256 pages, 224 of them kernel_heap's
  Addr a{};
  CHECK(k.vm_galloc(V_WORKING, 33 * 4096, &a) == ENOSPC);
  CHECK(k.vm_galloc(V_WORKING, ~std::uint64_t{0} - 4095, &a) == ENOSPC);  // the largest that does not wrap
  CHECK(k.vm_galloc(V_WORKING, std::uint64_t{1} << 40, &a) == ENOSPC);
  std::vector<Addr> all;
  while (k.vm_galloc(V_WORKING, 4096, &a) == 0) all.push_back(a);
  CHECK(all.size() == 32);
  CHECK(k.vm_galloc(V_WORKING, 1, &a) == ENOSPC);
  for (std::size_t n = 0; n < all.size(); n += 2) CHECK(k.vm_gfree(all[n], 4096) == 0);
  CHECK(k.vm_galloc(V_WORKING, 8192, &a) == ENOSPC);  // fragmented
  CHECK(k.vm_galloc(V_WORKING, 4096, &a) == 0);
}

TEMPLATE_TEST_CASE("AIX-G11 ENOMEM: addresses, but too few frames; the addresses go back", "[aix]", OnSim, OnHost) {
  Aix<TestType> k({}, rs6000_shape(std::uint64_t{1} << 20, 11 * 4096));  // one frame is kernel_heap's front
  Addr a{};
  CHECK(k.vm_galloc(V_WORKING, 11 * 4096, &a) == ENOMEM);
  CHECK_FALSE(a);
  CHECK(k.frames_held() == 1);
  CHECK(k.vm_galloc(V_WORKING, 33 * 4096, &a) == ENOSPC);  // A7: the order of tests
  CHECK(k.vm_galloc(V_WORKING, 10 * 4096, &a) == 0);
  CHECK(a == k.geometry().area().end());
  CHECK_FALSE(k.xmalloc(16));
  CHECK(k.last.reason == Reason::no_frames);
  CHECK(k.vm_gfree(a, 10 * 4096) == 0);
  CHECK(k.xmalloc(16));
}

TEMPLATE_TEST_CASE("AIX-G12 process environment only", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr a = k.region(4096);
  Addr b{};
  k.on.in_interrupt([&] {
    CHECK(k.vm_galloc(V_WORKING, 4096, &b) == EINVAL);
    CHECK(k.vm_gfree(a, 4096) == EINVAL);
  });
  CHECK_FALSE(b);
  CHECK(k.state.violations == 2);
  CHECK(console_of(k.on.machine()) == std::vector<std::string>{"vm_galloc: not in the process environment",
                                                               "vm_gfree: not in the process environment"});
  CHECK(k.vm_gfree(a, 4096) == 0);
}

TEMPLATE_TEST_CASE("AIX-G13 kernel_heap itself resides in global memory", "[aix]", OnSim, OnHost) {
  aix::Config config;
  config.kernel_heap_bytes = 100 * 4096 + 17;
  Aix<TestType> k(config);
  CHECK(k.geometry().front == k.state.arena.base);
  CHECK(k.state.kernel_heap.at == k.state.arena.base);
  CHECK(k.geometry().area().bytes == 100 * 4096);
  CHECK(aix::region_type(k.on.machine(), k.state, k.base()) == (V_WORKING | V_SYSTEM));
  const Addr block = k.xmalloc(3000);
  CHECK(k.state.arena.contains(block));
  CHECK(k.region(4096) == k.state.arena.base + 100 * 4096);
  CHECK(k.vm_gfree(k.state.arena.base, 100 * 4096) == EINVAL);  // ours: nobody frees the kernel's heap
  CHECK(k.xmfree(block) == 0);
}

TEMPLATE_TEST_CASE("AIX-G14 vm_gfree takes exactly one region, or changes nothing", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr a = k.region(4 * 4096);
  const Addr b = k.region(2 * 4096);
  const std::uint64_t held = k.frames_held();
  CHECK(k.vm_gfree(a, 2 * 4096) == EINVAL);             // half
  CHECK(k.vm_gfree(a + 2 * 4096, 2 * 4096) == EINVAL);  // the other half
  CHECK(k.vm_gfree(a, 6 * 4096) == EINVAL);             // two at once
  CHECK(k.vm_gfree(a, 3 * 4096) == EINVAL);
  CHECK(k.vm_gfree(a, 5 * 4096) == EINVAL);
  CHECK(k.vm_gfree(a, 0) == EINVAL);
  CHECK(k.vm_gfree(a, ~std::uint64_t{0}) == EINVAL);
  CHECK(k.vm_gfree(a + 8, 4 * 4096) == EINVAL);
  CHECK(k.vm_gfree(null_addr, 4096) == EINVAL);
  CHECK(k.vm_gfree(k.state.arena.end(), 4096) == EINVAL);
  CHECK(k.vm_gfree(b + 2 * 4096, 4096) == EINVAL);     // free pages
  CHECK(k.vm_gfree(k.xmalloc(4096), 4096) == EINVAL);  // a block of kernel_heap
  CHECK(k.frames_held() == held + 1);
  CHECK(k.vm_gfree(a, 4 * 4096 - 4095) == 0);  // the same number of pages (A6)
  CHECK(k.vm_gfree(a, 4 * 4096) == EINVAL);    // twice
  CHECK(k.frames_held() == held - 3);
  SECTION("heaps in a region die with it") {
    const aix::heapaddr_t heap = k.init_heap(b, 2 * 4096);
    REQUIRE(k.xmalloc(16, 0, heap));
    CHECK(k.vm_gfree(b, 2 * 4096) == 0);
    CHECK(k.state.private_heaps == 0);
    CHECK_FALSE(k.xmalloc(16, 0, heap));
    CHECK(k.last.reason == Reason::bad_heap);
    REQUIRE(k.region(6 * 4096) == a);  // the same addresses again, other contents
    CHECK(k.xmfree(b + 4096, heap) == -1);
  }
}

}  // namespace kmemlab::test
