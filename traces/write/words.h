// Words for the enumerations of an event, as our own text formats spell them.
#pragma once

#include <array>
#include <string_view>

#include "traces/event.h"

namespace kmemlab::traces {

constexpr std::string_view word_of(Op op) {
  constexpr std::array<std::string_view, 8> words = {"alloc",      "alloc_null", "free", "realloc",
                                                     "page_alloc", "page_free",  "lost", "mark"};
  return words[static_cast<std::size_t>(op)];
}
constexpr std::string_view word_of(FreeKind kind) {
  constexpr std::array<std::string_view, 5> words = {"", "matched", "before_trace", "unrecorded", "null"};
  return words[static_cast<std::size_t>(kind)];
}
constexpr std::string_view word_of(Context context) {
  constexpr std::array<std::string_view, 5> words = {"unknown", "task", "softirq", "hardirq", "nmi"};
  return words[static_cast<std::size_t>(context)];
}

constexpr bool is_page(Op op) {
  return op == Op::page_alloc || op == Op::page_free;
}

}  // namespace kmemlab::traces
