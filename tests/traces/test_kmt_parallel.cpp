// One container, several threads: what each chunk says is the same whoever reads it.
#include <string>

#include "core/base/digest.h"
#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/parallel.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

std::uint64_t digest_of(const KmtReader& r, unsigned threads) {
  std::vector<Digest> chunks(r.view()->chunks());
  REQUIRE(for_each_block_parallel(r.view(), threads, all_columns, [&](std::uint64_t chunk, const EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) {
      const Event e = b.event(i);
      for (const std::uint64_t word : {e.tick, e.id, e.requested, e.granted, e.pfn, std::uint64_t{e.slot},
                                       std::uint64_t{e.call_site}, std::uint64_t{e.cache}, std::uint64_t{e.cpu}})
        chunks[chunk].add(word);
    }
  }));
  Digest all;
  for (const Digest& d : chunks) all.add(d.value());
  return all.value();
}

}  // namespace

TEST_CASE("kmt: four threads read what one reads", "[kmt][parallel]") {
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    const ByteVector bytes = samples::write(samples::realistic(41, 400'000), c);
    std::uint64_t one = 0;
    for (const unsigned threads : {1U, 2U, 4U, 9U, 0U}) {  // each on a reader that has checked nothing yet
      Fallible<KmtReader> r = KmtReader::from_bytes(bytes);
      REQUIRE(r);
      const std::uint64_t digest = digest_of(*r, threads);
      if (threads == 1) one = digest;
      CHECK(digest == one);
      CHECK(digest_of(*r, 4) == one);
    }
  }
}

TEST_CASE("kmt: live sets and single events from cursors of several threads", "[kmt][parallel]") {
  Fallible<KmtReader> r = KmtReader::from_bytes(samples::write(samples::realistic(42, 270'000)));
  REQUIRE(r);
  std::vector<std::size_t> live(r->view()->chunks()), expected;
  for (std::uint64_t c = 0; c < r->view()->chunks(); ++c) expected.push_back(r->live_at(c * chunk_rows + 77)->size());
  REQUIRE(for_each_chunk_parallel(r->view(), 4, [&](KmtCursor& cursor, std::uint64_t chunk) -> Fallible<void> {
    auto blocks = cursor.live_at(chunk * chunk_rows + 77);
    if (!blocks) return Failure<Error>{blocks.error()};
    live[chunk] = blocks->size();
    return {};
  }));
  CHECK(live == expected);
}

TEST_CASE("kmt: damage found by one of several threads", "[kmt][parallel]") {
  ByteVector bytes = samples::write(samples::realistic(43, 200'000));
  bytes[3000] ^= 4;
  Fallible<KmtReader> r = KmtReader::from_bytes(bytes, "x.kmt");
  REQUIRE(r);
  const auto done = for_each_block_parallel(r->view(), 4, all_columns, [](std::uint64_t, const EventBlock&) {});
  REQUIRE_FALSE(done);
  CHECK(done.error().text().find("x.kmt (byte ") == 0);
  Fallible<KmtReader> empty = KmtReader::from_bytes(samples::write({}));
  REQUIRE(empty);
  CHECK(for_each_block_parallel(empty->view(), 4, all_columns, [](std::uint64_t, const EventBlock&) { FAIL(); }));
}
