// Small parts of the readers: flag expressions, flag texts, key=value payloads, kallsyms.
#include "tests/catch.h"
#include "traces/readers/gfp_text.h"
#include "traces/readers/kallsyms.h"
#include "traces/readers/key_values.h"
#include "traces/readers/number_text.h"

using namespace kmemlab::traces;

TEST_CASE("constants of format files", "[traces][readers]") {
  CHECK(evaluate_constant("( unsigned long)(( gfp_t)(0x400u|0x800u))") == 0xc00);
  CHECK(evaluate_constant("(unsigned long)(((((( gfp_t)(0x400u|0x800u)) | (( gfp_t)0x40u)) & ~(( "
                          "gfp_t)(0x400u|0x800u))) | (( gfp_t)0x400u)))") == 0x440);
  CHECK(evaluate_constant("(unsigned long)((gfp_t)((((1UL))) << (8)))") == 0x100);
  CHECK(evaluate_constant("1 | 2 ^ 3 & 6 << 1") == (1 | (2 ^ (3 & (6 << 1)))));
  CHECK(evaluate_constant("2 + 3 * 4 - 1") == 13);
  CHECK(evaluate_constant("010") == 8);
  CHECK(evaluate_constant("0") == 0);
  CHECK(evaluate_constant("!0") == 1);
  for (const char* bad :
       {"", "(", "1 <<", "((((1)", "___GFP_ZERO_BIT", "1 << 64", "BIT(3)", "1 2", "0x", "08", "1 ? 2 : 3", "1 || 0"}) {
    CAPTURE(bad);
    CHECK_FALSE(evaluate_constant(bad).has_value());
  }
  CHECK_FALSE(evaluate_constant(std::string(100000, '(') + "1").has_value());
  CHECK_FALSE(evaluate_constant(std::string(100000, '~') + "1").has_value());
}

TEST_CASE("flag tables of format files", "[traces][readers]") {
  const auto table = GfpTable::from_print_format(
      "print fmt: \"gfp_flags=%s\", (REC->gfp_flags) ? __print_flags(REC->gfp_flags, \"|\", {( unsigned long)((( "
      "gfp_t)(0x400u|0x800u)) | "
      "(( gfp_t)0x40u) | (( gfp_t)0x80u)), \"GFP_KERNEL\"}, {( unsigned long)(( gfp_t)0x20u), \"__GFP_HIGH\"}, "
      "{(unsigned long)0x100u, "
      "\"__GFP_ZERO\"}, {( unsigned long)(( gfp_t)0x400u), \"__GFP_DIRECT_RECLAIM\"} ) : \"GFP_NOWAIT\"");
  REQUIRE_FALSE(table.empty());
  CHECK(table.describe(0xcc0).text == "GFP_KERNEL");
  CHECK(table.describe(0xdc0).text == "GFP_KERNEL|__GFP_ZERO");
  CHECK(table.describe(0x1020).text == "__GFP_HIGH|0x1000");
  CHECK(table.describe(0).text == "GFP_NOWAIT");
  CHECK(table.describe(0xcc0).may_sleep == Tri::yes);
  CHECK(table.describe(0x20).may_sleep == Tri::no);
  CHECK(table.describe(0x20).zero == Tri::no);
  CHECK(table.describe(0x100).zero == Tri::yes);
  // Linux 6.18 ends the list with an entry that has no name.
  const auto newer = GfpTable::from_print_format(
      "print fmt: \"gfp_flags=%s node=%d accounted=%s\", (REC->gfp_flags) ? __print_flags(REC->gfp_flags, \"|\", "
      "{( unsigned long)(( gfp_t)((((1UL))) << (8))), \"__GFP_ZERO\"}, {( unsigned long)(( gfp_t)((((1UL))) << (10))), "
      "\"__GFP_DIRECT_RECLAIM\"}, { 0, ((void *)0) } ) : \"none\", REC->node, (1 && (REC->gfp_flags & 4)) ? \"true\" : "
      "\"false\"");
  CHECK(newer.describe(0x500).text == "__GFP_ZERO|__GFP_DIRECT_RECLAIM");
  CHECK(newer.describe(0x500).may_sleep == Tri::yes);
  CHECK(newer.describe(0x100).may_sleep == Tri::no);
  CHECK(newer.describe(0).text == "none");
  const auto enums = GfpTable::from_print_format(
      "print fmt: \"\", __print_flags(REC->gfp_flags, \"|\", {1 << ___GFP_ZERO_BIT, \"__GFP_ZERO\"})");
  CHECK(enums.empty());
  CHECK(enums.describe(0xcc0).text == "0xcc0");
  CHECK(enums.describe(0xcc0).may_sleep == Tri::unknown);
}

TEST_CASE("flag texts", "[traces][readers]") {
  struct Case {
    const char* text;
    Tri may_sleep, zero;
  };
  const Case cases[] = {
      {"GFP_KERNEL", Tri::yes, Tri::no},
      {"GFP_ATOMIC|__GFP_ZERO", Tri::no, Tri::yes},
      {"none", Tri::no, Tri::no},
      {"", Tri::unknown, Tri::unknown},
      {"0xcc0", Tri::unknown, Tri::unknown},
      {"208", Tri::unknown, Tri::unknown},
      {"GFP_KERNEL|0x8000", Tri::yes, Tri::unknown},
      {"__GFP_HIGH|0x8000", Tri::unknown, Tri::unknown},
      {"GFP_NOWAIT|GFP_ZERO", Tri::no, Tri::yes},
      {"GFP_TRANSHUGE_LIGHT", Tri::no, Tri::no},
      {"__GFP_KSWAPD_RECLAIM", Tri::no, Tri::no},
      {"__GFP_RECLAIM|__GFP_IO", Tri::yes, Tri::no},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(gfp_from_text(c.text).may_sleep == c.may_sleep);
    CHECK(gfp_from_text(c.text).zero == c.zero);
  }
  CHECK(gfp_from_text("0xcc0").value == 0xcc0);
}

TEST_CASE("key=value payloads", "[traces][readers]") {
  KeyValues v;
  v.parse(
      "call_site=sym+0x70/0xb0 [module] ptr=          (null) name= page= (null) alloc_order=3 nr_free=3650 order=1");
  CHECK(v.get(Key::call_site) == "sym+0x70/0xb0 [module]");
  CHECK(v.get(Key::ptr) == "(null)");
  CHECK(v.has(Key::name));
  CHECK(v.get(Key::name).empty());
  CHECK(v.get(Key::page) == "(null)");
  CHECK(v.get(Key::order) == "1");
  v.parse("bytes_req=56bytes_alloc=64gfp_flags=GFP_KERNEL node=-1");
  CHECK(v.get(Key::bytes_req) == "56");
  CHECK(v.get(Key::bytes_alloc) == "64");
  CHECK(v.get(Key::gfp_flags) == "GFP_KERNEL");
  CHECK_FALSE(v.has(Key::ptr));
  v.parse("=== = a= =b ptr=1=2 ptr=3");
  CHECK(v.get(Key::ptr) == "1=2");
  v.parse("");
  CHECK(v.mask() == 0);
}

TEST_CASE("numbers are whole or none", "[traces][readers]") {
  CHECK(parse_number("18446744073709551615") == ~0ULL);
  CHECK_FALSE(parse_number("18446744073709551616").has_value());
  CHECK_FALSE(parse_number("12x").has_value());
  CHECK_FALSE(parse_number("").has_value());
  CHECK(parse_number("0xFFFFffffFFFFffff") == ~0ULL);
  CHECK_FALSE(parse_number("0x10000000000000000").has_value());
  CHECK(parse_signed("-1") == -1);
  CHECK(hex_text(0) == "0x0");
  CHECK(hex_text(0xdeadbeefcafe) == "0xdeadbeefcafe");
}

TEST_CASE("kallsyms, sorted and not", "[traces][readers]") {
  const std::string text =
      "0000000000000000 A per_cpu\nffffffff81000000 T _text\nffffffff81000100 t work\nffffffffc0001000 t "
      "in_module\t[ext4]\n"
      "garbage\nffffffff81000200 T late\n\nffffffff81000200 T alias\n";
  const Kallsyms k(Bytes(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
  CHECK(k.symbols() == 5);
  CHECK(k.name(0xffffffff81000125) == "work+0x25");
  CHECK(k.name(0xffffffff81000000) == "_text+0x0");
  CHECK(k.name(0xffffffffc0001044) == "in_module+0x44");
  CHECK(k.name(0x1000) == "0x1000");
  CHECK(Kallsyms().name(0x1234) == "0x1234");
}
