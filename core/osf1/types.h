// The memory types of MALLOC: what an allocation is for. Documents name three of OSF/1's own: M_DEVBUF in MALLOC(9r),
// and M_KTABLE and M_RTABLE in contig_malloc(9r); their numbers are not documented. The rest are the names and
// numbers that Berkeley's <malloc.h> had when OSF/1 took it over (inferred, shared/spec/osf1_and_bsd.md section 1),
// so that one file of type rules serves both systems. Types only count here: no limit belongs to them.
#pragma once

#include <array>
#include <string_view>

namespace kmemlab::osf1 {

enum Type : unsigned {
  M_FREE, M_MBUF, M_DEVBUF, M_SOCKET, M_PCB, M_RTABLE, M_HTABLE, M_FTABLE, M_ZOMBIE, M_IFADDR, M_SOOPTS, M_SONAME,
  M_NAMEI, M_GPROF, M_IOCTLOPS, M_MAPMEM, M_CRED, M_PGRP, M_SESSION, M_IOV, M_MOUNT, M_FHANDLE, M_NFSREQ, M_NFSMNT,
  M_VNODE, M_CACHE, M_DQUOT, M_UFSMNT, M_SHM, M_VMMAP, M_VMMAPENT, M_VMOBJ, M_VMOBJHASH, M_VMPMAP, M_VMPVENT,
  M_VMPAGER, M_VMPGDATA, M_FILE, M_FILEDESC, M_LOCKF, M_PROC, M_SUBPROC, M_SEGMENT,
  M_TEMP = 49,
  M_KTABLE = 50,  ///< number ours
  M_LAST = 51,    ///< ours: one more than the last type
};

/// The name under which statistics show a type; empty for the unnamed ones.
inline constexpr std::array<std::string_view, M_LAST> type_names = {
    "free",    "mbuf",     "devbuf",  "socket",   "pcb",      "rtable",   "hosttbl",  "fragtbl",  "zombie", "ifaddr",
    "soopts",  "soname",   "namei",   "gprof",    "ioctlops", "mapmem",   "cred",     "pgrp",     "session", "iov",
    "mount",   "fhandle",  "NFS req", "NFS mount", "vnode",   "namecache", "UFS quota", "UFS mount", "shm",  "VM map",
    "VM mapent", "VM object", "VM objhash", "VM pmap", "VM pvmap", "VM pager", "VM pgdata", "file", "file desc",
    "lockf", "proc",    "subproc",  "segment", "", "", "", "", "", "", "temp",
    "ktable"};

}  // namespace kmemlab::osf1
