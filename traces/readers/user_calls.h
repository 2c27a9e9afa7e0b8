// What the C library's allocation functions did, as records: for readers of traces of calls (LTTng-UST, ltrace).
// A failed realloc leaves the block as it was; realloc to nothing frees; what was granted is not known to a call.
#pragma once

#include <cstdint>
#include <string_view>

#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

enum class UserCall : std::uint8_t { none, malloc, free, calloc, realloc, memalign, posix_memalign };

inline UserCall user_call_named(std::string_view name) {
  if (name == "malloc" || name == "valloc") return UserCall::malloc;
  if (name == "free" || name == "cfree") return UserCall::free;
  if (name == "calloc") return UserCall::calloc;
  if (name == "realloc") return UserCall::realloc;
  if (name == "memalign" || name == "aligned_alloc") return UserCall::memalign;
  if (name == "posix_memalign") return UserCall::posix_memalign;
  return UserCall::none;
}

struct UserCallValues {
  std::uint64_t pointer = 0;  ///< given to free and realloc
  std::uint64_t count = 1;    ///< calloc
  std::uint64_t size = 0;
  std::uint64_t result = 0;  ///< the block that was returned; 0 = none
};

/// Fills kind, pointers and size of `r`. False if count times size is no size.
inline bool record_of_call(UserCall call, const UserCallValues& v, RawRecord& r) {
  if (__builtin_mul_overflow(v.count, v.size, &r.requested)) return false;
  r.pointer = r.moved_to = v.result;
  r.kind = RawKind::slab_alloc;
  if (call == UserCall::free) {
    r.kind = RawKind::slab_free;
    r.pointer = v.pointer;
  } else if (call == UserCall::realloc && !(v.result == 0 && v.size != 0)) {
    r.kind = RawKind::slab_realloc;
    r.pointer = v.pointer;
  }
  return true;
}

}  // namespace kmemlab::traces
