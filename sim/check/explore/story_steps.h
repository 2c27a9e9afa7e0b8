// Actions of a sequence as steps of a scenario. Blocks are named by the order in which they came: p1, p2, ...
#pragma once

#include <string>
#include <vector>

#include "sim/check/explore/world.h"
#include "sim/scenario/scenario.h"

namespace kmemlab::sim::explore {

/// Who makes the calls of interrupts, and at which level.
inline constexpr const char* handler = "handler";
inline constexpr unsigned handler_level = 3;

std::string block_name(std::uint32_t born);
/// An operation from which a block comes, if it does not fail.
bool makes_block(const Menu& menu, const Action& action);

/// The action that `world` is about to make.
scenario::Step step_of(const World& world, const Action& action);

/// What handlers call, to be asked before they arrive: by then what they free may be gone.
std::vector<std::string> arrival_texts(const Menu& menu, const std::vector<Arrival>& arrivals);
/// What arrived during a step, after it was made.
void add_arrivals(const Menu& menu, const std::vector<Arrival>& arrivals, const std::vector<std::string>& texts,
                  scenario::Step& step);

/// A block's content is its own number, so that whoever writes into another's is seen.
std::uint8_t content_of(std::uint32_t born);
scenario::Step fill_step(std::uint32_t born, std::uint64_t bytes);
scenario::ExpectedMemory all_bytes(std::uint32_t born, std::uint8_t value, std::uint64_t bytes);

}  // namespace kmemlab::sim::explore
