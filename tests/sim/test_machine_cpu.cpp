// CPUs: clocks, interrupt levels, interrupts before chosen accesses, faults of each kind, console, user mode.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/machine/machine.h"
#include "tests/catch.h"

using namespace kmemlab;
using namespace kmemlab::sim;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

Machine make(const char* profile = "x86-64", unsigned cpus = 1) {
  Machine m = Machine::create(*find_profile(profile), {mib, cpus}).value();
  for (std::uint64_t n = 0; n < 4; ++n) m.map_page(m.profile().arena_base + n * m.page_bytes(), *m.take_frame());
  return m;
}

/// A handler that notes what it saw and does what the test asks.
struct Handler : InterruptSource {
  struct Seen {
    std::uint64_t cookie, access;
    Level level;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> seen;
  std::function<void(Machine&, std::uint64_t)> action;

  void interrupt(Machine& m, const PlannedInterrupt& which) override {
    seen.push_back({which.cookie, m.accesses(), m.level()});
    if (action) action(m, which.cookie);
  }
};

template <class F>
FaultKind fault_of(Machine& m, F&& act) {
  try {
    act();
  } catch (const MachineTrap& trap) {
    REQUIRE(m.stopped().has_value());
    return trap.kind;
  }
  FAIL("no fault");
  return FaultKind::panic;
}

}  // namespace

TEST_CASE("machine: an interrupt arrives before the very access that was chosen", "[machine]") {
  for (std::uint64_t at = 0; at < 6; ++at) {
    Machine m = make();
    const Addr a = m.profile().arena_base;
    Handler h;
    m.set_interrupt_source(&h);
    h.action = [&](Machine& machine, std::uint64_t) { machine.poke<std::uint64_t>(a, 1000); };
    m.plan_interrupt({at, 0, 3, 42});
    for (std::uint64_t n = 0; n < 3; ++n) m.store<std::uint64_t>(a, m.load<std::uint64_t>(a) + 1);  // load, store
    CHECK(h.seen == std::vector<Handler::Seen>{{42, at, 3}});
    // Before a load, the handler's 1000 is seen; before a store, it is overwritten.
    const std::uint64_t left = 3 - at / 2;
    CHECK(m.peek<std::uint64_t>(a) == (at % 2 == 0 ? 1000 + left : 3));
    CHECK(m.level() == 0);
    CHECK_FALSE(m.in_interrupt());
    CHECK(m.counters().interrupts == 1);
    CHECK(m.planned_interrupts() == 0);
  }
}

TEST_CASE("machine: interrupts arrive within fill and copy as within loops of words", "[machine]") {
  for (std::uint64_t at = 0; at < 9; ++at) {
    Machine m = make("i386");
    const Addr a = m.profile().arena_base;
    for (std::uint64_t n = 0; n < 4; ++n) m.poke<std::uint32_t>(a + 4 * n, 7);
    Handler h;
    m.set_interrupt_source(&h);
    std::string picture;
    h.action = [&](Machine& machine, std::uint64_t) {
      for (std::uint64_t n = 0; n < 4; ++n) picture += std::to_string(*machine.peek<std::uint32_t>(a + 4096 + 4 * n));
      machine.poke<std::uint32_t>(a + 4 * 2, 8);
    };
    m.plan_interrupt({at, 0, 1, 0});
    m.copy(a + 4096, a, 16);  // access 2n loads word n, access 2n + 1 stores it
    m.poll_interrupts();
    CHECK(h.seen.front().access == std::min<std::uint64_t>(at, 8));
    CHECK(picture == std::string(at / 2, '7') + std::string(4 - at / 2, '0'));
    CHECK(m.peek<std::uint32_t>(a + 4096 + 8) == (at <= 4 ? 8U : 7U));
    CHECK(m.counters().loads == 4);
    CHECK(m.counters().stores == 4);
  }
  for (std::uint64_t at = 0; at < 4; ++at) {
    Machine m = make("i386");
    const Addr a = m.profile().arena_base;
    Handler h;
    m.set_interrupt_source(&h);
    std::string picture;
    h.action = [&](Machine& machine, std::uint64_t) {
      for (std::uint64_t n = 0; n < 4; ++n) picture += std::to_string(*machine.peek<std::uint8_t>(a + 4 * n));
    };
    m.plan_interrupt({at, 0, 1, 0});
    m.fill(a, 5, 14);
    CHECK(picture == std::string(at, '5') + std::string(4 - at, '0'));
    CHECK(m.counters().stores == 4);
    CHECK(m.peek<std::uint16_t>(a + 12) == 0x0505U);
    CHECK(m.peek<std::uint16_t>(a + 14) == 0U);
  }
}

TEST_CASE("machine: the level holds interrupts back, and lowering it lets them in, highest first", "[machine]") {
  Machine m = make();
  const Addr a = m.profile().arena_base;
  Handler h;
  m.set_interrupt_source(&h);
  for (const Level level : {1, 2, 4, 3}) m.plan_interrupt({0, 0, level, level});
  CHECK(m.raise_level(3) == 0);
  m.load<std::uint8_t>(a);
  CHECK(h.seen == std::vector<Handler::Seen>{{4, 0, 4}});
  CHECK(m.raise_level(1) == 3);  // never lowers
  CHECK(m.level() == 3);
  m.load<std::uint8_t>(a);
  m.restore_level(2);
  CHECK(h.seen.back() == Handler::Seen{3, 2, 3});
  m.restore_level(0);
  CHECK(h.seen.size() == 4);
  CHECK(h.seen[2] == Handler::Seen{2, 2, 2});
  CHECK(h.seen[3] == Handler::Seen{1, 2, 1});
}

TEST_CASE("machine: a higher interrupt nests in a handler, an equal one waits", "[machine]") {
  Machine m = make();
  const Addr a = m.profile().arena_base;
  Handler h;
  m.set_interrupt_source(&h);
  std::string order;
  h.action = [&](Machine& machine, std::uint64_t cookie) {
    order += "<" + std::to_string(cookie);
    CHECK(machine.in_interrupt());
    if (cookie == 1) {
      machine.plan_interrupt({0, 0, 2, 2});  // equal
      machine.plan_interrupt({0, 0, 5, 3});  // higher
      machine.load<std::uint8_t>(a);
    }
    order += std::to_string(cookie) + ">";
  };
  m.plan_interrupt({0, 0, 2, 1});
  m.load<std::uint8_t>(a);
  CHECK(order == "<1<33>1><22>");
  CHECK(m.counters().loads == 2);
}

TEST_CASE("machine: what a replay runs as a handler is one", "[machine]") {
  Machine m = make();
  const Addr a = m.profile().arena_base;
  Handler h;
  m.set_interrupt_source(&h);
  const std::uint64_t before = m.cycles();
  const Machine::Interrupted outer = m.enter_interrupt(3);
  CHECK(m.cycles() - before == m.profile().costs.interrupt_entry);
  CHECK(m.in_interrupt());
  CHECK(m.level() == 3);
  m.plan_interrupt({0, 0, 3, 1});
  m.load<std::uint8_t>(a);
  CHECK(h.seen.empty());
  m.leave_interrupt(outer);
  CHECK_FALSE(m.in_interrupt());
  CHECK(m.level() == 0);
  m.load<std::uint8_t>(a);
  CHECK(h.seen == std::vector<Handler::Seen>{{1, 1, 3}});
  CHECK(m.counters().interrupts == 2);
  const Machine::Interrupted again = m.enter_interrupt(2);
  m.raise_level(4);
  CHECK(fault_of(m, [&] { m.leave_interrupt(again); }) == FaultKind::level_not_restored);
}

TEST_CASE("machine: an interrupt waits for its CPU", "[machine]") {
  Machine m = make("x86-64", 2);
  const Addr a = m.profile().arena_base;
  Handler h;
  m.set_interrupt_source(&h);
  m.plan_interrupt({1, 1, 1, 9});
  for (int i = 0; i < 3; ++i) m.load<std::uint8_t>(a);
  CHECK(h.seen.empty());
  m.select_cpu(1);
  m.load<std::uint8_t>(a);
  CHECK(h.seen.size() == 1);
  m.plan_interrupt({0, 1, 1, 10});
  m.cancel_interrupts();
  m.load<std::uint8_t>(a);
  CHECK(h.seen.size() == 1);
}

TEST_CASE("machine: time at raised level, sum and longest, by hand", "[machine]") {
  Machine m = make();
  const std::uint64_t spl = m.profile().costs.spl;
  Level s = m.raise_level(2);
  m.charge(100);
  const Level inner = m.raise_level(5);  // one stretch, however often it is raised
  m.charge(10);
  m.restore_level(inner);
  m.restore_level(s);
  CHECK(m.raised_ticks() == RaisedTicks{110 + 3 * spl, 110 + 3 * spl});
  m.charge(5000);
  s = m.raise_level(1);
  m.charge(7);
  m.restore_level(s);
  CHECK(m.raised_ticks() == RaisedTicks{117 + 4 * spl, 110 + 3 * spl});
  CHECK(m.counters().level_changes == 6);

  // In a handler the interrupt's own level is no stretch; raising above it is one.
  Handler h;
  m.set_interrupt_source(&h);
  h.action = [](Machine& machine, std::uint64_t) {
    machine.charge(900);
    const Level before = machine.raise_level(4);
    machine.charge(50);
    machine.restore_level(before);
  };
  m.plan_interrupt({0, 0, 2, 0});
  m.poll_interrupts();
  CHECK(m.raised_ticks() == RaisedTicks{167 + 5 * spl, 110 + 3 * spl});

  // A handler that runs inside a stretch belongs to it.
  s = m.raise_level(1);
  m.plan_interrupt({0, 0, 2, 0});
  m.poll_interrupts();
  m.restore_level(s);
  const std::uint64_t last = 950 + m.profile().costs.interrupt_entry + 3 * spl;
  CHECK(m.raised_ticks() == RaisedTicks{167 + 5 * spl + last, last});
}

TEST_CASE("machine: every CPU has its clock", "[machine]") {
  Machine m = make("x86-64", 2);
  const std::uint64_t t0 = m.now();
  m.charge(50);
  m.select_cpu(1);
  CHECK(m.now() == 0);
  m.charge(7);
  m.advance_to(1000);
  m.advance_to(10);
  CHECK(m.now() == 1000);
  m.charge_call();
  CHECK(m.now() == 1000 + m.profile().costs.call);
  CHECK(m.now(0) == t0 + 50);
  m.select_cpu(0);
  CHECK(m.now() == t0 + 50);
  CHECK(m.cycles() == t0 + 57 + m.profile().costs.call);  // idle time is no work
}

TEST_CASE("machine: zeroing costs its own rate, copying what its words cost", "[machine]") {
  Machine m = make("i386");
  const Costs& cost = m.profile().costs;
  const Addr a = m.profile().arena_base;
  m.store<std::uint8_t>(a, 1);
  m.store<std::uint8_t>(a + 4096, 1);
  const std::uint64_t before = m.cycles();
  m.zero(a, 4096);
  CHECK(m.cycles() - before == 512 * cost.zero_8_bytes);
  CHECK(m.counters().stores == 2 + 1024);
  m.copy(a + 4096 + 2, a, 4094);
  CHECK(m.cycles() - before == 512 * cost.zero_8_bytes + 1024 * (cost.load + cost.store));
  CHECK(m.counters().loads == 1024);
  CHECK(m.counters().tlb_misses == 2);
}

TEST_CASE("machine: faults of each kind, remembered with their place", "[machine]") {
  const Machine clean = make();
  const Addr a = clean.profile().arena_base;
  const auto check = [&](FaultKind kind, Addr where, const std::function<void(Machine&)>& act) {
    Machine m = clean;
    INFO(name_of(kind));
    CHECK(fault_of(m, [&] { act(m); }) == kind);
    CHECK(m.stopped()->kind == kind);
    CHECK(m.stopped()->addr == where);
    CHECK_FALSE(m.stopped()->message.empty());
  };
  check(FaultKind::unmapped, a + 4 * 4096, [&](Machine& m) { m.load<std::uint8_t>(a + 4 * 4096); });
  check(FaultKind::unmapped, null_addr, [&](Machine& m) { m.store<std::uint64_t>(null_addr, 1); });
  check(FaultKind::unmapped, Addr{0x888000000000}, [](Machine& m) { m.load<std::uint8_t>(Addr{0x888000000000}); });
  check(FaultKind::unmapped, a + 4 * 4096, [&](Machine& m) { m.zero(a + 3 * 4096, 4097); });
  check(FaultKind::misaligned, a + 1, [&](Machine& m) { m.load<std::uint16_t>(a + 1); });
  check(FaultKind::misaligned, a + 4, [&](Machine& m) { m.store<std::uint64_t>(a + 4, 1); });
  check(FaultKind::misaligned, a + 4, [&](Machine& m) {
    m.store<std::uint64_t>(a, 1);  // the same with the page at hand
    m.store<std::uint64_t>(a + 4, 1);
  });
  check(FaultKind::protection, a, [&](Machine& m) {
    m.store<std::uint8_t>(a, 1);
    m.protect_page(a, Prot::kernel_read);
    CHECK(m.load<std::uint8_t>(a) == 1);
    m.store<std::uint8_t>(a, 2);
  });
  check(FaultKind::protection, a, [&](Machine& m) {
    m.load<std::uint8_t>(a);
    m.protect_page(a, Prot::user_read);
    m.load<std::uint8_t>(a);
  });
  check(FaultKind::bad_mapping, a, [&](Machine& m) { m.map_page(a, 9); });
  check(FaultKind::bad_mapping, a + 4 * 4096, [&](Machine& m) { m.unmap_page(a + 4 * 4096); });
  check(FaultKind::bad_mapping, a + 4 * 4096, [&](Machine& m) { m.protect_page(a + 4 * 4096, Prot::kernel); });
  check(FaultKind::bad_mapping, a + 8, [&](Machine& m) { m.map_page(a + 8, 9); });
  check(FaultKind::bad_mapping, Addr{0x1000}, [](Machine& m) { m.map_page(Addr{0x1000}, 9); });
  check(FaultKind::frame_misuse, a + 4 * 4096, [&](Machine& m) { m.map_page(a + 4 * 4096, 1 << 20); });
  check(FaultKind::frame_misuse, null_addr, [](Machine& m) { m.release_frame(200); });
  check(FaultKind::frame_misuse, null_addr, [](Machine& m) { m.release_frame(m.frames().ram_frames()); });
  check(FaultKind::panic, null_addr, [](Machine& m) { m.panic("kmem_malloc: kmem_map too small"); });
  check(FaultKind::lock, a, [&](Machine& m) { m.fault(FaultKind::lock, a, "released by another"); });
  check(FaultKind::level_not_restored, null_addr, [](Machine& m) {
    m.raise_level(1);
    m.require_level(0, "free");
  });
}

TEST_CASE("machine: faults of handlers, and the first fault stays", "[machine]") {
  Machine m = make();
  Handler h;
  m.set_interrupt_source(&h);
  h.action = [](Machine& machine, std::uint64_t cookie) {
    if (cookie == 1) machine.raise_level(6);
    if (cookie == 2) machine.require_process("tsleep");
  };
  m.require_process("a process may sleep");
  m.plan_interrupt({0, 0, 2, 2});
  Machine other = m;
  CHECK(fault_of(m, [&] { m.poll_interrupts(); }) == FaultKind::sleep_in_interrupt);
  CHECK(m.stopped()->message == "tsleep");
  CHECK_THROWS_AS(m.panic("later"), MachineTrap);
  CHECK(m.stopped()->kind == FaultKind::sleep_in_interrupt);
  other.cancel_interrupts();
  other.plan_interrupt({0, 0, 2, 1});
  const Addr a = other.profile().arena_base;
  CHECK(fault_of(other, [&] { other.load<std::uint8_t>(a); }) == FaultKind::level_not_restored);
  CHECK_FALSE(make().stopped().has_value());
}

TEST_CASE("machine: user mode asks the user's permissions and stops nobody", "[machine]") {
  Machine m = make("power64");
  const Addr shared = m.profile().arena_base;
  m.protect_page(shared, Prot::kernel | Prot::user_read);
  m.store<std::uint32_t>(shared + 4, 0x01020304);
  const Asid one = m.add_space().value();
  const Asid two = m.add_space().value();
  m.map_page(Addr{0x10000}, *m.take_frame(), Prot::user, one);
  m.map_page(Addr{0x10000}, *m.take_frame(), Prot::user, two);

  CHECK(m.user_load(one, shared + 4, 4).value() == 0x01020304);
  CHECK(m.user_load(two, shared + 4, 1).value() == 1);
  CHECK(m.user_store(one, shared + 4, 1, 4).error().kind == FaultKind::protection);
  CHECK(m.user_load(one, shared + m.page_bytes(), 4).error().kind == FaultKind::protection);
  CHECK(m.user_load(one, shared + 5, 4).error().kind == FaultKind::misaligned);
  CHECK(m.user_load(one, Addr{0x11000}, 4).error().kind == FaultKind::unmapped);
  CHECK(m.user_load(99, Addr{0x10000}, 4).error().kind == FaultKind::unmapped);

  CHECK(m.user_store(one, Addr{0x10000}, 11, 8).ok());
  CHECK(m.user_store(two, Addr{0x10000}, 22, 8).ok());
  CHECK(m.user_load(one, Addr{0x10000}, 8).value() == 11);
  CHECK(m.peek<std::uint64_t>(Addr{0x10000}, two) == 22U);
  CHECK_FALSE(m.peek<std::uint64_t>(Addr{0x10000}).has_value());
  m.unmap_page(Addr{0x10000}, one);
  CHECK(m.user_load(one, Addr{0x10000}, 8).error().kind == FaultKind::unmapped);
  CHECK(m.user_load(two, Addr{0x10000}, 8).value() == 22);
  CHECK_FALSE(m.stopped().has_value());
}

TEST_CASE("machine: looking and poking count nothing", "[machine]") {
  Machine m = make();
  const Addr a = m.profile().arena_base;
  const Counters before = m.counters();
  const std::uint64_t bytes_across = 16;
  std::vector<std::uint8_t> data(bytes_across, 3);
  CHECK(m.poke_bytes(a + 4088, data));
  CHECK_FALSE(m.poke_bytes(a + 4 * 4096 - 8, data));
  CHECK(m.peek<std::uint8_t>(a + 4 * 4096 - 8) == 0U);  // nothing was written
  std::vector<std::uint8_t> back(bytes_across);
  CHECK(m.peek_bytes(a + 4088, back));
  CHECK(back == data);
  CHECK_FALSE(m.peek_bytes(a + 4 * 4096 - 8, back));
  CHECK(m.counters() == before);
  CHECK(m.load<std::uint32_t>(a + 4096) == 0x03030303);
  CHECK(m.lookup(a + 5)->frame() == 0);
}

TEST_CASE("machine: the console keeps its first lines and counts all", "[machine]") {
  Machine m = make();
  m.charge(10);
  const std::uint64_t tick = m.now();
  m.print("kmemlab: out of pages");
  const Machine copy = m;
  m.print("again");
  REQUIRE(m.console().lines().size() == 2);
  CHECK(m.console().lines()[0] == ConsoleLine{tick, 0, "kmemlab: out of pages"});
  CHECK(copy.console().lines().size() == 1);
  for (int i = 0; i < 5000; ++i) m.print("x");
  CHECK(m.console().lines().size() == Console::lines_kept);
  CHECK(m.console().count() == 5002);
}
