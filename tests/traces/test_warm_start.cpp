// A warm start: what slabinfo counted is allocated ahead of the trace, and frees of older blocks find it.
#include <map>
#include <string>

#include "tests/traces/import_kit.h"
#include "traces/edit/slabinfo.h"
#include "traces/edit/warm_start.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string title =
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> ...\n";

std::vector<SlabCache> caches_of(const std::string& lines) {
  const auto caches = parse_slabinfo(title + lines, "slabinfo");
  if (!caches) FAIL(caches.error().text());
  return *caches;
}

struct Warm {
  Trial cold;
  VectorSink sink;
  Edited edited;
  std::uint64_t objects = 0, matched = 0;
};

/// `text` after a warm start from `caches`.
Warm warm(const std::string& text, const std::vector<SlabCache>& caches) {
  Warm w;
  w.cold = import_text(text);
  const Imported& in = w.cold.trace();
  Edited before;
  before.tables = in.tables, before.quality = in.quality, before.source = in.source;
  for (const auto& [event, cache] : w.cold.sink.learned) w.cold.sink.events[event].cache = cache;
  std::uint64_t slots = 0, blocks = 0;
  for (const Event& e : w.cold.sink.events) {
    if (e.slot != no_slot) slots = std::max<std::uint64_t>(slots, e.slot + 1U);
    if (e.id != no_block) blocks = std::max(blocks, e.id + 1);
  }
  WarmStart start(caches, before, slots, blocks, w.sink);
  for (const Event& e : w.cold.sink.events) start.append(e);
  w.edited = start.finish();
  w.objects = start.objects();
  w.matched = start.matched();
  return w;
}

const std::string trace =
    "   task-7  [000] .....  1.000001: kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888000001000 name=dentry\n"
    "   task-7  [000] .....  1.000002: kmem_cache_alloc: call_site=f+0x1/0x2 ptr=ffff888000002000 bytes_req=10 "
    "bytes_alloc=16 gfp_flags=GFP_KERNEL node=-1 accounted=false\n"
    "   task-7  [000] .....  1.000003: kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888000003000 name=dentry\n"
    "   task-7  [000] .....  1.000004: kfree: call_site=f+0x1/0x2 ptr=ffff888000004000\n"
    "   task-7  [000] .....  1.000005: kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888000002000 name=inode_cache\n"
    "   task-7  [000] .....  1.000006: kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888000005000 name=unheard_of\n"
    "   task-7  [000] .....  1.000007: kmem_cache_free: call_site=f+0x1/0x2 ptr=ffff888000006000 name=dentry\n";

}  // namespace

TEST_CASE("slabinfo is read, and what is none is refused with its line", "[traces][warm]") {
  const auto caches = caches_of(
      "bio-128               63     63    192   21    1 : tunables    0    0    0 : slabdata      3      3      0\n"
      "empty_one              0      0     96   42    1 : tunables    0    0    0 : slabdata      0      0      0\n"
      "kmalloc-4k           700    712   4096    8    8 : tunables    0    0    0 : slabdata     89     89      0\n");
  REQUIRE(caches.size() == 2);
  CHECK(caches[0].name == "bio-128");
  CHECK(caches[0].active_objects == 63);
  CHECK(caches[0].object_bytes == 192);
  CHECK(caches[1].name == "kmalloc-4k");
  CHECK(caches[1].object_bytes == 4096);

  const auto error = [](const std::string& text) {
    const auto r = parse_slabinfo(text, "f");
    return r ? std::string("none") : r.error().text();
  };
  CHECK(error("root:x:0:0\n").find("f:1: no slabinfo of version 2") == 0);
  CHECK(error("slabinfo - version: 1.1\n").find("f:1: no slabinfo") == 0);
  CHECK(error(title + "dentry 5 5\n").find("f:3: not a line of slabinfo") == 0);
  CHECK(error(title + "dentry five 5 192\n").find("f:3: not a line") == 0);
  CHECK(error(title + "dentry 5 5 0\n").find("f:3: not a line") == 0);
  CHECK(error(title + "a 67108864 1 8\nb 1 1 8\n").find("f:4: more than 2^26 objects") == 0);
  CHECK(error(title + "a 67108864 1 8\n") == "none");
}

TEST_CASE("objects come first, and the caches take turns in proportion", "[traces][warm]") {
  const Warm w = warm(trace, caches_of("dentry 6 6 192\nkmalloc-64 3 3 64\nfilp 1 1 256\n"));
  REQUIRE(w.objects == 10);
  REQUIRE(w.sink.events.size() == 17);
  std::string turns;
  for (std::size_t i = 0; i < 10; ++i) {
    const Event& e = w.sink.events[i];
    const std::string& cache = w.edited.tables.caches[e.cache];
    turns += cache[0];
    CHECK(e.op == Op::alloc);
    CHECK(e.id == i);
    CHECK(e.slot == i);
    CHECK(e.tick == w.cold.event(0).tick);
    CHECK(e.requested == (cache == "dentry" ? 192 : cache == "filp" ? 256 : 64));
    CHECK(e.granted == e.requested);
    CHECK(w.edited.tables.names[e.name] == (cache == "kmalloc-64" ? "kmalloc" : "kmem_cache_alloc"));
  }
  CHECK(turns == "dkddkdfdkd");  // by hand: all gain 6, 3 and 1; the first of the greatest goes, and pays 10
}

TEST_CASE("frees of older blocks that name their cache find an object, oldest first", "[traces][warm]") {
  const Warm w = warm(trace, caches_of("kmalloc-64 1 1 64\ndentry 2 2 192\n"));
  CHECK(w.matched == 2);
  std::vector<BlockId> dentries;
  for (std::size_t i = 0; i < 3; ++i) {
    if (w.edited.tables.caches[w.sink.events[i].cache] == "dentry") dentries.push_back(w.sink.events[i].id);
  }
  REQUIRE(dentries.size() == 2);
  const auto& e = w.sink.events;
  CHECK(e[3].free_kind == FreeKind::matched);
  CHECK(e[3].id == dentries[0]);
  CHECK(e[4].op == Op::alloc);
  CHECK(e[4].id == 3);  // dense: the free before it took no id of its own
  CHECK(e[5].free_kind == FreeKind::matched);
  CHECK(e[5].id == dentries[1]);
  CHECK(e[6].free_kind == FreeKind::before_trace);  // kfree names no cache
  CHECK(e[7].free_kind == FreeKind::matched);       // the trace's own block
  CHECK(e[7].id == 3);
  CHECK(e[8].free_kind == FreeKind::before_trace);
  CHECK(e[9].free_kind == FreeKind::before_trace);  // a third dentry: none is left
  CHECK(w.edited.quality.before_trace == 3);
  CHECK(w.edited.quality.carried == 3);
  CHECK(w.edited.quality.live_at_end == 1);
  CHECK(w.cold.trace().quality.before_trace == 5);
}

TEST_CASE("nothing to start from leaves the trace as it is", "[traces][warm]") {
  const Warm w = warm(trace, {});
  CHECK(w.objects == 0);
  REQUIRE(w.sink.events.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) CHECK(w.sink.events[i] == w.cold.event(i));
}
