// /proc/slabinfo, version 2.x: how many objects of each cache a kernel held at one moment (spec/trace_formats.md 9).
// Only what a warm start needs: name, active objects, object size. Lines that are not as the header says are errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/input.h"

namespace kmemlab::traces {

struct SlabCache {
  std::string name;
  std::uint64_t active_objects = 0;
  std::uint64_t object_bytes = 0;  ///< with alignment, as granted
};

/// Objects of all caches together that a warm start is willing to make.
inline constexpr std::uint64_t warm_objects_max = std::uint64_t{1} << 26;

/// Caches in the file's order; those without active objects are left out. Errors name the line: no slabinfo, another
/// version, a line of fewer fields, more than warm_objects_max objects.
Fallible<std::vector<SlabCache>> parse_slabinfo(std::string_view text, const std::string& file);

/// The same of a file (plain, .gz, .zst, or - for standard input).
Fallible<std::vector<SlabCache>> read_slabinfo(const std::string& path);

}  // namespace kmemlab::traces
