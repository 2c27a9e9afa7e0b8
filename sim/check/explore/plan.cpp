// Matching of a menu's calls.
#include "sim/check/explore/plan.h"

#include <algorithm>

#include "sim/scenario/call_text.h"
#include "sim/scenario/expression.h"

namespace kmemlab::sim::explore {

namespace {

using scenario::Takes;

/// Constants only: a text that needs more is evaluated when the call is made.
class Constants final : public scenario::Scope {
 public:
  explicit Constants(const std::map<std::string, std::uint64_t>& all) : all_(all) {}
  Fallible<std::uint64_t> name(const std::string& name) const override {
    const auto found = all_.find(name);
    if (found == all_.end()) return fail("there is no constant '" + name + "'");
    return found->second;
  }
  Fallible<std::uint64_t> memory(std::uint64_t, unsigned) const override { return fail("no memory here"); }
  Fallible<std::uint64_t> frame(std::uint64_t) const override { return fail("no frames here"); }
  Fallible<std::uint64_t> cell(const scenario::CellPath&) const override { return fail("no tables here"); }

 private:
  const std::map<std::string, std::uint64_t>& all_;
};

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

std::string with_block(std::string text, const std::string& name) {
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + name.size())) {
    text.replace(at, 1, name);
  }
  return text;
}

std::size_t Plan::name_index(const std::string& name) const {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::size_t Plan::operation_index(const std::string& name) const {
  std::size_t i = 0;
  while (i < menu.operations.size() && menu.operations[i].name != name) ++i;
  return i;
}

Fallible<PlannedCall> Plan::plan_call(const std::string& text) const {
  const auto matched = scenario::match_call(with_block(text, block_in_expressions), system->functions());
  if (!matched) return Failure<Error>{matched.error()};
  const scenario::Function& f = system->functions()[matched->function];
  PlannedCall call;
  call.function = matched->function;
  call.returns = f.returns;
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    PlannedArgument a;
    a.text = matched->arguments[i];
    const Takes takes = f.parameters[i].takes;
    a.fixed.null = a.text == "NULL" && takes != Takes::number;
    call.stores |= takes == Takes::stores;
    if (takes == Takes::words) a.fixed.words = a.text;
    if (a.text.starts_with('&')) a.text.erase(0, 1);
    if (takes == Takes::number || (takes == Takes::reads && !a.fixed.null)) {
      const auto value = scenario::evaluate(a.text, Constants(constants));
      a.name = name_index(a.text);
      if (value) {
        a.fixed.value = *value;
      } else if (a.text == block_in_expressions) {
        a.from = PlannedArgument::From::block;
      } else {
        a.from = a.name < names.size() ? PlannedArgument::From::name : PlannedArgument::From::expression;
      }
    }
    call.arguments.push_back(std::move(a));
  }
  return call;
}

Fallible<Plan> plan_names(const Menu& menu, const Run& run, const scenario::Options& options) {
  Plan plan;
  for (const scenario::System& s : scenario::all_systems()) {
    if (s.name == menu.system) plan.system = &s;
  }
  if (plan.system == nullptr) return fail("there is no system '" + menu.system + "'");
  plan.menu = menu;
  plan.run = run;
  plan.options = run.options;
  for (const auto& given : options) {
    const auto same = [&](const auto& o) { return o.first == given.first; };
    plan.options.erase(std::remove_if(plan.options.begin(), plan.options.end(), same), plan.options.end());
    plan.options.push_back(given);
  }
  for (const Operation& o : menu.operations) {
    add_name(plan.names, o.sets);
    add_name(plan.names, o.needs);
  }
  for (const Root& root : run.roots) {
    for (const RootStep& s : root.steps) add_name(plan.names, s.as);
  }
  for (const std::string& name : run.operations) {
    plan.operations.push_back(plan.operation_index(name));
    if (plan.operations.back() == menu.operations.size()) return fail("no operation '" + name + "' in the menu");
  }
  for (std::size_t i = 0; run.operations.empty() && i < menu.operations.size(); ++i) plan.operations.push_back(i);
  return plan;
}

Fallible<void> plan_calls(Plan& plan) {
  for (const Operation& o : plan.menu.operations) {
    auto call = plan.plan_call(o.call);
    if (!call) return Failure<Error>{call.error()};
    plan.calls.push_back(std::move(*call));
  }
  for (const Misuse& m : plan.menu.misuses) {
    std::vector<PlannedCall> calls;
    for (const std::string& text : m.calls) {
      auto call = plan.plan_call(text);
      if (!call) return Failure<Error>{call.error()};
      calls.push_back(std::move(*call));
    }
    plan.misuses.push_back(std::move(calls));
  }
  return {};
}

}  // namespace kmemlab::sim::explore
