// Holds the reports of a suite's runs against its baseline: one finding for each trace, core and metric, in the
// suite's order. Where lower is better (max_increase), becoming lower by more than the tolerance is worth a notice: a
// baseline that lags behind lets the next loss pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/baseline.h"
#include "sim/check/suite.h"
#include "sim/observe/report.h"

namespace kmemlab::check {

enum class Verdict : std::uint8_t { fine, improved, regressed, missing };
const char* name_of(Verdict verdict);

struct Finding {
  std::string trace, core;
  MetricRule rule;
  Verdict verdict = Verdict::fine;
  u128 value = 0;
  std::optional<u128> baseline;  ///< none: missing, or the rule needs none

  /// "4,050,944 -> 4,100,000: 49,056 more (12.1 per mille); allowed: 10 per mille more"
  std::string change() const;
  /// The rule in words: "allowed: 40,509 more".
  std::string allowed() const;
};

/// What is known of a run that got worse, beside its numbers.
struct RunNote {
  std::string trace, core;
  std::string since;           ///< since_text of trail.h; empty: no trail was blessed
  std::string explained;       ///< text of the explanation against another build; empty: none was asked for
  std::string explained_json;  ///< the same as JSON
};

struct CheckResult {
  Suite suite;
  std::vector<Finding> findings;
  std::size_t runs = 0;
  std::vector<std::string> stopped;  ///< "TRACE CORE: what ended the run": a panic is no metric that could be blessed
  std::vector<std::string> stale;    ///< keys of the baseline that no rule of the suite asks for

  std::vector<RunNote> notes;  ///< of runs with a regression, in the suite's order

  std::size_t count(Verdict verdict) const;
  /// Null if there is none of this run.
  const RunNote* note_of(const Finding& finding) const;
};

/// The runs of the suite in which something regressed.
Suite regressed_part(const CheckResult& result);

/// What one value is to its rule.
Verdict judge(const Rule& rule, u128 value, const std::optional<u128>& baseline);

/// reports[i][j]: entry i on its core j.
using Reports = std::vector<std::vector<sim::Report>>;
CheckResult compare(const Suite& suite, const Reports& reports, const Baseline& baseline);

/// The values that a blessing stores: of the rules that need a baseline.
Baseline values_of(const Suite& suite, const Reports& reports);

}  // namespace kmemlab::check
