// Page tables in guest frames against words worked out by hand from the layout in pte.h, for every profile; mappings,
// static memory and byte order.
#include <cstdint>
#include <string>
#include <vector>

#include "sim/machine/machine.h"
#include "tests/catch.h"

using namespace kmemlab;
using namespace kmemlab::sim;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

Machine make(const char* profile, std::uint64_t ram = 64 * mib, unsigned cpus = 1) {
  return Machine::create(*find_profile(profile), {ram, cpus}).value();
}

std::string hex_bytes(const Machine& m, Frame frame, std::size_t offset, std::size_t count) {
  static const char digits[] = "0123456789abcdef";
  std::string s;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned b = m.frames().read(frame)[offset + i];
    s += digits[b >> 4];
    s += digits[b & 15];
  }
  return s;
}

struct Entry {
  Frame table;
  std::size_t index;
  const char* bytes;  ///< as they lie in memory
};
struct Vector {
  const char* profile;
  std::uint64_t page;
  std::vector<Entry> entries;  ///< root first
};

// Worked out by hand: 64 MiB are 0x4000 frames of 4 KiB (0x2000 of 8 KiB), so the root is that frame and the tables
// below follow; 0x..21 is valid | directory, 0x07 is valid | kernel read | kernel write; the page's frame is 0x55.
const std::vector<Vector>& vectors() {
  static const std::vector<Vector> v = {
      {"x86-64", 0xffff888012345000,
       {{0x4000, 273, "2101400000000000"}, {0x4001, 0, "2102400000000000"}, {0x4002, 145, "2103400000000000"},
        {0x4003, 325, "0755000000000000"}}},
      {"i386", 0xc2345000, {{0x4000, 776, "21014000"}, {0x4001, 837, "07550000"}}},
      {"alpha", 0xfffffe0012344000,
       {{0x2000, 768, "2101200000000000"}, {0x2001, 36, "2102200000000000"}, {0x2002, 418, "0755000000000000"}}},
      {"rs6000", 0xb2345000, {{0x4000, 712, "00400121"}, {0x4001, 837, "00005507"}}},
      {"power64", 0xf100000012345000,
       {{0x4000, 0, "0000000000400121"}, {0x4001, 0, "0000000000400221"}, {0x4002, 145, "0000000000400321"},
        {0x4003, 325, "0000000000005507"}}},
  };
  return v;
}

}  // namespace

TEST_CASE("machine: page-table words in guest frames are those of the documented layout", "[machine]") {
  for (const Vector& v : vectors()) {
    INFO(v.profile);
    Machine m = make(v.profile);
    const unsigned width = m.profile().pte_bytes;
    m.map_page(Addr{v.page}, 0x55);
    for (const Entry& e : v.entries) CHECK(hex_bytes(m, e.table, e.index * width, width) == e.bytes);
    CHECK(m.tables().root(kernel_space) == v.entries.front().table);
    CHECK(m.frames().kernel_frames_end() == v.entries.back().table + 1);

    m.protect_page(Addr{v.page}, Prot::kernel_read | Prot::user_read);
    const Entry& leaf = v.entries.back();
    const std::string read_only = m.profile().big_endian ? "550b" : "0b55";
    CHECK(hex_bytes(m, leaf.table, leaf.index * width + (m.profile().big_endian ? width - 2 : 0), 2) == read_only);

    CHECK(m.unmap_page(Addr{v.page}) == 0x55);
    CHECK(hex_bytes(m, leaf.table, leaf.index * width, width) == std::string(2 * width, '0'));
  }
}

TEST_CASE("machine: every built-in profile is valid, and every part of a bad one is named", "[machine]") {
  REQUIRE(all_profiles().size() == 5);
  for (const Profile& p : all_profiles()) {
    INFO(p.name);
    CHECK(validate(p).ok());
    CHECK(find_profile(p.name) == &p);
    CHECK(p.arena_bytes_max >= std::uint64_t{1} << 30);
  }
  CHECK(find_profile("vax") == nullptr);

  const Profile good = *find_profile("x86-64");
  const auto refused = [&](auto change) {
    Profile p = good;
    change(p);
    return !Machine::create(p, {}).ok();
  };
  CHECK(refused([](Profile& p) { p.page_shift = 14; }));
  CHECK(refused([](Profile& p) { p.word_bytes = 2; }));
  CHECK(refused([](Profile& p) { p.levels = {9, 9, 9, 10}; }));
  CHECK(refused([](Profile& p) { p.levels = {9, 9, 9}; }));
  CHECK(refused([](Profile& p) { p.levels = {}; }));
  CHECK(refused([](Profile& p) { p.tlb_ways = 1; }));
  CHECK(refused([](Profile& p) { p.tlb_entries = 48; }));
  CHECK(refused([](Profile& p) { p.arena_base = Addr{0x1000}; }));
  CHECK(refused([](Profile& p) { p.static_base = p.static_base + 8; }));
  CHECK_FALSE(Machine::create(good, {4097, 1}).ok());
  CHECK_FALSE(Machine::create(good, {0, 1}).ok());
  CHECK_FALSE(Machine::create(good, {mib, 0}).ok());
  CHECK_FALSE(Machine::create(*find_profile("i386"), {std::uint64_t{64} << 30, 1}).ok());
}

TEST_CASE("machine: byte order of the guest", "[machine]") {
  for (const char* name : {"i386", "rs6000", "power64", "alpha"}) {
    INFO(name);
    Machine m = make(name);
    const Addr a = m.profile().arena_base;
    m.map_page(a, *m.take_frame());
    m.store<std::uint64_t>(a, 0x0102030405060708);
    const bool big = m.profile().big_endian;
    CHECK(hex_bytes(m, 0, 0, 8) == (big ? "0102030405060708" : "0807060504030201"));
    CHECK(m.load<std::uint8_t>(a) == (big ? 1 : 8));
    CHECK(m.load<std::uint16_t>(a + 2) == (big ? 0x0304 : 0x0506));
    CHECK(m.load<std::uint32_t>(a + 4) == (big ? 0x05060708U : 0x01020304U));
    CHECK(m.peek<std::uint16_t>(a + 6) == (big ? 0x0708 : 0x0102));
    m.store_word(a + 8, 0x1122334455667788);
    CHECK(m.load_word(a + 8) == (m.word_bytes() == 8 ? 0x1122334455667788 : 0x55667788));
    CHECK(m.load_addr(a + 8) == Addr{m.load_word(a + 8)});
    CHECK(hex_bytes(m, 0, 8, 2) == (m.word_bytes() == 4 ? (big ? "5566" : "8877") : (big ? "1122" : "8877")));
  }
}

TEST_CASE("machine: reserving tables makes them once, and the last level costs the host nothing", "[machine]") {
  Machine m = make("x86-64");
  const Addr base = m.profile().arena_base;
  m.reserve_tables({base, std::uint64_t{16} << 30});
  // 16 GiB are 8192 tables of 2 MiB, under 16 of 1 GiB, under 1, under the root.
  CHECK(m.frames().kernel_frames_end() - m.frames().ram_frames() == 8192 + 16 + 1 + 1);
  CHECK(m.frames().resident() == 18);
  m.reserve_tables({base + 4096, 8192});
  CHECK(m.frames().kernel_frames_end() - m.frames().ram_frames() == 8210);
  m.map_page(base + (std::uint64_t{16} << 30) - 4096, 3);
  CHECK(m.frames().kernel_frames_end() - m.frames().ram_frames() == 8210);
  CHECK(m.frames().resident() == 19);
  CHECK(m.counters().page_maps == 1);
}

TEST_CASE("machine: static memory lies at the static base, aligned, zeroed and uncounted", "[machine]") {
  Machine m = make("i386", mib);
  const Addr base = m.profile().static_base;
  CHECK(m.boot_alloc(10, 1).value() == base);
  m.poke<std::uint32_t>(base + 4, 77);
  CHECK(m.boot_alloc(4096, 64).value() == base + 64);
  CHECK(m.boot_alloc(1, 4096).value() == base + 8192);
  CHECK(m.boot_alloc(0, 1).value() == base + 8193);
  CHECK_FALSE(m.boot_alloc(8, 3).ok());
  CHECK_FALSE(m.boot_alloc(32 * mib, 8).ok());
  CHECK(m.free_frames() == 256);
  CHECK(m.counters() == Counters{});
  CHECK(m.load<std::uint32_t>(base + 4156) == 0);
  CHECK(m.load<std::uint32_t>(base + 4) == 77);
  CHECK_FALSE(m.lookup(base + 3 * 4096).has_value());
}

TEST_CASE("machine: sixteen gigabytes of guest memory cost the host what was written", "[machine]") {
  Machine m = make("x86-64", std::uint64_t{16} << 30);
  CHECK(m.free_frames() == 4194304);
  CHECK(m.frames().resident() == 0);
  const Addr base = m.profile().arena_base;
  const Frame last = 4194303;
  m.map_page(base, last);
  m.map_page(base + 4096, 17);
  CHECK(m.frames().resident() == 4);  // the tables
  CHECK(m.load<std::uint64_t>(base + 8) == 0);
  CHECK(m.frames().resident() == 4);
  m.store<std::uint8_t>(base + 4095, 1);
  CHECK(m.frames().resident() == 5);
  CHECK(m.frames().read(last)[4095] == 1);
  CHECK(m.frames().never_written(17));
}
