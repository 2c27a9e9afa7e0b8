// The members of "expect".
#include "sim/scenario/read_expect.h"

#include <array>

#include "sim/scenario/expression.h"
#include "sim/scenario/narrate.h"

namespace kmemlab::scenario {

namespace {

void read_returns(Members& in, ExpectedAnswer& answer) {
  const Json* member = in.find("returns");
  if (member == nullptr) return;
  if (member->kind == Json::Kind::null) {
    answer.returns = "null";
  } else {
    answer.returns = expression_of(*member, in, "returns");
  }
}

ExpectedAnswer read_answer(Members& in) {
  ExpectedAnswer answer;
  read_returns(in, answer);
  answer.granted = in.expression("granted");
  if (const Json* outcome = in.find("outcome")) {
    for (const Outcome o : {Outcome::done, Outcome::failed, Outcome::blocked}) {
      if (outcome->text == name_of(o)) answer.outcome = o;
    }
    if (!answer.outcome) in.wrong(*outcome, "\"outcome\" is none", "expected done, failed or blocked");
  }
  if (const Json* reason = in.find("reason")) {
    bool known = false;
    for (unsigned r = 0; r < reasons; ++r) known |= reason->text == kmemlab::name_of(static_cast<Reason>(r));
    if (!known)
      in.wrong(*reason, "there is no reason '" + reason->text + "'", "expected one as in core/machine/outcome.h");
    answer.reason = reason->text;
  }
  if (const Json* blocks = in.find("blocks")) answer.blocks = blocks->text;
  return answer;
}

ExpectedMemory read_memory(const Json& object, FirstError& first) {
  Members in(object, "an expectation of memory", first);
  ExpectedMemory memory;
  memory.line = object.line;
  memory.at = in.expression("at").value_or("");
  memory.bytes = in.text("bytes");
  memory.all = in.expression("all").value_or("");
  memory.size = in.expression("size").value_or("");
  in.finish();
  if (memory.at.empty() || memory.bytes.empty() == memory.all.empty() || memory.all.empty() != memory.size.empty()) {
    in.wrong(object, "memory is not described", "expected \"at\" with \"bytes\", or \"at\" with \"size\" and \"all\"");
  }
  if (memory.bytes.find_first_not_of("0123456789abcdef ") != std::string::npos) {
    in.wrong(object, "\"bytes\" are '" + memory.bytes + "'", "expected pairs of hexadecimal digits: de ad be ef");
  }
  return memory;
}

std::vector<std::pair<std::string, std::string>> read_asleep(const Json& list, Members& in) {
  std::vector<std::pair<std::string, std::string>> asleep;
  for (const Json& item : list.items) {
    Members who(item, "a sleeper", in.first());
    asleep.emplace_back(who.text("task"), who.text("on"));
    who.finish();
  }
  if (list.kind != Json::Kind::list) in.wrong(list, "\"asleep\" is no list", "expected [{\"task\", \"on\"}, ...]");
  return asleep;
}

std::vector<ExpectedTask> read_woken(const Json& object, Members& in) {
  std::vector<ExpectedTask> woken;
  if (object.kind != Json::Kind::object) in.wrong(object, "\"woken\" is no object", "expected {TASK: {...}, ...}");
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    Members answer(object.items[i], "a woken task's answer", in.first());
    woken.push_back({object.names[i], read_answer(answer)});
    answer.finish();
  }
  return woken;
}

void read_lists(const Json& object, Members& in, Expect& expect) {
  if (object.kind != Json::Kind::object) in.wrong(object, "\"lists\" is no object", "expected {LIST: [...], ...}");
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    std::vector<std::string> addresses;
    for (const Json& item : object.items[i].items) addresses.push_back(expression_of(item, in, "lists").value_or("0"));
    expect.lists.emplace_back(object.names[i], std::move(addresses));
  }
}

void read_holds(Members& in, Expect& expect) {
  const Json* holds = in.find("holds");
  if (holds == nullptr) return;
  if (holds->kind != Json::Kind::list) in.wrong(*holds, "\"holds\" is no list", "expected a list of comparisons");
  for (const Json& item : holds->items) {
    if (const auto good = check_comparison(item.text); !good) in.wrong(item, good.error().what, good.error().expected);
    expect.holds.push_back({item.line, item.text});
  }
}

void read_did(Members& in, Expect& expect) {
  const Json* did = in.find("did");
  if (did == nullptr) return;
  expect.did = in.texts("did");
  for (const std::string& word : *expect.did) {
    if (!is_step_name(word)) in.wrong(*did, "there is no step '" + word + "'", "expected one of core/machine/step.h");
  }
}

}  // namespace

Expect read_expect(const Json& object, FirstError& first) {
  Members in(object, "an expectation", first);
  Expect expect;
  expect.answer = read_answer(in);
  expect.value = in.expression("value");
  if (in.find("panic") != nullptr) expect.panic = in.text("panic");
  if (in.find("fault") != nullptr) expect.fault = in.text("fault");
  expect.invariant = in.number("invariant", 0);
  expect.console = in.texts("console");
  read_holds(in, expect);
  if (const Json* memory = in.find("memory")) {
    if (memory->kind != Json::Kind::list) in.wrong(*memory, "\"memory\" is no list", "expected [{\"at\", ...}, ...]");
    for (const Json& item : memory->items) expect.memory.push_back(read_memory(item, first));
  }
  if (const Json* lists = in.find("lists")) read_lists(*lists, in, expect);
  if (const Json* asleep = in.find("asleep")) expect.asleep = read_asleep(*asleep, in);
  if (in.find("ready") != nullptr) expect.ready = in.texts("ready");
  if (const Json* woken = in.find("woken")) expect.woken = read_woken(*woken, in);
  read_did(in, expect);
  in.finish();
  return expect;
}

}  // namespace kmemlab::scenario
