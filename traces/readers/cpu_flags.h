// common_flags and common_preempt_count of a ring-buffer record, and the flag letters of ftrace text: context,
// interrupt and preemption state. Numbers: include/linux/trace_events.h of Linux 6.1 (enum trace_flag_type); letters:
// trace_print_lat_fmt() in kernel/trace/trace_output.c of the same.
#pragma once

#include <cstdint>

#include "traces/event.h"

namespace kmemlab::traces {

inline constexpr unsigned trace_flag_irqs_off = 0x01;
inline constexpr unsigned trace_flag_irqs_nosupport = 0x02;  ///< until 6.12; later NEED_RESCHED_LAZY
inline constexpr unsigned trace_flag_hardirq = 0x08;
inline constexpr unsigned trace_flag_softirq = 0x10;  ///< serving one; mere BH-off is 0x80 (5.17 on)
inline constexpr unsigned trace_flag_nmi = 0x40;      ///< since 4.7; unused before
inline constexpr unsigned preempt_depth_mask = 0x0f;  ///< the upper half is the migrate-disable depth (5.15 on)

/// Whether bit 0x02 says "this architecture cannot tell"; since 6.13 (kernel commit 26baa1f1c4bd) it is lazy resched.
enum class Bit1 : std::uint8_t { irqs_nosupport, resched_lazy };

constexpr Context context_of_flags(unsigned flags) {
  if (flags & trace_flag_nmi) return Context::nmi;
  if (flags & trace_flag_hardirq) return Context::hardirq;
  if (flags & trace_flag_softirq) return Context::softirq;
  return Context::task;
}

constexpr CpuState cpu_state_of_flags(unsigned flags, unsigned preempt_count, Bit1 bit1) {
  CpuState s;
  s.irqs_off = flags & trace_flag_irqs_off ? Tri::yes : Tri::no;
  if (bit1 == Bit1::irqs_nosupport && (flags & trace_flag_irqs_nosupport)) s.irqs_off = Tri::unknown;
  s.preempt_off = preempt_count & preempt_depth_mask ? Tri::yes : Tri::no;
  return s;
}

/// The hardirq/softirq column.
constexpr Context context_of_letter(char c) {
  switch (c) {
    case '.':
      return Context::task;
    case 's':
      return Context::softirq;
    case 'h':
    case 'H':
      return Context::hardirq;
    case 'z':
    case 'Z':
      return Context::nmi;
    default:
      return Context::unknown;
  }
}

/// The irqs-off column: 'd' off, 'D' off with BH, 'b' BH only, '.' on, 'X' cannot tell.
constexpr Tri irqs_off_of_letter(char c) {
  switch (c) {
    case 'd':
    case 'D':
      return Tri::yes;
    case '.':
    case 'b':
      return Tri::no;
    default:
      return Tri::unknown;
  }
}

/// The preempt-depth column: '.' or a hexadecimal digit.
constexpr Tri preempt_off_of_letter(char c) {
  if (c == '.' || c == '0') return Tri::no;
  if ((c >= '1' && c <= '9') || (c >= 'a' && c <= 'f')) return Tri::yes;
  return Tri::unknown;
}

}  // namespace kmemlab::traces
