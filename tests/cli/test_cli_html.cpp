// replay --html through the command line: one page that is well formed, small, the same twice, and safe whatever the
// trace's names are. How it looks is the test `browser`.
#include "sim/cli/html/escape.h"
#include "tests/cli/command.h"
#include "tests/cli/tag_balance.h"

namespace kmemlab::test {
namespace {

constexpr std::size_t page_bytes_max = 1'000'000;

/// Everything that a page of any replay must be.
void sound(const std::string& page) {
  CHECK(wrong_in_page(page) == "");
  CHECK(page.size() < page_bytes_max);
  for (const char* part : {"<script", "http:", "https:", "@import", "url(", " src=", " href=", " onload"}) {
    INFO(part);
    CHECK_FALSE(contains(page, part));
  }
  for (const char* part : {"<meta charset=\"utf-8\">", "width=device-width", "<h1>", "class=\"quality\"", "<svg "}) {
    INFO(part);
    CHECK(contains(page, part));
  }
  CHECK(page.find("class=\"quality\"") < page.find("<h2>Machine</h2>"));
}

/// The cells of a row, after its name.
std::string cell(const std::string& page, const std::string& row, const std::string& column) {
  const std::size_t at = page.find("<th scope=\"row\">" + row + "</th>");
  const std::size_t end = at == std::string::npos ? at : page.find("</tr>", at);
  const std::string key = "<td data-n=\"" + column + "\">";
  const std::size_t value = at == std::string::npos ? at : page.find(key, at);
  if (value == std::string::npos || value > end) return "none";
  return page.substr(value + key.size(), page.find('<', value + 1) - value - key.size());
}

}  // namespace

TEST_CASE("a checker of pages that finds what is wrong with them", "[html]") {
  const std::string head = "<!DOCTYPE html>\n<html lang=\"en\">";
  CHECK(wrong_in_page(head + "<p class=\"a\">x &amp; y<br>z</p><svg><path d=\"M0 0\"/></svg></html>") == "");
  CHECK(wrong_in_page("<html></html>") == "no doctype");
  for (const char* bad : {"<p>", "<p></b>", "a & b", "a > b", "<p a=b></p>", "<p", "<p a=\"<\"></p>", "<style>"}) {
    INFO(bad);
    CHECK(wrong_in_page(head + bad + "</html>") != "");
  }
}

TEST_CASE("text from a trace stays text", "[html]") {
  CHECK(cli::escaped("getname_kernel+0x25") == "getname_kernel+0x25");
  CHECK(cli::escaped("<script>alert('1')</script>&\"") == "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;");
  const std::string bad = "\xef\xbf\xbd";
  CHECK(cli::escaped(std::string("a\0\n\x7f", 4)) == "a" + bad + bad + bad);
  CHECK(cli::escaped("Gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7") == "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7");
  CHECK(cli::escaped("\xc0\xbcscript") == bad + bad + "script");     // overlong '<'
  CHECK(cli::escaped("\xed\xa0\x80") == bad + bad + bad);            // a surrogate
  CHECK(cli::escaped("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // above U+10FFFF
  CHECK(cli::escaped("\xe2\x82") == bad + bad);                      // cut
  CHECK(cli::escaped("a\xe2\x80\xae"
                     "b\xc2\x85\xef\xbf\xbf") == "a" + bad + "b" + bad + bad);  // turned, C1, U+FFFF
  CHECK(cli::escaped("abcdef", 3) == "abc\xe2\x80\xa6");
  CHECK(cli::escaped("&&&", 3) == "&amp;&amp;&amp;");
}

TEST_CASE("--html writes one sound page, the same twice, with the numbers of the text", "[cli][html]") {
  const Scratch scratch;
  const std::string replay = "replay " + sample() + " --html ";
  const Ran text = kmemlab(replay + scratch.file("a.html")), again = kmemlab(replay + scratch.file("b.html")),
            out = kmemlab(replay + "-");
  REQUIRE(text.exit == 0);
  CHECK(contains(text.out, "quality "));
  const std::string page = read_file(scratch.file("a.html"));
  CHECK(page == read_file(scratch.file("b.html")));
  CHECK(page == out.out);
  sound(page);
  for (const char* part :
       {"<h1>ext4tree.dat</h1>", "<h2>bsd386</h2>", "<h2>beos</h2>", "<h2>aix</h2>", "<h2>osf1</h2>",
        "ext4_alloc_inode+0x1f", "frees of blocks older than the trace", "<b>P</b> most pages held"}) {
    INFO(part);
    CHECK(contains(page, part));
  }
  CHECK(cell(page, "bsd386", "requests") == "43,068");
  CHECK(cell(page, "all", "requests") == "43,068");
  CHECK(cell(page, "all", "requested") == "30,418,283");
}

TEST_CASE("a page names the first failure, refusal and sleep, and what went back", "[cli][html]") {
  const Ran ran = kmemlab("replay " + sample() + " -a bsd386:types=temp -a bsd386,osf1 -m i386 --arena 4M --html -");
  REQUIRE(ran.exit == 0);
  sound(ran.out);
  for (const char* part : {"<h2>bsd386 #1</h2>", "<h2>bsd386 #2</h2>", "<b>F</b> first request that failed",
                           "<b>S</b> first request that slept", "Requests asleep over time",
                           "After the step that gave most back (", "Pages returned over time"}) {
    INFO(part);
    CHECK(contains(ran.out, part));
  }
}

TEST_CASE("a page says what requests slept for and how long, and which rule keeps pages", "[cli][html]") {
  const Ran ran = kmemlab("replay " + sample() + " -a bsd386:types=temp -m i386 --arena 4M --html -");
  REQUIRE(ran.exit == 0);
  for (const char* part : {"the limit of their type; the longest tick is ", "How long requests slept: ",
                           "Pages without a live byte at the end, by the rule that keeps them",
                           "<th scope=\"row\">no_surplus</th>", "How few live bytes pin how many pages"}) {
    INFO(part);
    CHECK(contains(ran.out, part));
  }
  CHECK_FALSE(contains(ran.out, "Free frames over time"));  // nobody came near the end of memory
  const Ran roomy = kmemlab("replay " + sample() + " -a aix --html -");
  CHECK_FALSE(contains(roomy.out, "How long requests slept"));
  const Ran shortage = kmemlab("replay " + sample() + " -a bsd386 --ram 2M --html -");
  CHECK(contains(shortage.out, "Free frames over time"));
  sound(shortage.out);
}

TEST_CASE("watermarks that lie above all frames are three lines, not one at the axis's end", "[cli][html]") {
  const std::string trace = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/pages.dat.zst";
  const Ran ran = kmemlab("replay " + trace + " -a bsd386 --ram 1M --pages pressure --watermarks 250,400,500 --html -");
  sound(ran.out);
  CHECK(contains(ran.out, "<div class=\"top\">500 free frames</div>"));
  for (const char* line : {"M0 500H2000", "M0 200H2000", "M0 0H2000"}) {
    INFO(line);
    CHECK(contains(ran.out, std::string("<path class=\"mark\" d=\"") + line));
  }
}

TEST_CASE("a page says a deadlock once, and kept pages once", "[cli][html]") {
  const Ran ran = kmemlab("replay " + sample() + " -a bsd386 --ram 2M --html -");
  REQUIRE(ran.exit == 7);
  const auto times = [&](const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = ran.out.find(part); at != std::string::npos; at = ran.out.find(part, at + 1)) ++n;
    return n;
  };
  CHECK(times("Deadlock: the frees that could wake them wait behind sleepers too.") == 1);
  CHECK(times("DEADLOCK") == 0);
  CHECK(times("topped after event") == 1);
  CHECK(times("n a circle: ") == 0);
  CHECK(times(" waits for itself: its frees are queued behind its own sleep") == 1);
  CHECK(times("since event") == 0);  // the text's way to say it; the table has a column
  CHECK(times("Requests that sleep at the end") == 1);
  CHECK(times("mpty pages kept") == 0);
  CHECK(times("a page without a live byte was kept: ") == 1);
  const Ran fine = kmemlab("replay " + sample() + " -a bsd386 --html -");
  CHECK_FALSE(contains(fine.out, "Deadlock"));
}

TEST_CASE("a page honours the window and says so", "[cli][html][window]") {
  const Ran ran = kmemlab("replay " + sample() + " -a bsd386 --warm-up 50000 --html -");
  REQUIRE(ran.exit == 0);
  sound(ran.out);
  CHECK(contains(ran.out, "The numbers are of events 50,000 to 97,132 only"));
  CHECK(cell(ran.out, "bsd386", "requests") == "17,232");
  CHECK(cell(ran.out, "all", "requests") == "17,232");
}

TEST_CASE("hostile names do not leave their cells", "[cli][html]") {
  const Scratch scratch;
  const std::string trace =
      scratch.write("a<b>&\"'.txt",
                    "# tracer: nop\n"
                    " <img/src=x>-7 [000] d..1. 1.000001: kmalloc: call_site=<script>alert(1)</script>+0x1/0x2 "
                    "ptr=00000000f00dcafe bytes_req=100 bytes_alloc=128 gfp_flags=GFP_KERNEL\n"
                    " <img/src=x>-7 [000] d..1. 1.000009: kfree: call_site=\"x\"&lt;+0x1/0x2 ptr=00000000f00dcafe\n");
  const Ran ran = kmemlab("replay '" + scratch.file("a<b>&\"") + "'\\''.txt' -a bsd386 --html -");
  INFO(ran.err);
  REQUIRE(ran.exit == 0);
  sound(ran.out);
  CHECK(contains(ran.out, "<h1>a&lt;b&gt;&amp;&quot;&#39;.txt</h1>"));
  CHECK_FALSE(contains(ran.out, "<img"));
}

TEST_CASE("a trace in which nothing happens has a page too", "[cli][html]") {
  const Scratch scratch;
  const std::string trace = scratch.write("one.txt",
                                          "# tracer: nop\n a-7 [000] d..1. 1.000001: kfree: call_site=f+0x1/0x2 "
                                          "ptr=00000000f00dcafe\n");
  const Ran ran = kmemlab("replay " + trace + " --html -");
  REQUIRE(ran.exit == 0);
  sound(ran.out);
}

TEST_CASE("the page of every recording is small and sound", "[cli][html]") {
  for (const char* name : {"boot.dat", "ext4tree.dat", "forkexec.dat", "netloop.dat", "perf.data", "perfpage.data"}) {
    const std::string trace = recorded(name);
    if (trace.empty()) return;
    INFO(name);
    const Ran ran = kmemlab("replay " + trace + " --html -");
    REQUIRE(ran.exit == 0);
    sound(ran.out);
  }
}

}  // namespace kmemlab::test
