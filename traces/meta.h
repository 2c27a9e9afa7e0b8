// Everything about a trace that is not an event: its tables, where it came from, and how good it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/event.h"

namespace kmemlab::traces {

struct CallSite {
  std::string name;           ///< as shown: "getname_kernel+0x25", or "0xffffffff8785c74f" where no symbol is known
  std::uint64_t address = 0;  ///< 0 where only the symbol was recorded
  bool operator==(const CallSite&) const = default;
};

struct Task {
  std::int32_t pid = -1;
  std::string comm;  ///< empty where unknown
  bool operator==(const Task&) const = default;
};

/// One distinct value of gfp_flags, and what it says about the request.
struct Gfp {
  std::string text;                    ///< names joined by '|', or "0x..." where names are unknown; empty = not shown
  std::optional<std::uint64_t> value;  ///< the number, where the recording has it
  Tri may_sleep = Tri::unknown;        ///< yes if __GFP_DIRECT_RECLAIM is among the flags
  Tri zero = Tri::unknown;             ///< yes if __GFP_ZERO is among the flags
  bool operator==(const Gfp&) const = default;
};

struct Tables {
  std::vector<std::string> names;  ///< event names
  std::vector<CallSite> call_sites;
  std::vector<Task> tasks;
  std::vector<std::string> caches;
  std::vector<Gfp> gfps;
  bool operator==(const Tables&) const = default;
};

/// What could not be recorded, matched or understood. Travels with the trace and stands on every report. Counts of
/// records unless said otherwise. Nothing is dropped that is not counted here.
struct Quality {
  std::uint64_t lost_events = 0;      ///< events that the recorder says it lost
  std::uint64_t lost_marks = 0;       ///< places where it lost an unknown number
  std::uint64_t before_trace = 0;     ///< frees of blocks older than the trace
  std::uint64_t unrecorded = 0;       ///< frees whose allocation had no event
  std::uint64_t lost_free = 0;        ///< blocks closed because their address was allocated again
  std::uint64_t live_at_end = 0;      ///< blocks never freed
  std::uint64_t null_frees = 0;       ///< kfree(NULL)
  std::uint64_t null_allocs = 0;      ///< allocations that the recorded kernel refused
  std::uint64_t inverted = 0;         ///< free-before-alloc pairs that were put right
  std::uint64_t out_of_order = 0;     ///< records whose time ran backwards; they keep their place
  std::uint64_t damaged = 0;          ///< records or lines that could not be read (cut, garbled); skipped
  std::uint64_t damaged_bytes = 0;    ///< bytes skipped because of that
  std::uint64_t unmatchable = 0;      ///< records whose pointer text names no block ("(____ptrval____)")
  std::uint64_t hashed_pointers = 0;  ///< 1 if pointers are hashed: identity only, no addresses
  std::uint64_t may_sleep_unknown = 0, may_sleep_yes = 0, may_sleep_no = 0;  ///< slab allocations
  std::uint64_t context_unknown = 0, context_task = 0, context_interrupt = 0;  ///< slab events
  std::uint64_t cache_known = 0, cache_learned = 0, cache_unknown = 0;  ///< slab allocations
  std::uint64_t carried = 0;          ///< not recorded here: allocations put ahead of a part of a trace for the blocks
                                      ///< that lived where it begins (edit/slice.h)
  std::string first_damage;           ///< the first damaged place, as Error::text(); empty if none

  bool operator==(const Quality&) const = default;
  /// True if anything is missing or wrong in the recording (what --strict refuses).
  bool defective() const {
    return lost_events || lost_marks || lost_free || inverted || out_of_order || damaged || unmatchable;
  }
};

/// Where a trace came from.
struct Source {
  std::string name;      ///< what reports call it: the file's base name
  std::string format;    ///< "trace.dat v7", "ftrace text", "kmt 1.0", ...
  std::string kernel;    ///< uname line, where recorded
  std::string clock;     ///< "local", "mono", ...
  std::uint32_t cpus = 0;
  std::uint32_t page_size = 4096;
  std::uint32_t long_bytes = 8;
  bool operator==(const Source&) const = default;
};

}  // namespace kmemlab::traces
