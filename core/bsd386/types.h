// The malloc types of 386BSD 1.0: what an allocation is for. Names and numbers are those of the system's <malloc.h>
// (Berkeley licence; shared/spec/osf1_and_bsd.md section 4: ids 0 to 42 and M_TEMP 49 are named, 43 to 48 are not).
#pragma once

#include <array>
#include <string_view>

namespace kmemlab::bsd386 {

enum Type : unsigned {
  M_FREE,
  M_MBUF,
  M_DEVBUF,
  M_SOCKET,
  M_PCB,
  M_RTABLE,
  M_HTABLE,
  M_FTABLE,
  M_ZOMBIE,
  M_IFADDR,
  M_SOOPTS,
  M_SONAME,
  M_NAMEI,
  M_GPROF,
  M_IOCTLOPS,
  M_MAPMEM,
  M_CRED,
  M_PGRP,
  M_SESSION,
  M_IOV,
  M_MOUNT,
  M_FHANDLE,
  M_NFSREQ,
  M_NFSMNT,
  M_VNODE,
  M_CACHE,
  M_DQUOT,
  M_UFSMNT,
  M_SHM,
  M_VMMAP,
  M_VMMAPENT,
  M_VMOBJ,
  M_VMOBJHASH,
  M_VMPMAP,
  M_VMPVENT,
  M_VMPAGER,
  M_VMPGDATA,
  M_FILE,
  M_FILEDESC,
  M_LOCKF,
  M_PROC,
  M_SUBPROC,
  M_SEGMENT,
  M_TEMP = 49,
  M_LAST = 50,
};

/// The name under which statistics show a type; empty for the unnamed ones.
inline constexpr std::array<std::string_view, M_LAST + 1> type_names = {
    "free",       "mbuf",      "devbuf",    "socket",    "pcb",       "routetbl", "hosttbl",   "fragtbl",
    "zombie",     "ifaddr",    "soopts",    "soname",    "namei",     "gprof",    "ioctlops",  "mapmem",
    "cred",       "pgrp",      "session",   "iov",       "mount",     "fhandle",  "NFS req",   "NFS mount",
    "vnode",      "namecache", "UFS quota", "UFS mount", "shm",       "VM map",   "VM mapent", "VM object",
    "VM objhash", "VM pmap",   "VM pvmap",  "VM pager",  "VM pgdata", "file",     "file desc", "lockf",
    "proc",       "subproc",   "segment",   "",          "",          "",         "",          "",
    "",           "temp",      ""};

}  // namespace kmemlab::bsd386
