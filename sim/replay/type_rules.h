// Which malloc type an allocation of a Linux trace gets on 386BSD. Linux has no types, so this is a mapping of ours:
// the first rule whose prefix fits decides, cache rules (on the cache's name) before site rules (on the call site's
// symbol); what no rule fits is "temp". Rules come from a built-in table or from a file of the user:
//     cache skbuff_ mbuf        # comment
//     site  __alloc_skb mbuf
// The type decides the statistics row, the limit that the request counts against, and (mbuf) whether its page may be
// returned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/meta.h"

namespace kmemlab::sim {

struct TypeRule {
  enum class On : std::uint8_t { cache, site };
  On on = On::cache;
  std::string prefix;
  unsigned type = 0;
};

class TypeRules {
 public:
  /// The built-in table (docs/replay.md lists it).
  static TypeRules standard();
  /// Books everything under one type.
  static TypeRules all(unsigned type);
  /// Reads a rule file. Errors name the line. At most 1 MiB.
  static Fallible<TypeRules> from_file(const std::string& path);

  /// The type for a cache name and a call site; either may be empty.
  unsigned type_of(std::string_view cache, std::string_view site) const;

  const std::vector<TypeRule>& rules() const { return rules_; }

 private:
  friend class TypeTable;
  const TypeRule* match(TypeRule::On on, std::string_view text) const;
  std::vector<TypeRule> rules_;
  unsigned fallback_ = 0;
};

/// The rules resolved against a trace's tables, so that an event costs two array look-ups.
class TypeTable {
 public:
  TypeTable(const TypeRules& rules, const traces::Tables& tables);
  unsigned type_of(traces::Index cache, traces::Index site) const {
    const std::uint8_t by_cache = cache < caches_.size() ? caches_[cache] : none;
    if (by_cache != none) return by_cache;
    const std::uint8_t by_site = site < sites_.size() ? sites_[site] : none;
    return by_site != none ? by_site : fallback_;
  }

 private:
  static constexpr std::uint8_t none = 255;
  std::vector<std::uint8_t> caches_;
  std::vector<std::uint8_t> sites_;
  unsigned fallback_;
};

/// Number of a type by the name that statistics show ("mbuf", "VM mapent"); M_LAST if there is none.
unsigned type_by_name(std::string_view name);

}  // namespace kmemlab::sim
