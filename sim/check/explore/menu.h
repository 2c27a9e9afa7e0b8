// What explore tries on one system: toy machines, the operations with what each must come to, states to begin from, and
// the defects that a historic mode is known to have. One menu a system, in menu_SYSTEM.cpp; the engine knows no core.
//
// Calls are written as in scenarios (sim/scenario/call_text.h) with two additions: `$` is the block that the operation
// frees or resizes, and names are the menu's own (`sets`, or `as` of a root's call). All other names are constants of
// the driver after boot, and base, end, page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/machine/profile.h"
#include "sim/scenario/driver.h"

namespace kmemlab::sim::explore {

struct Operation {
  enum class Kind : std::uint8_t {
    allocate,  ///< a block comes into being: the address returned, or the first `stores` argument if a status is
    release,   ///< `$` of its family is gone afterwards
    resize,    ///< `$` becomes the block returned; a failure leaves it as it was
    other,
  };
  enum class Contexts : std::uint8_t { both, process, interrupt };

  std::string name;  ///< for reports, and by which runs and roots name it: unique in the menu
  std::string call;
  Kind kind = Kind::allocate;
  Contexts contexts = Contexts::both;
  std::string family;              ///< which blocks a release or resize takes: those whose operation has this family
  std::uint64_t requested = 0;     ///< bytes that belong to the caller; their content is kept until the block is freed
  std::uint64_t granted = 0;       ///< what the core must say that it granted; 0: not compared
  std::uint64_t alignment = 1;     ///< of the address
  bool zeroed = false;             ///< the requested bytes must be zero
  bool may_fail = true;            ///< false: null (or a bad status) is a finding
  bool holds = false;              ///< keeps the semaphores that it took until a step `leave` of its own
  bool lazy = false;               ///< its pages need not have frames: nothing is written into it, or looked at
  bool failure_remembers = false;  ///< a failure may change the system's own records (a hint), but no page or frame
  bool failure_signals = false;    ///< a failure may change what others sleep on, but no page, frame or block
  std::string needs;               ///< only while this name has a value
  std::string unless;              ///< only while it has none
  std::string sets;                ///< the name that gets the value returned (or stored)
  std::string ends;                ///< the name that loses its value, and the family whose blocks are gone with it
};

/// A caller's error, made in every state and never explored further: what it does to the heap is undefined. Its last
/// step is the last call, or that somebody who sleeps goes on: what comes of that step is compared.
struct Misuse {
  std::string name;
  std::vector<std::string> calls;  ///< `$` is one block of `family`, if that is not empty
  std::string family;              ///< empty: needs no block
  std::string panic;               ///< part of the message; "*": some panic, or unnoticed; empty: see `reason`
  std::string reason;              ///< of a failure that is no panic, or some of them
  bool interrupt = false;
  std::string returns{};     ///< what the last call must return, an expression, and nothing may have changed then
  std::string only_in = {};  ///< the run in which it is tried; empty: all with `misuse`
  struct Poke {
    std::string at, value;  ///< expressions; `$` as in calls
    unsigned bytes = 4;
  };
  std::vector<Poke> pokes = {};              ///< memory that somebody spoils before the last step
  std::string resumes = {};                  ///< the task or thread that goes on last; not tried where it was not woken
  std::optional<SleepCause> slept_for = {};  ///< and only if this was what it slept for
  bool works = false;                        ///< the last call does what it does: something may have changed
};

/// One step of the way to a root.
struct RootStep {
  enum class Kind : std::uint8_t { call, operation, resume, poke };
  Kind kind = Kind::operation;
  std::string text;    ///< call: its text; operation: its name; resume: the task; poke: the address
  std::string as;      ///< call: the name that gets its value
  unsigned block = 0;  ///< operation: which block, by the order in which this root's operations got them, from 0
  unsigned task = 0;   ///< operation
  bool interrupt = false;
  unsigned times = 1;  ///< operation, call
  std::string value;   ///< poke: an expression
  unsigned bytes = 4;  ///< poke
};

/// A state to begin from: the booted machine, or a doorstep, one operation short of a rare branch.
struct Root {
  std::string name = "boot";
  std::vector<RootStep> steps;
};

struct Toy {
  Profile profile;
  std::uint64_t arena_pages = 16;
  std::uint64_t frames = 8;
  std::uint64_t map_entries = 0;  ///< 0: as many as the arena can need
  unsigned cpus = 1;
  unsigned tasks = 1;  ///< task t runs on CPU t % cpus
  std::uint64_t reserve_frames = 0;
};

/// As a bound of placements, pairs or failures: in every state that is expanded.
inline constexpr unsigned everywhere = 64;

/// Every sequence of up to `depth` operations from each root.
struct Run {
  std::string name;
  std::string sentence;
  Toy toy;
  scenario::Options options;
  std::vector<std::string> operations;  ///< names; empty: all of the menu
  std::vector<Root> roots{Root{}};
  unsigned depth = 6;
  unsigned quick_depth = 3;                     ///< of --quick
  bool interrupts = true;                       ///< operations are done by interrupt handlers too
  unsigned placements = everywhere;             ///< one interrupt at every place, after fewer operations; 0: none
  unsigned pairs = 2;                           ///< two interrupts, likewise
  unsigned failures = everywhere;               ///< every n-th frame and map entry refused, likewise
  bool misuse = false;                          ///< those of the menu's misuses that name no run, in every state
  std::optional<std::uint64_t> pages_kept_max;  ///< held pages when all is freed and all threads are idle
  std::string boot_panic = {};  ///< the machine must not boot, but stop and say this; nothing else is tried
};

/// A defect that the historic mode is known to have.
struct Historic {
  std::string id;       ///< "F1"
  std::string finding;  ///< part of the finding's title
  std::string meaning;
};

struct Menu {
  std::string system;
  std::vector<Operation> operations;
  std::vector<Misuse> misuses;
  std::vector<Run> runs;
  std::vector<Historic> historic;         ///< all of them, and no other finding, in mode=faithful
  bool pages_stay_in_interrupts = false;  ///< the documents let no page go back in an interrupt (large blocks apart)
  bool zero_is_success = false;           ///< of a status; else what is not negative
  bool map_is_pages = false;              ///< what is taken from the kernel's map has frames, unless somebody sleeps
  /// The defect whose finding this is; null: none.
  const Historic* historic_of(const std::string& title) const {
    for (const Historic& h : historic) {
      if (title.find(h.finding) != std::string::npos) return &h;
    }
    return nullptr;
  }
};

Menu bsd386_menu();
Menu osf1_menu();
Menu aix_menu();
Menu beos_menu();

}  // namespace kmemlab::sim::explore
