// import_trace: see import.h.
#include "traces/import/import.h"

#include <algorithm>

#include "traces/import/importer.h"
#include "traces/import/inversions.h"
#include "traces/readers/detect.h"

namespace kmemlab::traces {
namespace {

/// Nothing usable: say where the first trouble is, not merely that there is none.
Error nothing_usable(const Input& input, const DamageLog& damage) {
  if (damage.first()) {
    Error e = *damage.first();
    e.what = "nothing usable: " + e.what;
    return e;
  }
  return {"no record in this trace", "at least one event", input.path(), {}, 0};
}

}  // namespace

Fallible<Imported> import_trace(const Input& input, EventSink& sink, const ImportOptions& options) {
  const auto reader = reader_for(input);
  if (!reader) return Failure<Error>{reader.error()};
  return import_as(**reader, input, sink, options);
}

Fallible<Imported> import_as(const FormatReader& reader, const Input& input, EventSink& sink,
                             const ImportOptions& options) {
  Imported out;
  out.source.name = input.name();
  TableBuilder tables;
  DamageLog damage(out.quality, input.path());
  Importer importer(sink, tables.tables(), out.quality);
  InversionWindow window(importer, out.source, out.quality);
  const ReadJob job{input, window, tables, out.quality, out.source, damage, options.progress};
  if (auto done = reader.read(job); !done) return Failure<Error>{done.error()};
  window.flush();
  out.totals = importer.finish();
  out.page_verdicts = importer.page_verdicts();
  if (out.totals.records == 0) return Failure<Error>{nothing_usable(input, damage)};
  if (out.source.cpus == 0) out.source.cpus = static_cast<std::uint32_t>(out.totals.cpus);
  out.tables = tables.take();
  if (options.strictness == Strictness::strict && out.quality.defective()) {
    if (damage.first()) return Failure<Error>{*damage.first()};
    Error e{"the recording has defects",
            "a trace without lost, out-of-order or unmatchable records (strict)",
            input.path(),
            {},
            {}};
    return Failure<Error>{e};
  }
  return out;
}

}  // namespace kmemlab::traces
