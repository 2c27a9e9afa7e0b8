// Interns what records name (events, call sites, tasks, caches, flags) into a trace's tables: each distinct value gets
// the next index at its first use, so that tables are in trace order whatever a hash function does.
// Bounded by the distinct values of the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "traces/meta.h"
#include "traces/readers/gfp_text.h"

namespace kmemlab::traces {

/// Open-addressing set of strings that live elsewhere; yields the index of an equal one.
class StringIndex {
 public:
  /// Index of `key`, or no_index. `name_at(i)` gives the i-th string.
  template <class NameAt>
  Index find(std::string_view key, NameAt name_at) const {
    if (slots_.empty()) return no_index;
    const std::uint64_t h = hash(key);
    for (std::size_t at = h & mask();; at = (at + 1) & mask()) {
      const Slot& s = slots_[at];
      if (s.index == no_index) return no_index;
      if (s.hash == static_cast<std::uint32_t>(h >> 32) && name_at(s.index) == key) return s.index;
    }
  }
  /// Adds a key that find() did not find.
  void add(std::string_view key, Index index);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Index index = no_index;
  };
  static std::uint64_t hash(std::string_view key);
  std::size_t mask() const { return slots_.size() - 1; }
  void place(Slot slot, std::uint64_t low_bits);
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> hashes_;  // in order of add, for growing
  std::vector<Index> indices_;
};

class TableBuilder {
 public:
  Index name(std::string_view text);
  Index cache(std::string_view text);
  Index call_site(std::string_view text);                         ///< by name only
  Index call_site(std::uint64_t address, std::string_view text);  ///< a new entry each time: the caller maps addresses
  Index task(std::int32_t pid, std::string_view comm);
  Index gfp(std::string_view text);
  Index gfp(Gfp said);  ///< a new entry each time: what a format of its own says of flags; the caller maps
  Index gfp(std::uint64_t value, const GfpTable& table);

  const Tables& tables() const { return tables_; }
  Tables take() { return std::move(tables_); }

 private:
  Tables tables_;
  StringIndex names_, caches_, call_sites_, tasks_, gfps_;
  std::string key_;
  std::vector<std::string> task_keys_;
  std::unordered_map<std::uint64_t, Index> gfp_values_;
};

}  // namespace kmemlab::traces
