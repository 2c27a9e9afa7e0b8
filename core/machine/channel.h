// What a sleeping request waits for: an address-like value, as in sleep(chan) / wakeup(chan).
#pragma once

#include <cstdint>

#include "core/base/addr.h"

namespace kmemlab {

/// A wait channel. Two requests wait for the same thing exactly when their channels are equal. 0 = none.
struct Channel {
  std::uint64_t v = 0;
  constexpr auto operator<=>(const Channel&) const = default;
  constexpr explicit operator bool() const { return v != 0; }
};

/// Why a request sleeps, for reports; the original systems called it wmesg.
enum class SleepCause : std::uint8_t {
  none,
  type_limit,     ///< the allocator's limit for this type is reached (BSD: the type record)
  address_space,  ///< no hole in the kernel map is large enough (386BSD: "kmemspc")
  frames,         ///< no page frame is free (386BSD: "kmempgs")
  lock,           ///< a lock or semaphore is held by another call
};
inline constexpr unsigned sleep_causes = 5;

constexpr const char* name_of(SleepCause cause) {
  switch (cause) {
    case SleepCause::none: return "none";
    case SleepCause::type_limit: return "type_limit";
    case SleepCause::address_space: return "address_space";
    case SleepCause::frames: return "frames";
    case SleepCause::lock: return "lock";
  }
  return "?";
}

}  // namespace kmemlab
