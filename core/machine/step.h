// A step: one thing that a core did inside an event. Machines that nobody watches drop them; a watched machine keeps
// them for the narration, for `explain` and for the marks that tests must hit.
#pragma once

#include <cstdint>

#include "core/base/addr.h"

namespace kmemlab {

enum class StepKind : std::uint8_t {
  limit_reached,   ///< value: bytes in use by the type; detail: type
  list_empty,      ///< detail: bucket index
  pages_obtained,  ///< addr, value: bytes
  carved,          ///< a page was cut into blocks: addr of the page, value: block size, detail: bucket
  took_block,      ///< addr, value: block size, detail: bucket
  gave_pages,      ///< a large allocation: addr, value: bytes
  pushed_block,    ///< a freed block went onto its list: addr, value: block size, detail: bucket
  page_returned,   ///< addr of the page, value: bytes that went back to kmem, detail: bucket
  return_refused,  ///< a wholly free page was kept although there was a surplus: addr, detail: bucket
  sleeps,          ///< value: channel, detail: SleepCause
  wakes,           ///< value: channel
  zeroed,          ///< addr, value: bytes
};

struct Step {
  StepKind kind{};
  std::uint16_t detail = 0;
  Addr addr{};
  std::uint64_t value = 0;
  constexpr bool operator==(const Step&) const = default;
};

}  // namespace kmemlab
