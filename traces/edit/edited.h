// What goes with the events of an edited trace into KmtWriter::finish: tables and quality, brought up to date.
#pragma once

#include <cstdint>

#include "traces/meta.h"

namespace kmemlab::traces {

struct Edited {
  Tables tables;  ///< of the events that were written
  Quality quality;
  Source source;
  std::uint64_t events = 0;       ///< written
  std::uint64_t slab_events = 0;  ///< of these: alloc, alloc_null, free, realloc
  std::uint64_t rounds = 0;       ///< repeat: how often the trace was played
};

/// Row of `name` in the table, added if it is not there.
inline Index row_of(std::vector<std::string>& names, const std::string& name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Index>(i);
  names.push_back(name);
  return static_cast<Index>(names.size() - 1);
}

}  // namespace kmemlab::traces
