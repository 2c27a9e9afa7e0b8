// The filter language: what parses, what each operator means, which errors say what.
#include <string>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/filter/match.h"
#include "traces/filter/numbers.h"
#include "traces/filter/syntax.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

Tables tables() {
  Tables t;
  t.names = {"kmalloc", "kfree"};
  t.call_sites = {{"getname_kernel+0x25", 1}, {"seq_open+0x10", 2}};
  t.tasks = {{0, "swapper/0"}, {42, "sh"}, {43, "kworker/0:1"}, {-1, ""}};
  t.caches = {"kmalloc-64", "ext4_inode_cache"};
  return t;
}

// An allocation of 4,096 bytes by `sh`, 1.5 ms after the start.
Event event() {
  Event e;
  e.op = Op::alloc, e.tick = 1'000 + 1'500'000, e.requested = 4096, e.granted = 8192, e.id = 0, e.slot = 0;
  e.cpu = 3, e.task = 1, e.call_site = 0, e.cache = 1, e.name = 0, e.context = Context::softirq, e.node = 0;
  return e;
}

bool holds(const std::string& text, const Event& e = event()) {
  const auto filter = parse_filter(text);
  if (!filter) FAIL(filter.error().text());
  return EventFilter(*filter, tables(), 1'000)(e);
}

std::string error(const std::string& text) {
  const auto filter = parse_filter(text);
  return filter ? "no error" : filter.error().text();
}

}  // namespace

TEST_CASE("filter: every operator on numbers", "[filter]") {
  for (const std::string yes :
       {"size == 4096",      "size == 4K",      "size == 0x1000", "size != 5",      "size < 4097",   "size <= 4096",
        "size > 4095",       "size >= 4K",      "granted == 8K",  "granted < 1M",   "granted < 1G",  "cpu == 3",
        "pid == 42",         "pid > -1",        "node == 0",      "node >= -1",     "time == 1.5ms", "time == 1500us",
        "time == 1500000ns", "time == 1500000", "time < 2ms",     "time < 0.0016s", "time > 0s"}) {
    INFO(yes);
    CHECK(holds(yes));
  }
  for (const std::string no : {"size == 4095", "size != 4096", "size < 4096", "size <= 4095", "size > 4096",
                               "size >= 4097", "cpu == 0", "pid == -1", "node == -1", "time > 1.5ms"}) {
    INFO(no);
    CHECK_FALSE(holds(no));
  }
}

TEST_CASE("filter: every operator on texts and words", "[filter]") {
  for (const std::string yes : {"comm == sh",
                                "comm == 'sh'",
                                "comm == \"sh\"",
                                "comm != bash",
                                "comm ~ s",
                                "comm ~ s*",
                                "comm ~ *h",
                                "cache ~ ext4",
                                "cache ~ ext4*cache",
                                "cache ~ *inode*",
                                "cache != kmalloc-64",
                                "site ~ getname",
                                "site == getname_kernel+0x25",
                                "site ~ '+0x'",
                                "event == kmalloc",
                                "event ~ k*c",
                                "op == alloc",
                                "op != free",
                                "op ~ alloc",
                                "context == softirq",
                                "context ~ irq",
                                "context != task"}) {
    INFO(yes);
    CHECK(holds(yes));
  }
  for (const std::string no : {"comm == SH", "comm ~ x", "cache ~ ext4*x", "cache ~ inode*", "cache == ext4",
                               "event == 'kmalloc '", "op == page_alloc", "op ~ page*", "context == unknown"}) {
    INFO(no);
    CHECK_FALSE(holds(no));
  }
  Event worker = event();
  worker.task = 2;
  CHECK(holds("comm == kworker/0:1", worker));
  CHECK(holds(R"(comm == "kworker\/0:1" || comm == 'kworker/0:1')", worker));
}

TEST_CASE("filter: what an event does not have is equal to nothing", "[filter]") {
  Event free = event();
  free.op = Op::free, free.free_kind = FreeKind::before_trace, free.requested = free.granted = 0, free.slot = no_slot;
  free.cache = free.task = free.call_site = free.name = no_index, free.node = -1;
  for (const std::string yes : {"size != 0", "!(size == 0)", "granted != 7", "order != 0", "cache == ''", "comm == ''",
                                "cache != x", "pid == -1", "pid < 0", "node == -1", "site == \"\"", "event == ''"}) {
    INFO(yes);
    CHECK(holds(yes, free));
  }
  for (const std::string no :
       {"size == 0", "size < 1", "size >= 0", "granted == 0", "order == 0", "cache ~ k", "pid >= 0"}) {
    INFO(no);
    CHECK_FALSE(holds(no, free));
  }
  free.free_kind = FreeKind::unrecorded, free.granted = 64;
  CHECK(holds("granted == 64", free));
  Event page;
  page.op = Op::page_alloc, page.order = 3;
  CHECK(holds("order == 3 && op == page_alloc && size != 0", page));
}

TEST_CASE("filter: ! binds closest, then &&, then ||; brackets do what they do", "[filter]") {
  // t: size == 4K, f: size == 1
  const auto of = [](std::string text) {
    std::string s;
    for (const char c : text) s += c == 't' ? "size == 4K" : c == 'f' ? "size == 1" : std::string(1, c);
    return holds(s);
  };
  CHECK(of("t"));
  CHECK_FALSE(of("!t"));
  CHECK(of("!!t"));
  CHECK(of("t || f && f"));
  CHECK_FALSE(of("(t || f) && f"));
  CHECK(of("f && f || t"));
  CHECK_FALSE(of("f && (f || t)"));
  CHECK_FALSE(of("!t || f"));
  CHECK_FALSE(of("!(t || f)"));
  CHECK(of("!f && t"));
  CHECK_FALSE(of("!(f) && f"));
  CHECK(of("t&&t||f&&t"));
  CHECK(of("((((t))))"));
}

TEST_CASE("filter: errors name the column and what was expected", "[filter]") {
  CHECK(error("siz == 4") == "the filter, column 1: there is no field 'siz'; did you mean 'size'?");
  CHECK(error("size == 4 && comn ~ x") == "the filter, column 14: there is no field 'comn'; did you mean 'comm'?");
  CHECK(error("colour == 4") ==
        "the filter, column 1: there is no field 'colour'; expected one of cpu pid comm site cache size granted time "
        "context op event node order");
  CHECK(error("size = 4") == "the filter, column 6: a single =; expected ==");
  CHECK(error("size == 4 & cpu == 1") == "the filter, column 11: a single &; expected &&");
  CHECK(error("size == big") == "the filter, column 9: 'big' is no size; expected a number as in 4096, 0x1000, 4K, 2M");
  CHECK(error("size == -1").find("column 9: '-1' is no size") != std::string::npos);
  CHECK(error("size == '4'").find("column 9: '4' is no size") != std::string::npos);
  CHECK(error("size ~ 4") == "the filter, column 6: size is a number; expected == != < <= > or >=");
  CHECK(error("comm < a") == "the filter, column 6: comm is text; expected == != or ~");
  CHECK(error("time > 1h") == "the filter, column 8: '1h' is no time; expected a time as in 1.5s, 20ms, 7us, 100ns");
  CHECK(error("op == aloc") == "the filter, column 7: 'aloc' is no op; did you mean 'alloc'?");
  CHECK(error("context == irq").find("expected one of unknown task softirq hardirq nmi") != std::string::npos);
  CHECK(error("size") == "the filter, column 5: the end is no operator; expected == != < <= > or >= after size");
  CHECK(error("size ==").find("column 8: the end is no value") != std::string::npos);
  CHECK(error("(size == 1") == "the filter, column 11: what is the end?; expected ) for the ( in column 1");
  CHECK(error("size == 1)") == "the filter, column 10: what is ')'?; expected && or || or the end");
  CHECK(error("size == 1 and cpu == 1") == "the filter, column 11: what is 'and'?; did you mean &&?");
  CHECK(error("comm == 'sh") == "the filter, column 9: a quote is not closed; expected ' at the end");
  CHECK(error("") == "the filter is empty; expected a term as in size >= 4K");
  CHECK(error("&& size == 1").find("column 1: '&&' is no field") != std::string::npos);
  CHECK(error(std::string(300, '(')).find("too many levels") != std::string::npos);
  CHECK(error(std::string(300, '!')).find("too many levels") != std::string::npos);
  CHECK(error(std::string(70'000, 'a')).find("too long") != std::string::npos);
}

TEST_CASE("filter: numbers and times to their limits", "[filter]") {
  std::uint64_t n = 0;
  CHECK((parse_number("18446744073709551615", n) && n == ~std::uint64_t{0}));
  CHECK((parse_number("0xffffffffffffffff", n) && n == ~std::uint64_t{0}));
  CHECK_FALSE(parse_number("18446744073709551616", n));
  CHECK_FALSE(parse_number("17179869184G", n));
  for (const char* bad : {"", "K", "0x", "1.5", "4KiB", "+1", " 1", "1T"}) CHECK_FALSE(parse_number(bad, n));
  std::int64_t w = 0;
  CHECK((parse_whole("-9223372036854775807", w) && w == -9223372036854775807));
  CHECK_FALSE(parse_whole("9223372036854775808", w));
  CHECK((parse_time("18446744073.709551615s", n) && n == ~std::uint64_t{0}));
  CHECK_FALSE(parse_time("18446744073.709551616s", n));
  CHECK((parse_time("0.000000001s", n) && n == 1));
  for (const char* bad : {"", "s", "1.s", ".5s", "0.1ns", "1.0000us", "1.5", "1 s", "-1s"})
    CHECK_FALSE(parse_time(bad, n));
}

TEST_CASE("filter: like", "[filter]") {
  CHECK(is_like("abc", ""));
  CHECK(is_like("abc", "b"));
  CHECK_FALSE(is_like("abc", "d"));
  CHECK(is_like("abc", "*"));
  CHECK(is_like("", "*"));
  CHECK(is_like("abcabc", "a*c"));
  CHECK(is_like("abcabc", "*a*b*c*"));
  CHECK_FALSE(is_like("abcab", "a*c"));
  CHECK(is_like("aaab", "*ab"));
  CHECK_FALSE(is_like("aaa", "*ab"));
  CHECK(is_like(std::string(5000, 'a') + "b", "*a*a*a*a*a*a*b"));
  CHECK_FALSE(is_like(std::string(5000, 'a'), "*a*a*a*a*a*a*b"));
}
