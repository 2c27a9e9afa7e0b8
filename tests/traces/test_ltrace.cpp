// ltrace's text: prefixes, calls that are finished later, failures, and what is none of it (spec/trace_formats.md 8.3).
#include <string>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

TEST_CASE("ltrace: calls of one process", "[traces][ltrace]") {
  const Trial t = import_text(
      "__libc_start_main(0x4005d0, 1, 0x7ffe, 0x400600 <unfinished ...>\n"
      "malloc(24)                                       = 0x55d0c02a0\n"
      "realloc(0x55d0c02a0, 48)                         = 0x55d0c0300\n"
      "calloc(1, 64)                                    = 0x55d0c0400\n"
      "libc.so.6->memalign(64, 100)                     = 0x55d0c0500\n"
      "puts(\"free(0x1) = \")                             = 3\n"
      "malloc(1000000000000)                            = nil\n"
      "realloc(0x55d0c0400, 1000000000000)              = 0\n"
      "realloc(0, 5)                                    = 0x55d0c0600\n"
      "free(0x55d0c0300)                                = <void>\n"
      "free(nil)                                        = <void>\n"
      "+++ exited (status 0) +++\n");
  const Totals& n = t.trace().totals;
  CHECK(t.trace().source.format == "ltrace");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(n.records == 10);
  CHECK(n.allocs == 6);
  CHECK(n.refused == 2);
  CHECK(n.reallocs == 1);
  CHECK(n.matched == 1);
  CHECK(n.null_frees == 1);
  CHECK(n.live_at_end == 3);
  CHECK(t.event(2).requested == 64);
  CHECK(t.event(3).requested == 100);
  CHECK(t.count("puts") == 1);
  CHECK(t.event(0).task == no_index);
}

TEST_CASE("ltrace: unfinished and resumed calls belong to their process", "[traces][ltrace]") {
  const Trial t = import_text(
      "[pid 1234] malloc(24 <unfinished ...>\n"
      "[pid 1235] malloc(32 <unfinished ...>\n"
      "[pid 1235] <... malloc resumed> )                = 0x1000\n"
      "[pid 1235] free(0x1000 <unfinished ...>\n"
      "[pid 1234] <... malloc resumed> )                = 0x1000\n"
      "[pid 1235] <... free resumed> )                  = <void>\n"
      "[pid 1234] <... realloc resumed> )               = 0x9000\n"
      "[pid 1234] free(0x1000)                          = <void>\n");
  CHECK(t.trace().totals.allocs == 2);
  CHECK(t.trace().totals.matched == 2);
  CHECK(t.trace().quality.lost_free == 0);
  CHECK(t.trace().quality.damaged == 1);
  CHECK(t.trace().quality.first_damage.find("test.txt:7 ") == 0);
  CHECK(t.event(0).requested == 32);
  CHECK(t.event(2).requested == 24);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{1235, ""}, {1234, ""}});
}

TEST_CASE("ltrace: times and other prefixes", "[traces][ltrace]") {
  const Trial t = import_text(
      "77 1699999999.123456 malloc(24) = 0x1000\n"
      "77 14:32:01.000001 malloc(24) = 0x2000 <0.000120>\n"
      "77 free(0x2000) = <void>\n");
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.event(0).tick == 1'699'999'999'123'456'000);
  CHECK(t.trace().quality.out_of_order == 2);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().tables.tasks == std::vector<Task>{{77, ""}});
}

TEST_CASE("ltrace: what is wrong is counted, what is none is not claimed", "[traces][ltrace]") {
  const Trial t = import_text(
      "malloc(24) = 0x1000\nhello\nmalloc(x) = 0x2000\ncalloc(9, 0xffffffffffffffff) = 0x3\n"
      "free(0x1000");
  CHECK(t.trace().totals.records == 1);
  CHECK(t.trace().quality.damaged == 4);
  CHECK(t.trace().quality.first_damage.find("test.txt:2 ") == 0);
  for (const char* text :
       {"int main(void)\n{\n  malloc(3);\n}\n", "open(\"x\") = 3\n", "plain words\nmalloc(3) = 0x1\n"}) {
    INFO(text);
    CHECK(import_text(text).error().find("unknown format") != std::string::npos);
  }
}
