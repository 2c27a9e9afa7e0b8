// Status codes of BeOS, by name and value (shared/spec/aix_and_beos.md section 4.4, from the header Errors.h): what the
// services of areas, semaphores and modules answer. Not errors with text (core/base/error.h): a kernel's numbers.
#pragma once

#include <cstdint>
#include <limits>

namespace kmemlab {

using status_t = std::int32_t;

inline constexpr status_t B_OK = 0;
inline constexpr status_t B_ERROR = -1;
inline constexpr status_t B_NO_MEMORY = std::numeric_limits<status_t>::min();  ///< the base of all others
inline constexpr status_t B_BAD_VALUE = B_NO_MEMORY + 5;
inline constexpr status_t B_NAME_NOT_FOUND = B_NO_MEMORY + 7;
inline constexpr status_t B_BAD_SEM_ID = B_NO_MEMORY + 0x1000;
inline constexpr status_t B_NO_MORE_SEMS = B_NO_MEMORY + 0x1001;
inline constexpr status_t B_ENTRY_NOT_FOUND = B_NO_MEMORY + 0x6003;

}  // namespace kmemlab
