// What the tests of our own format and of the writers share: text in, container, text out.
#pragma once

#include <string>
#include <vector>

#include "tests/traces/import_kit.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"
#include "traces/write/write.h"

namespace kmemlab::traces::testing {

inline KmtReader stored(const Fallible<Input>& input) {
  KmtWriter writer = KmtWriter::to_memory();
  if (!input) FAIL(input.error().text());
  auto imported = import_trace(*input, writer);
  if (!imported) FAIL(imported.error().text());
  writer.set_totals(imported->totals);
  writer.set_page_verdicts(imported->page_verdicts);
  if (!writer.finish(imported->tables, imported->quality, imported->source)) FAIL("not stored");
  auto reader = KmtReader::from_bytes(writer.take_bytes());
  if (!reader) FAIL(reader.error().text());
  return std::move(*reader);
}
inline KmtReader stored_text(std::string_view text) {
  return stored(Input::from_text("test", text));
}

struct Written {
  std::string text;
  std::string lost;
};

inline Written written(KmtReader& trace, WriteFormat format) {
  Written w;
  auto lost = write_trace(trace, format, [&](std::string_view piece) { w.text += piece; });
  if (!lost) FAIL(lost.error().text());
  w.lost = lost->text();
  return w;
}

inline Totals counted(KmtReader& trace) {
  TotalsCounter counter(trace.tables());
  const auto done = trace.for_each(all_columns, [&](std::uint64_t, const Event& e) { counter.add(e); });
  if (!done) FAIL(done.error().text());
  return counter.totals();
}

inline const std::string schema_line = "{\"schema\":\"kmemlab.events/1\"}\n";

inline std::string sample_recording() {
  return std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ext4tree.dat";
}

}  // namespace kmemlab::traces::testing
