// What an import settles: identity, slots, kinds of frees, learned caches, sums, digests. The stories are small enough
// to be checked by hand.
#include <sstream>
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

/// Writes ftrace text, one event a microsecond.
class Story {
 public:
  Story& alloc(const std::string& ptr, unsigned req, unsigned alloc, const std::string& gfp = "GFP_KERNEL") {
    return line("kmem_cache_alloc: call_site=f+0x1/0x2 ptr=" + ptr + " bytes_req=" + std::to_string(req) +
                " bytes_alloc=" + std::to_string(alloc) + " gfp_flags=" + gfp + " node=-1 accounted=false");
  }
  Story& free(const std::string& ptr) { return line("kfree: call_site=g+0x1/0x2 ptr=" + ptr); }
  Story& cache_free(const std::string& ptr, const std::string& cache) {
    return line("kmem_cache_free: call_site=g+0x1/0x2 ptr=" + ptr + " name=" + cache);
  }
  Story& line(const std::string& payload) {
    char time[32];
    std::snprintf(time, sizeof time, "%d.%06d", time_ / 1000000, time_ % 1000000);
    ++time_;
    text_ += std::string("   task-7  [000] .....  ") + time + ": " + payload + "\n";
    return *this;
  }
  Trial run() const { return import_text(text_); }

 private:
  std::string text_;
  int time_ = 1;
};

const std::string A = "ffff88800000a000", B = "ffff88800000b000", C = "ffff88800000c000";

}  // namespace

TEST_CASE("ids are dense, slots are re-used last in first out", "[traces][import]") {
  const Trial t = Story()
                      .alloc(A, 10, 16)
                      .alloc(B, 20, 32)
                      .alloc(C, 30, 32)
                      .free(B)
                      .free(A)
                      .alloc(B, 1, 8)
                      .alloc(A, 2, 8)
                      .alloc("ffff88800000d000", 3, 8)
                      .run();
  const auto slot = [&](std::size_t i) { return t.event(i).slot; };
  CHECK(t.event(0).id == 0);
  CHECK(t.event(1).id == 1);
  CHECK(t.event(2).id == 2);
  CHECK(slot(0) == 0);
  CHECK(slot(1) == 1);
  CHECK(slot(2) == 2);
  CHECK(t.event(3).id == 1);
  CHECK(slot(3) == 1);
  CHECK(t.event(4).id == 0);
  CHECK(slot(4) == 0);
  CHECK(t.event(5).id == 3);
  CHECK(slot(5) == 0);  // freed last
  CHECK(slot(6) == 1);
  CHECK(slot(7) == 3);
  CHECK(t.trace().totals.live_at_end == 4);
  CHECK(t.trace().totals.peak_granted == 80);
  CHECK(t.trace().totals.peak_requested == 60);
  CHECK(t.trace().totals.peak_blocks == 4);
}

TEST_CASE("the four kinds of frees, and what perf kmem makes of them", "[traces][import]") {
  const Trial t = Story()
                      .free(C)
                      .alloc(A, 10, 16)
                      .free(A)
                      .free(A)
                      .free(A)
                      .free("0000000000000000")
                      .free(C)
                      .free("0000000000000010")
                      .run();
  const FreeKind expected[] = {FreeKind::before_trace, FreeKind::none,      FreeKind::matched,    FreeKind::unrecorded,
                               FreeKind::unrecorded,   FreeKind::null_free, FreeKind::unrecorded, FreeKind::null_free};
  for (std::size_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK(t.event(i).free_kind == expected[i]);
  }
  CHECK(t.event(0).id == 0);
  CHECK(t.event(1).id == 1);
  CHECK(t.event(2).id == 1);
  CHECK(t.event(3).id == 2);  // each unrecorded free is a block of its own
  CHECK(t.event(4).id == 3);
  CHECK(t.event(5).id == no_block);
  CHECK(t.event(3).slot == no_slot);
  CHECK(t.event(3).granted == 16);
  CHECK(t.event(6).granted == 0);
  const Totals& s = t.trace().totals;
  CHECK(s.frees == 7);
  CHECK(s.frees == s.matched + s.before_trace + s.unrecorded + s.null_frees);
  CHECK(s.bytes == ByteTotals{10, 16, 16});
  CHECK(s.perf_kmem == PerfKmemTotals{10, 16, 48});
}

TEST_CASE("an allocation at a live pointer closes the old block", "[traces][import]") {
  const Trial t = Story().alloc(A, 10, 16).alloc(B, 10, 16).alloc(A, 100, 128).free(A).run();
  CHECK(t.event(2).id == 2);
  CHECK(t.event(2).slot == t.event(0).slot);
  CHECK(t.event(3).id == 2);
  CHECK(t.trace().quality.lost_free == 1);
  CHECK(t.trace().totals.live_at_end == 1);
  CHECK(t.trace().totals.bytes.freed == 128);
  CHECK(t.trace().quality.defective());
}

TEST_CASE("allocations that gave no block", "[traces][import]") {
  const Trial t = Story()
                      .alloc("0000000000000000", 64, 64, "GFP_ATOMIC")
                      .alloc("0000000000000010", 0, 0)
                      .free("0000000000000010")
                      .run();
  CHECK(t.event(0).op == Op::alloc_null);
  CHECK(t.event(0).id == no_block);
  CHECK(t.event(0).slot == no_slot);
  CHECK(t.event(1).op == Op::alloc_null);
  CHECK(t.event(2).free_kind == FreeKind::null_free);
  CHECK(t.trace().totals.allocs == 2);
  CHECK(t.trace().totals.refused == 1);
  CHECK(t.trace().quality.null_allocs == 1);
  CHECK(t.trace().totals.live_at_end == 0);
}

TEST_CASE("a cache is learned from the free of the same block, once", "[traces][import]") {
  const Trial t = Story()
                      .alloc(A, 10, 16)
                      .cache_free(A, "dentry")
                      .alloc(A, 10, 16)
                      .free(A)
                      .alloc(A, 10, 16)
                      .cache_free(A, "inode")
                      .cache_free(B, "dentry")
                      .run();
  CHECK(t.trace().tables.caches == std::vector<std::string>{"dentry", "inode"});
  CHECK(t.sink.learned == std::vector<std::pair<std::uint64_t, Index>>{{0, 0}, {4, 1}});
  CHECK(t.trace().quality.cache_learned == 2);
  CHECK(t.trace().quality.cache_unknown == 1);
}

TEST_CASE("what is unknown is counted as unknown", "[traces][import]") {
  const Trial t = Story().alloc(A, 1, 8, "GFP_KERNEL").alloc(B, 1, 8, "GFP_ATOMIC").alloc(C, 1, 8, "").run();
  CHECK(t.trace().quality.may_sleep_yes == 1);
  CHECK(t.trace().quality.may_sleep_no == 1);
  CHECK(t.trace().quality.may_sleep_unknown == 1);
  CHECK(t.trace().quality.context_task == 3);
  CHECK(t.event(2).gfp == no_index);
}

TEST_CASE("time that runs backwards keeps its place and is counted", "[traces][import]") {
  const std::string line = ": kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  const Trial t = import_text("a-1 [000] ..... 2.000000" + line + "a-1 [000] ..... 1.000000" + line +
                              "a-1 [000] ..... 2.000001" + line);
  CHECK(t.trace().quality.out_of_order == 1);
  CHECK(t.event(1).tick == 2'000'000'000);
  CHECK(t.event(2).tick == 2'000'001'000);
}

TEST_CASE("totals and digests can be counted again from the events alone", "[traces][import]") {
  const Trial t = import_file(data_file("netloop_small.v7.dat"));
  std::vector<Event> stored = t.sink.events;
  for (const auto& [index, cache] : t.sink.learned) stored.at(index).cache = cache;  // as a container would
  TotalsCounter again(t.trace().tables);
  for (const Event& e : stored) again.add(e);
  CHECK(again.totals() == t.trace().totals);
}

TEST_CASE("the digest sees identity, the full digest sees the rest", "[traces][import]") {
  const auto digests = [](const Story& s) {
    const Totals x = s.run().trace().totals;
    return std::pair(x.digest, x.digest_full);
  };
  const auto base = digests(Story().alloc(A, 10, 16).free(A));
  CHECK(digests(Story().alloc(B, 10, 16).free(B)) == base);  // addresses are no identity
  CHECK(digests(Story().alloc(A, 11, 16).free(A)).first != base.first);
  CHECK(digests(Story().alloc(A, 10, 32).free(A)).first != base.first);
  CHECK(digests(Story().alloc(A, 10, 16).free(B)).first != base.first);
  const auto flags = digests(Story().alloc(A, 10, 16, "GFP_NOIO").free(A));
  CHECK(flags.first == base.first);
  CHECK(flags.second != base.second);
  const auto cache = digests(Story().alloc(A, 10, 16).cache_free(A, "x"));
  CHECK(cache.first == base.first);
  CHECK(cache.second != digests(Story().alloc(A, 10, 16).cache_free(A, "y")).second);
}

TEST_CASE("slots and tables follow live blocks over a long story", "[traces][import]") {
  Story s;
  for (int i = 0; i < 20000; ++i) {  // enough distinct pointers to grow every table several times
    char ptr[32];
    std::snprintf(ptr, sizeof ptr, "ffff88%010x", i * 64 + 4096);
    s.alloc(ptr, 8, 8).free(ptr);
  }
  const Trial t = s.run();
  CHECK(t.trace().totals.matched == 20000);
  CHECK(t.trace().totals.peak_blocks == 1);
  for (const Event& e : t.sink.events) REQUIRE(e.slot == 0);
}
