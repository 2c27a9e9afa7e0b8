// The registry of kernel modules as plain data: name, users, and the two operations that a module must know
// (shared/spec/aix_and_beos.md section 4.3 and B11). A module is loaded by its first user and unloaded by its last; how
// it initialises itself is its own std_ops, which the caller hands in: on these machines modules are linked, not
// loaded.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "core/base/digest.h"
#include "core/machine/status.h"

namespace kmemlab {

// Operations of a module's std_ops; any other must answer B_ERROR.
inline constexpr std::int32_t B_MODULE_INIT = 1;
inline constexpr std::int32_t B_MODULE_UNINIT = 2;

/// Flag of a module: it stays loaded when its last user puts it away.
inline constexpr std::uint32_t B_KEEP_LOADED = 1;

inline constexpr unsigned modules_max = 8;            ///< ours
inline constexpr std::size_t module_name_bytes = 64;  ///< ours

class ModuleTable {
 public:
  struct Module {
    std::array<char, module_name_bytes> name{};
    std::uint32_t flags = 0;
    std::uint32_t users = 0;
    bool known = false;
    bool loaded = false;
  };

  /// Makes a module known. False if it is already, or the table is full, or the name too long or empty.
  bool add(std::string_view name, std::uint32_t flags = 0) {
    if (name.empty() || name.size() >= module_name_bytes || find(name) != nullptr) return false;
    const auto slot = std::find_if(modules_.begin(), modules_.end(), [](const Module& m) { return !m.known; });
    if (slot == modules_.end()) return false;
    std::copy(name.begin(), name.end(), slot->name.begin());
    slot->flags = flags;
    slot->known = true;
    return true;
  }
  /// One more user. The first one's call runs ops(B_MODULE_INIT); its error is the answer, and then nobody uses it.
  /// An empty name, as NULL in the original: B_BAD_VALUE; an unknown one: B_ENTRY_NOT_FOUND.
  template <class Ops>
  status_t get(std::string_view name, Ops ops) {
    if (name.empty()) return B_BAD_VALUE;
    Module* m = find(name);
    if (m == nullptr) return B_ENTRY_NOT_FOUND;
    if (!m->loaded) {
      if (const status_t status = ops(B_MODULE_INIT); status != B_OK) return status;
      m->loaded = true;
    }
    ++m->users;
    return B_OK;
  }
  /// One user less; the last one's call runs ops(B_MODULE_UNINIT). B_BAD_VALUE for an unknown module, or one without
  /// users.
  template <class Ops>
  status_t put(std::string_view name, Ops ops) {
    Module* m = find(name);
    if (m == nullptr || m->users == 0) return B_BAD_VALUE;
    if (--m->users > 0 || (m->flags & B_KEEP_LOADED) != 0) return B_OK;
    m->loaded = false;
    return ops(B_MODULE_UNINIT);
  }
  std::uint32_t users(std::string_view name) const {
    const Module* m = const_cast<ModuleTable*>(this)->find(name);
    return m == nullptr ? 0 : m->users;
  }

  bool ever_used() const { return modules_[0].known; }
  void add_to(Digest& d) const {
    for (const Module& m : modules_) {
      if (!m.known) continue;
      d.add(std::string_view(m.name.data()));
      d.add(std::uint64_t{m.users} << 1 | static_cast<std::uint64_t>(m.loaded));
    }
  }

 private:
  Module* find(std::string_view name) {
    const auto m = std::find_if(modules_.begin(), modules_.end(),
                                [&](const Module& x) { return x.known && name == x.name.data(); });
    return m == modules_.end() ? nullptr : &*m;
  }
  std::array<Module, modules_max> modules_{};
};

template <class M>
concept HasModules = requires(M m) {
  { m.modules() } -> std::same_as<ModuleTable&>;
};

}  // namespace kmemlab
