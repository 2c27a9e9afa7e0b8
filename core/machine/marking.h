// What every core does with its marks (marks.h), whichever they are. For core/SYSTEM/marks.h, and nobody else.
#pragma once

#include <cstddef>
#include <type_traits>

#include "core/machine/concepts.h"
#include "core/machine/marks.h"

namespace kmemlab::marks {

/// Has each mark, up to the last one, a row in the core's list?
template <class Mark, std::size_t rows>
requires std::is_enum_v<Mark>
constexpr bool all_named(const MarkName (&)[rows], Mark last) {
  return rows == static_cast<std::size_t>(last) + 1 && rows <= marks_max;
}

template <HasMarks M, class Mark>
requires std::is_enum_v<Mark>
[[gnu::always_inline]] inline void mark(M& m, Mark which) {
  m.mark(static_cast<unsigned>(which));
}

/// A panic that says which one it is.
template <class M, class Mark>
requires HasMarks<M> && HasPanic<M> && std::is_enum_v<Mark>
[[gnu::always_inline]] inline void panic(M& m, Mark which, const char* message) {
  mark(m, which);
  m.panic(message);
}

/// What a sleep in kmem_alloc is called, in a core that tells its three causes apart.
template <class Mark>
requires std::is_enum_v<Mark>
constexpr Mark sleep_in_kmem(const KmemCall& kmem) {
  if (kmem.cause == SleepCause::frames) return Mark::sleep_for_frames;
  return kmem.reason == Reason::no_entries ? Mark::sleep_for_entries : Mark::sleep_for_space;
}

}  // namespace kmemlab::marks
