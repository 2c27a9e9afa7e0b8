// Actions as steps: see story_steps.h.
#include "sim/check/explore/story_steps.h"

#include <utility>

namespace kmemlab::sim::explore {

using scenario::Step;
using Kind = Operation::Kind;

std::string block_name(std::uint32_t born) {
  return "p" + std::to_string(born);
}

bool makes_block(const Menu& menu, const Action& action) {
  const Kind kind = menu.operations[action.operation].kind;
  return action.kind == Action::Kind::operation && (kind == Kind::allocate || kind == Kind::resize);
}

Step step_of(const World& world, const Action& a) {
  Step step;
  step.task = world.task_name(a.task);
  if (a.kind != Action::Kind::operation) {
    step.kind = a.kind == Action::Kind::resume ? Step::Kind::run : Step::Kind::leave;
    step.text = std::exchange(step.task, "main");
    return step;
  }
  const Operation& o = world.plan().menu.operations[a.operation];
  const PlannedCall& call = world.plan().calls[a.operation];
  const bool takes = o.kind == Kind::release || o.kind == Kind::resize;
  step.kind = Step::Kind::call;
  step.text = with_block(o.call, block_name(takes ? world.live()[a.block].born : 0));
  step.hold = o.holds && !a.interrupt;
  if (makes_block(world.plan().menu, a) && !call.stores) step.as = block_name(world.births() + 1);
  if (!o.sets.empty() && !call.stores) step.as = o.sets;
  if (a.interrupt) {
    step.task = handler;
    step.interrupt = handler_level;
  } else {
    step.cpu = a.task % world.kernel().cpus();
  }
  return step;
}

std::vector<std::string> arrival_texts(const Menu& menu, const std::vector<Arrival>& arrivals) {
  std::vector<std::string> texts;
  for (const Arrival& a : arrivals) {
    texts.push_back(with_block(menu.operations[a.action.operation].call, block_name(a.action.block)));
  }
  return texts;
}

void add_arrivals(const Menu& menu, const std::vector<Arrival>& arrivals, const std::vector<std::string>& texts,
                  Step& step) {
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& a = arrivals[i];
    Step call;
    call.kind = Step::Kind::call;
    call.text = texts[i];
    call.task = handler + std::to_string(i + 1);
    if (makes_block(menu, a.action)) call.as = block_name(a.born);
    if (a.failed) call.expect.answer.outcome = Outcome::failed;
    step.during.push_back({1, a.access + 1, a.level, {call}});
  }
}

std::uint8_t content_of(std::uint32_t born) {
  return static_cast<std::uint8_t>(0x40 + born % 0x40);
}

Step fill_step(std::uint32_t born, std::uint64_t bytes) {
  Step fill;
  fill.kind = Step::Kind::fill;
  fill.text = block_name(born);
  fill.value = std::to_string(content_of(born));
  fill.size = std::to_string(bytes);
  return fill;
}

scenario::ExpectedMemory all_bytes(std::uint32_t born, std::uint8_t value, std::uint64_t bytes) {
  constexpr const char* digits = "0123456789abcdef";
  scenario::ExpectedMemory m;
  m.at = block_name(born);
  m.all = std::string{digits[value >> 4 & 15], digits[value & 15]};
  m.size = std::to_string(bytes);
  return m;
}

}  // namespace kmemlab::sim::explore
