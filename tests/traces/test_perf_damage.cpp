// perf.data that is refused, cut, damaged or hostile: an Error that says what was expected, or damage that is counted.
#include "tests/traces/import_kit.h"
#include "tests/traces/perf_maker.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

void fill(PerfMaker& m, unsigned samples) {
  m.comm({0, 42, 0}, "sh");
  for (unsigned i = 0; i < samples; ++i) {
    m.sample(id_kmalloc, {1000 + 10 * i, 42, i % 2}, m.dat.kmalloc(0xffff1010, 0x8000 + 64 * i, 60, 64, 0xcc0));
    if (i % 8 == 7) m.round();
  }
}

std::string error_of(PerfMaker& m) {
  return import_bytes(m.file()).error();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("perf.data that cannot be read says what was expected", "[traces][perf]") {
  PerfMaker m;
  fill(m, 4);
  m.tracing_data = false;
  CHECK(has(error_of(m), "no event formats (HEADER_TRACING_DATA)"));
  CHECK(has(error_of(m), "perf record -e kmem:..."));
  m.tracing_data = true;
  m.version = "0.7";
  CHECK(has(error_of(m), "tracing data of version '0.7'"));
  m.version = "0.6";
  for (PerfEvent& e : m.events) e.type = 1;
  CHECK(has(error_of(m), "no tracepoint in this perf.data"));
  for (PerfEvent& e : m.events) e.type = 2, e.sample_type &= ~sample_raw;
  CHECK(has(error_of(m), "without their raw data"));
  for (PerfEvent& e : m.events) e.sample_type = sample_usual;
  m.events[1].sample_type &= ~sample_identifier;
  CHECK(has(error_of(m), "cannot be told apart"));
  CHECK(has(import_text("PERFFILE and more than eight bytes").error(), "PERFILE2"));
  CHECK(has(import_text("PERFILE2").error(), "perf.data header"));
}

TEST_CASE("perf.data of an unknown event layout names event and field", "[traces][perf]") {
  PerfMaker m;
  m.dat.kmalloc_extra_fields = "\tfield:unsigned long ptr;\toffset:8;\tsize:8;\tsigned:0;\n";
  fill(m, 1);
  CHECK(has(error_of(m), "event kmalloc: field bytes_req is missing"));
}

TEST_CASE("perf.data without an end: cut, or never finished", "[traces][perf]") {
  PerfMaker m;
  fill(m, 40);
  ByteVector whole = m.file();
  ByteVector unfinished = whole;
  std::fill(unfinished.begin() + 48, unfinished.begin() + 56, static_cast<unsigned char>(0));  // data.size
  CHECK(has(import_bytes(unfinished).error(), "was not finished"));
  for (std::size_t keep = 1; keep < whole.size(); keep += keep < 200 ? 1 : 131) {
    CAPTURE(keep);
    const Trial t = import_bytes({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)});
    if (t.result) CHECK(t.trace().quality.damaged > 0);
    if (!t.result) CHECK(!t.error().empty());
  }
}

TEST_CASE("perf.data from a pipe is read up to the place where it was cut", "[traces][perf]") {
  for (const std::size_t pieces : {std::size_t{0}, std::size_t{300}}) {
    PerfMaker m;
    m.pack_pieces = pieces;
    fill(m, 40);
    const ByteVector whole = m.pipe();
    REQUIRE(import_bytes(whole).trace().totals.records == 40);
    std::uint64_t most = 0;
    for (std::size_t keep = 17; keep < whole.size(); keep += 13) {
      CAPTURE(pieces, keep);
      const Trial t = import_bytes({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)});
      if (!t.result) continue;
      CHECK(t.trace().totals.records <= 40);
      most = std::max(most, t.trace().totals.records);
    }
    CHECK(most >= 35);
  }
}

TEST_CASE("perf.data: damaged samples are counted and the rest is read", "[traces][perf]") {
  PerfMaker m;
  fill(m, 2);
  m.record(9, {1, 2, 3});                                          // shorter than any sample
  m.sample(id_kmalloc, {2000, 1, 0}, {1, 2});                      // raw data shorter than common fields
  m.sample(id_kmalloc, {2001, 1, 0}, m.dat.common(777, 0, 0, 1));  // a type without a format
  const std::uint64_t id = std::exchange(m.events[1].id, 5);
  m.sample(id_kfree, {2002, 1, 0}, m.dat.kfree(0xffff2000, 0x8000));  // an id that no event has
  m.events[1].id = id;
  m.sample(id_kfree, {2003, 1, 0}, m.dat.kfree(0xffff2000, 0x8000));
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().totals.records == 3);
  CHECK(t.trace().totals.matched == 1);
  CHECK(t.trace().quality.damaged == 4);
  CHECK(has(t.trace().quality.first_damage, "byte"));
  m.records.integer(0, 8);  // a record of size 0: nothing behind it can be found
  m.sample(id_kfree, {2004, 1, 0}, m.dat.kfree(0xffff2000, 0x8040));
  const Trial worse = import_bytes(m.file());
  CHECK(worse.trace().totals.records == 3);
  CHECK(worse.trace().quality.damaged == 5);
}

TEST_CASE("perf.data: lengths that lie", "[traces][perf]") {
  PerfMaker m;
  fill(m, 8);
  const ByteVector whole = m.file();
  for (std::size_t at = 8; at < 104; ++at) {  // every number of the header
    for (const unsigned value : {0U, 1U, 0x7fU, 0xffU}) {
      ByteVector b = whole;
      b[at] = static_cast<unsigned char>(value);
      (void)import_bytes(b);
    }
  }
  for (const bool piped : {false, true}) {
    for (const std::size_t pieces : {std::size_t{0}, std::size_t{200}}) {
      m.pack_pieces = pieces;
      const ByteVector from = piped ? m.pipe() : m.file();
      std::uint64_t seed = 1;
      for (unsigned n = 0; n < 1500; ++n) {
        ByteVector b = from;
        for (unsigned k = 0; k < 1 + n % 4; ++k) {
          seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
          const std::size_t span = (seed >> 60) < 12 ? std::min<std::size_t>(b.size(), 2400) : b.size();
          b[(seed >> 20) % span] = static_cast<unsigned char>(seed >> 52);
        }
        const Trial t = import_bytes(b);
        if (t.result) CHECK(t.trace().totals.records <= b.size() / 8);
      }
    }
  }
}

TEST_CASE("perf.data: a packed record that unpacks to more than it may is damage", "[traces][perf]") {
  PerfMaker m;
  fill(m, 4);
  m.records.append(packed_records(ByteVector(64 << 20), 64 << 20, false));
  m.sample(id_kfree, {9000, 1, 0}, m.dat.kfree(0xffff2000, 0x8000));
  const Trial t = import_bytes(m.file());
  CHECK(t.trace().totals.records == 5);
  CHECK(t.trace().quality.damaged >= 1);
  CHECK(has(t.trace().quality.first_damage, "zstd"));
}
