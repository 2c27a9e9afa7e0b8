// Which pool an allocation goes to on BeOS, whose drivers make pools of their own. Linux has none, so this is a mapping
// of ours: one pool for all, or one for each *prefix* of the call sites' symbols, the part up to the first underscore
// that is not leading ("__alloc_skb" and "alloc_inode" are both "alloc"). Prefixes get pools in the order of the
// trace's table of call sites; those beyond the last pool, and sites without a symbol, share the first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/meta.h"

namespace kmemlab::sim {

enum class PoolChoice : std::uint8_t { one, prefix };

/// "alloc" of "__alloc_skb"; empty if there is no symbol.
constexpr std::string_view site_prefix(std::string_view symbol) {
  while (symbol.starts_with('_')) symbol.remove_prefix(1);
  return symbol.substr(0, symbol.find_first_of("_+."));
}

class PoolTable {
 public:
  PoolTable(PoolChoice choice, const traces::Tables& tables, std::uint32_t pools_max) {
    if (choice == PoolChoice::one) return;
    std::vector<std::string> prefixes{""};
    for (const traces::CallSite& site : tables.call_sites) {
      const std::string_view prefix = site_prefix(site.name);
      std::uint32_t pool = 0;
      while (pool < prefixes.size() && prefixes[pool] != prefix) ++pool;
      if (pool == prefixes.size() && pool < pools_max) prefixes.emplace_back(prefix);
      sites_.push_back(pool < prefixes.size() ? pool : 0);
    }
    pools_ = static_cast<std::uint32_t>(prefixes.size());
  }
  std::uint32_t pools() const { return pools_; }
  std::uint32_t pool_of(traces::Index site) const { return site < sites_.size() ? sites_[site] : 0; }

 private:
  std::vector<std::uint32_t> sites_;
  std::uint32_t pools_ = 1;
};

}  // namespace kmemlab::sim
