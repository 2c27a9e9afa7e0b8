#include "sim/replay/type_rules.h"

#include <fstream>
#include <sstream>

#include "core/bsd386/types.h"

namespace kmemlab::sim {

using namespace bsd386;

unsigned type_by_name(std::string_view name) {
  if (!name.empty()) {
    for (unsigned t = 0; t < M_LAST; ++t) {
      if (type_names[t] == name) return t;
    }
  }
  return M_LAST;
}

TypeRules TypeRules::standard() {
  using On = TypeRule::On;
  TypeRules r;
  r.fallback_ = M_TEMP;
  r.rules_ = {
      {On::cache, "skbuff_", M_MBUF},
      {On::cache, "sock_", M_SOCKET},
      {On::cache, "TCP", M_PCB},
      {On::cache, "UDP", M_PCB},
      {On::cache, "RAW", M_PCB},
      {On::cache, "UNIX", M_PCB},
      {On::cache, "PING", M_PCB},
      {On::cache, "tcp_", M_PCB},
      {On::cache, "request_sock", M_PCB},
      {On::cache, "tw_sock", M_PCB},
      {On::cache, "ip_dst", M_RTABLE},
      {On::cache, "ip_fib", M_RTABLE},
      {On::cache, "names_cache", M_NAMEI},
      {On::cache, "filp", M_FILE},
      {On::cache, "files_cache", M_FILEDESC},
      {On::cache, "fs_cache", M_FILEDESC},
      {On::cache, "file_lock", M_LOCKF},
      {On::cache, "cred_jar", M_CRED},
      {On::cache, "dentry", M_CACHE},
      {On::cache, "inode_cache", M_VNODE},
      {On::cache, "proc_inode", M_VNODE},
      {On::cache, "shmem_inode", M_VNODE},
      {On::cache, "ext4_inode", M_UFSMNT},
      {On::cache, "ext4_", M_UFSMNT},
      {On::cache, "jbd2_", M_UFSMNT},
      {On::cache, "dquot", M_DQUOT},
      {On::cache, "mm_struct", M_VMMAP},
      {On::cache, "vm_area", M_VMMAPENT},
      {On::cache, "maple_", M_VMMAPENT},
      {On::cache, "anon_vma", M_VMOBJ},
      {On::cache, "vmap_area", M_VMMAPENT},
      {On::cache, "task_struct", M_PROC},
      {On::cache, "pid", M_PROC},
      {On::cache, "signal_cache", M_SUBPROC},
      {On::cache, "sighand", M_SUBPROC},
      {On::cache, "sigqueue", M_SUBPROC},
      {On::cache, "nfs_", M_NFSREQ},
      {On::cache, "bio", M_DEVBUF},
      {On::cache, "blk", M_DEVBUF},
      {On::cache, "request_queue", M_DEVBUF},
      {On::cache, "scsi_", M_DEVBUF},
      {On::cache, "Acpi-", M_DEVBUF},
      {On::site, "__alloc_skb", M_MBUF},
      {On::site, "kmalloc_reserve", M_MBUF},
      {On::site, "sk_prot", M_PCB},
      {On::site, "security_sk", M_SOCKET},
      {On::site, "getname", M_NAMEI},
      {On::site, "prepare_creds", M_CRED},
      {On::site, "security_prepare_creds", M_CRED},
      {On::site, "alloc_fdtable", M_FILEDESC},
      {On::site, "ext4_", M_UFSMNT},
      {On::site, "jbd2_", M_UFSMNT},
      {On::site, "device_", M_DEVBUF},
      {On::site, "kobject_", M_DEVBUF},
      {On::site, "acpi_", M_DEVBUF},
      {On::site, "blk", M_DEVBUF},
      {On::site, "security_task", M_SUBPROC},
      {On::site, "alloc_pipe", M_SOCKET},
  };
  return r;
}

TypeRules TypeRules::all(unsigned type) {
  TypeRules r;
  r.fallback_ = type;
  return r;
}

Fallible<TypeRules> TypeRules::from_file(const std::string& path) {
  std::ifstream in(path);
  const auto error = [&](std::uint64_t line, std::string what, std::string expected) {
    Error e{std::move(what), std::move(expected), path, {}, {}};
    if (line > 0) e.line = line;
    return Failure<Error>{std::move(e)};
  };
  if (!in) return error(0, "cannot be read", "expected a file of type rules, 'types=temp' or 'types=standard'");
  TypeRules r;
  r.fallback_ = M_TEMP;
  std::string line;
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  while (std::getline(in, line)) {
    ++number;
    bytes += line.size() + 1;
    if (bytes > (1U << 20)) return error(number, "more than 1 MiB of rules", "expected a short text file");
    if (const auto hash = line.find('#'); hash != std::string::npos) line.resize(hash);
    std::istringstream words(line);
    std::string on;
    std::string prefix;
    std::string type;
    if (!(words >> on)) continue;
    std::getline(words >> prefix >> std::ws, type);
    while (!type.empty() && (type.back() == ' ' || type.back() == '\r' || type.back() == '\t')) type.pop_back();
    if ((on != "cache" && on != "site") || prefix.empty()) {
      return error(number, "not a type rule", "expected 'cache PREFIX TYPE' or 'site PREFIX TYPE'");
    }
    const unsigned t = type_by_name(type);
    if (t == M_LAST)
      return error(number, "unknown type '" + type + "'", "expected a name as in 'mbuf', 'temp', 'devbuf'");
    r.rules_.push_back({on == "cache" ? TypeRule::On::cache : TypeRule::On::site, prefix, t});
  }
  return r;
}

const TypeRule* TypeRules::match(TypeRule::On on, std::string_view text) const {
  if (text.empty()) return nullptr;
  for (const TypeRule& rule : rules_) {
    if (rule.on == on && text.starts_with(rule.prefix)) return &rule;
  }
  return nullptr;
}

unsigned TypeRules::type_of(std::string_view cache, std::string_view site) const {
  if (const TypeRule* rule = match(TypeRule::On::cache, cache)) return rule->type;
  if (const TypeRule* rule = match(TypeRule::On::site, site)) return rule->type;
  return fallback_;
}

TypeTable::TypeTable(const TypeRules& rules, const traces::Tables& tables) : fallback_(rules.fallback_) {
  const auto resolve = [&](TypeRule::On on, std::string_view text) {
    const TypeRule* rule = rules.match(on, text);
    return rule != nullptr ? static_cast<std::uint8_t>(rule->type) : none;
  };
  for (const std::string& name : tables.caches) caches_.push_back(resolve(TypeRule::On::cache, name));
  for (const traces::CallSite& site : tables.call_sites) sites_.push_back(resolve(TypeRule::On::site, site.name));
}

}  // namespace kmemlab::sim
