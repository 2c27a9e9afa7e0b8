// The real recordings against outside answers: trace-cmd's and grep's counts, perf's sums, and trace-cmd's conversions.
// They live outside of this tree; without them the tests say SKIPPED and pass.
#include <array>
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

Fallible<Imported> import_shared(const std::string& name) {
  const std::string path = shared_recording(name);
  if (path.empty()) {
    WARN("SKIPPED: no " + name + " (set KMEMLAB_SHARED)");
    return fail("skipped");
  }
  auto input = Input::open(path);
  if (!input) FAIL(input.error().text());
  CountingSink sink;
  auto result = import_trace(*input, sink);
  if (!result) FAIL(result.error().text());
  CHECK(sink.events == result->totals.records + result->totals.lost_marks);
  return result;
}

std::vector<EventCount> counts(std::array<std::uint64_t, 6> n) {
  return {{"kfree", n[0]},           {"kmalloc", n[1]},       {"kmem_cache_alloc", n[2]},
          {"kmem_cache_free", n[3]}, {"mm_page_alloc", n[4]}, {"mm_page_free", n[5]}};
}

}  // namespace

TEST_CASE("recordings have the event counts that trace-cmd report prints", "[traces][recordings]") {
  struct Case {
    std::string name;
    std::array<std::uint64_t, 6> counts;
    std::uint64_t softirqs, null_frees;
  };
  // Counted with `trace-cmd report FILE | grep -c ': EVENT: '`; null frees: `grep -c 'ptr=(nil)'`.
  const Case cases[] = {{"boot.dat", {5169, 7064, 145458, 134906, 1490, 4155}, 0, 989},
                        {"forkexec.dat", {10044, 7093, 53640, 63653, 25072, 25718}, 0, 2990},
                        {"ext4tree.dat", {16273, 6608, 36460, 32313, 3349, 2130}, 0, 9668},
                        {"netloop.dat", {76784, 52451, 91958, 93796, 20619, 20652}, 37283, 24404}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto trace = import_shared(c.name);
    if (!trace) return;
    auto expected = counts(c.counts);
    if (c.softirqs) expected.insert(expected.end(), {{"softirq_entry", c.softirqs}, {"softirq_exit", c.softirqs}});
    CHECK(trace->totals.events == expected);
    CHECK(trace->totals.null_frees == c.null_frees);
    CHECK(trace->source.format == "trace.dat v7");
    CHECK(trace->source.cpus == 2);
    CHECK(trace->source.kernel == "Linux (none) 6.1.0-56-amd64 x86_64");
    CHECK(trace->source.clock == "global");
    CHECK_FALSE(trace->quality.damaged);
    CHECK(trace->quality.may_sleep_unknown == 0);
    CHECK(trace->quality.context_unknown == 0);
    const Totals& t = trace->totals;
    CHECK(t.frees == t.matched + t.before_trace + t.unrecorded + t.null_frees);
    CHECK(t.live_at_end == t.allocs - t.alloc_nulls - t.matched - t.lost_free);
  }
}

TEST_CASE("perf script text reproduces what perf kmem stat prints", "[traces][recordings]") {
  const auto trace = import_shared("perf.script.txt.gz");
  if (!trace) return;
  CHECK(trace->totals.records == 47999);
  // perf.kmemstat.slab.txt, and record/README.md for the bytes of matched frees
  CHECK(trace->totals.perf_kmem == PerfKmemTotals{25577277, 25694496, 22718256});
  CHECK(trace->totals.bytes == ByteTotals{25577277, 25694496, 22409264});
  CHECK(trace->totals.allocs == 23654);
}

TEST_CASE("boot text with its defects: empty flags and names stay unknown", "[traces][recordings]") {
  const auto trace = import_shared("boot.ftrace.txt.gz");
  if (!trace) return;
  CHECK(trace->totals.records == 298275);
  CHECK(trace->source.format == "ftrace text");
  CHECK(trace->source.cpus == 2);
  CHECK(trace->quality.may_sleep_unknown == trace->totals.allocs);
  CHECK(trace->quality.cache_unknown == trace->totals.allocs);
  CHECK(trace->quality.context_unknown == 0);
  CHECK(trace->quality.hashed_pointers == 0);
  CHECK(trace->quality.damaged == 0);
  CHECK(trace->tables.gfps.empty());
}
