// docs/corruption.md: made of the matrix, never by hand.
#include <map>

#include "tests/corruption/matrix.h"

namespace kmemlab::corruption {

namespace {

constexpr const char* head =
    R"(# What an error of a caller does

This page is made by `scripts/corruption --write`, and ctest compares it with what the code does (entry `corruption`).

A kernel allocator trusts its callers. This table says how far: one error each, made in each system and debug mode, on
its own machine. Eight blocks of 128 bytes lie side by side, filled by their owners. Then the error (a careless store
writes the byte 0x40); then 20 allocations of 128 bytes, each filled by its owner; then everybody frees what he believes
to own, oldest first; then eight pages' worth of blocks are allocated and freed. The first sign of trouble is the
*detection*. `check()` is the core's own list of invariants, which no caller of these systems had: the number is what it
says right after the error. A shadow oracle, which knows only what was handed out and what owners wrote, notes the
*damage*; what is lost is counted against the same program without the error.

| word | meaning |
|---|---|
| at once | the error itself stops the machine, or is answered -1, or by a line on the console, and changes nothing |
| allocation n, free n | the n-th call after the error stops the machine or refuses: far from who made the error |
| a later free | the same, when pages come and go again |
| check() only | nobody in the system notices; the invariants do |
| two owners | a block is handed out that overlaps one that lives |
| changed | a live block's bytes are not what its owner wrote |
| cut off | a free block that the list does not reach any more, right after the error |
| lost | a block that can be had without the error cannot be had after it |

)";

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& p : parts) all += (all.empty() ? "" : "; ") + p;
  return all.empty() ? "none" : all;
}

std::string row(const Column& column, const Cell& cell) {
  const std::string by = cell.by.empty() ? "" : "`" + cell.by + "`";
  const std::string invariant = cell.invariant == 0 ? "" : std::to_string(cell.invariant);
  return "| " + column.title + " | " + cell.when + " | " + by + " | " + invariant + " | " + joined(cell.damage) +
         " |\n";
}

/// How many kinds end how, column by column.
struct Tally {
  unsigned at_once = 0, after = 0, check_only = 0, never_harmed = 0, never = 0;
  void add(const Cell& c) {
    at_once += c.when == "at once";
    check_only += c.when == "check() only";
    never_harmed += c.when == "never" && !c.damage.empty();
    never += c.when == "never" && c.damage.empty();
    after += c.when.starts_with("allocation") || c.when.starts_with("free") || c.when.starts_with("a later");
  }
};

}  // namespace

std::string report() {
  std::string text;
  std::map<std::string, Tally> tally;
  for (const Kind& kind : kinds()) {
    text += std::string("## ") + kind.title + "\n" + kind.sentence + "\n\n";
    text += "| system | detected | by | check() | damage |\n|---|---|---|---|---|\n";
    for (const Column& column : columns()) {
      const Cell cell = run_cell(kind, column);
      tally[column.title].add(cell);
      text += row(column, cell);
    }
    text += "\n";
  }
  std::string sums = "## In numbers\nOf the " + std::to_string(kinds().size()) + " errors below:\n\n";
  sums += "| system | noticed at once | noticed later | by check() only | never, with damage | never, no damage |\n";
  sums += "|---|---|---|---|---|---|\n";
  for (const Column& column : columns()) {
    const Tally& t = tally[column.title];
    sums += "| " + column.title;
    for (const unsigned n : {t.at_once, t.after, t.check_only, t.never_harmed, t.never})
      sums += " | " + std::to_string(n);
    sums += " |\n";
  }
  text.pop_back();
  return head + sums + "\n" + text;
}

}  // namespace kmemlab::corruption
