// Kernels and converters that print an event otherwise than we know: an error that names event and key, not a trace
// with holes. One line without a key is damage, as before.
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string head = "    bash-1  [000] .....     1.000000: ";
const std::string kfree = head + "kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";

std::string times(unsigned n, const std::string& line) {
  std::string text;
  while (n-- > 0) text += line;
  return text;
}

}  // namespace

TEST_CASE("text: an event that never has a needed key is an error with its name", "[traces][text][layout]") {
  struct Case {
    std::string line, event, key;
  };
  const Case cases[] = {
      {"kfree: call_site=a+0x1/0x2 object=ffff8b654a06a000", "kfree", "ptr="},
      {"kmem_cache_free: call_site=a+0x1/0x2 name=dentry", "kmem_cache_free", "ptr="},
      {"kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_alloc=8 gfp_flags=GFP_KERNEL", "kmalloc", "bytes_req="},
      {"kmem_cache_alloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_req=8 size=8", "kmem_cache_alloc", "bytes_alloc="},
      {"mm_page_alloc: page=0 pfn=12 migratetype=0 gfp_flags=GFP_KERNEL", "mm_page_alloc", "order="},
      {"mm_page_free: folio=ffffea0064142000 order=0", "mm_page_free", "pfn="},
      {"kmalloc: 64 bytes", "kmalloc", "ptr="},
  };
  for (const Case& c : cases) {
    INFO(c.line);
    const Trial t = import_text(times(4, head + c.line + "\n"));
    CHECK(t.error().find("the lines of event " + c.event + " have no " + c.key) != std::string::npos);
    CHECK(t.error().find("test.txt:4 ") == 0);
    CHECK(t.error().find("2.6.31 to 6.18; found: ") != std::string::npos);
  }
  const Trial named = import_text(times(4, head + "kmalloc: site=a+0x1 where=ffff8b654a06a000 bytes=8\n"));
  CHECK(named.error().find("found: site, where, bytes") != std::string::npos);
}

TEST_CASE("text: fewer such lines, or one good line before them, are damage", "[traces][text][layout]") {
  const std::string cut = head + "kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_req=8\n";
  const std::string good =
      head + "kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000 bytes_req=8 bytes_alloc=8 gfp_flags=\n";
  CHECK(import_text(times(3, cut) + kfree).trace().quality.damaged == 3);
  CHECK(import_text(good + times(9, cut)).trace().quality.damaged == 9);
  CHECK(import_text(times(3, cut) + good + times(9, cut)).trace().quality.damaged == 12);
  // Lines that lack different keys were damaged in different places.
  const std::string shorter = head + "kmalloc: call_site=a+0x1 ptr=ffff8b654a06a000\n";
  CHECK(import_text(times(5, cut + shorter) + kfree).trace().quality.damaged == 10);
  // A bad value is a bad value, however often.
  CHECK(import_text(times(9, head + "kfree: call_site=a+0x1 ptr=zebra\n") + kfree).trace().quality.damaged == 9);
}
