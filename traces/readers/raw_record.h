// What every reader hands to the importer: one record as recorded, pointers unresolved, names already interned in
// the trace's tables. Readers know formats and nothing of block identity; the importer knows identity and no format.
#pragma once

#include <cstdint>
#include <string_view>

#include "traces/event.h"

namespace kmemlab::traces {

enum class RawKind : std::uint8_t { mark, slab_alloc, slab_free, slab_realloc, page_alloc, page_free, lost };

/// What the recording shows of a pointer. Hashed pointers are `known`: they identify, even if they do not address.
/// `unrecorded`: the recording itself says that this free's allocation had no event (our JSON lines do).
enum class RawPointer : std::uint8_t { known, unmatchable, unrecorded };

struct RawRecord {
  std::uint64_t tick = 0;
  std::uint64_t pointer = 0;    ///< slab records; 0 is the null pointer
  std::uint64_t moved_to = 0;   ///< slab_realloc: where the block is afterwards; may be the same
  std::uint64_t requested = 0;  ///< slab_alloc, slab_realloc; lost: how many (0 = not said)
  std::uint64_t granted = 0;
  std::uint64_t pfn = 0;  ///< page records; no_pfn for a failed allocation
  Index name = no_index;
  Index call_site = no_index;
  Index task = no_index;
  Index cache = no_index;
  Index gfp = no_index;
  std::uint16_t cpu = 0;
  std::int16_t node = -1;
  RawKind kind = RawKind::mark;
  RawPointer pointer_text = RawPointer::known;
  Context context = Context::unknown;
  CpuState cpu_state;
  std::uint8_t order = 0;
  std::uint8_t migratetype = 0;
  Tri accounted = Tri::unknown;
};

class RawSink {
 public:
  virtual ~RawSink() = default;
  virtual void record(const RawRecord& record) = 0;
};

/// What the known memory events are called, in every kernel since 2.6.31 (spec/trace_formats.md 1.4).
RawKind kind_of_event(std::string_view name);

}  // namespace kmemlab::traces
