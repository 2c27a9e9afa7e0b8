// What reads foreign bytes, and what it promises, as targets by name: one for each reader of traces, for the container,
// for the filter language and for slabinfo. tests/fuzz/fuzz_traces.cpp feeds them with broken bytes;
// tests/traces/test_fuzz_findings.cpp plays the seeds and what was found once.
#pragma once

#include <functional>
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

namespace kmemlab::traces::fuzz {

/// A promise. Each program says what becomes of a broken one.
void require(bool holds, const char* what);

struct NoSink final : EventSink {
  void append(const Event&) override {}
  void learn_cache(std::uint64_t, Index) override {}
};

inline void judge(const Fallible<Imported>& imported) {
  if (!imported) return require(!imported.error().what.empty(), "an error has words");
  const Totals& t = imported->totals;
  require(t.frees == t.matched + t.before_trace + t.unrecorded + t.null_frees, "frees add up");
  require(!imported->quality.damaged || !imported->quality.first_damage.empty(), "damage has a place");
}

inline void import_with(const FormatReader& reader, Bytes bytes) {
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

inline void open_container(Bytes bytes) {
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

inline void parse_filter_text(Bytes bytes) {
  const std::string text(bytes.begin(), bytes.end());
  const auto filter = parse_filter(text);
  if (!filter) require(!filter.error().what.empty(), "an error has words");
}

inline void parse_slabinfo_text(Bytes bytes) {
  std::string text = "slabinfo - version: 2.1\n";
  text.append(bytes.begin(), bytes.end());
  (void)parse_slabinfo(text, "fuzz");
}

struct Target {
  std::string_view name;
  std::function<void(Bytes)> run;
};

inline std::vector<Target> all_targets() {
  std::vector<Target> all;
  for (const FormatReader& r : all_readers()) all.push_back({r.id, [&r](Bytes bytes) { import_with(r, bytes); }});
  all.push_back({"kmt", open_container});
  all.push_back({"filter", parse_filter_text});
  all.push_back({"slabinfo", parse_slabinfo_text});
  return all;
}

}  // namespace kmemlab::traces::fuzz
