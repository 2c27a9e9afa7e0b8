// Input: what cannot be opened says so in one line; compression is told by magic; bombs end in an error.
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>

#include "tests/traces/import_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

const std::string line = "    bash-1  [000] .....     1.000000: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";

std::vector<unsigned char> gzip(const std::string& text) {
  std::vector<unsigned char> out(text.size() + 1024);
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::vector<unsigned char> zstd(const std::string& text) {
  std::vector<unsigned char> out(ZSTD_compressBound(text.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::vector<unsigned char>& bytes) {
    path = (std::filesystem::temp_directory_path() / ("kmemlab_test_" + std::to_string(::getpid()))).string();
    std::FILE* f = std::fopen(path.c_str(), "wb");
    REQUIRE(f);
    if (!bytes.empty()) std::fwrite(bytes.data(), 1, bytes.size(), f);
    std::fclose(f);
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("inputs that cannot be read", "[traces][input]") {
  struct Case {
    std::string path, what;
  };
  const TemporaryFile empty({});
  const Case cases[] = {{"/nonexistent/trace.dat", "No such file"},
                        {std::filesystem::temp_directory_path().string(), "is a directory"},
                        {empty.path, "empty"}};
  for (const Case& c : cases) {
    const auto input = Input::open(c.path);
    REQUIRE_FALSE(input.ok());
    CHECK(input.error().text().find(c.path) == 0);
    CHECK(input.error().text().find(c.what) != std::string::npos);
    CHECK(input.error().text().find('\n') == std::string::npos);
  }
}

TEST_CASE("compression is told by magic, and text may be compressed in any way", "[traces][input]") {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += line;
  const std::uint64_t digest = import_text(text).trace().totals.digest;
  for (const auto& bytes : {gzip(text), zstd(text)}) {
    const TemporaryFile file(bytes);
    auto input = Input::open(file.path);
    REQUIRE(input.ok());
    CHECK(input->encoding() != Encoding::plain);
    CHECK(input->stored_bytes() == bytes.size());
    CHECK(import_file(file.path).trace().totals.digest == digest);
    auto whole = input->whole();
    REQUIRE(whole.ok());
    CHECK(std::string(whole->begin(), whole->end()) == text);
  }
  auto two = gzip(text);  // gzip members may follow each other
  const auto second = gzip(line);
  two.insert(two.end(), second.begin(), second.end());
  CHECK(import_bytes(two).trace().totals.records == 10001);
}

TEST_CASE("a compressed file that was cut is read up to the cut", "[traces][input]") {
  std::string text;
  for (int i = 0; i < 20000; ++i)
    text += "    bash-1  [000] .....     " + std::to_string(i) +
            ".000000: kfree: call_site=a+0x1/0x2 ptr=ffff8b654a06a000\n";
  for (auto bytes : {gzip(text), zstd(text)}) {
    bytes.resize(bytes.size() / 2);
    const Trial t = import_bytes(bytes);
    CHECK(t.trace().totals.records < 20000);
    CHECK(t.trace().totals.records > 1000);
    CHECK(t.trace().quality.damaged > 0);
  }
}

TEST_CASE("a small bomb does not become a large allocation", "[traces][input]") {
  // 96 MiB of zeros in a few KB: as a whole it is refused at 64 MiB and something; as text it is one endless line.
  std::string magic("\x17\x08\x44tracing6\0", 12);
  const std::string zeros(96U << 20, '\0');
  for (const auto& bytes : {zstd(magic + zeros)}) {
    const Trial t = import_bytes(bytes);
    CHECK_FALSE(t.result.ok());
    CHECK(t.error().find("decompresses to more than") != std::string::npos);
  }
}

TEST_CASE("garbage is refused with what was expected", "[traces][input]") {
  const std::string cases[] = {std::string(5000, 'x'),
                               "\x7f"
                               "ELF and so on",
                               "{\"json\": true}\n",
                               std::string(100, '\0'),
                               "PERFILE2",
                               std::string("\x1f\x8b\x08\x00garbage that is no deflate", 30),
                               "\x17\x08\x44tracing9"};
  for (const std::string& c : cases) {
    const Trial t = import_text(c);
    CAPTURE(c.substr(0, 20));
    REQUIRE_FALSE(t.result.ok());
    CHECK(t.error().find(';') != std::string::npos);
    CHECK(t.error().find("test.txt") == 0);
  }
}

TEST_CASE("a header without events is an error, since nothing can be replayed", "[traces][input]") {
  const Trial t = import_text("# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:2\n");
  CHECK_FALSE(t.result.ok());
}

TEST_CASE("progress goes forward and ends below the whole", "[traces][input]") {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += line;
  ImportOptions options;
  std::uint64_t last = 0, calls = 0;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    CHECK(done >= last);
    CHECK(done <= total);
    CHECK(total == text.size());
    last = done;
    ++calls;
  };
  import_text(text, options).trace();
  CHECK(calls > 1);
}
