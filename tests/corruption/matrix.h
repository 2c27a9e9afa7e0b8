// The corruption matrix: what each error of a caller does in each system and mode, found by making it on a simulated
// machine. A cell is one kind of error in one column. Its program:
//
//   before    eight blocks of 128 bytes side by side, filled by their owners; what the kind needs besides
//   the error a store past a block, or a free that should not be
//   after     20 allocations, each filled by its owner; then everybody frees what he believes to own; then eight
//             pages' worth of blocks are allocated, and freed
//
// The first sign of the error is its detection. The shadow oracle notes the damage. The same program without the error,
// the *control*, says how many blocks and pages there should be.
#pragma once

#include <string>
#include <vector>

#include "tests/corruption/world.h"

namespace kmemlab::corruption {

/// The eight blocks, by address; error kinds use the one in the middle.
struct Scene {
  World& world;
  std::vector<std::uint64_t> blocks;
  std::uint64_t granted = 0;
  std::uint64_t block() const { return blocks[4]; }
  std::uint64_t above() const { return blocks[5]; }
  std::uint64_t below() const { return blocks[3]; }
};

class Owners;

struct Kind {
  const char* id;  ///< "overflow-live"
  const char* title;
  const char* sentence;  ///< what it is, for a reader
  void (*before)(Scene& scene, Owners& owners);
  Came (*error)(Scene& scene, Owners& owners);
};
const std::vector<Kind>& kinds();

struct Cell {
  std::string when;        ///< "at once", "allocation 2", "free 3", "later", "check() only", "never"
  std::string by;          ///< a panic's message, "-1", a console line, a fault, an invariant's number
  unsigned invariant = 0;  ///< what check() said right after the error; 0: nothing, or the machine had stopped
  std::vector<std::string> damage;
};

Cell run_cell(const Kind& kind, const Column& column);

/// The whole of docs/corruption.md.
std::string report();

}  // namespace kmemlab::corruption
