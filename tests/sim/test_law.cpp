// The law held = requested + internal + cached + metadata after every event, counted anew each time from what is there:
// the pages that the guest's page tables map, the blocks and the system's tables. Nothing of it is the ledger's own.
#include <vector>

#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {
namespace {

struct Parts {
  std::uint64_t held = 0, requested = 0, internal = 0, cached = 0, metadata = 0;
  bool operator==(const Parts&) const = default;
};

struct Counted {
  Parts parts;
  sim::PageFillStats fill;
};

class Recount {
 public:
  Counted operator()(const sim::Session& session) {
    const unsigned shift = session.kernel().page_shift();
    const AddrRange arena = session.kernel().arena();
    covered_.assign(arena.bytes >> shift, 0);
    tables_.assign(arena.bytes >> shift, 0);
    Counted c;
    session.for_each_block([&](const sim::HeldBlock& b) {
      c.parts.requested += b.requested;
      c.parts.internal += b.granted - b.requested;
      cover(covered_, b.address - arena.base, b.granted, shift);
    });
    session.for_each_metadata([&](AddrRange r) { cover(tables_, r.base - arena.base, r.bytes, shift); });
    session.kernel().for_each_held_page([&](Addr page) {
      const std::uint64_t n = (page - arena.base) >> shift, bytes = std::uint64_t{1} << shift;
      c.parts.held += bytes;
      c.parts.metadata += tables_[n];
      if (covered_[n] + tables_[n] > bytes) FAIL("page " << n << " has more live bytes than it holds");
      c.parts.cached += bytes - covered_[n] - tables_[n];
      if (tables_[n] != 0) return;
      const auto live = static_cast<unsigned>(std::bit_width(covered_[n]));
      ++c.fill.pages[live];
      c.fill.free_bytes[live] += bytes - covered_[n];
    });
    return c;
  }

 private:
  static void cover(std::vector<std::uint64_t>& pages, std::uint64_t from, std::uint64_t bytes, unsigned shift) {
    for (const std::uint64_t end = from + bytes; from < end;) {
      const std::uint64_t stop = std::min(end, ((from >> shift) + 1) << shift);
      pages[from >> shift] += stop - from;
      from = stop;
    }
  }
  std::vector<std::uint64_t> covered_, tables_;
};

struct LawRun {
  std::uint64_t events = 0, sleeps = 0, failed = 0;
};

LawRun law_holds(traces::KmtReader& trace, const TimelineSetup& setup, std::uint64_t from, std::uint64_t to) {
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  Recorder recorder;
  Recount recount;
  const auto session = session_of(trace, setup);
  if (!session->play(from, recorder, {})) FAIL("a damaged trace");
  LawRun run;
  for (std::uint64_t event = from; event < to; ++event) {
    if (!session->play(event + 1, recorder, {})) FAIL("a damaged trace");
    ++run.events;
    if (recorder.completions.empty()) continue;  // the tables of the boot are told with the first call that ends
    const auto now = recorder.ledger.now();
    const Counted counted = recount(*session);
    const Parts& p = counted.parts;
    if (Parts{now.held, now.requested, now.internal, now.cached, now.metadata} != p ||
        p.held != p.requested + p.internal + p.cached + p.metadata ||
        counted.fill != recorder.ledger.kept_pages().fill()) {
      FAIL("event " << event << ": held " << now.held << " of " << p.held << ", cached " << now.cached << " of "
                    << p.cached << ", requested " << now.requested << " of " << p.requested);
    }
  }
  run.sleeps = recorder.sleeps.size();
  for (const sim::Completion& c : recorder.completions) run.failed += c.ending == sim::Ending::failed;
  return run;
}

}  // namespace

TEST_CASE("the law at every event of a recording, recounted from pages and blocks", "[law]") {
  traces::KmtReader trace = shipped_recording();
  for (const char* core : {"bsd386", "osf1", "aix", "beos"}) {
    CHECK(law_holds(trace, {core, 0}, 0, 800).events == 800);
    CHECK(law_holds(trace, {core, 0}, 60'000, 60'200).events == 200);
  }
}

TEST_CASE("the law at every event on a starved machine: sleepers, failures, queued frees", "[law]") {
  traces::KmtReader trace = shipped_recording();
  const std::uint64_t kib = 1024;
  CHECK(law_holds(trace, {"bsd386", 64 * kib}, 0, 800).sleeps > 0);
  CHECK(law_holds(trace, {"osf1", 64 * kib}, 0, 800).sleeps > 0);
  CHECK(law_holds(trace, {"aix", 64 * kib}, 0, 800).failed > 0);
  CHECK(law_holds(trace, {"beos", 512 * kib}, 0, 800).events == 800);
}

}  // namespace kmemlab::test
