// Files of versions to come: what a minor version may add is read past, what it marks as needed and what a major
// version changes is refused, with what to do.
#include <string>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/checksum.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using kmt::get_le, kmt::put_le;

namespace {

const std::vector<Event>& events() {
  static const std::vector<Event> list = samples::realistic(61, 300);
  return list;
}

// Puts header and directory checksums right.
void seal(ByteVector& b) {
  const std::uint64_t at = get_le(b.data() + 24, 8), sections = get_le(b.data() + 32, 4);
  put_le(b.data() + 40, b.size(), 8);
  put_le(b.data() + 48, checksum(b.data() + at, 40 * sections), 8);
  put_le(b.data() + 56, checksum(b.data(), 56), 8);
}

ByteVector of_minor(std::uint16_t minor) {
  ByteVector b = samples::write(events());
  put_le(b.data() + 10, minor, 2);
  seal(b);
  return b;
}

// Section `id` with other content, or a new one: written behind everything, and a new directory behind that.
ByteVector with_section(ByteVector b, std::uint32_t id, std::uint16_t flags, const ByteVector& raw) {
  const std::uint64_t at = get_le(b.data() + 24, 8), sections = get_le(b.data() + 32, 4);
  ByteVector directory(b.begin() + static_cast<std::ptrdiff_t>(at), b.end());
  std::size_t entry = 0;
  while (entry < directory.size() && get_le(directory.data() + entry, 4) != id) entry += 40;
  directory.resize(std::max(directory.size(), entry + 40));
  b.resize((b.size() + 7) & ~std::size_t{7});
  unsigned char* e = directory.data() + entry;
  put_le(e, id, 4), put_le(e + 4, flags, 2), put_le(e + 6, 0, 2), put_le(e + 8, b.size(), 8);
  put_le(e + 16, raw.size(), 8), put_le(e + 24, raw.size(), 8), put_le(e + 32, checksum(raw.data(), raw.size()), 8);
  b.insert(b.end(), raw.begin(), raw.end());
  b.resize((b.size() + 7) & ~std::size_t{7});
  put_le(b.data() + 24, b.size(), 8);
  put_le(b.data() + 32, std::max(sections, std::uint64_t{directory.size() / 40}), 4);
  b.insert(b.end(), directory.begin(), directory.end());
  seal(b);
  return b;
}

ByteVector raw_section(const ByteVector& b, std::uint32_t id) {
  for (std::size_t at = get_le(b.data() + 24, 8); at < b.size(); at += 40) {
    if (get_le(b.data() + at, 4) != id) continue;
    const auto from = b.begin() + static_cast<std::ptrdiff_t>(get_le(b.data() + at + 8, 8));
    return {from, from + static_cast<std::ptrdiff_t>(get_le(b.data() + at + 16, 8))};
  }
  return {};
}

// The error, or "" if all events are as they were.
std::string outcome(ByteVector bytes) {
  Fallible<KmtReader> r = KmtReader::from_bytes(std::move(bytes), "x.kmt");
  if (!r) return r.error().text();
  std::uint64_t wrong = r->events() != events().size();
  const auto done = r->for_each(all_columns, [&](std::uint64_t i, const Event& e) { wrong += !(e == events()[i]); });
  if (!done) return done.error().text();
  CHECK(wrong == 0);
  CHECK(r->tables() == samples::tables());
  return "";
}

// The last listed column becomes one that nobody knows.
ByteVector with_unknown_column(unsigned char flags) {
  ByteVector b = of_minor(7);
  const std::size_t last = 128 + 32 * (get_le(b.data() + 70, 2) - 1);
  put_le(b.data() + last, 20, 2);
  b[last + 5] = flags;
  b[last + 2] = 77, b[last + 3] = 99;  // an encoding and a width of its own: nobody may look
  ByteVector covered(b.begin() + 64, b.begin() + 120);
  covered.insert(covered.end(), b.begin() + 128, b.begin() + static_cast<std::ptrdiff_t>(last + 32));
  put_le(b.data() + 120, checksum(covered.data(), covered.size()), 8);
  return b;
}

}  // namespace

TEST_CASE("kmt versions: a later minor version is read", "[kmt][versions]") {
  CHECK(outcome(of_minor(0)).empty());
  CHECK(outcome(of_minor(2)).empty());
  CHECK(outcome(of_minor(999)).empty());
  CHECK(KmtReader::from_bytes(of_minor(2))->format() == "kmt 1.2");
}

TEST_CASE("kmt versions: sections that are not known", "[kmt][versions]") {
  const ByteVector something(13, 0xee);
  CHECK(outcome(with_section(of_minor(2), 14, 0, something)).empty());
  CHECK(outcome(with_section(of_minor(2), 4'000'000'000, 0, something)).empty());
  const std::string refused = outcome(with_section(of_minor(2), 14, 1, something));
  CHECK(refused.find("x.kmt (byte ") == 0);
  CHECK(refused.find("the file needs section 14, which this kmemlab does not know; use a newer kmemlab, or convert the "
                     "original recording again") != std::string::npos);
}

TEST_CASE("kmt versions: named values that are not known", "[kmt][versions]") {
  for (const std::uint32_t id : {1U, 2U, 3U}) {
    ByteVector raw = raw_section(of_minor(2), id);
    put_le(raw.data(), get_le(raw.data(), 4) + 2, 4);
    kmt::ByteWriter w(raw);
    w.text("colour"), w.u8(1), w.text("green"), w.text("phase"), w.u8(0), w.u64(77);
    CHECK(outcome(with_section(of_minor(2), id, 1, raw)).empty());
  }
}

TEST_CASE("kmt versions: columns that are not known", "[kmt][versions]") {
  Fallible<KmtReader> r = KmtReader::from_bytes(with_unknown_column(0));
  REQUIRE(r);
  CHECK(r->verify_all());
  CHECK(r->event(0)->accounted == Tri::unknown);
  CHECK(r->event(0)->requested == events()[0].requested);
  const std::string refused = outcome(with_unknown_column(1));
  CHECK(refused.find("the chunk needs column 20, which this kmemlab does not know; use a newer kmemlab") !=
        std::string::npos);
}

TEST_CASE("kmt versions: longer entries of chunk index and live index", "[kmt][versions]") {
  const ByteVector raw = raw_section(of_minor(2), 10);
  ByteVector longer(raw.begin(), raw.begin() + 16);
  put_le(longer.data() + 8, 56, 4);
  longer.insert(longer.end(), raw.begin() + 16, raw.end());
  longer.insert(longer.end(), 8, 0xcc);
  CHECK(outcome(with_section(of_minor(2), 10, 1, longer)).empty());
}

TEST_CASE("kmt versions: a later major version is refused with what to do", "[kmt][versions]") {
  ByteVector b = samples::write(events());
  put_le(b.data() + 8, 2, 2);
  put_le(b.data() + 56, 0, 8);  // even its checksum may be another one
  CHECK(outcome(b) ==
        "x.kmt (byte 8): this is .kmt version 2.1; this kmemlab reads version 1.x: use a newer kmemlab, or "
        "convert the original recording again");
}
