// Edits of a trace on its way to a report or another file, by options that several verbs share. There is one order,
// whatever the order of the options:
//   1. a part of it            --from, --to (event numbers) or --from-time, --to-time; what lives there is carried
//   along
//   2. a heap in use           --warm-start: what /proc/slabinfo counted is allocated first
//   3. what a filter selects   --where
//   4. no names                --scrub
//   5. several times over      --repeat, --repeat-until
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/cli/arguments.h"
#include "sim/cli/open_trace.h"
#include "traces/filter/syntax.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

/// A place in a trace.
struct Place {
  enum class Unit : std::uint8_t { event, ns_since_start };
  Unit unit = Unit::event;
  std::uint64_t at = 0;
};

struct Edits {
  std::optional<Place> from, to;
  std::optional<std::string> warm_start;  ///< a slabinfo file
  std::optional<traces::Filter> where;
  bool scrub = false;
  std::optional<std::uint64_t> repeat, repeat_until;
  bool repeats() const { return repeat || repeat_until; }
  bool any() const { return from || to || warm_start || where || scrub || repeats(); }
};

/// The option --where, which every reading verb has; --warm-start, which replay has too; and all of them, which convert
/// has.
OptionSpec where_option();
OptionSpec warm_start_option();
std::vector<OptionSpec> edit_options();
/// Those of the options that `p` has. Errors are usage errors. The first looks at --where and --warm-start only: in
/// `replay`, --from and --to mean something else.
Fallible<Edits> read_where(const Parsed& p);
Fallible<Edits> read_edits(const Parsed& p);

/// Edits `trace` into `out` and finishes it. Without edits: a copy.
Fallible<void> edit_into(OpenTrace& trace, const Edits& edits, traces::KmtWriter& out);

/// `trace` itself if there are no edits; else what they leave of it, in a temporary container.
Fallible<OpenTrace> open_edited(OpenTrace&& trace, const Edits& edits);
/// open_trace, then the edits.
Fallible<OpenTrace> open_edited(const std::string& path, Defects defects, const Edits& edits);

}  // namespace kmemlab::cli
