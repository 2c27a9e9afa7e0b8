#include "sim/scenario/held_blocks.h"

#include <algorithm>
#include <initializer_list>

namespace kmemlab::scenario {

namespace {

/// The argument whose parameter has one of these names, or nothing.
std::optional<std::uint64_t> argument(const HeldBlocks::Ended& call, std::initializer_list<std::string_view> names) {
  const std::vector<Parameter>& parameters = call.function->parameters;
  for (std::size_t i = 0; i < parameters.size() && i < call.arguments->size(); ++i) {
    if (parameters[i].takes != Takes::number) continue;
    if (std::find(names.begin(), names.end(), parameters[i].name) != names.end()) return (*call.arguments)[i].value;
  }
  return std::nullopt;
}

Addr pointer_of(const HeldBlocks::Ended& call) {
  return Addr{argument(call, {"addr", "ptr", "eaddr", "area"}).value_or(0)};
}

NamedBlock block_of(const HeldBlocks::Ended& call, std::uint64_t number) {
  const Answer& answer = *call.answer;
  NamedBlock b;
  b.number = number;
  b.address = Addr{answer.value};
  if (call.function->returns == Returns::status) {
    b.address = Addr{answer.stored.empty() ? 0 : answer.stored.front().value_or(0)};
  }
  b.requested = argument(call, {"size"}).value_or(0) * argument(call, {"numMembers"}).value_or(1);
  b.granted = answer.granted.value_or(b.requested);
  b.place_id = argument(call, {"poolID", "heap"}).value_or(0);
  b.step = call.step;
  b.name = call.name;
  b.task = call.task;
  return b;
}

bool worked(const HeldBlocks::Ended& call) {
  const Answer& answer = *call.answer;
  if (answer.outcome != Outcome::done) return false;
  return call.function->returns != Returns::status || answer.value == 0;
}

}  // namespace

HeldBlocks::Meaning HeldBlocks::ended(const Ended& call) {
  Meaning m;
  m.effect = call.function->effect;
  m.worked = worked(call);
  m.block = block_of(call, calls_++);
  const Addr pointer = pointer_of(call);
  switch (m.effect) {
    case Effect::none:
      return m;
    case Effect::allocates:
      if (m.worked && m.block.address) add(m.block);
      return m;
    case Effect::resizes:
      if (m.block.requested == 0) m.effect = Effect::frees;  // realloc(p, 0) frees and is null
      if (m.worked || m.block.requested == 0) take(pointer);
      if (m.worked && m.block.address) add(m.block);
      return m;
    case Effect::frees:
      m.block = m.worked ? take(pointer) : NamedBlock{};
      m.block.address = pointer;
      return m;
    case Effect::hosts:
      if (m.worked) make_host(pointer);
      return m;
    case Effect::ends:
      if (!m.worked) return m;
      if (const auto pool = argument(call, {"poolID"})) {
        std::erase_if(blocks_, [&](const NamedBlock& b) { return b.place_id == *pool; });
      }
      if (pointer) drop_inside({pointer, argument(call, {"size"}).value_or(0)});
      return m;
  }
  return m;
}

const NamedBlock* HeldBlocks::at(Addr a) const {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const NamedBlock& b) { return b.address == a; });
  return found == blocks_.end() ? nullptr : &*found;
}

void HeldBlocks::add(const NamedBlock& block) {
  const auto behind = std::upper_bound(blocks_.begin(), blocks_.end(), block.address,
                                       [](Addr a, const NamedBlock& b) { return a < b.address; });
  blocks_.insert(behind, block);
}

/// What lies in a block that held a heap goes with it.
NamedBlock HeldBlocks::take(Addr a) {
  for (std::vector<NamedBlock>* list : {&hosts_, &blocks_}) {
    const auto found = std::find_if(list->begin(), list->end(), [&](const NamedBlock& b) { return b.address == a; });
    if (found == list->end()) continue;
    NamedBlock block = *found;
    list->erase(found);
    drop_inside({block.address, block.granted});
    return block;
  }
  NamedBlock none;
  none.address = a;
  return none;
}

void HeldBlocks::drop_inside(AddrRange range) {
  for (std::vector<NamedBlock>* list : {&hosts_, &blocks_}) {
    std::erase_if(*list, [&](const NamedBlock& b) { return range.contains(b.address); });
  }
}

void HeldBlocks::make_host(Addr inside) {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const NamedBlock& b) {
    return AddrRange{b.address, b.granted}.contains(inside);
  });
  if (found == blocks_.end()) return;
  hosts_.push_back(*found);
  blocks_.erase(found);
}

}  // namespace kmemlab::scenario
