// The reader of suite.h: the suite and its entries. What stands in "metrics" is in read_metrics.cpp.
#include <algorithm>
#include <filesystem>

#include "sim/check/suite.h"
#include "sim/check/suite_members.h"
#include "sim/scenario/members.h"

namespace kmemlab::check {

namespace {

using scenario::FirstError;
using scenario::Json;
using scenario::Members;

constexpr const char* schema_name = "kmemlab.suite/1";

/// One word of a baseline's line: nothing that separates, nothing that a terminal obeys.
bool is_word(std::string_view text) {
  return is_line(text) && text.find(' ') == std::string_view::npos;
}

class SuiteReader {
 public:
  SuiteReader(std::string_view text, const std::string& file) : text_(text), first_{file, {}} {}

  Fallible<Suite> run() {
    auto json = scenario::read_json(text_, first_.file);
    if (!json) return Failure<Error>{json.error()};
    Members in(*json, "the suite", first_);
    known(in, *json, "the suite", {"schema", "name", "cores", "metrics", "entries", "notes"});
    suite_.file = first_.file;
    if (in.text("schema") != schema_name) {
      in.wrong(*json, "\"schema\" is '" + in.text("schema") + "'", std::string("expected ") + schema_name);
    }
    in.need("name");
    suite_.name = in.text("name");
    if (!is_line(suite_.name)) in.wrong(*json, "\"name\" is no line of text", "expected a name of the suite");
    if (const Json* cores = in.find("cores")) cores_ = read_cores(in, *cores);
    if (const Json* metrics = in.find("metrics")) read_metrics(in, *metrics, metrics_);
    if (const Json* entries = in.need("entries")) read_entries(in, *entries);
    if (first_.error) return Failure<Error>{*first_.error};
    return std::move(suite_);
  }

 private:
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
    const std::string pages = in.text("pages", "ignore");
    if (pages == "pressure") {
      entry.pressure.pages = sim::PageEvents::pressure;
    } else if (pages != "ignore") {
      in.wrong(*in.find("pages"), "\"pages\" is '" + pages + "'", "expected ignore or pressure");
    }
    entry.pressure.daemon_latency_ticks = in.number("daemon_latency", entry.pressure.daemon_latency_ticks);
    if (const Json* latency = in.find("daemon_latency"); latency != nullptr && pages != "pressure") {
      in.wrong(*latency, "\"daemon_latency\" without pressure", "expected \"pages\": \"pressure\" beside it");
    } else if (entry.pressure.daemon_latency_ticks > sim::daemon_latency_max) {
      in.wrong(*latency, "\"daemon_latency\" is " + std::to_string(entry.pressure.daemon_latency_ticks),
               "expected at most " + std::to_string(sim::daemon_latency_max));
    }
    entry.closed_loop = in.flag("closed_loop", false);
  }

  void read_window(Entry& entry, const Json& window) {
    Members in(window, "a window", first_);
    known(in, window, "a window", {"from", "to"});
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
    known(in, object, "an entry",
          {"name", "trace", "workload", "seed", "events", "options", "machine", "ram", "arena", "pages",
           "daemon_latency", "closed_loop", "repeat", "cores", "where", "window", "metrics", "notes"});
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
    entry.repeat = in.number("repeat", 1);
    if (entry.repeat == 0) in.wrong(*in.find("repeat"), "\"repeat\" is 0", "expected at least one round");
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

std::string core_label(const sim::CoreSpec& core) {
  return core.options.empty() ? core.name : core.name + ":" + core.options_text();
}

Fallible<Suite> read_suite(std::string_view text, const std::string& file) {
  return SuiteReader(text, file).run();
}

}  // namespace kmemlab::check
