// The guest's memory as it is, for a hex view: no access, no cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/addr.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

/// `bytes` bytes from `at` on; nothing for those of pages that are not mapped.
std::vector<std::optional<std::uint8_t>> bytes_at(const Session& session, Addr at, std::size_t bytes);

}  // namespace kmemlab::sim
