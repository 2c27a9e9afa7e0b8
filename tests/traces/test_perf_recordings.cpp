// The real perf recordings against perf's own answers, which are read out of perf's own reports. They live outside of
// this tree; without them the tests say SKIPPED and pass.
#include <fstream>
#include <sstream>
#include <string>

#include "tests/traces/import_kit.h"
#include "tests/traces/perf_maker.h"
#include "traces/readers/byte_reader.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

namespace {

/// A recording's path; empty, and said so, where there is none.
std::string recording(const std::string& name) {
  const std::string path = shared_recording(name);
  if (path.empty()) WARN("SKIPPED: no " + name + " (set KMEMLAB_SHARED)");
  return path;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The first number behind `label` and its colon.
std::uint64_t number_after(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) FAIL("no '" + label + "' in perf's report");
  return std::stoull(text.substr(text.find(':', at) + 1));
}

/// `LABEL : N [ KB KB ]`
void check_row(const std::string& text, const std::string& label, PerfPageTotals::Count count) {
  CAPTURE(label);
  const std::string row = text.substr(text.find(label), text.find('\n', text.find(label)) - text.find(label));
  CHECK(number_after(text, label) == count.requests);
  CHECK(std::stoull(row.substr(row.find('[') + 1)) == count.pages * 4);
}

std::uint64_t u64_at(const ByteVector& b, std::size_t at) {
  return load_int<std::uint64_t>(b.data() + at, ByteOrder::little);
}

/// The recording with its records packed; sections that stood behind the data move.
ByteVector packed(const ByteVector& whole, std::size_t piece) {
  const std::size_t at = u64_at(whole, 40), size = u64_at(whole, 48), end = at + size;
  const auto from = [&](std::size_t first, std::size_t last) {
    return ByteVector(whole.begin() + static_cast<std::ptrdiff_t>(first),
                      whole.begin() + static_cast<std::ptrdiff_t>(last));
  };
  const ByteVector records = packed_records(from(at, end), piece, false);
  ByteMaker m(false);
  m.append(from(0, at));
  m.append(records);
  m.append(from(end, whole.size()));
  m.overwrite(48, records.size(), 8);
  for (std::size_t table = at + records.size(), bit = 0; bit < 64; ++bit) {
    if (!(u64_at(whole, 72) >> bit & 1)) continue;
    m.overwrite(table, u64_at(m.bytes, table) - size + records.size(), 8);
    table += 16;
  }
  return m.bytes;
}

}  // namespace

TEST_CASE("perf.data: the slab figures of perf kmem stat", "[traces][recordings][perf]") {
  const std::string path = recording("perf.data");
  if (path.empty()) return;
  const std::string report = text_of(shared_recording("perf.kmemstat.slab.txt"));
  const Trial t = import_file(path);
  const Totals& totals = t.trace().totals;
  CHECK(totals.perf_kmem.requested == number_after(report, "Total bytes requested"));
  CHECK(totals.perf_kmem.allocated == number_after(report, "Total bytes allocated"));
  CHECK(totals.perf_kmem.freed == number_after(report, "Total bytes freed"));
  CHECK(totals.bytes.freed == 22'409'264);  // of matched frees: record/README.md
  CHECK(totals.records == 47'999);
  CHECK(t.trace().quality.damaged == 0);
  CHECK(t.trace().quality.context_unknown == 0);
  CHECK(t.trace().source.cpus == 2);
}

TEST_CASE("perf.data and perf's text of it are the same trace", "[traces][recordings][perf]") {
  const std::string path = recording("perf.data");
  if (path.empty()) return;
  const Trial data = import_file(path);
  const Trial text = import_file(shared_recording("perf.script.txt.gz"));
  CHECK(data.trace().totals.digest == text.trace().totals.digest);
  CHECK(data.trace().totals.perf_kmem == text.trace().totals.perf_kmem);
  CHECK(data.trace().totals.bytes == text.trace().totals.bytes);
  CHECK(data.trace().totals.pages == text.trace().totals.pages);
  CHECK(data.trace().totals.events == text.trace().totals.events);
  CHECK(data.trace().totals.tasks == text.trace().totals.tasks);
}

TEST_CASE("perf.data: a packed copy is the same trace", "[traces][recordings][perf]") {
  const std::string path = recording("perf.data");
  if (path.empty()) return;
  const ByteVector whole = read_bytes(path);
  const Trial plain = import_bytes(whole);
  for (const std::size_t piece : {std::size_t{4000}, std::size_t{65'000}}) {
    const Trial t = import_bytes(packed(whole, piece));
    CHECK(t.trace().totals == plain.trace().totals);
    CHECK(t.trace().source.kernel == "Linux (none) 6.1.0-56-amd64 x86_64");
    CHECK(t.trace().quality == plain.trace().quality);
  }
}

TEST_CASE("perf.data: every page figure of perf kmem stat", "[traces][recordings][perf]") {
  const std::string path = recording("perfpage.data");
  if (path.empty()) return;
  const std::string report = text_of(shared_recording("perfpage.stat.txt"));
  const Trial t = import_file(path);
  const PerfPageTotals& perf = t.trace().totals.pages.perf_kmem;
  check_row(report, "Total allocation requests", perf.allocs);
  check_row(report, "Total free requests", perf.frees);
  check_row(report, "Total alloc+freed requests", perf.alloc_freed());
  check_row(report, "Total alloc-only requests", perf.alloc_only());
  check_row(report, "Total free-only requests", perf.free_only);
  check_row(report, "Total allocation failures", perf.failures);
  std::istringstream table(report.substr(report.find("-----  ----")));
  std::string rule;
  std::getline(table, rule);
  for (std::size_t order = 0; order < PerfPageTotals::orders; ++order) {
    std::string cell;
    table >> cell;
    CHECK(cell == std::to_string(order));
    for (const std::uint64_t n : perf.by_order[order]) {
      table >> cell;
      CHECK(cell == (n == 0 ? "." : std::to_string(n)));
    }
  }
}
