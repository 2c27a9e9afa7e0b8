#include "sim/check/compare.h"

#include <algorithm>

#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

u128 allowance(const Rule& rule, u128 baseline) {
  return rule.unit == Rule::Unit::permille ? permille_of(baseline, rule.amount) : rule.amount;
}

/// Calls `see(entry, core, rule, report)` for every metric of every run.
template <class See>
void for_each_metric(const Suite& suite, const Reports& reports, See see) {
  for (std::size_t i = 0; i < suite.entries.size(); ++i) {
    const Entry& entry = suite.entries[i];
    for (std::size_t j = 0; j < entry.cores.size(); ++j) {
      for (const MetricRule& m : entry.metrics) see(entry, core_label(entry.cores[j]), m, reports[i][j]);
    }
  }
}

}  // namespace

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fine:
      return "fine";
    case Verdict::improved:
      return "improved";
    case Verdict::regressed:
      return "regressed";
    case Verdict::missing:
      return "missing";
  }
  return "?";
}

Verdict judge(const Rule& rule, u128 value, const std::optional<u128>& baseline) {
  if (rule.kind == Rule::Kind::min) return value >= rule.amount ? Verdict::fine : Verdict::regressed;
  if (rule.kind == Rule::Kind::max) return value <= rule.amount ? Verdict::fine : Verdict::regressed;
  if (!baseline) return Verdict::missing;
  if (rule.kind == Rule::Kind::exact) return value == *baseline ? Verdict::fine : Verdict::regressed;
  const u128 tolerated = allowance(rule, *baseline);
  if (value > add_saturating(*baseline, tolerated)) return Verdict::regressed;
  return *baseline > value && *baseline - value > tolerated ? Verdict::improved : Verdict::fine;
}

std::string Finding::allowed() const {
  const Metric& m = *rule.metric;
  const std::string amount = grouped(rule.rule.amount);
  switch (rule.rule.kind) {
    case Rule::Kind::exact:
      return "allowed: no change";
    case Rule::Kind::min:
      return "allowed: " + m.shown(rule.rule.amount) + " or more";
    case Rule::Kind::max:
      return "allowed: " + m.shown(rule.rule.amount) + " or less";
    case Rule::Kind::max_increase:
      break;
  }
  if (rule.rule.unit == Rule::Unit::absolute) return "allowed: " + amount + " more";
  std::string text = "allowed: " + amount + " per mille more";
  if (baseline) text += ", which is " + grouped(allowance(rule.rule, *baseline));
  return text;
}

std::string Finding::change() const {
  const Metric& m = *rule.metric;
  if (!baseline) return m.shown(value) + "; " + allowed();
  std::string text = m.shown(*baseline) + " -> " + m.shown(value);
  if (value != *baseline && !m.hexadecimal) {
    const u128 part = value > *baseline ? value - *baseline : *baseline - value;
    text += ": " + grouped(part) + (value > *baseline ? " more" : " less");
    if (*baseline != 0) text += " (" + permille_text(part, *baseline) + " per mille)";
  }
  return text + "; " + allowed();
}

std::size_t CheckResult::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.verdict == verdict; }));
}

const RunNote* CheckResult::note_of(const Finding& f) const {
  for (const RunNote& n : notes) {
    if (n.trace == f.trace && n.core == f.core) return &n;
  }
  return nullptr;
}

Suite regressed_part(const CheckResult& result) {
  Suite part = result.suite;
  for (Entry& entry : part.entries) {
    std::erase_if(entry.cores, [&](const sim::CoreSpec& core) {
      return std::none_of(result.findings.begin(), result.findings.end(), [&](const Finding& f) {
        return f.verdict == Verdict::regressed && f.trace == entry.name && f.core == core_label(core);
      });
    });
  }
  std::erase_if(part.entries, [](const Entry& entry) { return entry.cores.empty(); });
  return part;
}

CheckResult compare(const Suite& suite, const Reports& reports, const Baseline& baseline) {
  CheckResult result;
  result.suite = suite;
  Baseline asked;
  for_each_metric(suite, reports, [&](const Entry& entry, std::string core, const MetricRule& m, const auto& report) {
    Finding f{entry.name, std::move(core), m, Verdict::fine, m.metric->of(report), {}};
    const std::string key = baseline_key(f.trace, f.core, m.metric->name);
    if (m.rule.needs_baseline()) {
      asked[key] = f.value;
      if (const auto stored = baseline.find(key); stored != baseline.end()) f.baseline = stored->second;
    }
    f.verdict = judge(m.rule, f.value, f.baseline);
    result.findings.push_back(std::move(f));
  });
  for (std::size_t i = 0; i < suite.entries.size(); ++i) {
    result.runs += reports[i].size();
    for (std::size_t j = 0; j < reports[i].size(); ++j) {
      if (reports[i][j].stopped.empty()) continue;
      const Entry& entry = suite.entries[i];
      result.stopped.push_back(entry.name + " " + core_label(entry.cores[j]) + ": " + reports[i][j].stopped);
    }
  }
  for (const auto& [key, value] : baseline) {
    if (!asked.contains(key)) result.stale.push_back(key);
  }
  return result;
}

Baseline values_of(const Suite& suite, const Reports& reports) {
  Baseline values;
  for_each_metric(suite, reports, [&](const Entry& entry, const std::string& core, const MetricRule& m, const auto& r) {
    if (m.rule.needs_baseline()) values[baseline_key(entry.name, core, m.metric->name)] = m.metric->of(r);
  });
  return values;
}

}  // namespace kmemlab::check
