// Hostile and damaged `.kmt` bytes: every cut and every flipped byte is an Error with a place, or harmless.
#include <algorithm>
#include <string>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/checksum.h"
#include "traces/kmt/layout.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using kmt::get_le, kmt::put_le;

namespace {

constexpr std::uint64_t many = 66'000;  // two chunks

const std::vector<Event>& events() {
  static const std::vector<Event> list = samples::realistic(11, many);
  return list;
}

// "" if the bytes read as the original events do; otherwise the error. Anything else fails the test.
std::string outcome(ByteVector bytes, const std::vector<Event>& expected) {
  Fallible<KmtReader> r = KmtReader::from_bytes(std::move(bytes));
  if (!r) return r.error().text();
  std::uint64_t wrong = r->events() != expected.size();
  const Fallible<void> all =
      r->for_each(all_columns, [&](std::uint64_t i, const Event& e) { wrong += !(e == expected[i]); });
  if (!all) return all.error().text();
  if (wrong != 0 || !(r->tables() == samples::tables()) || !(r->quality() == samples::quality()))
    FAIL("damage went unseen");
  return "";
}

// Puts the checksums right that cover `directory` and header, after a test has changed either.
void seal(ByteVector& b) {
  const std::uint64_t at = get_le(b.data() + 24, 8), sections = get_le(b.data() + 32, 4);
  put_le(b.data() + 48, checksum(b.data() + at, 40 * sections), 8);
  put_le(b.data() + 56, checksum(b.data(), 56), 8);
}

void seal_chunk(ByteVector& b, std::size_t chunk) {
  ByteVector covered(b.begin() + static_cast<std::ptrdiff_t>(chunk),
                     b.begin() + static_cast<std::ptrdiff_t>(chunk + 56));
  const std::size_t entries = 32 * get_le(b.data() + chunk + 6, 2);
  if (chunk + 64 + entries > b.size()) return;
  for (std::size_t i = 0; i < entries; ++i) covered.push_back(b[chunk + 64 + i]);
  put_le(b.data() + chunk + 56, checksum(covered.data(), covered.size()), 8);
}

}  // namespace

TEST_CASE("kmt: a file cut anywhere says where it ends and what is readable", "[kmt]") {
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    const ByteVector whole = samples::write(events(), c);
    const std::uint64_t second_chunk =
        64 + 64 + 32 * get_le(whole.data() + 64 + 6, 2) + get_le(whole.data() + 64 + 48, 8);
    for (std::size_t cut = 0; cut < whole.size(); cut += cut < 2000 || whole.size() - cut < 4000 ? 97 : 97 * 101) {
      const std::string text =
          outcome(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)), events());
      INFO(cut << " " << text);
      REQUIRE(text.find("(byte " + std::to_string(cut < 8 ? 0 : cut) + ")") != std::string::npos);
      if (cut < 8) continue;
      CHECK(text.find("ends at byte " + std::to_string(cut)) != std::string::npos);
      if (cut > 64 && cut < second_chunk) CHECK(text.find("its first 0 of 66000 events") != std::string::npos);
      if (cut == whole.size() / 97 * 97) CHECK(text.find("its first 66000 of 66000 events") != std::string::npos);
    }
    const std::string text =
        outcome(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(second_chunk)), events());
    CHECK(text.find("its first 65536 of 66000 events are readable") != std::string::npos);
  }
}

TEST_CASE("kmt: a small file cut at every 97th byte", "[kmt]") {
  const std::vector<Event> some(events().begin(), events().begin() + 3000);
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    const ByteVector whole = samples::write(some, c);
    for (std::size_t cut = 97; cut < whole.size(); cut += 97) {
      const std::string text =
          outcome(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)), some);
      REQUIRE(text.find("(byte " + std::to_string(cut) + "): the file ends at byte " + std::to_string(cut)) !=
              std::string::npos);
    }
  }
}

TEST_CASE("kmt: a flipped byte is found or harmless", "[kmt]") {
  const std::vector<Event> few(events().begin(), events().begin() + 300);
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    const ByteVector whole = samples::write(few, c);
    std::size_t found = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      ByteVector damaged = whole;
      damaged[at] = static_cast<unsigned char>(damaged[at] ^ (1U << at % 8));
      found += !outcome(std::move(damaged), few).empty();
    }
    CHECK(found > whole.size() * 97 / 100);  // the rest is padding
  }
}

TEST_CASE("kmt: damage in one column leaves the others and the other chunks readable", "[kmt]") {
  ByteVector bytes = samples::write(events());
  const std::size_t entries = get_le(bytes.data() + 64 + 6, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const unsigned char* entry = bytes.data() + 128 + 32 * i;
    if (get_le(entry, 2) != static_cast<std::uint64_t>(Column::requested)) continue;
    bytes[128 + 32 * entries + get_le(entry + 16, 4)] ^= 1;
  }
  Fallible<KmtReader> r = KmtReader::from_bytes(bytes, "x.kmt");
  REQUIRE(r);
  const auto b = std::make_unique<EventBlock>();
  CHECK(r->block(0, Column::tick | Column::granted, *b));
  const Fallible<std::uint32_t> bad = r->block(5000, all_columns, *b);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().text().find("x.kmt (byte ") == 0);
  CHECK(bad.error().text().find("column 5 of the chunk at event 0 is damaged") != std::string::npos);
  CHECK(r->block(65'536, all_columns, *b));
  CHECK_FALSE(r->verify_all());
}

TEST_CASE("kmt: sealed nonsense is refused, not believed", "[kmt]") {
  const std::vector<Event> few(events().begin(), events().begin() + 300);
  const ByteVector whole = samples::write(few);
  samples::Random random(12);
  const std::size_t directory = get_le(whole.data() + 24, 8), sections = get_le(whole.data() + 32, 4);
  const std::size_t entries = get_le(whole.data() + 64 + 6, 2);
  const std::uint64_t nasty[] = {0,          1,          7,     8,         0xff,         0xffff,          0x7fffffff,
                                 0xffffffff, 1ULL << 40, ~0ULL, ~0ULL - 7, whole.size(), whole.size() - 1};
  const auto try_read = [](ByteVector b) {
    Fallible<KmtReader> r = KmtReader::from_bytes(std::move(b));
    if (!r) return;
    std::uint64_t bad = 0;
    (void)r->for_each(all_columns, [&](std::uint64_t, const Event& e) {
      bad += e.slot != no_slot && e.slot >= r->max_slots();
      bad += e.id != no_block && e.id >= r->facts().blocks;
      bad += e.task != no_index && e.task >= r->tables().tasks.size();
      bad += e.op > Op::mark || e.free_kind > FreeKind::null_free || e.context > Context::nmi;
    });
    CHECK(bad == 0);
  };
  for (int i = 0; i < 6000; ++i) {
    ByteVector b = whole;
    const std::uint64_t value = random.below(3) == 0 ? random.next() : nasty[random.below(std::size(nasty))];
    const std::uint64_t place = random.below(3);
    const unsigned bytes = 1U << random.below(4);
    if (place == 0) put_le(b.data() + 12 + random.below(44 - bytes), value, bytes);
    if (place == 1) put_le(b.data() + directory + random.below(40 * sections - bytes), value, bytes);
    if (place == 2) put_le(b.data() + 64 + random.below(64 + 32 * entries - bytes), value, bytes), seal_chunk(b, 64);
    if (get_le(b.data() + 24, 8) == directory && get_le(b.data() + 32, 4) == sections)
      seal(b);
    else
      put_le(b.data() + 56, checksum(b.data(), 56), 8);
    try_read(std::move(b));
  }
}

TEST_CASE("kmt: versions to come", "[kmt]") {
  const std::vector<Event> few(events().begin(), events().begin() + 300);
  ByteVector bytes = samples::write(few);
  const std::uint64_t at = get_le(bytes.data() + 24, 8), sections = get_le(bytes.data() + 32, 4);
  const auto with_section = [&](std::uint32_t id, std::uint16_t flags) {
    ByteVector b = bytes;
    put_le(b.data() + 10, 9, 2);  // minor 9
    put_le(b.data() + 32, sections + 1, 4);
    b.resize(b.size() + 40);
    put_le(b.data() + at + 40 * sections, id, 4);
    put_le(b.data() + at + 40 * sections + 4, flags, 2);
    put_le(b.data() + at + 40 * sections + 8, ~std::uint64_t{0}, 8);  // nobody may look there
    put_le(b.data() + 40, b.size(), 8);
    seal(b);
    return b;
  };
  CHECK(outcome(with_section(77, 0), few).empty());
  CHECK(outcome(with_section(77, 1), few).find("section 77, which this kmemlab does not know; use a newer kmemlab") !=
        std::string::npos);
  CHECK(outcome(with_section(1, 0), few).find("there twice") != std::string::npos);

  ByteVector column = bytes;  // an unknown column in place of accounted
  const std::size_t last = 128 + 32 * (get_le(bytes.data() + 70, 2) - 1);
  REQUIRE(get_le(column.data() + last, 2) == static_cast<std::uint64_t>(Column::accounted));
  put_le(column.data() + last, 20, 2);
  seal_chunk(column, 64);
  Fallible<KmtReader> r = KmtReader::from_bytes(column);
  REQUIRE(r);
  CHECK(r->verify_all());
  CHECK(r->event(0).value().accounted == Tri::unknown);

  ByteVector major = bytes;
  put_le(major.data() + 8, 2, 2);
  seal(major);
  const std::string text = outcome(major, few);
  CHECK(text.find("this is .kmt version 2.1; this kmemlab reads version 1.x: use a newer kmemlab") !=
        std::string::npos);
  CHECK(outcome(ByteVector{}, few).find("not a .kmt trace") != std::string::npos);
}
