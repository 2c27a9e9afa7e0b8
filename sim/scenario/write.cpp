// The writer of scenario files.
#include "sim/scenario/write.h"

#include <optional>
#include <vector>

#include "sim/scenario/json_text.h"
#include "sim/scenario/narrate.h"

namespace kmemlab::scenario {

namespace {

/// The members of one object, in one line.
class Object {
 public:
  Object& raw(const std::string& name, const std::string& json) {
    text_ += (text_.empty() ? "" : ", ") + quoted(name) + ": " + json;
    return *this;
  }
  Object& text(const std::string& name, const std::string& value) {
    return value.empty() ? *this : raw(name, quoted(value));
  }
  Object& optional(const std::string& name, const std::optional<std::string>& value) {
    return value ? raw(name, quoted(*value)) : *this;
  }
  Object& number(const std::string& name, std::uint64_t value, std::uint64_t usual) {
    return value == usual ? *this : raw(name, std::to_string(value));
  }
  Object& flag(const std::string& name, bool value, bool usual) {
    return value == usual ? *this : raw(name, value ? "true" : "false");
  }
  bool empty() const { return text_.empty(); }
  std::string json() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string list(const std::vector<std::string>& json) {
  std::string text;
  for (const std::string& j : json) text += (text.empty() ? "" : ", ") + j;
  return "[" + text + "]";
}

std::string texts(const std::vector<std::string>& words) {
  std::vector<std::string> json;
  for (const std::string& w : words) json.push_back(quoted(w));
  return list(json);
}

void add_answer(Object& o, const ExpectedAnswer& a) {
  if (a.outcome) o.text("outcome", std::string(name_of(*a.outcome)));
  if (a.returns) o.raw("returns", *a.returns == "null" ? "null" : quoted(*a.returns));
  o.optional("reason", a.reason).optional("granted", a.granted).optional("blocks", a.blocks);
}

std::string memory_json(const ExpectedMemory& m) {
  return Object().text("at", m.at).text("bytes", m.bytes).text("size", m.size).text("all", m.all).json();
}

void add_sleepers(Object& o, const Expect& e) {
  if (e.asleep) {
    std::vector<std::string> sleepers;
    for (const auto& [task, on] : *e.asleep) sleepers.push_back(Object().text("task", task).text("on", on).json());
    o.raw("asleep", list(sleepers));
  }
  if (e.ready) o.raw("ready", texts(*e.ready));
  if (e.woken.empty()) return;
  Object woken;
  for (const ExpectedTask& t : e.woken) {
    Object answer;
    add_answer(answer, t.answer);
    woken.raw(t.task, answer.json());
  }
  o.raw("woken", woken.json());
}

Object expect_object(const Expect& e) {
  Object o;
  add_answer(o, e.answer);
  o.optional("value", e.value).optional("panic", e.panic).optional("fault", e.fault);
  o.number("invariant", e.invariant, 0);
  if (!e.console.empty()) o.raw("console", texts(e.console));
  if (!e.holds.empty()) {
    std::vector<std::string> holds;
    for (const Comparing& c : e.holds) holds.push_back(c.text);
    o.raw("holds", texts(holds));
  }
  if (!e.memory.empty()) {
    std::vector<std::string> memory;
    for (const ExpectedMemory& m : e.memory) memory.push_back(memory_json(m));
    o.raw("memory", list(memory));
  }
  if (!e.lists.empty()) {
    Object lists;
    for (const auto& [name, addresses] : e.lists) lists.raw(name, texts(addresses));
    o.raw("lists", lists.json());
  }
  add_sleepers(o, e);
  if (e.did) o.raw("did", texts(*e.did));
  return o;
}

std::string step_json(const Step& s);

std::string steps_json(const std::vector<Step>& steps) {
  std::vector<std::string> json;
  for (const Step& s : steps) json.push_back(step_json(s));
  return list(json);
}

void add_what(Object& o, const Step& s) {
  switch (s.kind) {
    case Step::Kind::look:
      return;
    case Step::Kind::call:
      o.text("call", s.text);
      return;
    case Step::Kind::load:
      o.text("load", s.text);
      return;
    case Step::Kind::store:
      o.text("store", s.text);
      return;
    case Step::Kind::fill:
      o.text("fill", s.text);
      return;
    case Step::Kind::poke:
      o.text("poke", s.text);
      return;
    case Step::Kind::wake:
      o.text("wake", s.text);
      return;
    case Step::Kind::run:
      o.text("run", s.text);
      return;
    case Step::Kind::leave:
      o.text("leave", s.text);
      return;
    case Step::Kind::set: {
      Object set;
      for (const auto& [name, value] : s.set) set.text(name, value);
      o.raw("set", set.json());
      return;
    }
    case Step::Kind::repeat:
      o.raw("repeat", steps_json(s.steps)).number("times", s.count, 0);
      if (s.index != "n") o.text("index", s.index);
      return;
  }
}

std::string step_json(const Step& s) {
  Object o;
  add_what(o, s);
  o.text("as", s.as).number("cpu", s.cpu, 0).text("value", s.value).text("size", s.size);
  if (s.task != "main") o.text("task", s.task);
  if (s.interrupt) o.raw("interrupt", std::to_string(*s.interrupt));
  o.flag("user", s.user, false).flag("hold", s.hold, false).flag("flip", s.flip, false);
  if (!s.during.empty()) {
    std::vector<std::string> during;
    for (const During& d : s.during) {
      Object interrupt;
      interrupt.raw("access", std::to_string(d.access)).raw("level", std::to_string(d.level));
      during.push_back(interrupt.raw("steps", steps_json(d.steps)).json());
    }
    o.raw("during", list(during));
  }
  if (const Object e = expect_object(s.expect); !e.empty()) o.raw("expect", e.json());
  return o.text("say", s.say).text("label", s.label).json();
}

std::string machine_json(const MachineSetup& m) {
  Object o;
  o.text("profile", m.profile).raw("arena", std::to_string(m.arena_bytes)).raw("ram", std::to_string(m.ram_bytes));
  o.number("cpus", m.cpus, 1).number("map_entries", m.map_entries, 0).text("entries_by", m.entries_by);
  return o.json();
}

}  // namespace

Step call_step(std::string call, std::string as, std::string task) {
  Step step;
  step.kind = Step::Kind::call;
  step.text = std::move(call);
  step.as = std::move(as);
  step.task = std::move(task);
  return step;
}

Step run_step(std::string task) {
  Step step;
  step.kind = Step::Kind::run;
  step.text = std::move(task);
  return step;
}

Step poke_step(std::string at, std::string value, unsigned bytes) {
  Step step;
  step.kind = Step::Kind::poke;
  step.text = std::move(at);
  step.value = std::move(value);
  step.size = std::to_string(bytes);
  return step;
}

std::string write_scenario(const Scenario& s) {
  std::string text = "{\n";
  const auto member = [&](const char* name, const std::string& json) {
    text += "  " + quoted(name) + ": " + json + ",\n";
  };
  member("schema", quoted(schema_name));
  member("name", quoted(s.name));
  if (!s.clauses.empty()) member("clauses", texts(s.clauses));
  member("sentence", quoted(s.sentence));
  Object system;
  system.text("core", s.core);
  for (const auto& [name, value] : s.options) {
    const bool truth = value == "yes" || value == "no";
    system.raw(name, truth ? (value == "yes" ? "true" : "false") : quoted(value));
  }
  member("system", system.json());
  member("machine", machine_json(s.machine));
  if (!s.manual.empty()) member("manual", texts(s.manual));
  if (!s.check) member("check", "false");
  if (const Object boot = expect_object(s.boot); !boot.empty()) member("boot", boot.json());
  if (!s.lesson.empty()) member("lesson", s.lesson);
  text += "  \"steps\": [";
  for (std::size_t i = 0; i < s.steps.size(); ++i) text += (i > 0 ? ",\n    " : "\n    ") + step_json(s.steps[i]);
  return text + "\n  ]\n}\n";
}

}  // namespace kmemlab::scenario
