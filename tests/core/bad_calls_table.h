// Calls that no caller should make, against every system: what the documents say comes back, and what has changed
// afterwards. One table; test_bad_calls_SYSTEM.cpp makes the calls, bad_calls.h drives them and compares.
// Sources of a cell: sections, clauses and decisions of shared/spec/osf1_and_bsd.md (bsd386, osf1) and
// shared/spec/aix_and_beos.md (aix, beos); F and D are the lists in the cores' essays.
#pragma once

#include <array>
#include <cstdint>

namespace kmemlab::test {

enum class Bad : std::uint8_t {
  free_null, free_misaligned, free_interior, free_second_page, free_foreign, free_end, free_never_given,
  free_twice, free_more_often, free_large_twice, size_zero, size_negative, size_huge, size_over_limit,
  product_overflow, type_bogus, free_type_bogus, free_type_wrong, flags_unknown, wait_in_interrupt,
  no_wait_in_interrupt, large_in_interrupt, free_in_interrupt, align_negative, align_above_page, wrong_heap,
  no_heap, dead_heap, free_to_dead_heap, make_misaligned, make_odd_size, make_no_size, make_overlapping,
  make_unknown_bits, make_in_interrupt, delete_twice, delete_in_interrupt, region_partly, region_type,
  region_no_size, pin_nothing, unpin_unpinned, realloc_foreign, realloc_too_big
};

/// What the call leaves behind. The invariants hold but where a line says otherwise.
enum class After : std::uint8_t {
  same,            ///< state, memory and frames as before
  counted,         ///< statistics or the console may know of it; memory, frames and live blocks as before
  granted,         ///< no error here: a block was given
  freed,           ///< no error here: the block was freed
  unnoticed,       ///< the documents promise no detection: the structures are the caller's fault from now on
  stopped,         ///< the machine stops before anything has changed
  stopped_inside,  ///< the machine stops in the middle of a change, as the original did
  not_applicable,  ///< the call does not exist on this system: `answer` says why
};

/// answer: "block", "null REASON", "done", "failed REASON", a number or error by its name, "panic MESSAGE".
struct Cell {
  const char* answer;
  After after;
  const char* source;
};
constexpr Cell not_for(const char* why) {
  return {why, After::not_applicable, ""};
}

struct BadRow {
  Bad call;
  const char* name;
  Cell bsd386, osf1, aix, beos;
};

inline constexpr std::array bad_rows = std::to_array<BadRow>({
    {Bad::free_null, "free of null",
     {"panic free: outside arena", After::stopped, "5.1"},
     {"panic free: outside arena", After::stopped, "ours, Berkeley's words"},
     {"-1", After::counted, "A4"}, {"done", After::same, "4.1, the C library"}},
    {Bad::free_misaligned, "free of a live block + 1",
     {"panic free: unaligned addr", After::stopped, "3.2 step 1"},
     {"panic free: unaligned addr", After::stopped, "ours, Berkeley's words"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_interior, "free inside a fragment, on a smaller boundary",
     {"panic free: unaligned addr", After::stopped, "3.2 step 1"},
     {"panic free: unaligned addr", After::stopped, "ours, Berkeley's words"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_second_page, "free of the second page of a block",
     {"panic free: page not allocated", After::stopped, "F4"},
     {"panic free: page not allocated", After::stopped, "ours"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_foreign, "free of kernel memory below the arena",
     {"panic free: outside arena", After::stopped, "4 item 3"},
     {"panic free: outside arena", After::stopped, "ours, Berkeley's words"},
     {"-1", After::counted, "1.2"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_end, "free of the arena's end",
     {"panic free: outside arena", After::stopped, "5.1, F3"},
     {"panic free: outside arena", After::stopped, "ours, Berkeley's words"},
     {"-1", After::counted, "1.2"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_never_given, "free of a page that was never given",
     {"panic free: page not allocated", After::stopped, "F4"},
     {"panic free: page not allocated", After::stopped, "ours"},
     {"-1", After::counted, "1.2"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_twice, "free twice, other blocks of the page live",
     {"done", After::unnoticed, "V8"}, {"done", After::unnoticed, "FREE(9r) names no errors"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_more_often, "free twice, no other block on the page",
     {"panic free: multiple frees", After::stopped_inside, "3.2 step 3"},
     {"panic free: multiple frees", After::stopped_inside, "ours, Berkeley's words"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::free_large_twice, "free twice of several pages",
     {"panic free: page not allocated", After::stopped, "F4"},
     {"panic free: page not allocated", After::stopped, "ours"},
     {"-1", After::counted, "A13"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::size_zero, "size 0",
     {"block", After::granted, "6.1"}, {"block", After::granted, "6.1"},
     {"null bad_argument", After::counted, "A3"}, {"block", After::granted, "B5"}},
    {Bad::size_negative, "size -1",
     {"null too_big", After::counted, "BSD-1"}, {"null no_space", After::counted, "7 item 7"},
     {"null bad_argument", After::counted, "A3"}, {"null no_space", After::counted, "4.1"}},
    {Bad::size_huge, "more than the arena holds",
     {"null too_big", After::counted, "BSD-1"}, {"null no_space", After::counted, "7 item 7"},
     {"null no_space", After::counted, "1.7"}, {"null no_space", After::counted, "B13"}},
    {Bad::size_over_limit, "one byte over the documented limit",
     {"null too_big", After::counted, "BSD-1"}, {"null too_big", After::counted, "R4"},
     {"null too_big", After::counted, "1.1: an int"}, not_for("no documented limit of a request")},
    {Bad::product_overflow, "a product of sizes that overflows",
     not_for("no calloc"), not_for("no calloc"),
     not_for("no calloc"), {"null too_big", After::same, "B6"}},
    {Bad::type_bogus, "a type that does not exist",
     {"panic malloc - bogus type", After::stopped, "3.1 step 1"}, {"panic malloc: bogus type", After::stopped, "ours"},
     not_for("no types"), not_for("no types")},
    {Bad::free_type_bogus, "free with a type that does not exist",
     {"panic free - bogus type", After::stopped, "5.1"}, {"panic free: bogus type", After::stopped, "ours"},
     not_for("no types"), not_for("no types")},
    {Bad::free_type_wrong, "free with another type than malloc",
     {"done", After::unnoticed, "3.2"}, {"done", After::unnoticed, "7 item 14"},
     not_for("no types"), not_for("no types")},
    {Bad::flags_unknown, "flags that nobody documents",
     {"block", After::granted, "4 item 2: ignored"}, {"block", After::granted, "2.1: ignored"},
     not_for("no flags"), not_for("no flags")},
    {Bad::wait_in_interrupt, "a request that may sleep, in an interrupt",
     {"panic malloc: may sleep, but called in an interrupt", After::stopped, "5.1"},
     {"null wait_in_interrupt", After::counted, "R6"},
     {"null process_only", After::counted, "A1"}, {"null process_only", After::counted, "B1"}},
    {Bad::no_wait_in_interrupt, "a request that may not sleep, in an interrupt",
     {"block", After::granted, "BSD-5"}, {"block", After::granted, "OSF-3"},
     not_for("no call says whether it may wait"), not_for("no call says whether it may wait")},
    {Bad::large_in_interrupt, "more than the limit, in an interrupt",
     {"null too_big", After::counted, "BSD-1"}, {"null too_big", After::counted, "R5"},
     not_for("no documented limit of a request"), not_for("no documented limit of a request")},
    {Bad::free_in_interrupt, "free in an interrupt",
     {"done", After::freed, "BSD-9"}, {"done", After::freed, "OSF-3"},
     {"-1", After::counted, "A1"}, {"failed process_only", After::counted, "B1"}},
    {Bad::align_negative, "alignment -1",
     not_for("alignment cannot be asked for"), not_for("alignment cannot be asked for"),
     {"null bad_argument", After::counted, "A5"}, not_for("alignment cannot be asked for")},
    {Bad::align_above_page, "alignment above the page",
     not_for("alignment cannot be asked for"), not_for("alignment cannot be asked for"),
     {"null bad_argument", After::counted, "A5"}, not_for("alignment cannot be asked for")},
    {Bad::wrong_heap, "free to another heap or pool",
     not_for("one arena, no heap is named"), not_for("one arena, no heap is named"),
     {"-1", After::counted, "A12"}, {"failed bad_argument", After::counted, "B8"}},
    {Bad::no_heap, "request from what is no heap or pool",
     not_for("one arena, no heap is named"), not_for("one arena, no heap is named"),
     {"null bad_heap", After::counted, "1.2"}, {"null bad_heap", After::same, "B9"}},
    {Bad::dead_heap, "request from a heap or pool that went",
     not_for("one arena, no heap is named"), not_for("one arena, no heap is named"),
     {"null bad_heap", After::counted, "A11"}, {"null bad_heap", After::same, "B9"}},
    {Bad::free_to_dead_heap, "free to a heap or pool that went",
     not_for("one arena, no heap is named"), not_for("one arena, no heap is named"),
     {"-1", After::counted, "A11"}, {"failed bad_heap", After::counted, "B9"}},
    {Bad::make_misaligned, "a heap of a misaligned area",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     {"null", After::same, "A9"}, not_for("create_pool takes no address")},
    {Bad::make_odd_size, "a heap or pool of no whole pages",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     {"null", After::same, "A9"}, {"null bad_argument", After::same, "B2"}},
    {Bad::make_no_size, "a heap or pool of size 0",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     {"null", After::same, "A9"}, {"null bad_argument", After::same, "B2"}},
    {Bad::make_overlapping, "a heap over a live heap",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     {"null", After::same, "A9"}, not_for("areas never overlap")},
    {Bad::make_unknown_bits, "an address, lock or protection code that is none",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     not_for("init_heap takes none"), {"null bad_argument", After::same, "B3, B4"}},
    {Bad::make_in_interrupt, "a heap or pool made in an interrupt",
     not_for("heaps are not made by callers"), not_for("heaps are not made by callers"),
     {"null", After::counted, "A1"}, {"null process_only", After::counted, "B1"}},
    {Bad::delete_twice, "delete a pool, or free a region, twice",
     not_for("no pools"), not_for("no pools"),
     {"EINVAL", After::same, "3.2"}, {"B_ERROR", After::same, "B9"}},
    {Bad::delete_in_interrupt, "the same in an interrupt",
     not_for("no pools"), not_for("no pools"),
     {"EINVAL", After::counted, "A1"}, {"B_ERROR", After::counted, "B1"}},
    {Bad::region_partly, "free half a region",
     not_for("no service gives whole regions"), not_for("no service gives whole regions"),
     {"EINVAL", After::same, "A6"}, not_for("no service gives whole regions")},
    {Bad::region_type, "a region without V_WORKING, or with an unknown bit",
     not_for("no service gives whole regions"), not_for("no service gives whole regions"),
     {"EINVAL", After::same, "A8"}, not_for("no service gives whole regions")},
    {Bad::region_no_size, "a region of size 0, or of nearly 2^64",
     not_for("no service gives whole regions"), not_for("no service gives whole regions"),
     {"EINVAL", After::same, "A8"}, not_for("no service gives whole regions")},
    {Bad::pin_nothing, "pin 0 bytes, or what has no page",
     not_for("no such service"), not_for("no such service"),
     {"EINVAL", After::same, "3.4"}, not_for("no such service")},
    {Bad::unpin_unpinned, "unpin what is not pinned",
     not_for("no such service"), not_for("no such service"),
     {"EINVAL", After::same, "3.4"}, not_for("no such service")},
    {Bad::realloc_foreign, "realloc of what is no live block",
     not_for("no such service"), not_for("no such service"),
     not_for("no such service"), {"null bad_argument", After::counted, "D5, as B8"}},
    {Bad::realloc_too_big, "realloc to more than the pool holds",
     not_for("no such service"), not_for("no such service"),
     not_for("no such service"), {"null no_space", After::counted, "B7"}},
});

}  // namespace kmemlab::test
