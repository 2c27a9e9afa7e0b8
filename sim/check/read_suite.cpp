// The reader of suite.h.
#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include "sim/check/numbers.h"
#include "sim/check/suite.h"
#include "sim/scenario/members.h"

namespace kmemlab::check {

namespace {

using scenario::FirstError;
using scenario::Json;
using scenario::Members;

constexpr const char* schema_name = "kmemlab.suite/1";
constexpr std::uint64_t permille_max = 1'000'000;
constexpr Rule::Kind rule_kinds[] = {Rule::Kind::exact, Rule::Kind::max_increase, Rule::Kind::min, Rule::Kind::max};

std::string did_you_mean(const std::string& near, const std::string& otherwise) {
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

/// One word of a baseline's line: nothing that separates, nothing that a terminal obeys.
bool is_word(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
  });
}

class SuiteReader {
 public:
  SuiteReader(std::string_view text, const std::string& file) : text_(text), first_{file, {}} {}

  Fallible<Suite> run() {
    auto json = scenario::read_json(text_, first_.file);
    if (!json) return Failure<Error>{json.error()};
    Members in(*json, "the suite", first_);
    known(*json, "the suite", {"schema", "name", "cores", "metrics", "entries", "notes"});
    suite_.file = first_.file;
    if (in.text("schema") != schema_name) {
      in.wrong(*json, "\"schema\" is '" + in.text("schema") + "'", std::string("expected ") + schema_name);
    }
    in.need("name");
    suite_.name = in.text("name");
    if (const Json* cores = in.find("cores")) cores_ = read_cores(in, *cores);
    if (const Json* metrics = in.find("metrics")) read_metrics(in, *metrics, metrics_);
    if (const Json* entries = in.need("entries")) read_entries(in, *entries);
    if (first_.error) return Failure<Error>{*first_.error};
    return std::move(suite_);
  }

 private:
  /// An error for the first member that is none of `names`.
  void known(const Json& object, const std::string& what, std::initializer_list<const char*> names) {
    const std::vector<std::string> all(names.begin(), names.end());
    for (std::size_t i = 0; i < object.names.size(); ++i) {
      if (std::find(all.begin(), all.end(), object.names[i]) != all.end()) continue;
      std::string list = "expected one of";
      for (const std::string& n : all) list += " " + n;
      first_.set(object.name_lines[i], object.items[i].begin, what + " has no member \"" + object.names[i] + "\"",
                 did_you_mean(sim::nearest(object.names[i], all), list));
    }
  }

  bool is_list(Members& in, const Json& value, const std::string& name) {
    if (value.kind == Json::Kind::list && !value.items.empty()) return true;
    in.wrong(value, "\"" + name + "\" is " + (value.items.empty() ? "empty or no list" : name_of(value.kind)),
             "expected a list");
    return false;
  }

  std::vector<sim::CoreSpec> read_cores(Members& in, const Json& list) {
    std::vector<sim::CoreSpec> cores;
    if (!is_list(in, list, "cores")) return cores;
    for (const Json& item : list.items) {
      if (item.kind != Json::Kind::text) {
        in.wrong(item, std::string("a core is ") + name_of(item.kind),
                 "expected a text as in \"bsd386:mode=faithful\"");
        continue;
      }
      auto specs = sim::parse_core_specs({item.text});
      if (!specs) {
        in.wrong(item, specs.error().what, specs.error().expected);
        continue;
      }
      for (sim::CoreSpec& core : *specs) {
        const std::string label = core_label(core);
        if (!is_word(label)) in.wrong(item, "the core '" + label + "' has a space", "expected options without spaces");
        const auto same = [&](const sim::CoreSpec& c) { return core_label(c) == label; };
        if (std::any_of(cores.begin(), cores.end(), same)) {
          in.wrong(item, "the core '" + label + "' occurs twice", "expected it once");
        }
        cores.push_back(std::move(core));
      }
    }
    return cores;
  }

  /// What a rule is measured by: digits of up to 128 bits, or a number as in "4K".
  u128 amount(Members& in, const char* name) {
    const Json* value = in.find(name);
    if (value != nullptr && value->kind != Json::Kind::object) {
      if (const auto digits = read_decimal(value->text)) return *digits;
    }
    return in.number(name, 0);
  }

  Rule read_rule(Members& in, const Json& object) {
    Rule rule;
    const std::string word = in.text("rule");
    std::vector<std::string> names;
    bool found = false;
    for (const Rule::Kind kind : rule_kinds) {
      names.emplace_back(name_of(kind));
      if (word == name_of(kind)) rule.kind = kind, found = true;
    }
    if (in.need("rule") != nullptr && !found) {
      in.wrong(*in.find("rule"), "there is no rule '" + word + "'",
               did_you_mean(sim::nearest(word, names), "expected exact, max_increase, min or max"));
    }
    const bool by = in.find("by") != nullptr, permille = in.find("permille") != nullptr;
    const bool value = in.find("value") != nullptr;
    const bool increase = rule.kind == Rule::Kind::max_increase, bound = !rule.needs_baseline();
    if (found && (by + permille != (increase ? 1 : 0) || value != bound)) {
      in.wrong(object, "the rule " + word + " has another measure than it needs",
               increase ? "expected one of \"by\" and \"permille\""
               : bound  ? "expected \"value\""
                        : "expected none");
    }
    rule.unit = permille ? Rule::Unit::permille : Rule::Unit::absolute;
    rule.amount = amount(in, increase ? (permille ? "permille" : "by") : "value");
    if (permille && rule.amount > permille_max) {
      in.wrong(*in.find("permille"), "\"permille\" is above 1,000,000", "expected 10 for one per cent");
    }
    return rule;
  }

  void read_metrics(Members& in, const Json& list, std::vector<MetricRule>& to) {
    if (!is_list(in, list, "metrics")) return;
    for (const Json& item : list.items) {
      Members one(item, "a metric", first_);
      known(item, "a metric", {"metric", "rule", "by", "permille", "value", "why"});
      MetricRule m;
      m.line = item.line;
      const Json* name = one.need("metric");
      const std::string word = one.text("metric");
      m.metric = find_metric(word);
      if (name != nullptr && m.metric == nullptr) {
        one.wrong(*name, "there is no metric '" + word + "'",
                  did_you_mean(nearest_metric(word), "expected a name of the report as in at_peak.held (docs/ci.md)"));
      }
      m.rule = read_rule(one, item);
      one.need("why");
      m.why = one.text("why");
      if (m.why.empty()) one.wrong(item, "\"why\" is empty", "expected a sentence for whom it stops");
      if (m.metric != nullptr && m.metric->hexadecimal && m.rule.kind != Rule::Kind::exact) {
        one.wrong(item, "'" + word + "' is a digest", "expected the rule exact");
      }
      for (const MetricRule& other : to) {
        if (m.metric != nullptr && other.metric == m.metric) {
          one.wrong(item, "the metric '" + word + "' has a rule in line " + std::to_string(other.line) + " already",
                    "expected it once");
        }
      }
      to.push_back(std::move(m));
    }
  }

  void read_machine(Members& in, Entry& entry) {
    const std::string name = in.text("machine", "x86-64");
    entry.native = name == "native";
    const sim::Profile* profile = sim::find_profile(entry.native ? "x86-64" : name);
    if (profile != nullptr) {
      entry.machine.profile = *profile;
    } else {
      std::vector<std::string> names{"native"};
      for (const sim::Profile& p : sim::all_profiles()) names.emplace_back(p.name);
      in.wrong(*in.find("machine"), "there is no machine '" + name + "'",
               did_you_mean(sim::nearest(name, names), "'kmemlab machines' lists them"));
    }
    entry.machine.ram_bytes = in.number("ram", 0);
    entry.machine.arena_bytes = in.number("arena", 0);
  }

  void read_window(Entry& entry, const Json& window) {
    Members in(window, "a window", first_);
    known(window, "a window", {"from", "to"});
    entry.window.from = in.number("from", 0);
    entry.window.to = in.number("to", sim::MetricsWindow::no_end);
    if (entry.window.from >= entry.window.to) in.wrong(window, "the window is empty", "expected \"to\" above \"from\"");
  }

  void read_synthetic(Members& in, const Json& object, Entry& entry) {
    const std::string name = in.text("workload");
    traces::gen::Request& request = entry.synthetic.request;
    request.seed = in.number("seed", 1);
    request.events = in.number("events", 0);
    request.parameters = in.texts("options");
    entry.synthetic.workload = traces::gen::find_workload(name);
    if (entry.synthetic.workload == nullptr) {
      std::vector<std::string> names;
      for (const traces::gen::Workload& w : traces::gen::workloads()) names.emplace_back(w.name);
      in.wrong(*in.find("workload"), "there is no workload '" + name + "'",
               did_you_mean(sim::nearest(name, names), "'kmemlab gen --list' lists them"));
      return;
    }
    if (request.events > traces::gen::events_max) in.wrong(object, "too many events", "expected at most 4,000,000,000");
    const auto values = traces::gen::Values::parse(entry.synthetic.workload->parameters, request.parameters);
    if (!values) in.wrong(*in.find("options"), values.error().what, values.error().expected);
    entry.name = name + "-" + std::to_string(request.seed);
  }

  void read_source(Members& in, const Json& object, Entry& entry) {
    const bool recorded = in.find("trace") != nullptr;
    if (recorded == (in.find("workload") != nullptr)) {
      in.wrong(object, recorded ? "an entry has a trace and a workload" : "an entry has no trace",
               "expected one of \"trace\" and \"workload\"");
      return;
    }
    if (!recorded) return read_synthetic(in, object, entry);
    for (const char* name : {"seed", "events", "options"}) {
      if (const Json* member = in.find(name)) in.wrong(*member, "\"" + std::string(name) + "\" is a workload's", "");
    }
    namespace fs = std::filesystem;
    const fs::path path = in.text("trace");
    if (path.empty()) in.wrong(*in.find("trace"), "\"trace\" is empty", "expected a path");
    entry.trace = (fs::path(first_.file).parent_path() / path).lexically_normal().string();
    entry.name = path.filename().string();
  }

  void read_entry(const Json& object) {
    Members in(object, "an entry", first_);
    known(object, "an entry",
          {"name", "trace", "workload", "seed", "events", "options", "machine", "ram", "arena", "cores", "where",
           "window", "metrics", "notes"});
    Entry entry;
    entry.line = object.line;
    read_source(in, object, entry);
    entry.name = in.text("name", entry.name);
    if (!is_word(entry.name)) {
      in.wrong(object, "the entry's name is '" + entry.name + "'", "expected a \"name\" without spaces");
    }
    for (const Entry& other : suite_.entries) {
      if (other.name != entry.name) continue;
      in.wrong(object, "the entry of line " + std::to_string(other.line) + " is called '" + entry.name + "' too",
               "expected a \"name\" of its own");
    }
    read_machine(in, entry);
    const Json* cores = in.find("cores");
    entry.cores = cores != nullptr ? read_cores(in, *cores) : cores_;
    if (entry.cores.empty()) in.wrong(object, "an entry has no cores", "expected \"cores\" in it or in the suite");
    if (const Json* where = in.find("where")) {
      auto filter = traces::parse_filter(in.text("where"));
      if (filter) {
        entry.where = std::move(*filter);
      } else {
        in.wrong(*where, filter.error().what, filter.error().expected);
      }
    }
    if (const Json* window = in.find("window")) read_window(entry, *window);
    entry.metrics = metrics_;
    if (const Json* metrics = in.find("metrics")) read_metrics(in, *metrics, entry.metrics);
    if (entry.metrics.empty())
      in.wrong(object, "an entry has no metrics", "expected \"metrics\" in it or in the suite");
    suite_.entries.push_back(std::move(entry));
  }

  void read_entries(Members& in, const Json& list) {
    if (!is_list(in, list, "entries")) return;
    for (const Json& item : list.items) read_entry(item);
  }

  std::string_view text_;
  FirstError first_;
  Suite suite_;
  std::vector<sim::CoreSpec> cores_;
  std::vector<MetricRule> metrics_;
};

}  // namespace

const char* name_of(Rule::Kind kind) {
  switch (kind) {
    case Rule::Kind::exact:
      return "exact";
    case Rule::Kind::max_increase:
      return "max_increase";
    case Rule::Kind::min:
      return "min";
    case Rule::Kind::max:
      return "max";
  }
  return "?";
}

std::string core_label(const sim::CoreSpec& core) {
  return core.options.empty() ? core.name : core.name + ":" + core.options_text();
}

Fallible<Suite> read_suite(std::string_view text, const std::string& file) {
  return SuiteReader(text, file).run();
}

}  // namespace kmemlab::check
