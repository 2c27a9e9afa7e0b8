// The reader: file, machine, system, steps. What a step expects is in read_expect.cpp.
#include "sim/scenario/read.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>

#include "sim/scenario/call_text.h"
#include "sim/scenario/expression.h"
#include "sim/scenario/read_expect.h"

namespace kmemlab::scenario {

namespace {

constexpr std::uint64_t rounds_max = 1'000'000;
constexpr std::uint64_t arena_bytes_max = std::uint64_t{4} << 30;  // every check looks at every page
constexpr std::uint64_t ram_bytes_max = std::uint64_t{64} << 30;

class ScenarioReader {
 public:
  ScenarioReader(std::string_view text, const std::string& file) : text_(text), first_{file, {}} {}

  Fallible<Scenario> run() {
    auto json = read_json(text_, first_.file);
    if (!json) return Failure<Error>{json.error()};
    Members in(*json, "the scenario", first_);
    result_.file = first_.file;
    if (in.text("schema") != schema_name) {
      in.wrong(*json, "\"schema\" is '" + in.text("schema") + "'", std::string("expected ") + schema_name);
    }
    result_.name = needed(in, "name");
    result_.clauses = in.texts("clauses");
    result_.sentence = needed(in, "sentence");
    read_system(in);
    read_machine(in);
    result_.manual = in.texts("manual");
    result_.check = in.flag("check", true);
    if (const Json* boot = in.find("boot")) result_.boot = read_expect(*boot, first_);
    if (const Json* lesson = in.find("lesson")) {
      result_.lesson = text_.substr(lesson->begin, lesson->end - lesson->begin);
    }
    in.find("notes");
    if (const Json* steps = in.need("steps")) result_.steps = read_steps(*steps, 0);
    if (const Json* lesson = in.find("lesson")) result_.taught = read_lesson(*lesson, result_.steps, first_);
    in.finish();
    if (first_.error) return Failure<Error>{*first_.error};
    return std::move(result_);
  }

 private:
  std::string needed(Members& in, std::string_view name) {
    in.need(name);
    return in.text(name);
  }

  void read_system(Members& in) {
    const Json* object = in.need("system");
    if (object == nullptr) return;
    Members system(*object, "the system", first_);
    result_.core = needed(system, "core");
    for (const System& s : all_systems()) {
      if (s.name == result_.core) system_ = &s;
    }
    if (system_ == nullptr) {
      std::string names = "expected one of";
      for (const System& s : all_systems()) names += " " + std::string(s.name);
      return system.wrong(*object, "there is no core '" + result_.core + "'", names);
    }
    for (const std::string_view name : system_->options) {
      const Json* value = system.find(name);
      if (value == nullptr) continue;
      const bool truth = value->kind == Json::Kind::boolean;
      result_.options.emplace_back(name, truth ? (value->truth ? "yes" : "no") : value->text);
    }
    system.finish();
  }

  void read_machine(Members& in) {
    const Json* object = in.find("machine");
    if (object == nullptr) return;
    Members machine(*object, "the machine", first_);
    MachineSetup& m = result_.machine;
    m.profile = machine.text("profile");
    if (!m.profile.empty() && sim::find_profile(m.profile) == nullptr) {
      machine.wrong(*object, "there is no profile '" + m.profile + "'", "'kmemlab machines' lists them");
    }
    m.ram_bytes = machine.number("ram", m.ram_bytes);
    m.arena_bytes = machine.number("arena", m.arena_bytes);
    if (m.arena_bytes > arena_bytes_max)
      machine.wrong(*object, "an arena of more than 4 GiB", "expected a smaller one");
    if (m.ram_bytes > ram_bytes_max) machine.wrong(*object, "ram of more than 64 GiB", "expected less");
    m.map_entries = machine.number("map_entries", m.map_entries);
    m.cpus = static_cast<unsigned>(std::min<std::uint64_t>(machine.number("cpus", m.cpus), 1024));
    m.entries_by = machine.text("entries_by");
    if (!m.entries_by.empty()) check_call(machine, *object, m.entries_by);
    machine.finish();
  }

  std::vector<Step> read_steps(const Json& list, unsigned depth) {
    std::vector<Step> steps;
    if (list.kind != Json::Kind::list || depth > 8) {
      first_.set(list.line, list.begin, depth > 8 ? "steps nested deeper than 8" : "\"steps\" is no list",
                 "expected a list of steps");
      return steps;
    }
    for (const Json& item : list.items) steps.push_back(read_step(item, depth));
    return steps;
  }

  void check_call(const Members& in, const Json& at, const std::string& text) const {
    if (system_ == nullptr) return;
    if (const auto call = match_call(text, system_->functions()); !call) {
      in.wrong(at, call.error().what, call.error().expected);
    }
  }

  /// The member that says what kind of step it is.
  const Json* kind_of(Members& in, const Json& item, Step& step) const {
    using Kind = Step::Kind;
    constexpr std::pair<std::string_view, Kind> kinds[] = {
        {"call", Kind::call}, {"load", Kind::load},    {"store", Kind::store}, {"fill", Kind::fill},
        {"poke", Kind::poke}, {"wake", Kind::wake},    {"run", Kind::run},     {"leave", Kind::leave},
        {"set", Kind::set},   {"repeat", Kind::repeat}};
    const Json* found = nullptr;
    for (const auto& [name, kind] : kinds) {
      const Json* member = in.find(name);
      if (member == nullptr) continue;
      if (found != nullptr) in.wrong(item, "a step that does two things", "expected one of call, load, store, ...");
      found = member;
      step.kind = kind;
    }
    return found;
  }

  /// A member that this kind of step has no use for would change nothing, and its writer thinks that it does.
  static void check_members(const Members& in, const Json& item, Step::Kind kind) {
    using Kind = Step::Kind;
    struct Rule {
      std::string_view member, fits;
      std::initializer_list<Kind> kinds;
    };
    static const Rule rules[] = {
        {"as", "a call", {Kind::call}},
        {"hold", "a call", {Kind::call}},
        {"during", "a call or run", {Kind::call, Kind::run}},
        {"task", "a call, load, store or fill", {Kind::call, Kind::load, Kind::store, Kind::fill}},
        {"cpu", "a call, load, store or fill", {Kind::call, Kind::load, Kind::store, Kind::fill}},
        {"interrupt", "a call, load, store or fill", {Kind::call, Kind::load, Kind::store, Kind::fill}},
        {"user", "a load or store", {Kind::load, Kind::store}},
        {"value", "a store, fill or poke", {Kind::store, Kind::fill, Kind::poke}},
        {"size", "a fill or poke", {Kind::fill, Kind::poke}},
        {"flip", "a poke", {Kind::poke}},
        {"times", "a repeat", {Kind::repeat}},
        {"index", "a repeat", {Kind::repeat}},
    };
    for (const std::string& name : item.names) {
      for (const Rule& rule : rules) {
        if (rule.member != name || std::find(rule.kinds.begin(), rule.kinds.end(), kind) != rule.kinds.end()) continue;
        in.wrong(item, "\"" + name + "\" does not fit this step", "it belongs to " + std::string(rule.fits));
      }
    }
  }

  Step read_step(const Json& item, unsigned depth) {
    Members in(item, "a step", first_);
    Step step;
    step.line = item.line;
    const Json* what = kind_of(in, item, step);
    check_members(in, item, step.kind);
    step.task = in.text("task", "main");
    step.cpu = static_cast<unsigned>(std::min<std::uint64_t>(in.number("cpu", 0), 1023));
    if (in.find("interrupt") != nullptr) step.interrupt = read_level(in, "interrupt");
    step.as = in.text("as");
    step.user = in.flag("user", false);
    step.flip = in.flag("flip", false);
    step.hold = in.flag("hold", false);
    step.value = in.expression("value").value_or("");
    step.size = in.expression("size").value_or("");
    step.count = in.number("times", 0);
    if (step.count > rounds_max) in.wrong(item, "\"times\" is " + std::to_string(step.count), "at most 1000000");
    step.index = in.text("index", "n");
    step.say = in.text("say");
    step.label = in.text("label");
    check_label(in, item, step.label, depth);
    in.find("notes");
    if (what != nullptr) read_what(in, *what, step, depth);
    if (const Json* during = in.find("during")) read_during(*during, step, depth);
    if (const Json* expect = in.find("expect")) step.expect = read_expect(*expect, first_);
    in.finish();
    return step;
  }

  void check_label(const Members& in, const Json& item, const std::string& label, unsigned depth) {
    if (label.empty()) return;
    if (depth > 0) in.wrong(item, "a label inside a step", "expected it at a step of the scenario itself");
    if (!labels_.insert(label).second)
      in.wrong(item, "the label '" + label + "' for the second time", "expected another");
  }

  void read_what(Members& in, const Json& what, Step& step, unsigned depth) {
    step.text = what.text;
    switch (step.kind) {
      case Step::Kind::call:
        return check_call(in, what, step.text);
      case Step::Kind::set:
        for (std::size_t i = 0; i < what.names.size(); ++i) {
          step.set.emplace_back(what.names[i], expression_of(what.items[i], in, "set").value_or("0"));
        }
        return;
      case Step::Kind::repeat:
        step.steps = read_steps(what, depth + 1);
        if (step.count == 0) in.wrong(what, "a repeat without \"times\"", "expected how often, at least 1");
        return;
      case Step::Kind::load:
      case Step::Kind::store:
      case Step::Kind::fill:
      case Step::Kind::poke:
        expression_of(what, in, "address");
        if (step.kind != Step::Kind::load && step.value.empty())
          in.wrong(what, "a step without \"value\"", "expected one");
        if (step.kind == Step::Kind::fill && step.size.empty())
          in.wrong(what, "a fill without \"size\"", "expected one");
        return;
      default:
        return;
    }
  }

  unsigned read_level(Members& in, std::string_view name) {
    const std::uint64_t level = in.number(name, 0);
    if (level >= 1 && level <= sim::level_max) return static_cast<unsigned>(level);
    first_.set(in.line(), 0, "\"" + std::string(name) + "\" is no level", "expected 1 to 7; cores raise to 5");
    return 1;
  }

  void read_during(const Json& list, Step& step, unsigned depth) {
    for (const Json& item : list.items) {
      Members in(item, "an interrupt", first_);
      During during;
      during.line = item.line;
      during.access = in.number("access", 0);
      in.need("access");
      during.level = in.find("level") != nullptr ? read_level(in, "level") : 3;
      if (const Json* steps = in.need("steps")) during.steps = read_steps(*steps, depth + 1);
      in.finish();
      step.during.push_back(std::move(during));
    }
  }

  std::string_view text_;
  FirstError first_;
  Scenario result_;
  const System* system_ = nullptr;
  std::set<std::string> labels_;
};

}  // namespace

Fallible<Scenario> read_scenario(std::string_view text, const std::string& file) {
  return ScenarioReader(text, file).run();
}

Fallible<Scenario> read_scenario_file(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Failure<Error>{{std::string("cannot be read: ") + (errno != 0 ? std::strerror(errno) : "it is empty"),
                           "expected a scenario (kmemlab.scenario/1)",
                           path,
                           {},
                           {}}};
  }
  return read_scenario(text.str(), path);
}

}  // namespace kmemlab::scenario
