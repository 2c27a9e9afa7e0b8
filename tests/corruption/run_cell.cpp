// Running one cell, and its control.
#include <algorithm>

#include "tests/corruption/owners.h"

namespace kmemlab::corruption {

namespace {

constexpr unsigned blocks_before = 8;
constexpr unsigned allocations_after = 20;
constexpr unsigned pages_later = 8;

enum class Error : std::uint8_t { made, left_out };

/// What a run came to, beside what the oracle knows.
struct Run {
  Cell cell;
  Damage damage;
  bool stopped = false;
  bool stopped_at_once = false;
  std::size_t listed = 0;    ///< free blocks on lists right after the error
  std::uint64_t pages = 0;   ///< taken when everybody had freed everything
  std::uint64_t blocks = 0;  ///< that could be had without a further page
  unsigned wrong_counts = 0;
};

class Program {
 public:
  Program(const Kind& kind, const Column& column) : kind_(kind), world_(column), owners_(world_) {}

  Run run(Error error) {
    Scene scene{world_, {}, 0};
    for (unsigned i = 0; i < blocks_before; ++i) {
      const Came came = owners_.take(world_.column().small);
      scene.blocks.push_back(came.address);
      scene.granted = came.granted;
    }
    std::sort(scene.blocks.begin(), scene.blocks.end());
    kind_.before(scene, owners_);
    if (error == Error::made) {
      note("at once", kind_.error(scene, owners_));
      if (!world_.stopped()) run_.cell.invariant = world_.broken_invariant();
      owners_.look();
    }
    if (!world_.stopped()) run_.listed = world_.listed();
    run_.stopped_at_once = world_.stopped();
    allocate_and_free();
    later();
    owners_.look();
    run_.damage = owners_.damage();
    run_.stopped = world_.stopped();
    if (run_.cell.when.empty()) {
      const bool checked = run_.cell.invariant != 0;
      run_.cell.when = checked ? "check() only" : "never";
      if (checked) run_.cell.by = "invariant " + std::to_string(run_.cell.invariant);
    }
    return run_;
  }

 private:
  void note(const std::string& when, const Came& came) {
    if (!run_.cell.when.empty() || (came.stop.empty() && came.refusal.empty())) return;
    if (came.refusal == "null: pool_empty") return;  // osf1 may say so at any time to who may not wait
    run_.cell.when = when;
    run_.cell.by = came.stop.empty() ? came.refusal : came.stop;
  }
  void allocate_and_free() {
    for (unsigned i = 1; i <= allocations_after && !world_.stopped(); ++i) {
      note("allocation " + std::to_string(i), owners_.take(world_.column().small));
    }
    free_all("free ");
    if (world_.stopped()) return;
    run_.pages = world_.pages_held();
    run_.wrong_counts = world_.wrong_counts();
  }
  /// In the order in which they were allocated.
  void free_all(const std::string& when) {
    for (unsigned i = 1; !owners_.live().empty() && !world_.stopped(); ++i) {
      const Came came = owners_.give(owners_.live().front().address);
      note(when.ends_with(' ') ? when + std::to_string(i) : when, came);
    }
  }
  void later() {
    const std::uint64_t wanted = pages_later * world_.page_bytes() / 128;
    bool more_pages = false;
    for (std::uint64_t i = 0; i < wanted && !world_.stopped(); ++i) {
      const unsigned two_owners = owners_.damage().two_owners;
      const Came came = owners_.take(world_.column().small);
      if (came.refusal.starts_with("null")) break;  // osf1: the pool is empty, and that is no sign of anything
      note("a later allocation", came);
      more_pages |= world_.stopped() || world_.pages_held() > run_.pages;
      run_.blocks += !more_pages && owners_.damage().two_owners == two_owners;
    }
    free_all("a later free");
  }

  const Kind& kind_;
  World world_;
  Owners owners_;
  Run run_;
};

std::string counted(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::vector<std::string> damage_of(const Run& run, const Run& control) {
  std::vector<std::string> all;
  const Damage& d = run.damage;
  if (d.two_owners != 0) all.push_back(counted(d.two_owners, "block", "blocks") + " with two owners");
  if (d.misaligned != 0) all.push_back(counted(d.misaligned, "block", "blocks") + " not aligned");
  if (d.unusable != 0) all.push_back("a block where there is no memory");
  if (d.spoiled != 0) all.push_back(counted(d.spoiled, "live block", "live blocks") + " changed");
  if (!run.stopped_at_once && run.listed < control.listed) {
    all.push_back(counted(control.listed - run.listed, "free block", "free blocks") + " cut off the list");
  }
  if (run.stopped) return all;
  if (run.pages > control.pages) {
    all.push_back(counted(run.pages - control.pages, "page", "pages") + " never returned");
  }
  if (run.pages == control.pages && run.blocks < control.blocks) {
    all.push_back(counted(control.blocks - run.blocks, "block", "blocks") + " lost");
  }
  if (run.wrong_counts != 0)
    all.push_back("usage of " + counted(run.wrong_counts, "type", "types") + " wrong for good");
  return all;
}

}  // namespace

Cell run_cell(const Kind& kind, const Column& column) {
  Run run = Program(kind, column).run(Error::made);
  run.cell.damage = damage_of(run, Program(kind, column).run(Error::left_out));
  return run.cell;
}

}  // namespace kmemlab::corruption
