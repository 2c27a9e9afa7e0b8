// Zeroed memory: who asked for it, who promised it, and that the oracle finds the one who forgot. Not a core is at
// fault here but an adapter made for the test, which drops the flag on its way.
#include "sim/replay/bsd386_adapter.h"
#include "sim/replay/cores.h"
#include "sim/replay/run_on.h"
#include "tests/check/verify_kit.h"

using namespace kmemlab;
using namespace kmemlab::test;

namespace {

template <class K = sim::Kernel>
struct ForgetfulAdapter : sim::Bsd386Adapter<K> {
  using Good = sim::Bsd386Adapter<K>;
  using Good::Good;
  using typename Good::Call;
  bool prepare(Call& call, sim::Request request, const sim::CallContext& at) const {
    request.zero = false;
    return Good::prepare(call, request, at);
  }
};

template <template <class> class Adapter>
check::VerifyResult verify_with(const VerifyBench& bench, const std::string& faults) {
  const sim::CoreSpec core{"bsd386", {}};
  const sim::MachineSpec machine{*sim::find_profile("i386"), 1 << 22, 1 << 22};
  const sim::ReplayPolicy policy;
  check::VerifyOptions options;
  options.core = "bsd386";
  if (!faults.empty()) options.faults = check::parse_faults(faults).value();
  return check::verify(
             [&](unsigned) -> Fallible<std::unique_ptr<sim::Session>> {
               auto kernel = sim::Kernel::create(machine.profile, sim::kernel_options(machine, *bench.trace.view()));
               const sim::SessionInputs in{bench.trace.view(), core, machine, policy};
               return sim::detail::session_with<Adapter, sim::Replayer>(std::move(*kernel), sim::Bsd386Options{}, in);
             },
             bench.trace.view(), options)
      .value();
}

}  // namespace

TEST_CASE("who asks for zeros is read from the trace", "[verify]") {
  const VerifyBench bench;
  const auto wishes = check::ZeroWishes::of(bench.trace.view());
  REQUIRE(wishes.ok());
  traces::KmtCursor cursor(bench.trace.view());
  std::uint64_t asked = 0;
  for (std::uint64_t event = 0; event < 600; ++event) {
    const traces::Event e = cursor.event(event).value();
    const bool asks = e.op != traces::Op::free && (e.gfp == 2 || e.gfp == 3 || e.gfp == 5);  // SwarmTrace's table
    REQUIRE(wishes->asks(event) == asks);
    asked += asks;
  }
  CHECK(asked > 30);
  CHECK_FALSE(wishes->asks(600));
  CHECK_FALSE(check::ZeroWishes().asks(0));
}

TEST_CASE("an adapter that drops the flag is found where the memory is not zero by chance", "[verify]") {
  const VerifyBench bench;
  const check::VerifyResult good = verify_with<sim::Bsd386Adapter>(bench, "5,dirty_page=1");
  CHECK(good.sound());
  CHECK(good.zeros_checked > 30);
  const check::VerifyResult dirty = verify_with<ForgetfulAdapter>(bench, "5,dirty_page=1");
  CHECK_FALSE(dirty.sound());
  REQUIRE_FALSE(dirty.findings.empty());
  CHECK(dirty.findings[0].text.find("asked for zeroed memory and got a block at ") == 0);
  CHECK(dirty.findings[0].text.find(" is not zero") != std::string::npos);
  CHECK(dirty.broken <= dirty.zeros_checked);
  // Without a fault: what an earlier owner's pattern left is found as well.
  const check::VerifyResult used = verify_with<ForgetfulAdapter>(bench, {});
  CHECK(used.broken > 0);
  CHECK(used.broken < dirty.broken);
}

TEST_CASE("the oracle looks at every byte that was asked for, and blames who promised", "[verify]") {
  const VerifyBench bench;
  const auto wishes = check::ZeroWishes::of(bench.trace.view());
  REQUIRE(wishes.ok());
  const auto session = bench.open("bsd386");
  check::ShadowOracle watcher("bsd386");
  watcher.attach(*session);
  REQUIRE(session->play(300, watcher, {}).ok());
  AddrRange victim;  // one of more than a page, so that it is looked at in pieces
  for (std::uint64_t n = 0; victim.bytes <= 4100; ++n) victim = watcher.live_block(n);

  sim::Completion c;
  while (!wishes->asks(c.event)) ++c.event;
  c.address = victim.base;
  c.requested = victim.bytes;
  c.granted = 8192 * 2;
  const auto broken = [&](const char* core, bool device) {
    check::ShadowOracle oracle(core);
    oracle.attach(*session);
    oracle.expect_zeros(*wishes);
    // Its pattern is written over the block: put back what was there.
    std::vector<std::uint8_t> bytes(victim.bytes);
    REQUIRE(session->kernel().machine().peek_bytes(victim.base, bytes));
    c.device = device;
    oracle.on_completion(c);
    REQUIRE(session->poke(victim.base, bytes));
    CHECK(oracle.zeros_checked() == (device || std::string_view(core) == "aix" ? 0 : 1));
    return oracle.broken();
  };
  std::vector<std::uint8_t> bytes(victim.bytes);
  REQUIRE(session->poke(victim.base, bytes));
  for (const char* core : {"aix", "beos", "bsd386", "osf1"}) CHECK(broken(core, false) == 0);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{4096}, victim.bytes - 1}) {
    INFO("byte " << at);
    bytes.assign(victim.bytes, 0);
    bytes[at] = 0xa5;
    REQUIRE(session->poke(victim.base, bytes));
    for (const char* core : {"beos", "bsd386", "osf1"}) CHECK(broken(core, false) == 1);
    CHECK(broken("aix", false) == 0);    // xmalloc promises nothing
    CHECK(broken("bsd386", true) == 0);  // a device's handler asks for none
  }
  ++c.event;
  while (wishes->asks(c.event)) ++c.event;
  check::ShadowOracle oracle("bsd386");
  oracle.attach(*session);
  oracle.expect_zeros(*wishes);
  c.device = false;
  oracle.on_completion(c);
  CHECK(oracle.broken() == 0);  // nobody asked
}
