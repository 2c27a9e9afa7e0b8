// Machines that never were: as small as possible, for explore, which tries every sequence of calls on them. They are
// found by name, so that a scenario may run on one, and are not listed among the machines.
#pragma once

#include <span>

#include "sim/machine/profile.h"

namespace kmemlab::sim {

/// "toy": pages of 256 bytes, words of 4, a TLB of 4 entries, the arena at 0x80010000. "toy-2k": pages of 2,048 bytes,
/// the arena at 0x80200000, for systems whose tables presume that blocks of 2,048 fit into a page; below the arena
/// there is room for the private region of processes.
std::span<const Profile> toy_profiles();

}  // namespace kmemlab::sim
