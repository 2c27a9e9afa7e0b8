// forkstorm: processes are made in a rush, and all go away again. A fork allocates what a process needs in one piece,
// in the parent's name; an exit frees it in the child's name, in the opposite order.
//   children  processes at the top of a storm                                       default 200
//   areas     memory areas of a process, a mix                                      default 8-40
//   gap       ns between events                                                     default 500
//   rest      ns between storms                                                     default 10000000
// A process is one block each of a task (4096 bytes), its memory map (1024), files (704), signals (1088) and
// credentials (176), and `areas` blocks of 200 bytes, each in a cache of its own; the sizes are ours, near a 64-bit
// Linux. Children exit in random order. Storms follow each other while the events have room for a whole one at most; a
// storm is at least one child, and never more than `children` live. At the end nothing lives.
// What a reader should see: bursts of equal sizes, and whether pages of one storm go back before the next begins.
#include <array>

#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

constexpr std::uint64_t area_bytes = 200;

struct Part {
  const char* cache;
  std::uint64_t bytes;
};
constexpr std::array<Part, 5> parts = {
    {{"task_struct", 4096}, {"mm_struct", 1024}, {"files_cache", 704}, {"signal_cache", 1088}, {"cred_jar", 176}}};

class Storms {
 public:
  Storms(Maker& make, const Values& values, std::uint64_t seed)
      : make_(make), values_(values), area_draws_(seed, 0), picks_(seed, 1), children_(values.number("children")) {
    shell_ = {make.task(100, "shell"), 0, Context::task};
    for (const Part& p : parts) whats_.push_back({make.site("fork"), make.cache(p.cache), true});
    areas_ = {make.site("fork_areas"), make.cache("vm_area_struct"), true};
    for (std::size_t i = 0; i < children_.size(); ++i)
      tasks_.push_back(make.task(static_cast<std::int32_t>(101 + i), "child"));
  }

  /// False if there was no room for one child.
  bool storm() {
    std::size_t made = 0;
    for (; made < children_.size(); ++made) {
      const std::uint64_t areas = values_.mix("areas").draw(area_draws_);
      if (!make_.room(parts.size() + areas)) break;
      fork(children_[made], areas);
    }
    const bool all = made == children_.size();
    std::vector<std::size_t> alive(made);
    for (std::size_t i = 0; i < made; ++i) alive[i] = i;
    for (; !alive.empty(); alive.pop_back()) {
      std::swap(alive[picks_.below(alive.size())], alive.back());
      exit(alive.back());
    }
    forks_ += made;
    make_.pass(values_.number("rest"));
    return all;
  }
  std::uint64_t forks() const { return forks_; }

 private:
  void fork(std::vector<Slot>& child, std::uint64_t areas) {
    const auto alloc = [&](std::uint64_t bytes, const What& what) {
      make_.pass(values_.number("gap"));
      child.push_back(make_.alloc(shell_, bytes, what));
    };
    for (std::size_t i = 0; i < parts.size(); ++i) alloc(parts[i].bytes, whats_[i]);
    for (; areas > 0; --areas) alloc(area_bytes, areas_);
  }
  void exit(std::size_t child) {
    for (; !children_[child].empty(); children_[child].pop_back()) {
      make_.pass(values_.number("gap"));
      make_.free({tasks_[child], 0, Context::task}, children_[child].back());
    }
  }

  Maker& make_;
  const Values& values_;
  Random area_draws_, picks_;
  Place shell_;
  std::vector<What> whats_;
  What areas_;
  std::vector<std::vector<Slot>> children_;
  std::vector<Index> tasks_;
  std::uint64_t forks_ = 0;
};

Fallible<void> run_forkstorm(Maker& make, const Values& values, std::uint64_t seed) {
  const std::uint64_t least = parts.size() + values.mix("areas").most();
  if (!make.room(least))
    return fail(std::to_string(make.target()) + " events have no room for one child",
                "expected at least " + std::to_string(2 * least));
  Storms storms(make, values, seed);
  while (storms.storm()) {
  }
  make.note("forks: " + std::to_string(storms.forks()));
  return {};
}

}  // namespace

Workload forkstorm() {
  return {"forkstorm",
          "processes are made in a rush, and all go away again",
          "bursts of equal sizes; whether pages of one storm go back before the next",
          100'000,
          {{"children", Kind::number, "200", 1, 30'000, "processes at the top of a storm"},
           {"areas", Kind::mix, "8-40", 0, 100'000, "memory areas of a process"},
           {"gap", Kind::number, "500", 0, 1'000'000'000, "ns between events"},
           {"rest", Kind::number, "10000000", 0, 1'000'000'000'000, "ns between storms"}},
          run_forkstorm};
}

}  // namespace kmemlab::traces::gen
