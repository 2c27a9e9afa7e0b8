// A core made worse on purpose, so that `kmemlab check --selftest` can prove that the gate catches it: 386BSD with one
// vice. It is no core of `kmemlab cores` and cannot be named behind -a.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/replay/core_spec.h"

namespace kmemlab::sim {

enum class Vice : std::uint8_t {
  rounding,  ///< asks for twice what was asked for, as long as the system has such blocks
  hoarding,  ///< never gives back a page that it cut into blocks
  sleeping,  ///< every 64th request that may sleep does, until the next call
};
inline constexpr Vice all_vices[] = {Vice::rounding, Vice::hoarding, Vice::sleeping};

constexpr std::string_view name_of(Vice vice) {
  constexpr std::string_view names[] = {"rounding", "hoarding", "sleeping"};
  return names[static_cast<unsigned>(vice)];
}
/// In words: "asks for twice what was asked for".
constexpr std::string_view meaning_of(Vice vice) {
  constexpr std::string_view words[] = {"asks for twice what was asked for", "never gives a cut page back",
                                        "every 64th request that may sleep does, until the next call"};
  return words[static_cast<unsigned>(vice)];
}

inline constexpr std::string_view worse_core = "bsd386 made worse";  // a blank: no -a can say it
inline CoreSpec worse_spec(Vice vice) {
  return {std::string(worse_core), {{"vice", std::string(name_of(vice))}}};
}

}  // namespace kmemlab::sim
