// The sections that are not chunks: tables, quality, source and the facts about the whole trace. Quality, source and
// facts are lists of named values, so that a later version can add to them and an older one skips what it does not
// know.
#pragma once

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/meta.h"

namespace kmemlab::traces {

/// What the writer saw go by.
struct TraceFacts {
  std::uint64_t events = 0;
  std::uint64_t slab_events = 0;           ///< alloc, alloc_null, free, realloc
  std::uint64_t blocks = 0;                ///< 1 + greatest id
  std::uint64_t max_slots = 0;             ///< 1 + greatest slot
  std::uint64_t peak_live_blocks = 0;      ///< by slot; each peak is the maximum of its own live sum
  std::uint64_t peak_requested_bytes = 0;  ///< stays at 2^64-1 instead of wrapping
  std::uint64_t peak_granted_bytes = 0;
  std::uint64_t first_tick = 0, last_tick = 0;  ///< of the first and the last event; 0 if there is none
  bool operator==(const TraceFacts&) const = default;
};

namespace kmt {

ByteVector encode_facts(const TraceFacts& facts);
ByteVector encode_quality(const Quality& quality);
ByteVector encode_source(const Source& source);
ByteVector encode_names(const std::vector<std::string>& names);
ByteVector encode_call_sites(const std::vector<CallSite>& sites);
ByteVector encode_tasks(const std::vector<Task>& tasks);
ByteVector encode_gfps(const std::vector<Gfp>& gfps);

/// Each fills its last argument; false if the bytes are no such section. Memory: at most 12 times `bytes`.
bool decode_facts(const unsigned char* data, std::size_t bytes, TraceFacts& facts);
bool decode_quality(const unsigned char* data, std::size_t bytes, Quality& quality);
bool decode_source(const unsigned char* data, std::size_t bytes, Source& source);
bool decode_names(const unsigned char* data, std::size_t bytes, std::vector<std::string>& names);
bool decode_call_sites(const unsigned char* data, std::size_t bytes, std::vector<CallSite>& sites);
bool decode_tasks(const unsigned char* data, std::size_t bytes, std::vector<Task>& tasks);
bool decode_gfps(const unsigned char* data, std::size_t bytes, std::vector<Gfp>& gfps);

}  // namespace kmt
}  // namespace kmemlab::traces
