// The constants of the malloc types that 386BSD and OSF/1 share, in the order of their numbers, as scenarios name them.
#pragma once

#include <string_view>

namespace kmemlab::scenario {

inline constexpr std::string_view malloc_type_constants[] = {
    "M_FREE",      "M_MBUF",    "M_DEVBUF",  "M_SOCKET",  "M_PCB",      "M_RTABLE",  "M_HTABLE",   "M_FTABLE",
    "M_ZOMBIE",    "M_IFADDR",  "M_SOOPTS",  "M_SONAME",  "M_NAMEI",    "M_GPROF",   "M_IOCTLOPS", "M_MAPMEM",
    "M_CRED",      "M_PGRP",    "M_SESSION", "M_IOV",     "M_MOUNT",    "M_FHANDLE", "M_NFSREQ",   "M_NFSMNT",
    "M_VNODE",     "M_CACHE",   "M_DQUOT",   "M_UFSMNT",  "M_SHM",      "M_VMMAP",   "M_VMMAPENT", "M_VMOBJ",
    "M_VMOBJHASH", "M_VMPMAP",  "M_VMPVENT", "M_VMPAGER", "M_VMPGDATA", "M_FILE",    "M_FILEDESC", "M_LOCKF",
    "M_PROC",      "M_SUBPROC", "M_SEGMENT"};

}  // namespace kmemlab::scenario
