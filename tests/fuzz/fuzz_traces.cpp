// What reads foreign bytes, under libFuzzer: one target for each reader of traces, for the container, for the filter
// language and for slabinfo. `--target=NAME` chooses; `--list` prints the names. A finding is a crash, a report of a
// sanitizer, a run above the limits that scripts/fuzz gives, or a broken promise (require() below).
// Every finding becomes a test (tests/traces/test_fuzz_findings.cpp).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "traces/edit/slabinfo.h"
#include "traces/filter/match.h"
#include "traces/filter/syntax.h"
#include "traces/import/import.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"
#include "traces/readers/detect.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

struct NoSink final : EventSink {
  void append(const Event&) override {}
  void learn_cache(std::uint64_t, Index) override {}
};

void judge(const Fallible<Imported>& imported) {
  if (!imported) return require(!imported.error().what.empty(), "an error has words");
  const Totals& t = imported->totals;
  require(t.frees == t.matched + t.before_trace + t.unrecorded + t.null_frees, "frees add up");
  require(!imported->quality.damaged || !imported->quality.first_damage.empty(), "damage has a place");
}

void import_with(const FormatReader& reader, Bytes bytes) {
  auto input = Input::from_bytes("fuzz", {bytes.begin(), bytes.end()});
  if (!input) return;
  // A container's buffers cost more than most readings: one input in 32, by its last byte and length, goes there too.
  if ((bytes.back() ^ bytes.size()) % 32 != 0) {
    NoSink sink;
    return judge(import_as(reader, *input, sink));
  }
  KmtWriter writer = KmtWriter::to_memory();
  auto imported = import_as(reader, *input, writer);
  judge(imported);
  if (!imported) return;
  const Totals& t = imported->totals;
  if (!writer.finish(imported->tables, imported->quality, imported->source)) return;
  auto stored = KmtReader::from_bytes(writer.take_bytes());
  require(stored.ok(), "what was written can be read");
  TotalsCounter counter(stored->tables());
  require(stored->for_each(all_columns, [&](std::uint64_t, const Event& e) { counter.add(e); }).ok(), "and decoded");
  require(counter.totals().digest == t.digest, "and is the same trace");
}

void open_container(Bytes bytes) {
  auto reader = KmtReader::from_bytes(ByteVector(bytes.begin(), bytes.end()), "fuzz");
  if (!reader) return;
  std::uint64_t sum = 0;
  (void)reader->for_each(all_columns, [&](std::uint64_t, const Event& e) {
    require(e.call_site == no_index || e.call_site < reader->tables().call_sites.size(), "call sites are in the table");
    require(e.task == no_index || e.task < reader->tables().tasks.size(), "tasks are in the table");
    require(e.slot == no_slot || e.slot < reader->max_slots(), "slots are below max_slots");
    sum += e.tick;
  });
  (void)reader->verify_all();
  (void)reader->seek_tick(sum);
}

void parse_filter_text(Bytes bytes) {
  const std::string text(bytes.begin(), bytes.end());
  const auto filter = parse_filter(text);
  if (!filter) require(!filter.error().what.empty(), "an error has words");
}

void parse_slabinfo_text(Bytes bytes) {
  std::string text = "slabinfo - version: 2.1\n";
  text.append(bytes.begin(), bytes.end());
  (void)parse_slabinfo(text, "fuzz");
}

struct Target {
  std::string_view name;
  void (*run)(Bytes);
};
constexpr Target others[] = {{"kmt", open_container}, {"filter", parse_filter_text}, {"slabinfo", parse_slabinfo_text}};

const FormatReader* reader_target = nullptr;
const Target* other_target = nullptr;

int usage(const char* why) {
  std::fprintf(stderr, "%s; expected --target=NAME or --list\n", why);
  return 2;
}

bool choose(std::string_view name) {
  for (const FormatReader& r : all_readers()) reader_target = r.id == name ? &r : reader_target;
  for (const Target& t : others) other_target = t.name == name ? &t : other_target;
  return reader_target != nullptr || other_target != nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::string_view word = (*argv)[i];
    if (word == "--list") {
      for (const FormatReader& r : all_readers()) std::printf("%.*s\n", static_cast<int>(r.id.size()), r.id.data());
      for (const Target& t : others) std::printf("%.*s\n", static_cast<int>(t.name.size()), t.name.data());
      std::exit(0);
    }
    if (word.starts_with("--target=") && !choose(word.substr(9))) std::exit(usage("unknown target"));
  }
  if (reader_target == nullptr && other_target == nullptr) std::exit(usage("no target"));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(data, size);
  if (reader_target != nullptr) {
    import_with(*reader_target, bytes);
  } else {
    other_target->run(bytes);
  }
  return 0;
}
