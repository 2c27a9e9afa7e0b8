// Blocks live at a place in the trace: stored at chunk heads within their share of the file, exact for any event, and
// checked before they are believed.
#include <map>
#include <string>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/checksum.h"
#include "traces/kmt/live_piece.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using kmt::get_le, kmt::put_le;

namespace {

// By the words of event.h, with a map and no container.
std::vector<LiveBlock> naive(const std::vector<Event>& events, std::size_t until) {
  std::map<Slot, LiveBlock> by_slot;
  for (std::size_t i = 0; i < until; ++i) {
    const Event& e = events[i];
    if (e.slot == no_slot) continue;
    const auto old = by_slot.find(e.slot);
    if (e.op == Op::realloc && old != by_slot.end() && old->second.id == e.id) {
      old->second.sized = i;
    } else if (e.op == Op::alloc || e.op == Op::realloc) {
      by_slot[e.slot] = {e.id, i, i, e.slot};
    } else if (e.op == Op::free) {
      by_slot.erase(e.slot);
    }
  }
  std::vector<LiveBlock> list;
  for (const auto& [slot, block] : by_slot) list.push_back(block);
  std::sort(list.begin(), list.end(),
            [](const LiveBlock& a, const LiveBlock& b) { return a.id != b.id ? a.id < b.id : a.born < b.born; });
  return list;
}

// Some blocks are resized now and then.
std::vector<Event> with_reallocs(std::uint64_t seed, std::size_t count) {
  std::vector<Event> events = samples::realistic(seed, count);
  samples::Random random(seed);
  std::vector<Event> out;
  for (const Event& e : events) {
    out.push_back(e);
    if (e.op != Op::alloc || random.below(10) != 0) continue;
    out.push_back(e);
    out.back().op = Op::realloc, out.back().requested += 100;
  }
  return out;
}

KmtReader reader_of(ByteVector bytes) {
  Fallible<KmtReader> r = KmtReader::from_bytes(std::move(bytes), "x.kmt");
  if (!r) FAIL(r.error().text());
  return std::move(*r);
}

}  // namespace

TEST_CASE("kmt: live_at is exact at and between heads, and at both ends", "[kmt][live]") {
  const std::vector<Event> events = with_reallocs(31, 200'000);
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    KmtReader r = reader_of(samples::write(events, c));
    const std::vector<std::uint64_t> heads = r.view()->live_heads();
    REQUIRE(!heads.empty());
    for (const std::uint64_t head : heads) CHECK(head % 65'536 == 0);
    for (const std::uint64_t at :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1023}, std::uint64_t{65'535}, std::uint64_t{65'536},
          std::uint64_t{65'537}, std::uint64_t{131'072}, std::uint64_t{150'001}, std::uint64_t{events.size()}}) {
      INFO(at);
      const auto live = r.live_at(at);
      REQUIRE(live);
      CHECK((*live == naive(events, at)));
    }
    CHECK(r.verify_all());
    CHECK_FALSE(r.live_at(events.size() + 1));
  }
}

TEST_CASE("kmt: live sets stay within their share of the file", "[kmt][live]") {
  Event e;
  std::vector<Event> ramp;  // nothing is ever freed
  for (std::size_t i = 0; i < 400'000; ++i) {
    e.op = Op::alloc, e.id = i, e.slot = static_cast<Slot>(i), e.tick = i * 7, e.requested = i % 97;
    ramp.push_back(e);
  }
  for (const auto& events : {ramp, with_reallocs(32, 300'000)}) {
    for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
      const ByteVector bytes = samples::write(events, c);
      std::uint64_t live = 0;
      for (std::size_t at = 64; at + 64 < bytes.size(); at += 8)
        live += kmt::live_piece_bytes(bytes.data() + at, 1 << 30);
      CHECK(live < bytes.size() / kmt::live_share);
      KmtReader r = reader_of(bytes);
      if (c == KmtCompression::none) CHECK(!r.view()->live_heads().empty());  // a packed ramp is 12 KB in all
      CHECK(r.live_at(events.size() - 5).value() == naive(events, events.size() - 5));
    }
  }
}

TEST_CASE("kmt: a container without live sets is decoded from its start", "[kmt][live]") {
  const std::vector<Event> events = with_reallocs(33, 140'000);
  ByteVector bytes = samples::write(events);
  const std::uint64_t directory = get_le(bytes.data() + 24, 8), sections = get_le(bytes.data() + 32, 4);
  unsigned char* last = bytes.data() + directory + 40 * (sections - 1);
  REQUIRE(get_le(last, 4) == 11);
  CHECK(get_le(last + 4, 2) == 0);  // not required: version 1.0 reads past it
  put_le(last, 99, 4);
  put_le(bytes.data() + 48, checksum(bytes.data() + directory, 40 * sections), 8);
  put_le(bytes.data() + 56, checksum(bytes.data(), 56), 8);
  KmtReader r = reader_of(bytes);
  CHECK(r.view()->live_heads().empty());
  CHECK((r.live_at(100'000).value() == naive(events, 100'000)));
}

TEST_CASE("kmt: a cut file with live sets still says what is readable", "[kmt][live]") {
  const ByteVector whole = samples::write(with_reallocs(34, 130'000));
  ByteVector cut(whole.begin(), whole.end() - 100);
  const auto r = KmtReader::from_bytes(cut);
  REQUIRE_FALSE(r);
  const std::uint64_t events = get_le(whole.data() + 16, 8);
  CHECK(r.error().text().find("its first " + std::to_string(events) + " of") != std::string::npos);
}

TEST_CASE("kmt: damaged and lying live sets are refused", "[kmt][live]") {
  const std::vector<Event> events = with_reallocs(35, 70'000);
  const ByteVector whole = samples::write(events);
  std::size_t at = 64;
  while (kmt::live_piece_bytes(whole.data() + at, whole.size() - at) == 0) at += 8;
  const std::size_t size = kmt::live_piece_bytes(whole.data() + at, whole.size() - at);
  for (std::size_t i = 0; i + 8 < size; i += i < 64 ? 1 : 37) {
    ByteVector b = whole;
    b[at + i] ^= 0x10;
    KmtReader r = reader_of(std::move(b));
    const auto live = r.live_at(65'600);
    REQUIRE_FALSE(live);
    CHECK(live.error().text().find("x.kmt (byte ") == 0);
    CHECK(r.event(65'600));  // the events are as good as before
    CHECK_FALSE(r.verify_all());
  }
  samples::Random random(5);
  for (int i = 0; i < 3000; ++i) {  // sealed nonsense
    ByteVector b = whole;
    const std::size_t place = random.below(2) == 0 ? 4 + random.below(44) : 64 + random.below(size - 72);
    put_le(b.data() + at + place, random.below(2) ? random.next() : random.below(300), 1U << random.below(4));
    const std::uint64_t stored = get_le(b.data() + at + 24, 8);
    if (stored <= size) put_le(b.data() + at + 40, checksum(b.data() + at + 64, stored), 8);
    put_le(b.data() + at + 56, checksum(b.data() + at, 56), 8);
    KmtReader r = reader_of(std::move(b));
    const auto live = r.live_at(65'536);
    if (!live) continue;
    for (const LiveBlock& l : *live) {
      REQUIRE(l.slot < r.max_slots());
      REQUIRE(l.id < r.facts().blocks);
      REQUIRE(l.born <= l.sized);
      REQUIRE(l.sized < 65'536);
    }
  }
}
