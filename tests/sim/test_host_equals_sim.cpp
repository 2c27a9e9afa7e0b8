// The proof that the simulator runs the real allocator: the same calls on plain host memory give the same guest
// addresses, sleep at the same places, and leave the same bytes. The host follows the simulator's recorded schedule.
#include "core/bsd386/bsd386.h"
#include "core/machine/host/host_machine.h"
#include "sim/replay/bsd386_adapter.h"
#include "sim/replay/replayer.h"
#include "tests/sim/traces.h"
#include "traces/import/import.h"

namespace kmemlab::test {

namespace {

/// One call that the simulator made, with all that decides it and what came out.
struct Scheduled {
  bsd386::MallocCall call;  ///< as it was before the call; for a free only `address` and `type` count
  bool is_free = false;
  bool interrupt = false;
  Outcome outcome = Outcome::done;
  Addr address{};
  Channel channel{};
};

/// A bsd386 adapter that writes down the schedule, and fills each granted block with a pattern of its own, so that the
/// comparison of contents covers blocks as well as the allocator's links.
class RecordingAdapter {
 public:
  using KernelType = sim::Kernel;
  using Call = bsd386::MallocCall;
  static constexpr const char* core_name = "bsd386";
  RecordingAdapter(const sim::Bsd386Options& o, const traces::Tables& t) : inner_(o, t) {}
  void boot(sim::Kernel& k) { inner_.boot(k); }
  bool prepare(Call& c, std::uint64_t size, traces::Index cache, traces::Index site, const sim::CallContext& at,
               bool zero) const {
    return inner_.prepare(c, size, cache, site, at, zero);
  }
  Outcome run(sim::Kernel& k, Call& c) {
    Scheduled s{c, false, k.in_interrupt(), Outcome::done, {}, {}};
    s.outcome = inner_.run(k, c);
    s.address = c.address;
    s.channel = s.outcome == Outcome::blocked ? c.channel : Channel{};
    schedule.push_back(s);
    if (s.outcome == Outcome::done) fill(k, c);
    return s.outcome;
  }
  void free(sim::Kernel& k, const sim::Block& b) {
    Scheduled s;
    s.is_free = true;
    s.interrupt = k.in_interrupt();
    s.call.address = Addr{b.address};
    s.call.type = b.tag;
    schedule.push_back(s);
    inner_.free(k, b);
  }
  static std::uint32_t tag_of(const Call& c) { return sim::Bsd386Adapter<>::tag_of(c); }
  static bool is_refusal(Reason r) { return sim::Bsd386Adapter<>::is_refusal(r); }
  std::uint64_t metadata_bytes() const { return 0; }
  std::uint64_t digest() const { return inner_.digest(); }
  const bsd386::State& state() const { return inner_.state(); }

  template <class M>
  static void fill(M& m, const Call& c) {
    for (std::uint64_t at = 0; at + 4 <= c.size; at += 4) {
      m.template store<std::uint32_t>(c.address + at, static_cast<std::uint32_t>(mix64(c.address.v + at + c.size)));
    }
  }
  std::vector<Scheduled> schedule;

 private:
  sim::Bsd386Adapter<> inner_;
};

void follow(host::HostMachine& m, bsd386::State& state, const std::vector<Scheduled>& schedule) {
  std::uint64_t n = 0;
  for (const Scheduled& s : schedule) {
    INFO("call " << n++);
    m.set_interrupt(s.interrupt);
    if (s.is_free) {
      bsd386::free(m, state, s.call.address, s.call.type);
      continue;
    }
    bsd386::MallocCall call = s.call;
    const Outcome outcome = bsd386::malloc(m, state, call);
    if (outcome != s.outcome || (outcome == Outcome::done && call.address != s.address) ||
        (outcome == Outcome::blocked && call.channel != s.channel)) {
      FAIL("the host parted from the simulator");
    }
    if (outcome == Outcome::done) RecordingAdapter::fill(m, call);
  }
}

void same_contents(const sim::Kernel& kernel, const host::HostMachine& m, AddrRange range) {
  for (Addr a = range.base; a < range.end(); a = a + 4) {
    if (kernel.peek<std::uint32_t>(a) != m.peek<std::uint32_t>(a)) FAIL("contents differ at 0x" << std::hex << a.v);
  }
}

/// Plays on the simulator, follows on the host, compares everything. Returns how many calls slept.
std::uint64_t prove(traces::KmtReader& trace, const char* profile_name, std::uint64_t ram, std::uint64_t arena,
                    bsd386::Mode mode) {
  const sim::Profile& profile = *sim::find_profile(profile_name);
  const sim::KernelOptions o = sim::kernel_options({profile, ram, arena}, trace);
  sim::Kernel kernel = sim::Kernel::create(profile, o).value();
  sim::Bsd386Options options;
  options.config.mode = mode;
  RecordingAdapter adapter(options, trace.tables());
  adapter.boot(kernel);
  sim::Ledger ledger;
  sim::Replayer<RecordingAdapter> replayer(kernel, adapter, trace, {}, ledger);
  REQUIRE(replayer.run([](std::uint64_t) {}));

  host::HostShape shape;
  shape.page_shift = profile.page_shift;
  shape.word_bytes = profile.word_bytes;
  shape.big_endian = profile.big_endian;
  shape.arena = kernel.arena();
  shape.boot = {profile.static_base, std::uint64_t{16} << 20};
  shape.frames = o.ram_bytes >> profile.page_shift;
  host::HostMachine m(shape);
  bsd386::State state;
  bsd386::kmeminit(m, state, options.config);
  follow(m, state, adapter.schedule);

  CHECK(bsd386::digest(state) == bsd386::digest(adapter.state()));
  same_contents(kernel, m, kernel.arena());
  const std::uint64_t pages = kernel.arena().bytes >> profile.page_shift;
  same_contents(kernel, m, {state.kmemusage_base, (pages + 1) * bsd386::kmemusage::bytes});
  std::uint64_t slept = 0;
  for (const Scheduled& s : adapter.schedule) slept += s.outcome == Outcome::blocked;
  return slept;
}

/// A seeded day of three tasks and interrupts: sizes of all buckets, lifetimes mixed.
TraceMaker busy(std::uint64_t seed, unsigned events, bool may_sleep) {
  TraceMaker t;
  std::vector<traces::BlockId> live[3];
  std::uint64_t tick = 1000;
  std::uint64_t state = seed;
  const auto draw = [&](std::uint64_t below) { return mix64(state += 0x9e3779b97f4a7c15ULL) % below; };
  for (unsigned n = 0; n < events; ++n) {
    const auto who = static_cast<unsigned>(draw(3));
    const bool interrupt = draw(8) == 0;
    t.at(tick += 1000 + draw(5000)).task(static_cast<int>(who) + 1).cpu(who % 2);
    t.context(interrupt ? traces::Context::softirq : traces::Context::task);
    auto& blocks = live[who];
    if (!blocks.empty() && draw(100) < 47) {
      const std::size_t i = draw(blocks.size());
      t.free(blocks[i]);
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      const std::uint64_t size = std::uint64_t{1} << draw(15);
      blocks.push_back(
          t.alloc(size + draw(size + 1), may_sleep && !interrupt ? TraceMaker::kernel : TraceMaker::atomic));
    }
  }
  return t;
}

}  // namespace

TEST_CASE("the host gives the simulator's addresses and contents", "[host][proof]") {
  const char* profile = GENERATE("x86-64", "i386", "alpha", "rs6000", "power64");
  const auto mode = GENERATE(bsd386::Mode::documented, bsd386::Mode::faithful);
  INFO(profile << (mode == bsd386::Mode::faithful ? " faithful" : " documented"));
  SECTION("a trace that does not sleep") {
    auto reader = busy(1, 3000, true).reader();
    CHECK(prove(reader, profile, 0, 0, mode) == 0);
  }
  SECTION("a trace that sleeps for its type, for address space and for frames") {
    auto reader = busy(2, 3000, true).reader();
    CHECK(prove(reader, profile, std::uint64_t{384} << 10, std::uint64_t{4} << 20, mode) >= 5);
    CHECK(prove(reader, profile, std::uint64_t{4} << 20, std::uint64_t{512} << 10, mode) >= 3);
  }
  SECTION("a trace that fails instead of sleeping") {
    auto reader = busy(3, 3000, false).reader();
    CHECK(prove(reader, profile, std::uint64_t{1} << 20, std::uint64_t{2} << 20, mode) == 0);
  }
}

TEST_CASE("the host agrees on a recorded trace, one that sleeps and one that does not", "[host][proof]") {
  const std::string path = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ext4tree.dat";
  const auto input = traces::Input::open(path);
  REQUIRE(input);
  traces::KmtWriter writer = traces::KmtWriter::to_memory();
  const auto imported = traces::import_trace(*input, writer);
  REQUIRE(imported);
  REQUIRE(writer.finish(imported->tables, imported->quality, imported->source));
  auto reader = traces::KmtReader::from_bytes(writer.take_bytes()).value();
  SECTION("roomy: nobody sleeps") {
    CHECK(prove(reader, "x86-64", 0, std::uint64_t{16} << 20, bsd386::Mode::documented) == 0);
  }
  SECTION("1 MiB of frames: sleepers, failures") {
    CHECK(prove(reader, "x86-64", std::uint64_t{1} << 20, std::uint64_t{16} << 20, bsd386::Mode::faithful) > 5);
  }
}

}  // namespace kmemlab::test
